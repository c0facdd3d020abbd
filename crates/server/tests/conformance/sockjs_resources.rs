//! What lies below the base path of a SockJS service besides sessions: greeting, information, iframe page, errors.

use serde_json::{Value, json};

use crate::{
    http::{Head, Request},
    server::Server,
    sockjs_session::{COOKIE, ECHO, NO_WEBSOCKET, PLAIN, Session, is_not_cached, is_open_to},
};

#[test]
fn the_base_path_greets() {
    let server = Server::start();
    for path in ["/echo", "/echo/"] {
        let answer = Request::get(path).ask(&server);
        assert_eq!((answer.head.status, answer.body.as_str()), (200, "Welcome to SockJS!\n"));
        assert_eq!(answer.head.content_type(), PLAIN);
        assert!(!answer.head.has("set-cookie"));
    }
}

#[test]
fn everything_else_is_not_found() {
    let server = Server::start();
    for path in ["a", "a.html", "/", "//", "a/a", "a/a/", "a/", "iframe", "IFRAME", "IFRAME.HTML", "iframe.HTML"] {
        assert_eq!(Request::get(&format!("/echo/{path}")).ask(&server).head.status, 404, "{path}");
    }
    for path in ["iframe.htm", "iframe.xml", "iframe-/.html"] {
        assert_eq!(Request::get(&format!("/echo/{path}")).ask(&server).head.status, 404, "{path}");
    }
    for session in ["/", "a./a", "a/a.", "./.", "", "//"] {
        let path = format!("/echo/{session}/xhr");
        for request in [Request::get(&path), Request::post(&path, "")] {
            assert_eq!(request.ask(&server).head.status, 404, "{} {path}", request.method);
        }
    }
}

