//! Sessions of SockJS over polling requests: what is sent, what comes back, and how they end.

use crate::{
    http::{Http, Request},
    server::Server,
    sockjs_session::{CLOSING, COOKIE, ECHO, FORM, JAVASCRIPT, PLAIN, Session, is_not_cached, is_open_to},
};

#[test]
fn a_session_echoes_over_xhr() {
    let server = Server::start();
    let session = Session::new(&server, ECHO);
    let origin = [("Origin", "test")];
    let (receive, send) = (session.path("xhr"), session.path("xhr_send"));
    let opened = Request::post(&receive, "").with(&origin).ask(&server);
    assert_eq!((opened.head.status, opened.body.as_str()), (200, "o\n"));
    assert_eq!(opened.head.content_type(), JAVASCRIPT);
    let sent = Request::post(&send, r#"["x"]"#).with(&origin).ask(&server);
    assert_eq!((sent.head.status, sent.body.as_str()), (204, ""));
    assert_eq!(sent.head.content_type(), PLAIN);
    for head in [&opened.head, &sent.head] {
        is_open_to(head, Some("test"));
        is_not_cached(head);
    }
    assert_eq!(session.poll(), "a[\"x\"]\n");
    is_open_to(&session.post("xhr_send", "[]").head, None);
}

#[test]
fn a_session_echoes_over_jsonp() {
    let server = Server::start();
    let session = Session::new(&server, ECHO);
    let receive = session.path("jsonp?c=%63allback");
    let opened = Request::get(&receive).ask(&server);
    assert_eq!((opened.head.status, opened.body.as_str()), (200, "/**/callback(\"o\");\r\n"));
    assert_eq!(opened.head.content_type(), JAVASCRIPT);
    is_not_cached(&opened.head);
    let send = session.path("jsonp_send");
    // A form is decoded, anything else is JSON as it is.
    for (headers, body) in [(&[FORM][..], "d=%5B%22%61bc%22%5D"), (&[("Content-Type", "text/plain")], r#"["%61bc"]"#)] {
        let sent = Request::post(&send, body).with(headers).ask(&server);
        assert_eq!((sent.head.status, sent.body.as_str()), (200, "ok"));
        assert_eq!(sent.head.content_type(), PLAIN);
        is_not_cached(&sent.head);
    }
    let received = Request::get(&receive).ask(&server).body;
    assert_eq!(received, "/**/callback(\"a[\\\"abc\\\",\\\"%61bc\\\"]\");\r\n");
}

#[test]
fn what_cannot_be_read_is_refused_and_the_session_goes_on() {
    let server = Server::start();
    let session = Session::open(&server, ECHO);
    for (transport, headers, body, complaint) in [
        ("xhr_send", &[][..], r#"["x"#, "Broken JSON encoding."),
        ("xhr_send", &[], "", "Payload expected."),
        ("jsonp_send", &[FORM], "d=%5B%22x", "Broken JSON encoding."),
        ("jsonp_send", &[FORM], "", "Payload expected."),
        ("jsonp_send", &[FORM], "d=", "Payload expected."),
        ("jsonp_send", &[FORM], "p=p", "Payload expected."),
    ] {
        let answer = Request::post(&session.path(transport), body).with(headers).ask(&server);
        assert_eq!(answer.head.status, 500, "{transport} {body}");
        assert!(answer.body.contains(complaint), "{transport} {body}: {}", answer.body);
    }
    session.send("[]");
    session.send(r#"["a"]"#);
    assert_eq!(session.poll(), "a[\"a\"]\n", "nothing came of nothing");
}

#[test]
fn the_type_of_an_xhr_means_nothing() {
    let server = Server::start();
    let session = Session::open(&server, ECHO);
    let types = ["text/plain", "T", "application/json", "application/xml", "", "text/xml; charset=utf-8"];
    for content_type in types {
        let headers = [("Content-Type", content_type)];
        let answer = Request::post(&session.path("xhr_send"), r#"["a"]"#).with(&headers).ask(&server);
        assert_eq!(answer.head.status, 204, "{content_type}");
    }
    let mut echoes = 0;
    while echoes < types.len() {
        echoes += session.poll().matches(r#""a""#).count();
    }
    assert_eq!(echoes, types.len());
}

#[test]
fn nobody_sends_to_a_session_that_is_not_there() {
    let server = Server::start();
    for transport in ["xhr_send", "jsonp_send"] {
        assert_eq!(Session::new(&server, ECHO).post(transport, r#"["x"]"#).head.status, 404, "{transport}");
    }
}

#[test]
fn a_callback_must_be_there_and_be_a_name() {
    let server = Server::start();
    for transport in ["jsonp", "htmlfile"] {
        for (query, complaint) in [
            ("", "\"callback\" parameter required"),
            ("?c=%20", "invalid \"callback\" parameter"),
            ("?c=*", "invalid \"callback\" parameter"),
            ("?c=abc(", "invalid \"callback\" parameter"),
            ("?c=abc%28", "invalid \"callback\" parameter"),
        ] {
            let answer = Request::get(&format!("/echo/a/a/{transport}{query}")).ask(&server);
            assert_eq!(answer.head.status, 500, "{transport}{query}");
            assert!(answer.body.contains(complaint), "{transport}{query}: {}", answer.body);
        }
    }
}

#[test]
fn a_closed_session_says_so_to_every_poll() {
    let server = Server::start();
    let session = Session::open(&server, CLOSING);
    for _ in 0..3 {
        assert_eq!(session.poll(), "c[3000,\"Go away!\"]\n");
    }
    let path = Session::open(&server, CLOSING).path("jsonp?c=x");
    assert_eq!(Request::get(&path).ask(&server).body, "/**/x(\"c[3000,\\\"Go away!\\\"]\");\r\n");
}

/// A second poll that is told to go, which proves that the first is there.
fn second_poll(session: &Session<'_>) {
    let second = "c[2010,\"Another connection still open\"]\n";
    while session.poll() != second {}
}

#[test]
fn a_session_has_one_receiver() {
    let server = Server::start();
    let session = Session::open(&server, ECHO);
    let mut first = Http::open(&server);
    first.send(Request::post(&session.path("xhr"), ""));
    session.send(r#"["for the first"]"#);
    let head = first.head();
    assert_eq!(head.status, 200);
    assert_eq!(first.body(&head), "a[\"for the first\"]\n");
}

#[test]
fn a_receiver_that_breaks_off_ends_the_session() {
    let server = Server::start();
    let session = Session::open(&server, ECHO);
    let (mut first, _) = Request::post(&session.path("xhr_streaming"), "").begin(&server);
    first.chunk().unwrap();
    second_poll(&session);
    first.abort();
    let ended = loop {
        let answer = session.poll();
        if !answer.contains("2010") {
            break answer;
        }
    };
    assert!(matches!(ended.as_str(), "o\n" | "c[1002,\"Connection interrupted\"]\n"), "{ended}");
}

#[test]
fn cookies_are_set_where_they_are_wished() {
    let server = Server::start();
    for (method, transport) in [
        ("POST", "xhr"),
        ("POST", "xhr_streaming"),
        ("GET", "eventsource"),
        ("GET", "htmlfile?c=x"),
        ("GET", "jsonp?c=x"),
    ] {
        for (sent, expected) in [(&[][..], "JSESSIONID=dummy"), (&[("Cookie", "JSESSIONID=abc")], "JSESSIONID=abc")] {
            let path = Session::new(&server, COOKIE).path(transport);
            let (_, head) = Request { method, headers: sent, ..Request::get(&path) }.begin(&server);
            let (cookie, attributes) = head.header("set-cookie").split_once(';').unwrap();
            assert_eq!((cookie, attributes.trim().to_ascii_lowercase().as_str()), (expected, "path=/"), "{transport}");
        }
        let path = Session::new(&server, ECHO).path(transport);
        let (_, head) = Request { method, ..Request::get(&path) }.begin(&server);
        assert!(!head.has("set-cookie"), "{transport}");
    }
}

#[test]
fn what_browsers_choke_on_is_escaped() {
    let server = Server::start();
    let session = Session::open(&server, ECHO);
    let ranges = [0x200c..=0x200f_u32, 0x2028..=0x202f, 0x2060..=0x206f, 0xfff0..=0xffff];
    let delicate: Vec<char> = ranges.into_iter().flatten().filter_map(char::from_u32).collect();
    let raw: String = delicate.iter().collect();
    let escaped: String = delicate.iter().map(|&c| format!("\\u{:04x}", c as u32)).collect();
    session.send(&format!("[\"{raw}\"]"));
    assert_eq!(session.poll(), format!("a[\"{escaped}\"]\n"));
    // Escapes are understood, whatever they stand for.
    let letters: Vec<char> = (0..0xd800_u32).chain(0xe000..0x1_0000).filter_map(char::from_u32).collect();
    for part in letters.chunks(4096) {
        let escaped: String = part.iter().map(|&c| format!("\\u{:04x}", c as u32)).collect();
        session.send(&format!("[\"{escaped}\"]"));
        let answer = session.poll();
        let heard: Vec<String> = serde_json::from_str(answer.strip_prefix('a').unwrap()).unwrap();
        assert_eq!(heard, [part.iter().collect::<String>()]);
    }
}
