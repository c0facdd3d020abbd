//! Listeners on loopback: upgrades, TLS, bounds, and the shutdown.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Extension, Router,
    body::Body,
    extract::Request,
    http::{Response, StatusCode, header},
    routing::get,
};
use bytes::Bytes;
use deskwire_server::{
    config::{Limits, ListenUrl, Millis, Wire},
    listener::{BindError, Drained, Io, Listeners, Peer, Streams, take_upgraded, tls},
    shutdown::{self, Shutdown, ShutdownTrigger},
    telemetry::metrics::{self, Metrics},
};
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    sync::{Notify, mpsc},
    task::JoinHandle,
};
use tokio_rustls::{
    TlsAcceptor, TlsConnector,
    rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs},
};

const UPGRADE: &str = "GET /raw HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: raw\r\n\r\n";

struct Running {
    address: SocketAddr,
    trigger: ShutdownTrigger,
    server: JoinHandle<Drained>,
    metrics: metrics_exporter_prometheus::PrometheusHandle,
}

/// These listeners speak HTTP only.
#[derive(Clone)]
struct NoStreams;

impl Streams for NoStreams {
    async fn serve_stream(self, _: Wire, _: Io, _: Peer) {}
}

fn start(router: impl FnOnce(Shutdown) -> Router, limits: Limits, tls: Option<TlsAcceptor>) -> Running {
    let url = ListenUrl { tls: tls.is_some(), ..ListenUrl::local_http(0) };
    let listeners = Listeners::bind(&[url], tls).unwrap();
    let address = listeners.urls().next().unwrap().address;
    let (trigger, shutdown) = shutdown::channel();
    let recorder = metrics::recorder().unwrap();
    let metrics = Arc::new(::metrics::with_local_recorder(&recorder, Metrics::register));
    let router = router(shutdown.clone());
    let server = tokio::spawn(async move { listeners.serve(router, NoStreams, &limits, metrics, shutdown).await });
    Running { address, trigger, server, metrics: recorder.handle() }
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn stop(self) -> Drained {
        self.trigger.request();
        self.server.await.unwrap()
    }
}

/// Reads an answer's head, up to and with its empty line.
async fn head(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

async fn get_ok(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) {
    stream.write_all(b"GET /ok HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    assert!(head(stream).await.starts_with("HTTP/1.1 200 OK"));
    let mut body = [0; 2];
    stream.read_exact(&mut body).await.unwrap();
    assert_eq!(&body, b"ok");
}

async fn end_of(mut stream: TcpStream) {
    // A reset is an end, too.
    let _ = stream.read_to_end(&mut Vec::new()).await;
}

fn ok() -> Router {
    Router::new().route("/ok", get(async || "ok"))
}

fn switching() -> Response<Body> {
    Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header(header::CONNECTION, "upgrade")
        .header(header::UPGRADE, "raw")
        .body(Body::empty())
        .unwrap()
}

/// Upgrades `/raw` to an echo on the bare stream and reports what came along with the request.
fn echo(report: mpsc::UnboundedSender<Bytes>) -> Router {
    let handler = async move |Extension(peer): Extension<Peer>, request: Request| {
        tokio::spawn(async move {
            let (mut io, early) = take_upgraded(hyper::upgrade::on(request).await.unwrap());
            report.send(early.clone()).unwrap();
            io.write_all(&early).await.unwrap();
            let (mut reader, mut writer) = tokio::io::split(io);
            let _ = tokio::io::copy(&mut reader, &mut writer).await;
            drop(peer);
        });
        switching()
    };
    Router::new().route("/raw", get(handler))
}

async fn upgrade_and_echo(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    stream.write_all(format!("{UPGRADE}EARLY").as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
    assert!(head(&mut stream).await.starts_with("HTTP/1.1 101"));
    let mut bytes = [0; 5];
    stream.read_exact(&mut bytes).await.unwrap();
    assert_eq!(&bytes, b"EARLY");
    stream.write_all(b"LATER").await.unwrap();
    stream.flush().await.unwrap();
    stream.read_exact(&mut bytes).await.unwrap();
    assert_eq!(&bytes, b"LATER");
}

#[tokio::test]
async fn an_upgrade_gives_the_stream_back_with_what_came_early() {
    let (report, mut reports) = mpsc::unbounded_channel();
    let running = start(|_| echo(report), Limits::default(), None);
    upgrade_and_echo(running.connect().await).await;
    assert_eq!(reports.recv().await.unwrap(), "EARLY");
    assert_eq!(running.stop().await, Drained { abandoned: 0 });
}

/// A certificate for `localhost`, as the server's acceptor and the client's connector.
fn tls_pair() -> (TlsAcceptor, TlsConnector) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let acceptor = tls::acceptor(&certificate, &key).unwrap();

    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::clone(made.cert.der())).unwrap();
    let client = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    (acceptor, TlsConnector::from(Arc::new(client)))
}

#[tokio::test]
async fn tls_answers_and_upgrades() {
    let (acceptor, connector) = tls_pair();
    let (report, mut reports) = mpsc::unbounded_channel();
    let running = start(|_| ok().merge(echo(report)), Limits::default(), Some(acceptor));
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = connector.connect(name, running.connect().await).await.unwrap();
    get_ok(&mut stream).await;
    upgrade_and_echo(stream).await;
    assert_eq!(reports.recv().await.unwrap(), "EARLY");
    assert_eq!(running.stop().await, Drained { abandoned: 0 });
}

#[tokio::test]
async fn a_silent_tls_client_is_cut_at_its_deadline() {
    let limits = Limits { connect_deadline_ms: Millis(10), ..Limits::default() };
    let running = start(|_| ok(), limits, Some(tls_pair().0));
    end_of(running.connect().await).await;
    assert!(running.metrics.render().contains("deskwire_limit_hits_total{limit=\"connect_deadline\"} 1"));
    running.stop().await;
}

#[tokio::test]
async fn a_client_that_never_ends_its_request_head_is_cut() {
    let limits = Limits { header_read_timeout_ms: Millis(10), ..Limits::default() };
    let running = start(|_| ok(), limits, None);
    let mut stream = running.connect().await;
    stream.write_all(b"GET /ok HTTP/1.1\r\n").await.unwrap();
    end_of(stream).await;
    assert_eq!(running.stop().await, Drained { abandoned: 0 });
}

#[tokio::test]
async fn a_certificate_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "").unwrap();
    assert!(matches!(tls::acceptor(&empty, &empty), Err(tls::TlsError::NoCertificate(_))));
    let missing = folder.path().join("missing.pem");
    let error = tls::acceptor(&missing, &missing).err().unwrap().to_string();
    assert!(error.contains("missing.pem"), "{error}");
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let taken = Listeners::bind(&[ListenUrl::local_http(0)], None).unwrap();
    let url = taken.urls().next().unwrap();
    let error = Listeners::bind(&[ListenUrl::local_http(0), url], None).err().unwrap();
    assert!(matches!(error, BindError::Taken(_)), "{error:?}");
    assert!(error.to_string().contains(&url.to_string()), "{error}");
}

