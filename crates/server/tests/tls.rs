//! STOMP over WebSocket inside TLS, on the real binary with a certificate of its own.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use deskwire_wire::{
    stomp::{
        Command as StompCommand, Decoder, Frame, Item, Limits, Version,
        client::{Connect, Send, Subscribe},
    },
    ws::{self, Accepted, Event, Opcode, ResponseReader, Role},
};
use rustls_pki_types::ServerName;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs},
};

const LARGE: usize = 200 * 1024;
/// So many that no socket takes them all: their end has to wait inside TLS for the reader.
const MESSAGES: usize = 60;
/// Longer than anything takes on a machine that does ten other things.
const PATIENCE: Duration = Duration::from_secs(60);

struct Server {
    child: Child,
    address: SocketAddr,
    connector: TlsConnector,
    _folder: TempDir,
}

impl Server {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
        fs::write(&certificate, made.cert.pem()).unwrap();
        fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_deskwire"))
            .env_clear()
            .env("DESKWIRE_SERVICE_ACCOUNT", "bench:hush")
            .env("DESKWIRE_AGENT_PASSWORD", "open sesame")
            .env("DESKWIRE__TLS__CERTIFICATE", &certificate)
            .env("DESKWIRE__TLS__KEY", &key)
            .env("DESKWIRE__LIMITS__OUTBOX_BYTES", "67108864")
            .args(["serve", "--listen", "https://127.0.0.1:0", "--data"])
            .arg(folder.path().join("data"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.map(Result::unwrap).find_map(|line| line.split("https://").nth(1)?.trim().parse().ok());
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = TlsConnector::from(Arc::new(config));
        Self { child, address: address.unwrap(), connector, _folder: folder }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A STOMP client; reads nothing before it is asked to.
struct Client {
    stream: TlsStream<TcpStream>,
    websocket: ws::Decoder,
    stomp: Decoder,
    frames: Vec<Frame>,
}

impl Client {
    async fn connect(server: &Server) -> Self {
        let socket = TcpStream::connect(server.address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = server.connector.connect(name, socket).await.unwrap();
        let key = ws::client_key([7; 16]);
        let request = ws::client_request("localhost", "/stomp", Some("v12.stomp"), &key);
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = ResponseReader::new(&key, Some("v12.stomp"), 4096);
        let mut byte = [0];
        let accepted: Accepted = loop {
            assert_eq!(stream.read(&mut byte).await.unwrap(), 1, "the server hung up");
            if let Some(accepted) = answer.read(&mut byte.as_mut_slice()).unwrap() {
                break accepted;
            }
        };
        assert_eq!(accepted.subprotocol.as_deref(), Some("v12.stomp"));
        let websocket = ws::Decoder::new(Role::Client, ws::Limits { max_message: 1 << 20 });
        Self { stream, websocket, stomp: Decoder::new(Limits::default()), frames: Vec::new() }
    }

    async fn say(&mut self, frame: impl FnOnce(&mut Vec<u8>)) {
        let (mut stomp, mut out) = (Vec::new(), Vec::new());
        frame(&mut stomp);
        ws::put_masked_frame(&mut out, Opcode::Text, &stomp, [1, 2, 3, 4]);
        self.stream.write_all(&out).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    async fn hear(&mut self) -> Frame {
        while self.frames.is_empty() {
            let mut buffer = vec![0; 16 * 1024];
            let read = self.stream.read(&mut buffer).await.unwrap();
            assert!(read > 0, "the server hung up");
            let mut input = &mut buffer[..read];
            while let Some(event) = self.websocket.decode(&mut input).unwrap() {
                let Event::Data { mut payload, .. } = event else { continue };
                while let Some(item) = self.stomp.decode(&mut payload).unwrap() {
                    if let Item::Frame(frame) = item {
                        self.frames.push(frame);
                    }
                }
            }
        }
        self.frames.remove(0)
    }
}

#[tokio::test]
async fn a_reader_that_lets_megabytes_wait_gets_all_of_them_through_tls() {
    let server = Server::start();
    let (mut reader, mut writer) = (Client::connect(&server).await, Client::connect(&server).await);
    let connect = Connect { login: Some("bench"), passcode: Some("hush"), ..Connect::default() };
    for client in [&mut reader, &mut writer] {
        client.say(|out| connect.encode(out)).await;
        assert_eq!(client.hear().await.command(), StompCommand::Connected);
    }
    let subscribe = Subscribe { id: "s", destination: "/topic/tls", receipt: Some("r"), ..Subscribe::default() };
    reader.say(|out| subscribe.encode(Version::V12, out)).await;
    assert_eq!(reader.hear().await.command(), StompCommand::Receipt);
    let body = vec![b'x'; LARGE];
    let send = Send { destination: "/topic/tls", body: &body, receipt: Some("r"), ..Send::default() };
    for _ in 0..MESSAGES {
        writer.say(|out| send.encode(Version::V12, out)).await;
        assert_eq!(writer.hear().await.command(), StompCommand::Receipt);
    }
    let all = async {
        for _ in 0..MESSAGES {
            let message = reader.hear().await;
            assert_eq!((message.command(), message.body().len()), (StompCommand::Message, LARGE));
        }
    };
    tokio::time::timeout(PATIENCE, all).await.expect("the end of what was written waits inside TLS for ever");
}
