//! A Redis of the test's own.

use std::{
    net::TcpListener,
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use tempfile::TempDir;

/// A `redis-server` on a free port, with nothing on disk; killed at the end of the test.
pub(crate) struct RedisServer {
    child: Child,
    port: u16,
    /// Where servers of a cluster meet.
    cluster_port: u16,
    options: Vec<String>,
    /// What `redis-cli` needs to be let in.
    cli_options: Vec<String>,
    dir: TempDir,
}

impl RedisServer {
    /// Starts one; none, with a note, if none is installed. With `DESKWIRE_REQUIRE_SERVICES=1` that fails the test.
    pub(crate) async fn start() -> Option<Self> {
        Self::start_with(&[], &[]).await
    }

    /// The same with more options for the server and for `redis-cli`.
    pub(crate) async fn start_with(options: &[&str], cli_options: &[&str]) -> Option<Self> {
        if Command::new("redis-server").arg("--version").output().is_err() {
            assert_ne!(std::env::var("DESKWIRE_REQUIRE_SERVICES").as_deref(), Ok("1"), "no redis-server is installed");
            eprintln!("skipped: no redis-server is installed");
            return None;
        }
        let dir = tempfile::tempdir().unwrap();
        let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
        let cli_options = cli_options.iter().map(|option| (*option).to_owned()).collect();
        let (port, cluster_port) = (free_port(), free_port());
        let child = spawn(port, cluster_port, &options, &dir);
        let mut server = Self { child, port, cluster_port, options, cli_options, dir };
        for _ in 0..10 {
            if server.answers().await {
                return Some(server);
            }
            // Somebody else was given one of the ports.
            (server.port, server.cluster_port) = (free_port(), free_port());
            server.child = spawn(server.port, server.cluster_port, &server.options, &server.dir);
        }
        panic!("redis-server does not start");
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// Makes it and `other` servers of one cluster.
    pub(crate) fn meet(&self, other: &Self) {
        let (port, cluster_port) = (other.port.to_string(), other.cluster_port.to_string());
        assert_eq!(self.cli(&["CLUSTER", "MEET", "127.0.0.1", &port, &cluster_port]), "OK");
    }

    /// What Redis answers to a command.
    pub(crate) fn cli(&self, command: &[&str]) -> String {
        let Output { stdout, .. } = Command::new("redis-cli")
            .args(["-h", "127.0.0.1", "-p", &self.port.to_string()])
            .args(&self.cli_options)
            .args(command)
            .stderr(Stdio::null())
            .output()
            .unwrap();
        String::from_utf8_lossy(&stdout).trim().to_owned()
    }

    /// Kills it as a crash would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again where it was.
    pub(crate) async fn restart(&mut self) {
        self.child = spawn(self.port, self.cluster_port, &self.options, &self.dir);
        assert!(self.answers().await, "redis-server does not start again");
    }

    /// Stops it where it stands: connections stay, nothing is answered.
    pub(crate) fn freeze(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    pub(crate) fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Waits until it answers; false if it has ended instead.
    async fn answers(&mut self) -> bool {
        for _ in 0..1000 {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            if self.cli(&["PING"]) == "PONG" {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("redis-server does not answer");
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // It may have been killed by the test.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn spawn(port: u16, cluster_port: u16, options: &[String], dir: &TempDir) -> Child {
    let mut command = Command::new("redis-server");
    // Older ones do not know the second, and need it only then.
    if options.iter().any(|option| option == "--cluster-enabled") {
        command.args(["--cluster-port", &cluster_port.to_string()]);
    }
    command
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"])
        .arg(dir.path())
        .args(options)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}
