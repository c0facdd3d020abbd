//! HTTP as a SockJS client speaks it, chunk by chunk.

use std::{collections::HashMap, net::SocketAddr};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// A request that is not sent yet.
pub(crate) struct Request {
    address: SocketAddr,
    head: String,
    body: Option<Vec<u8>>,
}

/// A response whose body is still to come.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: HashMap<String, String>,
    stream: BufReader<TcpStream>,
}

/// A whole response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn new(address: SocketAddr, method: &str, path: &str) -> Self {
        Self { address, head: format!("{method} {path} HTTP/1.1\r\nHost: a\r\n"), body: None }
    }

    pub(crate) fn http10(mut self) -> Self {
        self.head = self.head.replace("HTTP/1.1", "HTTP/1.0");
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.head += &format!("{name}: {value}\r\n");
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Sends it and reads the head of the response.
    pub(crate) async fn open(self) -> Response {
        let mut stream = BufReader::new(TcpStream::connect(self.address).await.unwrap());
        let (mut head, body) = (self.head, self.body.unwrap_or_default());
        if !body.is_empty() {
            head += &format!("Content-Length: {}\r\n", body.len());
        }
        stream.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
        // Who refuses a body may close before it has all.
        let _ = stream.write_all(&body).await;
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await.unwrap();
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let status = lines[0].split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines[1..].iter().filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        Response { status, headers, stream }
    }

    /// Sends it and reads all of the response.
    pub(crate) async fn send(self) -> Answer {
        self.open().await.rest().await
    }
}

impl Response {
    /// The next chunk; `None` at the end of the body.
    pub(crate) async fn chunk(&mut self) -> Option<String> {
        let mut size = String::new();
        self.stream.read_line(&mut size).await.unwrap();
        let size = usize::from_str_radix(size.trim_end(), 16).unwrap();
        let mut chunk = vec![0; size + 2];
        self.stream.read_exact(&mut chunk).await.unwrap();
        chunk.truncate(size);
        (size > 0).then(|| String::from_utf8(chunk).unwrap())
    }

    async fn rest(mut self) -> Answer {
        let mut body = String::new();
        if self.headers.contains_key("transfer-encoding") {
            while let Some(chunk) = self.chunk().await {
                body += &chunk;
            }
        } else if let Some(length) = self.headers.get("content-length") {
            let mut bytes = vec![0; length.parse().unwrap()];
            self.stream.read_exact(&mut bytes).await.unwrap();
            body = String::from_utf8(bytes).unwrap();
        } else if !matches!(self.status, 204 | 304) {
            self.stream.read_to_string(&mut body).await.unwrap();
        }
        Answer { status: self.status, headers: self.headers, body }
    }

    /// Reads to the end of the connection.
    pub(crate) async fn until_end(mut self) -> String {
        let mut body = String::new();
        self.stream.read_to_string(&mut body).await.unwrap();
        body
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}
