use std::time::Duration;

use crate::server::Server;

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn messages_come_in_whatever_their_type_is_said_to_be() {
    let mut server = Server::start();
    let mut session = server.open().await;
    for kind in ["text/plain", "T", "application/json", "", "text/xml; charset=utf-8", FORM] {
        let request = server.request("POST", "/base/0/a/xhr_send").header("Content-Type", kind);
        let answer = request.header("Origin", "test").body("[\"a\",\"b\"]").send().await;
        assert_eq!((answer.status, answer.body.as_str()), (204, ""), "{kind}");
        assert_eq!(answer.header("content-type"), Some("text/plain; charset=UTF-8"));
        assert_eq!(answer.header("access-control-allow-origin"), Some("test"));
        assert_eq!(session.receive().await.as_deref(), Some("a"));
        assert_eq!(session.receive().await.as_deref(), Some("b"));
    }
}

#[tokio::test]
async fn jsonp_posts_a_form_or_json() {
    let mut server = Server::start();
    let mut session = server.open().await;
    for (kind, body, message) in [
        (FORM, "d=%5B%22x%22%5D", "x"),
        ("application/x-www-form-urlencoded; charset=UTF-8", "t=1&d=%5B%22a+b%22%5D", "a b"),
        ("text/plain", "[\"%61bc\"]", "%61bc"),
    ] {
        let request = server.request("POST", "/base/0/a/jsonp_send").header("Content-Type", kind);
        let answer = request.body(body).send().await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "ok"), "{kind} {body}");
        assert_eq!(session.receive().await.as_deref(), Some(message));
    }
}

#[tokio::test]
async fn what_is_no_message_is_refused_and_the_session_goes_on() {
    let mut server = Server::start();
    let mut session = server.open().await;
    for (path, kind, body, status, text) in [
        ("xhr_send", "", "", 500, "Payload expected."),
        ("xhr_send", "", "{}", 500, "Payload expected."),
        ("xhr_send", "", "[\"x", 500, "Broken JSON encoding."),
        ("xhr_send", "", "[]", 204, ""),
        ("jsonp_send", FORM, "", 500, "Payload expected."),
        ("jsonp_send", FORM, "d=", 500, "Payload expected."),
        ("jsonp_send", FORM, "p=p", 500, "Payload expected."),
        ("jsonp_send", FORM, "d=%5B%22x", 500, "Broken JSON encoding."),
        ("jsonp_send", FORM, "d=%5B%5D", 200, "ok"),
    ] {
        let request = server.request("POST", &format!("/base/0/a/{path}")).header("Content-Type", kind);
        let answer = request.body(body).send().await;
        assert_eq!((answer.status, answer.body.as_str()), (status, text), "{path} {body}");
    }
    assert_eq!(server.say("[\"\\ud800!\"]").await, 204);
    assert_eq!(session.receive().await.as_deref(), Some("\u{fffd}!"), "rule 32");
}

#[tokio::test]
async fn strangers_are_not_found() {
    let mut server = Server::start();
    assert_eq!(server.say("[\"a\"]").await, 404);
    let session = server.open().await;
    assert_eq!(server.say("[\"a\"]").await, 204);
    session.close(3000, "Go away!");
    assert_eq!(server.say("[\"a\"]").await, 404);
}

#[tokio::test]
async fn a_request_that_is_too_large_is_refused() {
    let mut server = Server::with(|settings| settings.post_bytes = 20);
    let mut session = server.open().await;
    assert_eq!(server.say(&format!("[\"{}\"]", "x".repeat(17))).await, 413);
    assert!(server.has_counted("size"));
    assert_eq!(server.say(&format!("[\"{}\"]", "x".repeat(16))).await, 204);
    assert_eq!(session.receive().await.unwrap().len(), 16);
}

#[tokio::test]
async fn what_nobody_takes_is_refused_in_the_end() {
    let mut server = Server::with(|settings| {
        settings.session.waiting_bytes = 10;
        settings.session.post_wait = Duration::from_millis(10);
    });
    let mut session = server.open().await;
    assert_eq!(server.say("[\"first\"]").await, 204, "one request always fits");
    assert_eq!(server.say("[\"second\"]").await, 503);
    assert!(server.has_counted("sockjs_waiting"));
    assert_eq!(session.receive().await.as_deref(), Some("first"));
    assert_eq!(server.say("[\"third\"]").await, 204);
    assert_eq!(session.receive().await.as_deref(), Some("third"));
}

#[tokio::test]
async fn one_request_waits_for_room_and_no_second() {
    let mut server = Server::with(|settings| settings.session.waiting_bytes = 10);
    let mut session = server.open().await;
    assert_eq!(server.say("[\"first\"]").await, 204);
    let mut second = Box::pin(server.say("[\"second\"]"));
    let mut third = Box::pin(server.say("[\"third\"]"));
    let (refused, waiting, text) = tokio::select! {
        refused = &mut second => (refused, third, "third"),
        refused = &mut third => (refused, second, "second"),
    };
    assert_eq!(refused, 503);
    assert!(server.has_counted("sockjs_waiting"));
    assert_eq!(session.receive().await.as_deref(), Some("first"));
    assert_eq!(waiting.await, 204);
    assert_eq!(session.receive().await.as_deref(), Some(text));
}
