use std::mem;

use super::accept_key;

const HEAD_END: &[u8] = b"\r\n\r\n";

/// A client's opening request (RFC 6455 §4.1): `host` is what stands in the `Host` header, `path` begins with `/` and
/// may have a query, `key` comes from [`client_key`](super::client_key). They are the caller's own words and taken as
/// they are.
#[must_use]
pub fn client_request(host: &str, path: &str, subprotocol: Option<&str>, key: &str) -> String {
    let mut request = format!(
        "GET {path} HTTP/1.1\r\n\
         Host: {host}\r\n\
         Upgrade: websocket\r\n\
         Connection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: {key}\r\n"
    );
    if let Some(subprotocol) = subprotocol {
        request.push_str("Sec-WebSocket-Protocol: ");
        request.push_str(subprotocol);
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    request
}

/// Why the server's answer to [`client_request`] does not open a WebSocket.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    /// The head of the response exceeds the reader's limit.
    #[error("response head is longer than {limit} bytes")]
    HeadTooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// Not the head of an HTTP/1.1 response.
    #[error("response is not http/1.1")]
    NotHttp,
    /// A status other than 101.
    #[error("response has status {0}")]
    Status(u16),
    /// `Upgrade` is not `websocket`, or `Connection` does not name it.
    #[error("response does not upgrade to websocket")]
    NotUpgraded,
    /// `Sec-WebSocket-Accept` is missing or does not answer our key.
    #[error("response answers another key")]
    WrongAccept,
    /// An extension, none of which we offer.
    #[error("response uses an extension that was not offered")]
    Extension,
    /// A subprotocol that we did not offer.
    #[error("response uses a subprotocol that was not offered")]
    Subprotocol,
}

/// The server's answer, when it opens a WebSocket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The subprotocol that the server chose; `None` if it ignored our offer.
    pub subprotocol: Option<String>,
}

/// Reads the server's answer to [`client_request`] (RFC 6455 §4.1).
#[derive(Debug)]
pub struct ResponseReader {
    accept: String,
    offered: Option<String>,
    max_head: usize,
    head: Vec<u8>,
}

impl ResponseReader {
    /// A reader for the answer to a request with this `key` and `subprotocol`; `max_head` is the length in bytes that
    /// the head of the response may have.
    #[must_use]
    pub fn new(key: &str, subprotocol: Option<&str>, max_head: usize) -> Self {
        Self { accept: accept_key(key), offered: subprotocol.map(str::to_owned), max_head, head: Vec::new() }
    }

    /// Reads on and moves `input` behind the head of the response, where the first frame begins; `None` when `input`
    /// is used up before. Not to be called again after an answer.
    ///
    /// # Errors
    ///
    /// When the server refuses, breaks RFC 6455 §4.1 or sends too long a head.
    pub fn read(&mut self, input: &mut &mut [u8]) -> Result<Option<Accepted>, HandshakeError> {
        let known = self.head.len();
        let room = self.max_head.saturating_sub(known);
        self.head.extend_from_slice(&input[..room.min(input.len())]);
        let unsearched = known.saturating_sub(HEAD_END.len() - 1);
        let Some(found) = memchr::memmem::find(&self.head[unsearched..], HEAD_END) else {
            if self.head.len() == self.max_head {
                return Err(HandshakeError::HeadTooLong { limit: self.max_head });
            }
            *input = &mut [];
            return Ok(None);
        };
        let end = unsearched + found + HEAD_END.len();
        *input = &mut mem::take(input)[end - known..];
        self.head.truncate(end);
        let head = mem::take(&mut self.head);
        self.check(&head).map(Some)
    }

    fn check(&self, head: &[u8]) -> Result<Accepted, HandshakeError> {
        let head = std::str::from_utf8(head).map_err(|_| HandshakeError::NotHttp)?;
        let mut lines = head.trim_end_matches("\r\n").split("\r\n");
        match lines.next().and_then(status) {
            Some(101) => {}
            Some(status) => return Err(HandshakeError::Status(status)),
            None => return Err(HandshakeError::NotHttp),
        }
        let (mut upgrade, mut connection, mut accept) = (false, false, None);
        let mut subprotocol = None;
        for line in lines {
            let (name, value) = line.split_once(':').ok_or(HandshakeError::NotHttp)?;
            let value = value.trim_matches([' ', '\t']);
            match name.to_ascii_lowercase().as_str() {
                "upgrade" => upgrade |= value.eq_ignore_ascii_case("websocket"),
                "connection" => connection |= names(value, "upgrade"),
                "sec-websocket-accept" => accept = Some(value),
                "sec-websocket-extensions" => return Err(HandshakeError::Extension),
                "sec-websocket-protocol" if self.offered.as_deref() != Some(value) => {
                    return Err(HandshakeError::Subprotocol);
                }
                "sec-websocket-protocol" => subprotocol = Some(value.to_owned()),
                _ => {}
            }
        }
        if !upgrade || !connection {
            return Err(HandshakeError::NotUpgraded);
        }
        if accept != Some(self.accept.as_str()) {
            return Err(HandshakeError::WrongAccept);
        }
        Ok(Accepted { subprotocol })
    }
}

