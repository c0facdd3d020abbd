//! An HTTP/1 client that reads answers piece by piece, as they were written.

use std::{
    io::{BufRead, BufReader, ErrorKind, Read, Write},
    net::{Shutdown, TcpStream},
};

use crate::server::Server;

/// The head of an answer.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) head: Head,
    pub(crate) body: String,
}

/// A request to be sent.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) headers: &'a [(&'a str, &'a str)],
    pub(crate) body: &'a str,
    /// Whether as HTTP/1.0.
    pub(crate) old: bool,
}

/// A connection.
pub(crate) struct Http(BufReader<TcpStream>);

impl Head {
    /// The value of a header; empty if it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(found, _)| found == name)
    }

    /// The media type in lower case and without blanks.
    pub(crate) fn content_type(&self) -> String {
        self.header("content-type").replace(' ', "").to_ascii_lowercase()
    }
}

impl<'a> Request<'a> {
    pub(crate) const fn get(path: &'a str) -> Self {
        Self { method: "GET", path, headers: &[], body: "", old: false }
    }

    pub(crate) const fn post(path: &'a str, body: &'a str) -> Self {
        Self { method: "POST", body, ..Self::get(path) }
    }

    pub(crate) const fn with(self, headers: &'a [(&'a str, &'a str)]) -> Self {
        Self { headers, ..self }
    }

    /// Sends it on a connection of its own and reads the whole answer.
    pub(crate) fn ask(self, server: &Server) -> Answer {
        Http::open(server).ask(self)
    }

    /// Sends it on a connection of its own and reads the head of the answer.
    pub(crate) fn begin(self, server: &Server) -> (Http, Head) {
        let mut http = Http::open(server);
        http.send(self);
        let head = http.head();
        (http, head)
    }
}

impl Http {
    pub(crate) fn open(server: &Server) -> Self {
        Self(BufReader::new(server.connect()))
    }

    pub(crate) fn send(&mut self, request: Request<'_>) {
        let Request { method, path, headers, body, old } = request;
        let version = if old { "1.0" } else { "1.1" };
        let mut text = format!("{method} {path} HTTP/{version}\r\nHost: localhost\r\n");
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if method == "POST" {
            text.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        text.push_str("\r\n");
        text.push_str(body);
        self.0.get_mut().write_all(text.as_bytes()).unwrap();
    }

    pub(crate) fn ask(&mut self, request: Request<'_>) -> Answer {
        self.send(request);
        let head = self.head();
        let body = self.body(&head);
        Answer { head, body }
    }

    pub(crate) fn head(&mut self) -> Head {
        let status = self.line().split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = Vec::new();
        loop {
            let line = self.line();
            let Some((name, value)) = line.split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        Head { status, headers }
    }

    pub(crate) fn body(&mut self, head: &Head) -> String {
        let mut body = Vec::new();
        if head.header("transfer-encoding") == "chunked" {
            while let Some(chunk) = self.chunk() {
                body.extend_from_slice(chunk.as_bytes());
            }
        } else if head.has("content-length") {
            body.resize(head.header("content-length").parse().unwrap(), 0);
            self.0.read_exact(&mut body).unwrap();
        } else if !matches!(head.status, 204 | 304) {
            assert_eq!(head.header("connection"), "close", "nothing tells where the body ends: {head:?}");
            self.0.read_to_end(&mut body).unwrap();
        }
        String::from_utf8(body).unwrap()
    }

    /// The next chunk of a body in chunks; none at its end.
    pub(crate) fn chunk(&mut self) -> Option<String> {
        let len = usize::from_str_radix(&self.line(), 16).unwrap();
        let mut chunk = vec![0; len + 2];
        self.0.read_exact(&mut chunk).unwrap();
        assert!(chunk.ends_with(b"\r\n"));
        chunk.truncate(len);
        (len > 0).then(|| String::from_utf8(chunk).unwrap())
    }

    /// Bytes of a body without chunks.
    pub(crate) fn bytes(&mut self, len: usize) -> String {
        let mut bytes = vec![0; len];
        self.0.read_exact(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// Whether nothing more comes.
    pub(crate) fn is_over(&mut self) -> bool {
        match self.0.read(&mut [0]) {
            Ok(count) => count == 0,
            Err(error) => error.kind() == ErrorKind::ConnectionReset,
        }
    }

    /// Leaves without waiting for the answer.
    pub(crate) fn abort(self) {
        let _ = self.0.get_ref().shutdown(Shutdown::Both);
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}
