//! The real binary with its conformance services.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

/// Longer than anything takes on a machine that does ten other things.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server; killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    _folder: TempDir,
    /// Kept open: what the server prints must go somewhere.
    _out: BufReader<ChildStdout>,
}

/// The binary as it serves `data` on `listen`, to be started.
pub(crate) fn deskwire(data: &Path, listen: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deskwire"));
    command.env_clear().env("DESKWIRE_AGENT_PASSWORD", "open sesame");
    command.args(["serve", "--listen", listen, "--data"]).arg(data.join("data"));
    command
}

impl Server {
    /// With the conformance services.
    pub(crate) fn start() -> Self {
        Self::run(|command| command.arg("--conformance-services"))
    }

    /// As everybody starts it.
    pub(crate) fn plain() -> Self {
        Self::run(|command| command)
    }

    pub(crate) fn run(with: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let mut command = deskwire(folder.path(), "http://127.0.0.1:0");
        let mut child = with(&mut command).stdout(Stdio::piped()).stderr(File::create(&log).unwrap()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut lines = out.by_ref().lines();
        let address = lines.find_map(|line| line.unwrap().split("http://").nth(1)?.trim().parse().ok());
        let address = address.unwrap_or_else(|| panic!("{}", fs::read_to_string(&log).unwrap()));
        Self { child, address, _folder: folder, _out: out }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        stream
    }

    /// The status and the head of the answer to a request that ends the connection.
    pub(crate) fn get(&self, path: &str, headers: &str) -> (u16, String) {
        let mut stream = self.connect();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{headers}\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let head = answer.split("\r\n\r\n").next().unwrap().to_ascii_lowercase();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), head)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
