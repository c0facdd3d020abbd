//! When the services are there, and how their connections begin.

use std::process::Stdio;

use crate::{
    server::{Server, deskwire},
    websocket::WebSocket,
};

const SERVICES: [&str; 2] = ["/wsecho", "/ws"];

#[test]
fn without_the_flag_there_is_nothing() {
    let server = Server::plain();
    for path in SERVICES {
        assert_eq!(server.get(path, "").0, 404, "{path}");
    }
}

#[test]
fn with_the_flag_they_are_there() {
    let server = Server::start();
    for path in SERVICES {
        assert_eq!(server.get(path, "").0, 400, "{path} wants an upgrade");
    }
}

#[test]
fn no_environment_variable_and_no_key_stands_in_for_the_flag() {
    let server = Server::run(|command| command.env("DESKWIRE_CONFORMANCE_SERVICES", "true"));
    assert_eq!(server.get("/wsecho", "").0, 404);
    let folder = tempfile::tempdir().unwrap();
    let output = deskwire(folder.path(), "http://127.0.0.1:0")
        .env("DESKWIRE__SERVER__CONFORMANCE_SERVICES", "true")
        .output()
        .unwrap();
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("conformance_services"));
}

#[test]
fn a_listener_that_others_can_reach_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let output = deskwire(folder.path(), "http://127.0.0.1:0")
        .args(["--listen", "http://0.0.0.0:0", "--conformance-services"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(complaint.contains("loopback") && complaint.contains("http://0.0.0.0:0"), "{complaint}");
    assert!(!folder.path().join("data").exists(), "nothing was begun");
}

#[test]
fn the_echo_agrees_on_no_extension_and_no_subprotocol() {
    let server = Server::start();
    let wishes = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\
                  Sec-WebSocket-Protocol: v12.stomp\r\n";
    let head = WebSocket::open(&server, "/wsecho", wishes).head;
    assert!(!head.contains("sec-websocket-extensions") && !head.contains("sec-websocket-protocol"), "{head}");
}

#[test]
fn only_version_13_is_spoken() {
    let server = Server::start();
    let request = "Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let (status, head) = server.get("/wsecho", request);
    assert_eq!(status, 426);
    assert!(head.contains("sec-websocket-version: 13"), "{head}");
}
