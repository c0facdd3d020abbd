//! Where requests may go: to public addresses, and to others that the configuration allows.
//!
//! A name is resolved here and nowhere else, so that what was checked is what is connected to; redirects are not followed.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use ipnet::IpNet;
use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
};

/// Longest URL of a webhook, in bytes.
const MAX_URL: usize = 2048;

/// Networks that are not public (RFC 6890 and the registries behind it).
const RESERVED: [&str; 24] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "3fff::/20",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
];

/// Why a URL cannot be that of a webhook.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHookUrl {
    /// It is no URL of the web.
    #[error("url must be an http or https URL with a host, without user name and password, of at most {MAX_URL} bytes")]
    Shape,
    /// It leads into a network that is not public.
    #[error("the address {0} is not public, and webhooks.allowed_networks does not allow it")]
    NotPublic(IpAddr),
}

/// Which addresses requests may go to.
#[derive(Clone, Debug)]
pub struct Guard {
    reserved: Arc<[IpNet]>,
    allowed: Arc<[IpNet]>,
}

impl Guard {
    /// Lets requests go to public addresses and to those of `allowed`.
    #[must_use]
    pub fn new(allowed: &[IpNet]) -> Self {
        let reserved = RESERVED.iter().map(|net| net.parse().expect("the list above is of networks"));
        Self { reserved: reserved.collect(), allowed: allowed.into() }
    }

    fn admits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let is_in = |nets: &[IpNet], address: IpAddr| nets.iter().any(|net| net.contains(&address));
        if is_in(&self.allowed, address) {
            return true;
        }
        let carried = match address {
            IpAddr::V4(_) => None,
            IpAddr::V6(address) => match address.octets() {
                // NAT64 and 6to4 lead to the IPv4 address that they carry (RFC 6052, RFC 3056).
                [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d] | [0x20, 0x02, a, b, c, d, ..] => {
                    Some(IpAddr::V4(Ipv4Addr::new(a, b, c, d)))
                }
                _ => None,
            },
        };
        !is_in(&self.reserved, address) && carried.is_none_or(|carried| self.admits(carried))
    }

    /// The URL `text`, if a webhook may have it. A host name is checked when it is resolved.
    ///
    /// # Errors
    /// [`InvalidHookUrl`].
    pub fn url(&self, text: &str) -> Result<Url, InvalidHookUrl> {
        let url = Url::parse(text).ok().filter(|_| text.len() <= MAX_URL).ok_or(InvalidHookUrl::Shape)?;
        let is_web = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
        let host = url.host_str().filter(|_| is_web).ok_or(InvalidHookUrl::Shape)?;
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        match literal {
            Ok(address) if !self.admits(address) => Err(InvalidHookUrl::NotPublic(address)),
            _ => Ok(url),
        }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let admitted: Vec<SocketAddr> = found.filter(|address| guard.admits(address.ip())).collect();
            if admitted.is_empty() {
                return Err(io::Error::other("the host has no address that is public or allowed").into());
            }
            Ok(Box::new(admitted.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_admitted() {
        let guard = Guard::new(&[]);
        for (text, admitted) in [
            ("93.184.216.34", true),
            ("2606:2800:220:1:248:1893:25c8:1946", true),
            ("127.0.0.1", false),
            ("0.0.0.0", false),
            ("10.1.2.3", false),
            ("172.31.0.1", false),
            ("192.168.1.1", false),
            ("169.254.169.254", false),
            ("100.64.0.1", false),
            ("255.255.255.255", false),
            ("::1", false),
            ("::", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:93.184.216.34", true),
            ("fd00::1", false),
            ("fe80::1", false),
            ("64:ff9b::7f00:1", false),
            ("64:ff9b::5db8:d822", true),
            ("2002:7f00:1::", false),
        ] {
            assert_eq!(guard.admits(text.parse().unwrap()), admitted, "{text}");
        }
    }

    #[test]
    fn what_is_allowed_is_admitted_and_nothing_beside_it() {
        let guard = Guard::new(&["127.0.0.0/8".parse().unwrap()]);
        assert!(guard.admits("127.0.0.1".parse().unwrap()));
        assert!(guard.admits("::ffff:127.0.0.1".parse().unwrap()));
        assert!(!guard.admits("10.0.0.1".parse().unwrap()));
    }

    #[test]
    fn urls_are_checked_in_all_spellings_of_an_address() {
        let guard = Guard::new(&[]);
        for text in ["https://example.org/hook?a=b", "http://93.184.216.34:8080/"] {
            assert!(guard.url(text).is_ok(), "{text}");
        }
        let long = format!("https://example.org/{}", "a".repeat(MAX_URL));
        for text in ["", "example.org", "ftp://example.org/", "https://user@example.org/", "https://u:p@h/", &long] {
            assert_eq!(guard.url(text), Err(InvalidHookUrl::Shape), "{text}");
        }
        for text in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://[::1]:9003/",
            "http://[::ffff:10.0.0.1]/",
        ] {
            assert!(matches!(guard.url(text), Err(InvalidHookUrl::NotPublic(_))), "{text}");
        }
    }

    #[tokio::test]
    async fn a_name_of_a_private_address_is_not_resolved() {
        let name = || "localhost".parse::<Name>().unwrap();
        assert!(Guard::new(&[]).resolve(name()).await.is_err());
        let nets: Vec<IpNet> = ["127.0.0.0/8", "::1/128"].iter().map(|net| net.parse().unwrap()).collect();
        assert!(Guard::new(&nets).resolve(name()).await.unwrap().next().is_some());
    }
}
