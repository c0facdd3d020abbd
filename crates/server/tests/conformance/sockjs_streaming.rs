//! Sessions of SockJS over streaming responses: how they begin, what each piece holds, and where they end.

use crate::{
    http::{Http, Request},
    server::Server,
    sockjs_session::{CLOSING, ECHO, JAVASCRIPT, Session, is_not_cached, is_open_to},
};

/// A streaming transport and its clothes.
struct Transport {
    method: &'static str,
    name: &'static str,
    content_type: &'static str,
    /// What it puts around a frame.
    wrap: fn(&str) -> String,
}

const XHR: Transport =
    Transport { method: "POST", name: "xhr_streaming", content_type: JAVASCRIPT, wrap: |frame| format!("{frame}\n") };
const EVENT_SOURCE: Transport = Transport {
    method: "GET",
    name: "eventsource",
    content_type: "text/event-stream",
    wrap: |frame| format!("data: {frame}\r\n\r\n"),
};
const HTML_FILE: Transport = Transport {
    method: "GET",
    name: "htmlfile?c=%63allback",
    content_type: "text/html;charset=utf-8",
    wrap: |frame| format!("<script>\np(\"{}\");\n</script>\r\n", frame.replace('"', "\\\"")),
};

impl Transport {
    /// Begins to receive; reads the prelude as well.
    fn receive(&self, server: &Server, session: &Session<'_>) -> (Http, String) {
        let path = session.path(self.name);
        let request = Request { method: self.method, ..Request::get(&path) };
        let (mut http, head) = request.with(&[("Origin", "test")]).begin(server);
        assert_eq!((head.status, head.content_type().as_str()), (200, self.content_type), "{}", self.name);
        assert_eq!(head.header("transfer-encoding"), "chunked");
        assert!(!head.has("content-length"));
        is_not_cached(&head);
        if self.method == "POST" {
            is_open_to(&head, Some("test"));
        }
        let prelude = http.chunk().unwrap();
        (http, prelude)
    }
}

#[test]
fn every_frame_is_a_piece_of_its_own() {
    let server = Server::start();
    for transport in [XHR, EVENT_SOURCE, HTML_FILE] {
        let session = Session::new(&server, ECHO);
        let (mut http, prelude) = transport.receive(&server, &session);
        match transport.name {
            "xhr_streaming" => assert_eq!(prelude, format!("{}\n", "h".repeat(2048))),
            "eventsource" => assert_eq!(prelude, "\r\n"),
            _ => {
                assert!(prelude.len() > 1024 && prelude.starts_with("<!doctype html>\n<html><head>\n"), "{prelude}");
                assert!(prelude.contains("var c = parent.callback;\n"), "{prelude}");
            }
        }
        assert_eq!(http.chunk(), Some((transport.wrap)("o")));
        for text in ["x", "y"] {
            session.send(&format!("[\"{text}\"]"));
            assert_eq!(http.chunk(), Some((transport.wrap)(&format!("a[\"{text}\"]"))), "{}", transport.name);
        }
    }
}

#[test]
fn control_characters_do_not_break_events() {
    let server = Server::start();
    let session = Session::new(&server, ECHO);
    let (mut http, _) = EVENT_SOURCE.receive(&server, &session);
    http.chunk().unwrap();
    session.send(r#"["  \u0000\n\r "]"#);
    assert_eq!(http.chunk().unwrap(), "data: a[\"  \\u0000\\n\\r \"]\r\n\r\n");
}

#[test]
fn a_response_ends_at_its_limit_and_the_session_goes_on() {
    let server = Server::start();
    for transport in [XHR, EVENT_SOURCE, HTML_FILE] {
        let session = Session::new(&server, ECHO);
        let (mut http, _) = transport.receive(&server, &session);
        assert_eq!(http.chunk(), Some((transport.wrap)("o")));
        let text = "x".repeat(4096);
        session.send(&format!("[\"{text}\"]"));
        assert_eq!(http.chunk(), Some((transport.wrap)(&format!("a[\"{text}\"]"))), "{}", transport.name);
        assert_eq!(http.chunk(), None, "{}", transport.name);
        session.send(r#"["behind"]"#);
        let (mut http, _) = transport.receive(&server, &session);
        assert_eq!(http.chunk(), Some((transport.wrap)("a[\"behind\"]")), "{}", transport.name);
    }
}

#[test]
fn small_frames_add_up_to_the_limit() {
    let server = Server::start();
    let session = Session::new(&server, ECHO);
    let (mut http, _) = XHR.receive(&server, &session);
    http.chunk().unwrap();
    let message = format!("[\"{}\"]", "x".repeat(128));
    // 31 frames of 134 bytes and the first one are more than 4096 bytes, the prelude not counted.
    for _ in 0..31 {
        session.send(&message);
        assert_eq!(http.chunk(), Some(format!("a{message}\n")));
    }
    assert_eq!(http.chunk(), None);
}

#[test]
fn a_closed_session_ends_its_response() {
    let server = Server::start();
    let session = Session::new(&server, CLOSING);
    let (mut http, _) = XHR.receive(&server, &session);
    assert_eq!(http.chunk().unwrap(), "o\n");
    assert_eq!(http.chunk().unwrap(), "c[3000,\"Go away!\"]\n");
    assert_eq!(http.chunk(), None);
    let (mut again, _) = XHR.receive(&server, &session);
    assert_eq!(again.chunk().unwrap(), "c[3000,\"Go away!\"]\n");
    assert_eq!(again.chunk(), None);
}

#[test]
fn a_second_response_is_told_to_go() {
    let server = Server::start();
    let session = Session::new(&server, ECHO);
    let (mut first, _) = XHR.receive(&server, &session);
    assert_eq!(first.chunk().unwrap(), "o\n");
    let (mut second, _) = XHR.receive(&server, &session);
    assert_eq!(second.chunk().unwrap(), "c[2010,\"Another connection still open\"]\n");
    assert_eq!(second.chunk(), None);
    session.send(r#"["still there"]"#);
    assert_eq!(first.chunk().unwrap(), "a[\"still there\"]\n");
}

#[test]
fn an_old_client_gets_no_chunks() {
    let server = Server::start();
    let path = Session::new(&server, CLOSING).path("xhr_streaming");
    let headers = [("Connection", "Keep-Alive")];
    let (mut http, head) = Request { old: true, ..Request::post(&path, "") }.with(&headers).begin(&server);
    assert_eq!(head.status, 200);
    assert!(!head.has("transfer-encoding") && !head.has("content-length"), "{head:?}");
    assert_eq!(http.bytes(2049), format!("{}\n", "h".repeat(2048)));
    assert_eq!(http.bytes(21), "o\nc[3000,\"Go away!\"]\n");
    assert!(http.is_over());
}
