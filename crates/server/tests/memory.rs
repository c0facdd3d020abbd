//! What an idle, subscribed connection costs the real binary (DESIGN §6).

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use deskwire_wire::{
    stomp::{
        Version,
        client::{Connect, Subscribe},
    },
    ws::{Opcode, client_key, client_request, put_masked_frame},
};

/// Opened before anything is measured: the first connections pay for what all share.
const FIRST: usize = 200;
const MEASURED: usize = 2000;
/// KiB of resident memory that a connection may cost without optimisation.
const MOST_KIB: usize = 16;
const PATIENCE: Duration = Duration::from_secs(120);

/// A running server; killed when it is dropped.
struct Server {
    child: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
    /// Kept open: what the server prints must go somewhere.
    _out: BufReader<ChildStdout>,
}

impl Server {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_deskwire"))
            .env_clear()
            .env("DESKWIRE_SERVICE_ACCOUNT", "bench:hush")
            .args(["serve", "--listen", "http://127.0.0.1:0", "--data"])
            .arg(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let address = out.by_ref().lines().find_map(|line| line.unwrap().split("http://").nth(1)?.trim().parse().ok());
        Self { child, address: address.unwrap(), _folder: folder, _out: out }
    }

    fn resident_kib(&self) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        resident.split_whitespace().next().unwrap().parse().unwrap()
    }

    /// Opens a connection that subscribes to a topic of its own, and waits until the subscription is active.
    fn subscribe(&self, number: usize) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut request = client_request("a", "/stomp", Some("v12.stomp"), &client_key([7; 16])).into_bytes();
        let mut frame = Vec::new();
        let (login, passcode) = (Some("bench"), Some("hush"));
        Connect { accept_version: Some("1.2"), login, passcode, ..Default::default() }.encode(&mut frame);
        put_masked_frame(&mut request, Opcode::Text, &frame, [1, 2, 3, 4]);
        frame.clear();
        let destination = format!("/topic/memory.{number}");
        let subscribe = Subscribe { id: "s", destination: &destination, receipt: Some("ready"), ..Default::default() };
        subscribe.encode(Version::V12, &mut frame);
        put_masked_frame(&mut request, Opcode::Text, &frame, [1, 2, 3, 4]);
        stream.write_all(&request).unwrap();
        let (mut heard, mut bytes) = (Vec::new(), [0; 1024]);
        while !heard.windows(16).any(|window| window == b"receipt-id:ready") {
            let count = stream.read(&mut bytes).unwrap();
            assert_ne!(count, 0, "connection {number} ended: {}", String::from_utf8_lossy(&heard));
            heard.extend_from_slice(&bytes[..count]);
        }
        stream
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Died already if the test found it dead.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_idle_subscribed_connection_is_small() {
    let server = Server::start();
    let mut open: Vec<TcpStream> = (0..FIRST).map(|number| server.subscribe(number)).collect();
    let before = server.resident_kib();
    open.extend((FIRST..FIRST + MEASURED).map(|number| server.subscribe(number)));
    // The allocator gives back what it keeps for the next burst only after a while.
    let begun = Instant::now();
    loop {
        let each = server.resident_kib().saturating_sub(before) as f64 / MEASURED as f64;
        if each < MOST_KIB as f64 {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "a connection costs {each:.1} KiB, more than {MOST_KIB}");
    }
}
