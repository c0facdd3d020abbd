//! Which pages may show the panel: host sources of `frame-ancestors` (CSP 3, 2.3.1 and 6.4.2.1).

use std::fmt::Write as _;

/// Most domains of a channel.
const MAX_DOMAINS: usize = 50;
/// Bytes of all of them: they travel in a header.
const MAX_TOTAL: usize = 3000;

/// Who may show the panel in a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Every page.
    Anybody,
    /// Pages of these host sources, and our own.
    Only(Vec<String>),
    /// Our own pages alone.
    Ourselves,
}

impl Framing {
    /// The value of `frame-ancestors`.
    #[must_use]
    pub fn sources(&self) -> String {
        match self {
            Self::Anybody => "*".to_owned(),
            Self::Ourselves => "'self'".to_owned(),
            Self::Only(domains) => domains.iter().fold("'self'".to_owned(), |mut sources, domain| {
                let _ = write!(sources, " {domain}");
                sources
            }),
        }
    }
}

/// The domains as host sources, in their order and each once; what is wrong with them, for people.
pub(super) fn checked_domains(domains: &[String]) -> Result<Vec<String>, String> {
    let mut checked: Vec<String> = Vec::with_capacity(domains.len().min(MAX_DOMAINS));
    for domain in domains {
        let source = host_source(domain).ok_or_else(|| {
            format!("{domain:?} is no domain: write shop.example.com, *.example.com or https://shop.example.com:8443")
        })?;
        if !checked.contains(&source) {
            checked.push(source);
        }
    }
    let total: usize = checked.iter().map(String::len).sum();
    if checked.len() > MAX_DOMAINS || total > MAX_TOTAL {
        return Err(format!("at most {MAX_DOMAINS} domains, of {MAX_TOTAL} bytes together"));
    }
    Ok(checked)
}

/// `text` as a host source: `[http://|https://][*.]host[:port]`. An address that was pasted loses its path. Nothing in it
/// can end the directive or begin another.
fn host_source(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme @ ("http" | "https"), rest)) => (Some(scheme), rest),
        Some(_) => return None,
        None => (None, text.as_str()),
    };
    let authority = rest.split(['/', '?', '#']).next()?;
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port.parse::<u16>().ok().filter(|port| *port != 0)?)),
        None => (authority, None),
    };
    let is_label = |label: &str| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        !label.is_empty() && label.len() <= 63 && label.bytes().all(fits)
    };
    let named = host.strip_prefix("*.").unwrap_or(host);
    if named.len() > 253 || !named.split('.').all(is_label) {
        return None;
    }
    let scheme = scheme.map(|scheme| format!("{scheme}://")).unwrap_or_default();
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{scheme}{host}{port}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn domains_become_host_sources() {
        for (text, expected) in [
            ("shop.example.com", Some("shop.example.com")),
            (" Shop.Example.COM ", Some("shop.example.com")),
            ("*.example.com", Some("*.example.com")),
            ("https://shop.example.com/a?b#c", Some("https://shop.example.com")),
            ("http://127.0.0.1:8080", Some("http://127.0.0.1:8080")),
            ("localhost:3000", Some("localhost:3000")),
            ("xn--fiq228c.example", Some("xn--fiq228c.example")),
            ("", None),
            ("*", None),
            ("a.*.com", None),
            ("**.example.com", None),
            ("shop..example.com", None),
            ("shop.example.com:0", None),
            ("shop.example.com:70000", None),
            ("shop.example.com:*", None),
            ("ftp://shop.example.com", None),
            ("shop.example.com; script-src *", None),
            ("a.example b.example", None),
            ("'none'", None),
            ("https:", None),
            ("商店.example", None),
        ] {
            assert_eq!(host_source(text).as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn domains_are_few_and_different() {
        let many = |count: usize| (0..count).map(|n| format!("s{n}.example")).collect::<Vec<_>>();
        assert_eq!(checked_domains(&many(MAX_DOMAINS)).unwrap().len(), MAX_DOMAINS);
        assert!(checked_domains(&many(MAX_DOMAINS + 1)).is_err());
        let long = |n: usize| format!("{n}{}.example", ["a".repeat(60), "b".repeat(60)].join("."));
        assert!(checked_domains(&(0..40).map(long).collect::<Vec<_>>()).is_err());
        let twice = ["a.example", "A.example"].map(str::to_owned);
        assert_eq!(checked_domains(&twice).unwrap(), ["a.example"]);
    }

    #[test]
    fn the_header_names_our_own_pages_too() {
        assert_eq!(Framing::Anybody.sources(), "*");
        assert_eq!(Framing::Ourselves.sources(), "'self'");
        let only = Framing::Only(vec!["a.example".to_owned(), "https://b.example".to_owned()]);
        assert_eq!(only.sources(), "'self' a.example https://b.example");
    }

    proptest! {
        #[test]
        fn nothing_escapes_from_the_directive(text in ".{0,80}") {
            if let Some(source) = host_source(&text) {
                prop_assert!(source.bytes().all(|byte| byte.is_ascii_graphic() && !b";,'\"".contains(&byte)), "{}", source);
                prop_assert_eq!(host_source(&source), Some(source), "it stays as it is");
            }
        }
    }
}