#[tokio::test]
async fn a_full_server_closes_who_comes_next() {
    let limits = Limits { max_connections: 1, ..Limits::default() };
    let running = start(|_| ok(), limits, None);
    let mut first = running.connect().await;
    get_ok(&mut first).await;
    end_of(running.connect().await).await;
    get_ok(&mut first).await;
    let text = running.metrics.render();
    for line in ["sockets 1", "connections{protocol=\"http\"} 1", "sockets_accepted_total 1", "sockets_refused_total 1"]
    {
        assert!(text.contains(&format!("deskwire_{line}\n")), "{line} is missing in\n{text}");
    }
    running.stop().await;
}

#[tokio::test]
async fn handlers_know_their_peer() {
    let handler = async |Extension(peer): Extension<Peer>| format!("{} {}", peer.address, peer.tls);
    let running = start(|_| Router::new().route("/", get(handler)), Limits::default(), None);
    let mut stream = running.connect().await;
    let own = stream.local_addr().unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with(&format!("\r\n\r\n{own} false")), "{answer}");
    running.stop().await;
}

#[tokio::test]
async fn a_shutdown_ends_idle_connections_and_lets_answers_finish() {
    let (entered, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = {
        let (entered, release) = (Arc::clone(&entered), Arc::clone(&release));
        async move || {
            entered.notify_one();
            release.notified().await;
            "done"
        }
    };
    let running = start(|_| ok().route("/slow", get(slow)), Limits::default(), None);
    let mut idle = running.connect().await;
    get_ok(&mut idle).await;
    let silent = running.connect().await;
    let mut busy = running.connect().await;
    busy.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    entered.notified().await;

    running.trigger.request();
    end_of(idle).await;
    end_of(silent).await;
    assert!(!running.server.is_finished());
    release.notify_one();
    let mut answer = String::new();
    busy.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("done"), "{answer}");
    assert_eq!(running.server.await.unwrap(), Drained { abandoned: 0 });
    assert!(TcpStream::connect(running.address).await.is_err(), "the port is free");
}

#[tokio::test]
async fn a_shutdown_waits_for_upgraded_connections_that_observe_it() {
    let router = |shutdown: Shutdown| {
        let handler = async move |Extension(peer): Extension<Peer>, request: Request| {
            let mut shutdown = shutdown.clone();
            tokio::spawn(async move {
                let (mut io, _) = take_upgraded(hyper::upgrade::on(request).await.unwrap());
                shutdown.requested().await;
                io.write_all(b"bye").await.unwrap();
                io.shutdown().await.unwrap();
                drop(peer);
            });
            switching()
        };
        Router::new().route("/raw", get(handler))
    };
    let running = start(router, Limits::default(), None);
    let mut stream = running.connect().await;
    stream.write_all(UPGRADE.as_bytes()).await.unwrap();
    head(&mut stream).await;
    running.trigger.request();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).await.unwrap();
    assert_eq!(rest, "bye");
    assert_eq!(running.server.await.unwrap(), Drained { abandoned: 0 });
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_ever() {
    let (report, mut reports) = mpsc::unbounded_channel();
    let running = start(|_| echo(report), Limits { drain_ms: Millis(10), ..Limits::default() }, None);
    let mut stream = running.connect().await;
    stream.write_all(UPGRADE.as_bytes()).await.unwrap();
    reports.recv().await.unwrap();
    assert_eq!(running.stop().await, Drained { abandoned: 1 });
}
