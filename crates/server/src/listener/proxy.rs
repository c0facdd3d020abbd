//! Who is behind a proxy.

use std::{net::IpAddr, sync::Arc};

use http::{HeaderMap, HeaderValue};
use ipnet::IpNet;

/// Names the clients that a proxy forwards for, each proxy adding its own peer at the end.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The proxies whose word on their clients is taken (`server.trusted_proxies`). Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct TrustedProxies(Arc<[IpNet]>);

impl TrustedProxies {
    pub(super) fn new(networks: &[IpNet]) -> Self {
        Self(networks.into())
    }

    /// Whether `address` is one of them.
    pub(super) fn include(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The client that speaks through `peer`: the nearest one that is no trusted proxy, since whatever stands before
    /// it in the header may be its invention.
    pub(super) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer;
        // Bytes, as a client may have sent what is no text, to which its proxy has added.
        let values = headers.get_all(FORWARDED_FOR).iter().map(HeaderValue::as_bytes);
        let names: Vec<&[u8]> = values.flat_map(|value| value.split(|byte| *byte == b',')).collect();
        for name in names.iter().rev() {
            if !self.include(client) {
                break;
            }
            let Some(address) = std::str::from_utf8(name).ok().and_then(address) else { break };
            client = address;
        }
        client
    }
}

/// An address, with or without a port and blanks around it.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.split(']').next()).unwrap_or(text);
    let found = bare.parse().ok().or_else(|| bare.rsplit_once(':')?.0.parse().ok());
    found.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_stranger_is_the_client() {
        let proxies = TrustedProxies::new(&["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()]);
        for (peer, header, expected) in [
            ("10.0.0.1", &["203.0.113.7"][..], "203.0.113.7"),
            ("10.0.0.1", &["203.0.113.7:4711"], "203.0.113.7"),
            ("10.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("10.0.0.1", &["1.1.1.1, 203.0.113.7, 10.0.0.2"], "203.0.113.7"),
            ("10.0.0.1", &["1.1.1.1", "203.0.113.7"], "203.0.113.7"),
            ("10.0.0.1", &["nonsense"], "10.0.0.1"),
            ("10.0.0.1", &["\u{ff}, 203.0.113.7"], "203.0.113.7"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("::1", &["203.0.113.7"], "203.0.113.7"),
            ("198.51.100.1", &["203.0.113.7"], "198.51.100.1"),
        ] {
            let mut headers = HeaderMap::new();
            for value in header {
                headers.append(FORWARDED_FOR, HeaderValue::from_bytes(value.as_bytes()).unwrap());
            }
            let client = proxies.client(peer.parse().unwrap(), &headers);
            assert_eq!(client, expected.parse::<IpAddr>().unwrap(), "{peer} {header:?}");
        }
    }
}
