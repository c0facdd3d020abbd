//! The few HTTP requests that set up conversations: JSON out, JSON in, one connection each.

use std::{io, time::Duration};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::client::{ClientError, Endpoint};

/// Longest response, head included.
const MAX_RESPONSE: u64 = 1024 * 1024;
/// How often a request is made again when the server asks to wait.
const ATTEMPTS: u32 = 20;
/// How long to wait for a server that does not say so.
const DEFAULT_WAIT: u64 = 1;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    /// The connection failed.
    #[error(transparent)]
    Connection(#[from] ClientError),
    /// The response is cut, too long or not HTTP/1.1 with a JSON body.
    #[error("{path}: the response is not http/1.1 with json")]
    NotJson {
        /// The path that was asked.
        path: String,
    },
    /// The server says no.
    #[error("{path}: http {status}: {message}")]
    Refused {
        /// The path that was asked.
        path: String,
        /// The status.
        status: u16,
        /// The server's reason.
        message: String,
    },
}

impl From<io::Error> for HttpError {
    fn from(error: io::Error) -> Self {
        Self::Connection(error.into())
    }
}

struct Response<'a> {
    status: u16,
    retry_after: Option<u64>,
    body: &'a [u8],
}

/// Posts `body` to `path` and returns `data` of the answer, with patience for rate limits.
///
/// # Errors
/// Every [`HttpError`]; an answer whose `code` is not 200 is a refusal.
pub(crate) async fn post(
    endpoint: &Endpoint,
    path: &str,
    token: Option<&str>,
    body: &Value,
) -> Result<Value, HttpError> {
    answer(endpoint, path, &request("POST", endpoint.authority(), path, token, &body.to_string())).await
}

/// Gets `path`, with its query, and returns `data` of the answer, as [`post`] does.
///
/// # Errors
/// As [`post`].
pub(crate) async fn get(endpoint: &Endpoint, path: &str, token: Option<&str>) -> Result<Value, HttpError> {
    answer(endpoint, path, &request("GET", endpoint.authority(), path, token, "")).await
}

async fn answer(endpoint: &Endpoint, path: &str, request: &str) -> Result<Value, HttpError> {
    let mut attempt = 1;
    loop {
        let mut stream = endpoint.dial().await?;
        stream.write_all(request.as_bytes()).await?;
        let mut bytes = Vec::new();
        stream.take(MAX_RESPONSE).read_to_end(&mut bytes).await?;
        let not_json = || HttpError::NotJson { path: path.to_owned() };
        let response = response(&bytes).ok_or_else(not_json)?;
        if response.status == 429 && attempt < ATTEMPTS {
            attempt += 1;
            tokio::time::sleep(Duration::from_secs(response.retry_after.unwrap_or(DEFAULT_WAIT))).await;
            continue;
        }
        let mut answer: Value = serde_json::from_slice(response.body).map_err(|_| not_json())?;
        if response.status == 200 && answer["code"] == 200 {
            return Ok(answer["data"].take());
        }
        let message = answer["message"].as_str().unwrap_or_default().to_owned();
        return Err(HttpError::Refused { path: path.to_owned(), status: response.status, message });
    }
}

fn request(method: &str, host: &str, path: &str, token: Option<&str>, body: &str) -> String {
    let authorization = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         {authorization}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Takes a whole response apart; `None` if it is cut, or sent in chunks, which no server does with a short body.
fn response(bytes: &[u8]) -> Option<Response<'_>> {
    let end = memchr::memmem::find(bytes, b"\r\n\r\n")?;
    let mut lines = str::from_utf8(&bytes[..end]).ok()?.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let (mut length, mut retry_after) = (None, None);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse::<usize>().ok(),
            "retry-after" => retry_after = value.trim().parse().ok(),
            "transfer-encoding" => return None,
            _ => {}
        }
    }
    let rest = &bytes[end + 4..];
    Some(Response { status, retry_after, body: rest.get(..length.unwrap_or(rest.len()))? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_is_status_and_body() {
        type Parts<'a> = (u16, &'a [u8], Option<u64>);
        let cases: &[(&[u8], Option<Parts<'_>>)] = &[
            (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", Some((200, b"{}", None))),
            (b"HTTP/1.1 200 OK\r\n\r\n{}", Some((200, b"{}", None))),
            (b"HTTP/1.1 429 X\r\nRetry-After: 7\r\nContent-Length:0\r\n\r\n", Some((429, b"", Some(7)))),
            (b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{}", None),
            (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", None),
            (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n", None),
            (b"HTTP/1.0 200 OK\r\n\r\n", None),
            (b"", None),
        ];
        for (bytes, expected) in cases {
            let actual = response(bytes).map(|response| (response.status, response.body, response.retry_after));
            assert_eq!(actual, *expected, "{}", bytes.escape_ascii());
        }
    }
}
