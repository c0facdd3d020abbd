//! The real binary, which can be killed at whatever it is doing.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read},
    net::{SocketAddr, TcpStream},
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

/// The service account of every server, which uses all live topics.
pub(crate) const SERVICE: (&str, &str) = ("bench", "hush");
/// Longer than anything takes on a machine that does ten other things.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server; killed when it is dropped.
pub(crate) struct Server {
    folder: TempDir,
    process: Process,
}

struct Process {
    child: Child,
    address: SocketAddr,
    /// Kept open: what the server prints must go somewhere.
    _out: BufReader<ChildStdout>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { process: Process::start(&folder), folder }
    }

    /// Kills the server, and starts it again over the same data.
    pub(crate) fn crash(&mut self) {
        self.process.kill();
        self.process = Process::start(&self.folder);
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.process.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        stream
    }
}

impl Process {
    fn start(folder: &TempDir) -> Self {
        let log = folder.path().join("log");
        let mut child = Command::new(env!("CARGO_BIN_EXE_deskwire"))
            .env_clear()
            .env("DESKWIRE_SERVICE_ACCOUNT", format!("{}:{}", SERVICE.0, SERVICE.1))
            .env("DESKWIRE_AGENT_PASSWORD", "open sesame")
            .args(["serve", "--listen", "mqtt://127.0.0.1:0", "--data"])
            .arg(folder.path().join("data"))
            .stdout(Stdio::piped())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut lines = out.by_ref().lines();
        let address = lines.find_map(|line| line.unwrap().split("mqtt://").nth(1)?.trim().parse().ok());
        let address = address.unwrap_or_else(|| panic!("{}", fs::read_to_string(&log).unwrap()));
        Self { child, address, _out: out }
    }

    fn kill(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
