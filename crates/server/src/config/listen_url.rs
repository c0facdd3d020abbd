//! Where to listen, written as a URL.

use std::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
    str::FromStr,
};

use serde::{Deserialize, Serialize};

/// What is spoken on a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wire {
    /// HTTP/1.1 and everything that begins as HTTP: WebSocket, SockJS.
    Http,
    /// STOMP straight on the stream.
    Stomp,
    /// MQTT straight on the stream.
    Mqtt,
}

/// A listener: what it speaks, whether inside TLS, and its address. Port 0 lets the system choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ListenUrl {
    /// What is spoken.
    pub wire: Wire,
    /// Whether inside TLS.
    pub tls: bool,
    /// Address and port.
    pub address: SocketAddr,
}

/// Why a text is no [`ListenUrl`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidListenUrl {
    /// No `://`, or a scheme nobody serves.
    #[error("{0:?} must begin with http://, https://, stomp://, stomps://, mqtt:// or mqtts://")]
    Scheme(String),
    /// Not an IP address (or `localhost`) and a port.
    #[error("{0:?} must name an IP address and a port, as in http://127.0.0.1:9003 or http://[::]:9003")]
    Address(String),
}

const SCHEMES: [(&str, Wire, bool); 6] = [
    ("http", Wire::Http, false),
    ("https", Wire::Http, true),
    ("stomp", Wire::Stomp, false),
    ("stomps", Wire::Stomp, true),
    ("mqtt", Wire::Mqtt, false),
    ("mqtts", Wire::Mqtt, true),
];

impl ListenUrl {
    /// Plain HTTP on the loopback address.
    #[must_use]
    pub const fn local_http(port: u16) -> Self {
        Self { wire: Wire::Http, tls: false, address: SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), port) }
    }

    fn scheme(self) -> &'static str {
        match (self.wire, self.tls) {
            (Wire::Http, false) => "http",
            (Wire::Http, true) => "https",
            (Wire::Stomp, false) => "stomp",
            (Wire::Stomp, true) => "stomps",
            (Wire::Mqtt, false) => "mqtt",
            (Wire::Mqtt, true) => "mqtts",
        }
    }
}

impl FromStr for ListenUrl {
    type Err = InvalidListenUrl;

    fn from_str(text: &str) -> Result<Self, InvalidListenUrl> {
        let (scheme, rest) = text.split_once("://").ok_or_else(|| InvalidListenUrl::Scheme(text.to_owned()))?;
        let (_, wire, tls) = SCHEMES
            .into_iter()
            .find(|(name, ..)| scheme.eq_ignore_ascii_case(name))
            .ok_or_else(|| InvalidListenUrl::Scheme(text.to_owned()))?;
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        let address = match authority.strip_prefix("localhost:") {
            Some(port) => port.parse().map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port))).ok(),
            None => authority.parse().ok(),
        };
        let address = address.ok_or_else(|| InvalidListenUrl::Address(text.to_owned()))?;
        Ok(Self { wire, tls, address })
    }
}

impl fmt::Display for ListenUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme(), self.address)
    }
}

impl TryFrom<String> for ListenUrl {
    type Error = InvalidListenUrl;

    fn try_from(text: String) -> Result<Self, InvalidListenUrl> {
        text.parse()
    }
}

impl From<ListenUrl> for String {
    fn from(url: ListenUrl) -> Self {
        url.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_survive_reading_and_writing() {
        for (text, canonical) in [
            ("http://127.0.0.1:9003", "http://127.0.0.1:9003"),
            ("HTTPS://0.0.0.0:443/", "https://0.0.0.0:443"),
            ("http://localhost:0", "http://127.0.0.1:0"),
            ("http://[::1]:80", "http://[::1]:80"),
            ("stomp://10.0.0.1:61613", "stomp://10.0.0.1:61613"),
            ("stomps://10.0.0.1:61614", "stomps://10.0.0.1:61614"),
            ("mqtt://10.0.0.1:1883", "mqtt://10.0.0.1:1883"),
            ("mqtts://10.0.0.1:8883", "mqtts://10.0.0.1:8883"),
        ] {
            assert_eq!(text.parse::<ListenUrl>().map(|url| url.to_string()).as_deref(), Ok(canonical), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read_again(address: SocketAddr, tls: bool, wire in 0..SCHEMES.len()) {
            // A URL has no place for flow label and scope.
            let address = SocketAddr::new(address.ip(), address.port());
            let url = ListenUrl { wire: SCHEMES[wire].1, tls, address };
            proptest::prop_assert_eq!(url.to_string().parse(), Ok(url));
        }

        #[test]
        fn any_text_gets_an_answer(text: String) {
            let _ = text.parse::<ListenUrl>();
        }
    }

    #[test]
    fn what_cannot_be_listened_on_is_refused() {
        for text in ["", "127.0.0.1:80", "ftp://127.0.0.1:80", "://127.0.0.1:80"] {
            assert_eq!(text.parse::<ListenUrl>(), Err(InvalidListenUrl::Scheme(text.to_owned())));
        }
        for text in [
            "http://",
            "http://127.0.0.1",
            "http://127.0.0.1:65536",
            "http://example.com:80",
            "http://127.0.0.1:80/path",
            "http://user@127.0.0.1:80",
            "http://localhost",
        ] {
            assert_eq!(text.parse::<ListenUrl>(), Err(InvalidListenUrl::Address(text.to_owned())));
        }
    }
}