/// The status code of an HTTP/1.1 status line.
fn status(line: &str) -> Option<u16> {
    let (code, _reason) = line.strip_prefix("HTTP/1.1 ")?.split_at_checked(3)?;
    code.bytes().all(|byte| byte.is_ascii_digit()).then(|| code.parse().ok())?
}

/// Whether the comma-separated `list` names `token`, in any case.
fn names(list: &str, token: &str) -> bool {
    list.split(',').any(|item| item.trim_matches([' ', '\t']).eq_ignore_ascii_case(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
    const GOOD: &str = "HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n\
                        Sec-WebSocket-Accept:s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: mqtt \r\n\r\n";

    /// Feeds `response` in pieces of `size`; the answer and what is left of its input.
    fn read(response: &str, size: usize, max_head: usize) -> (Result<Option<Accepted>, HandshakeError>, Vec<u8>) {
        let mut reader = ResponseReader::new(KEY, Some("mqtt"), max_head);
        let mut bytes = response.as_bytes().to_vec();
        let mut pieces = bytes.chunks_mut(size);
        while let Some(mut piece) = pieces.next() {
            let answer = reader.read(&mut piece);
            if answer != Ok(None) {
                let left = [&*piece].into_iter().chain(pieces.map(|piece| &*piece)).flatten().copied().collect();
                return (answer, left);
            }
            assert!(piece.is_empty());
        }
        (Ok(None), Vec::new())
    }

    #[test]
    fn asks_as_the_rfc_wants() {
        assert_eq!(
            client_request("localhost:9003", "/stomp?x=1", Some("v12.stomp"), KEY),
            "GET /stomp?x=1 HTTP/1.1\r\nHost: localhost:9003\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Protocol: v12.stomp\r\n\r\n"
        );
        assert!(!client_request("h", "/", None, KEY).contains("Protocol"));
    }

    #[test]
    fn leaves_the_first_frame_in_the_input_however_it_is_split() {
        let response = format!("{GOOD}\u{1}frame");
        for size in 1..=response.len() {
            let accepted = Accepted { subprotocol: Some("mqtt".into()) };
            assert_eq!(read(&response, size, 1024), (Ok(Some(accepted)), b"\x01frame".to_vec()), "{size}");
        }
    }

    #[test]
    fn the_server_may_ignore_our_offer() {
        let response = GOOD.replace("Sec-WebSocket-Protocol: mqtt \r\n", "");
        assert_eq!(read(&response, 9, 1024).0, Ok(Some(Accepted { subprotocol: None })));
    }

    #[test]
    fn refuses_everything_else() {
        let cases = [
            (GOOD.replace("101 Switching Protocols", "403 Forbidden"), HandshakeError::Status(403)),
            (GOOD.replace("HTTP/1.1 101", "HTTP/1.0 101"), HandshakeError::NotHttp),
            (GOOD.replace("101 ", "+01 "), HandshakeError::NotHttp),
            (GOOD.replace("upgrade: ", "upgrade "), HandshakeError::NotHttp),
            (GOOD.replace("WebSocket\r", "h2c\r"), HandshakeError::NotUpgraded),
            (GOOD.replace("keep-alive, Upgrade", "close"), HandshakeError::NotUpgraded),
            (GOOD.replace("s3pP", "S3PP"), HandshakeError::WrongAccept),
            (GOOD.replace("Sec-WebSocket-Accept", "X-Accept"), HandshakeError::WrongAccept),
            (GOOD.replace(": mqtt", ": v12.stomp"), HandshakeError::Subprotocol),
            (
                GOOD.replace("\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"),
                HandshakeError::Extension,
            ),
        ];
        for (response, error) in cases {
            for size in [1, 7, 1024] {
                assert_eq!(read(&response, size, 1024).0, Err(error.clone()), "{response}");
            }
        }
    }

    #[test]
    fn the_head_is_bounded() {
        for size in [1, 10, 1024] {
            assert!(matches!(read(GOOD, size, GOOD.len()).0, Ok(Some(_))));
            let limit = GOOD.len() - 1;
            assert_eq!(read(GOOD, size, limit).0, Err(HandshakeError::HeadTooLong { limit }));
        }
    }
}
