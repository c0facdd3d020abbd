//! What is known of a client before it speaks its protocol: where it comes from and, if its request carries an access
//! token, who it is.

use std::net::IpAddr;

use http::{HeaderMap, header, request::Parts};

use super::{AuthError, Gateway, Identity, Veto, bearer_token};
use crate::{config::Origins, listener::Peer};

/// Query items that hold an access token: browsers cannot set headers of a WebSocket (`spec/stomp-sockjs.md` §4.2).
const TOKEN_ITEMS: [&str; 3] = ["token", "access_token", "accessToken"];

/// A client that was let in as far as its protocol.
#[derive(Clone, Debug, Default)]
pub struct Handshake {
    /// Who it is, if its request said so. It stays so for the whole connection.
    pub identity: Option<Identity>,
    /// The other end of its socket; behind a proxy this is the proxy.
    pub address: Option<IpAddr>,
}

/// Why a client is not let in. The text is made for the client's eyes.
#[derive(Debug, thiserror::Error)]
pub enum HandshakeRefused {
    /// A page of this origin may not use the endpoint.
    #[error("Invalid CORS request")]
    Origin,
    /// The token in its request is no good.
    #[error(transparent)]
    Credentials(#[from] AuthError),
    /// An interceptor says no.
    #[error(transparent)]
    Vetoed(#[from] Veto),
}

impl Gateway {
    /// Looks at a request that begins a connection, or is one of the many that a SockJS session is made of: at its origin
    /// and at its access token.
    ///
    /// # Errors
    /// [`HandshakeRefused::Origin`], [`HandshakeRefused::Credentials`].
    pub fn admit(&self, request: &Parts) -> Result<Handshake, HandshakeRefused> {
        if !is_allowed(self.config.origins.of(request.uri.path()), &request.headers) {
            return Err(HandshakeRefused::Origin);
        }
        let identity = token(request).map(|token| self.bearer(&token)).transpose()?;
        let address = request.extensions.get::<Peer>().map(|peer| peer.address.ip());
        Ok(Handshake { identity, address })
    }

    /// Asks the interceptors whether a request that was admitted may open its connection.
    ///
    /// # Errors
    /// [`HandshakeRefused::Vetoed`].
    pub fn may_open(&self, request: &Parts) -> Result<(), HandshakeRefused> {
        Ok(self.extensions.ask(|interceptor| interceptor.handshake(request))?)
    }
}

/// Who names no origin is no browser, and no page can make a browser hide it (`spec/stomp-sockjs.md` rule 40).
fn is_allowed(origins: &Origins, headers: &HeaderMap) -> bool {
    headers.get_all(header::ORIGIN).iter().all(|origin| origin.to_str().is_ok_and(|origin| origins.allow(origin)))
}

/// The access token of a request: in `Authorization` or in the query. Another scheme of `Authorization` may be a
/// proxy's business.
fn token(request: &Parts) -> Option<String> {
    let header = request.headers.get(header::AUTHORIZATION).and_then(|header| header.to_str().ok());
    if let Some(token) = header.and_then(bearer_token) {
        return Some(token.to_owned());
    }
    let query = request.uri.query()?;
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, value)| TOKEN_ITEMS.contains(&name.as_ref()) && !value.is_empty())
        .map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn parts(uri: &str, authorization: Option<&str>) -> Parts {
        let mut request = Request::get(uri);
        if let Some(value) = authorization {
            request = request.header(header::AUTHORIZATION, value);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn a_token_is_found_in_header_and_query() {
        for (uri, authorization, expected) in [
            ("/ws/chat", None, None),
            ("/ws/chat?token=abc", None, Some("abc")),
            ("/ws/chat?t=1&access_token=a%2Bb", None, Some("a+b")),
            ("/ws/chat?accessToken=x", None, Some("x")),
            ("/ws/chat?token=", None, None),
            ("/ws/chat?token=abc", Some("Bearer def"), Some("def")),
            ("/ws/chat?token=abc", Some("Basic eDp5"), Some("abc")),
            ("/ws/chat?Token=abc", None, None),
        ] {
            assert_eq!(token(&parts(uri, authorization)).as_deref(), expected, "{uri} {authorization:?}");
        }
    }

    #[test]
    fn only_browsers_are_asked_for_their_origin() {
        let origins = Origins::new(&["https://shop.example"]).unwrap();
        for (origin, expected) in [
            (None, true),
            (Some("https://shop.example"), true),
            (Some("https://evil.example"), false),
            (Some("null"), false),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            assert_eq!(is_allowed(&origins, &headers), expected, "{origin:?}");
        }
    }
}
