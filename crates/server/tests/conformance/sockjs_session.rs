//! What the tests of the SockJS services share: sessions, and the headers that every answer has.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::http::{Answer, Head, Request};
use crate::server::Server;

pub(crate) const ECHO: &str = "/echo";
pub(crate) const CLOSING: &str = "/close";
pub(crate) const COOKIE: &str = "/cookie_needed_echo";
pub(crate) const NO_WEBSOCKET: &str = "/disabled_websocket_echo";

pub(crate) const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
pub(crate) const JAVASCRIPT: &str = "application/javascript;charset=utf-8";
pub(crate) const PLAIN: &str = "text/plain;charset=utf-8";

/// A session that nobody has opened yet.
pub(crate) struct Session<'a> {
    server: &'a Server,
    url: String,
}

impl<'a> Session<'a> {
    pub(crate) fn new(server: &'a Server, service: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let url = format!("{service}/000/{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Self { server, url }
    }

    /// A new session that was opened by a poll.
    pub(crate) fn open(server: &'a Server, service: &str) -> Self {
        let session = Self::new(server, service);
        assert_eq!(session.poll(), "o\n");
        session
    }

    /// The path of one of its transports.
    pub(crate) fn path(&self, transport: &str) -> String {
        format!("{}/{transport}", self.url)
    }

    pub(crate) fn post(&self, transport: &str, body: &str) -> Answer {
        Request::post(&self.path(transport), body).ask(self.server)
    }

    /// The body of the answer to a poll.
    pub(crate) fn poll(&self) -> String {
        let answer = self.post("xhr", "");
        assert_eq!(answer.head.status, 200);
        answer.body
    }

    /// Sends messages, given as JSON.
    pub(crate) fn send(&self, messages: &str) {
        let answer = self.post("xhr_send", messages);
        assert_eq!((answer.head.status, answer.body.as_str()), (204, ""));
    }
}

pub(crate) fn is_not_cached(head: &Head) {
    let directives = "no-store, no-cache, no-transform, must-revalidate, max-age=0";
    assert_eq!(head.header("cache-control"), directives);
    assert!(!head.has("expires") && !head.has("last-modified"), "{head:?}");
}

/// What a page of `origin` is told, or of none.
pub(crate) fn is_open_to(head: &Head, origin: Option<&str>) {
    assert_eq!(head.header("access-control-allow-origin"), origin.unwrap_or("*"));
    assert_eq!(head.header("access-control-allow-credentials"), if origin.is_some() { "true" } else { "" });
}
