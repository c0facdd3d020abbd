//! A Redis of the test's own, on which nodes meet.

use std::{
    net::{Ipv4Addr, TcpListener},
    process::{Child, Command, Stdio},
    time::Duration,
};

use deskwire_cluster::{Bus, Inbox, NodeId, RedisOptions};
use tempfile::TempDir;
use tokio::net::TcpStream;

/// A `redis-server` on a free port, with nothing on disk; killed at the end of the test.
pub(crate) struct Redis {
    child: Child,
    port: u16,
    _dir: TempDir,
}

impl Redis {
    /// Starts one; none, with a note, if none is installed. With `DESKWIRE_REQUIRE_SERVICES=1` that fails the test.
    pub(crate) async fn start() -> Option<Self> {
        if Command::new("redis-server").arg("--version").output().is_err() {
            assert_ne!(std::env::var("DESKWIRE_REQUIRE_SERVICES").as_deref(), Ok("1"), "no redis-server is installed");
            eprintln!("skipped: no redis-server is installed");
            return None;
        }
        // Somebody else may be given the port before the server has it.
        for _ in 0..10 {
            let dir = tempfile::tempdir().unwrap();
            let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
            let child = Command::new("redis-server")
                .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"])
                .arg(dir.path())
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            let mut redis = Self { child, port, _dir: dir };
            while redis.child.try_wait().unwrap().is_none() {
                if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_ok() {
                    return Some(redis);
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        panic!("redis-server does not start");
    }

    /// The bus of a node that finds out soon.
    pub(crate) fn bus(&self, name: &str) -> (Bus, Inbox) {
        let options = RedisOptions {
            beacon_every: Duration::from_millis(200),
            response_timeout: Duration::from_secs(1),
            backoff_first: Duration::from_millis(20),
            backoff_most: Duration::from_millis(200),
            ..RedisOptions::at(format!("redis://127.0.0.1:{}", self.port))
        };
        Bus::connect(options, NodeId::starting(name).unwrap()).unwrap()
    }

    /// Kills it as a crash would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // It may have been killed by the test.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