#[test]
fn server_and_session_may_have_any_name_without_dots() {
    let server = Server::start();
    for session in ["_/_", "1/2", "abcdefgh_i-j%20/abcdefg_i-j%20"] {
        let answer = Request::post(&format!("/echo/{session}{}/xhr", std::process::id()), "").ask(&server);
        assert_eq!((answer.head.status, answer.body.as_str()), (200, "o\n"), "{session}");
    }
    // The server part is for a load balancer: the session goes by its own.
    let session = Session::open(&server, ECHO);
    session.send(r#"["a"]"#);
    let elsewhere = session.path("xhr").replace("/000/", "/999/");
    assert_eq!(Request::post(&elsewhere, "").ask(&server).body, "a[\"a\"]\n");
}

fn info(server: &Server, service: &str) -> (Head, Value) {
    let answer = Request::get(&format!("{service}/info")).with(&[("Origin", "http://a.example")]).ask(server);
    assert_eq!(answer.head.status, 200);
    (answer.head, serde_json::from_str(&answer.body).unwrap())
}

#[test]
fn the_information_is_fresh_and_for_everybody() {
    let server = Server::start();
    let (head, first) = info(&server, ECHO);
    assert_eq!(head.content_type(), "application/json;charset=utf-8");
    assert!(!head.has("set-cookie"));
    is_not_cached(&head);
    is_open_to(&head, Some("http://a.example"));
    assert_eq!(first["origins"], json!(["*:*"]));
    let (_, second) = info(&server, ECHO);
    assert!(first["entropy"].is_u64() && first["entropy"] != second["entropy"], "{first} {second}");
}

#[test]
fn the_information_tells_services_apart() {
    let server = Server::start();
    for (service, websocket, cookie) in [(ECHO, true, false), (NO_WEBSOCKET, false, false), (COOKIE, true, true)] {
        let (head, info) = info(&server, service);
        assert_eq!((&info["websocket"], &info["cookie_needed"]), (&json!(websocket), &json!(cookie)), "{service}");
        assert!(!head.has("set-cookie"), "{service}");
    }
    let path = format!("{NO_WEBSOCKET}/000/1/websocket");
    assert_eq!(Request::get(&path).ask(&server).head.status, 404);
}

fn preflight(server: &Server, path: &str, headers: &[(&str, &str)]) -> Head {
    let request = Request { method: "OPTIONS", headers, ..Request::get(path) };
    let answer = request.ask(server);
    assert!(matches!(answer.head.status, 200 | 204) && answer.body.is_empty(), "{path}: {answer:?}");
    answer.head
}

#[test]
fn other_origins_may_ask_before_they_ask() {
    let server = Server::start();
    for (path, methods) in [
        ("/echo/info", ["OPTIONS", "GET"]),
        ("/echo/a/b/xhr", ["OPTIONS", "POST"]),
        ("/echo/a/b/xhr_send", ["OPTIONS", "POST"]),
        ("/echo/a/b/xhr_streaming", ["OPTIONS", "POST"]),
    ] {
        for origin in ["test", "null", "http://a.example"] {
            let asked = ("Access-Control-Request-Method", methods[1]);
            let head = preflight(&server, path, &[("Origin", origin), asked]);
            is_open_to(&head, Some(origin));
            assert!(!head.has("access-control-allow-headers"), "none were asked for");
            let allowed = head.header("access-control-allow-methods");
            assert!(methods.iter().all(|method| allowed.contains(method)), "{path}: {allowed}");
            assert!(head.header("access-control-max-age").parse::<u64>().unwrap() > 1_000_000);
            assert!(head.header("cache-control").contains("public") && head.has("expires"), "{path}: {head:?}");
            assert!(max_age(&head) >= 1_000_000);
        }
        for (asked, allowed) in [("a, b, c", "a, b, c"), ("", "")] {
            let wanted = ("Access-Control-Request-Headers", asked);
            let head = preflight(&server, path, &[("Origin", "test"), wanted]);
            assert_eq!(head.header("access-control-allow-headers"), allowed, "{path}");
        }
    }
}

fn max_age(head: &Head) -> u64 {
    let (_, seconds) = head.header("cache-control").split_once("max-age=").unwrap();
    seconds.split(',').next().unwrap().trim().parse().unwrap()
}

#[test]
fn the_iframe_page_is_kept_for_a_year() {
    let server = Server::start();
    let names = ["iframe", "iframe-a", "iframe-", "iframe-0.1.2", "iframe-0.1.2abc-dirty.2144"];
    for path in names.iter().flat_map(|name| ["", "?t=1234"].map(|query| format!("/echo/{name}.html{query}"))) {
        let answer = Request::get(&path).ask(&server);
        let head = &answer.head;
        assert_eq!((head.status, head.content_type().as_str()), (200, "text/html;charset=utf-8"), "{path}");
        assert!(head.header("cache-control").contains("public") && max_age(head) >= 1_000_000, "{head:?}");
        assert!(head.has("expires") && !head.has("last-modified") && !head.has("set-cookie"), "{head:?}");
        let lines: Vec<&str> = answer.body.trim().lines().collect();
        assert_eq!((lines.len(), lines[0]), (16, "<!DOCTYPE html>"), "{}", answer.body);
        let library = lines[5].trim().strip_prefix("<script src=\"").unwrap();
        assert!(library.starts_with('/') || library.starts_with("http"), "{library}");
        assert_eq!(lines[8], "    SockJS.bootstrap_iframe();");

        let tag = head.header("etag");
        assert!(!tag.is_empty());
        let again = Request::get(&path).with(&[("If-None-Match", tag)]).ask(&server);
        assert_eq!((again.head.status, again.body.as_str()), (304, ""));
        assert!(!again.head.has("content-type"));
    }
}

#[test]
fn a_wrong_method_is_told_the_right_one() {
    let server = Server::start();
    for headers in [&[][..], &[("Upgrade", "WebSocket"), ("Connection", "Upgrade")]] {
        let answer = Request::post("/echo/0/0/websocket", "").with(headers).ask(&server);
        assert_eq!((answer.head.status, answer.body.as_str()), (405, ""));
        assert!(answer.head.has("allow") && !answer.head.has("content-type"), "{:?}", answer.head);
    }
}

#[test]
fn connections_are_kept() {
    let server = Server::start();
    let mut http = crate::http::Http::open(&server);
    for _ in 0..2 {
        let answer = http.ask(Request::get(ECHO));
        assert_eq!(answer.body, "Welcome to SockJS!\n");
        assert!(matches!(answer.head.header("connection").to_ascii_lowercase().as_str(), "" | "keep-alive"));
    }
    let old = Request { old: true, ..Request::get(ECHO) };
    let answer = old.ask(&server);
    assert_eq!(answer.body, "Welcome to SockJS!\n");
    assert!(!answer.head.has("transfer-encoding"), "HTTP/1.0 has no chunks");
}
