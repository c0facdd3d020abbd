//! `[origins]`: pages from where may use which endpoint.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize};

/// Why a text is no pattern of origins.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no origin; write *, null, https://shop.example, https://*.shop.example or https://shop.example:[8080,8443]"
)]
pub struct InvalidOriginPattern(String);

/// A pattern of origins, as Spring's (`spec/stomp-sockjs.md` §4.1): `*` for any, or scheme and host with `*` for any
/// characters, and a port, a list of ports as `:[8080,8443]` or any port as `:[*]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginPattern {
    text: String,
    /// Everything before the ports, in lower case.
    host: String,
    ports: Ports,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Ports {
    /// As the host part has it.
    Written,
    Any,
    Listed(Vec<u16>),
}

impl OriginPattern {
    /// Whether an `Origin` header of this text is meant.
    #[must_use]
    pub fn matches(&self, origin: &str) -> bool {
        if self.text == "*" {
            return true;
        }
        let origin = origin.trim_end_matches('/').to_ascii_lowercase();
        let whole = glob(&self.host, &origin);
        match &self.ports {
            Ports::Written => whole,
            Ports::Any => whole || with_port(&origin).is_some_and(|(host, _)| glob(&self.host, host)),
            Ports::Listed(ports) => {
                with_port(&origin).is_some_and(|(host, port)| ports.contains(&port) && glob(&self.host, host))
            }
        }
    }
}

/// The origin without its port, and the port.
fn with_port(origin: &str) -> Option<(&str, u16)> {
    let (host, port) = origin.rsplit_once(':')?;
    Some((host, port.parse().ok()?))
}

/// Whether `text` is `pattern` with any characters for each `*`, but no end of a host name: `*` never reaches over `/`
/// or `:`.
fn glob(pattern: &str, text: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else { return pattern == text };
    let Some(rest) = text.strip_prefix(before) else { return false };
    let reach = rest.find(['/', ':']).unwrap_or(rest.len());
    (0..=reach).filter(|end| rest.is_char_boundary(*end)).any(|end| glob(after, &rest[end..]))
}

impl FromStr for OriginPattern {
    type Err = InvalidOriginPattern;

    fn from_str(text: &str) -> Result<Self, InvalidOriginPattern> {
        let invalid = || InvalidOriginPattern(text.to_owned());
        let trimmed = text.trim_end_matches('/');
        let has_form = matches!(trimmed, "*" | "null")
            || trimmed.split_once("://").is_some_and(|(s, h)| !s.is_empty() && !h.is_empty());
        // file:// is what some web views send.
        if !(has_form || text == "file://") || text.chars().any(char::is_whitespace) {
            return Err(invalid());
        }
        let (host, ports) = match trimmed.strip_suffix(']').and_then(|rest| rest.split_once(":[")) {
            Some((host, "*")) => (host, Ports::Any),
            Some((host, list)) => {
                let ports = list.split(',').map(|port| port.trim().parse()).collect::<Result<_, _>>();
                (host, Ports::Listed(ports.map_err(|_| invalid())?))
            }
            None => (trimmed, Ports::Written),
        };
        Ok(Self { text: text.to_owned(), host: host.to_ascii_lowercase(), ports })
    }
}

impl fmt::Display for OriginPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for OriginPattern {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for OriginPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The origins that may use an endpoint. A request without `Origin` comes from no page and is not asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Origins(Vec<OriginPattern>);

impl Origins {
    /// The origins that match one of `patterns`.
    ///
    /// # Errors
    /// [`InvalidOriginPattern`] names the pattern.
    pub fn new(patterns: &[&str]) -> Result<Self, InvalidOriginPattern> {
        patterns.iter().map(|pattern| pattern.parse()).collect::<Result<_, _>>().map(Self)
    }

    /// Whether pages of every origin are meant.
    #[must_use]
    pub fn allow_all(&self) -> bool {
        self.0.iter().any(|pattern| pattern.text == "*")
    }

    /// Whether pages of `origin` are meant.
    #[must_use]
    pub fn allow(&self, origin: &str) -> bool {
        self.0.iter().any(|pattern| pattern.matches(origin))
    }
}

/// `[origins]`: the pages that may open connections. Tokens, not cookies, say who a client is, so that a foreign page
/// gains nothing from connecting; who wants to keep them out all the same lists their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OriginsSection {
    /// Patterns for all endpoints that are not named below.
    pub allowed: Origins,
    /// Patterns by endpoint, as in `"/ws/agent" = ["https://desk.example"]`; also for what is below its path.
    pub endpoints: BTreeMap<String, Origins>,
}

impl Default for OriginsSection {
    fn default() -> Self {
        Self { allowed: Origins::new(&["*"]).expect("* is a pattern"), endpoints: BTreeMap::new() }
    }
}

impl OriginsSection {
    /// The origins that may use the endpoint at `path`, or else at the nearest path above it.
    #[must_use]
    pub fn of(&self, path: &str) -> &Origins {
        let is_below =
            |endpoint: &str| path.strip_prefix(endpoint).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let named = self.endpoints.iter().filter(|(endpoint, _)| is_below(endpoint));
        named.max_by_key(|(endpoint, _)| endpoint.len()).map_or(&self.allowed, |(_, origins)| origins)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_springs_do() {
        for (pattern, origin, expected) in [
            ("*", "https://any.example", true),
            ("*", "null", true),
            ("null", "null", true),
            ("null", "https://a.example", false),
            ("https://a.example", "https://a.example", true),
            ("https://a.example/", "https://A.example", true),
            ("https://a.example", "http://a.example", false),
            ("https://a.example", "https://a.example:8443", false),
            ("https://a.example", "https://a.example.evil", false),
            ("https://*.a.example", "https://www.a.example", true),
            ("https://*.a.example", "https://x.y.a.example", true),
            ("https://*.a.example", "https://a.example", false),
            ("https://*.a.example", "https://evil/.a.example", false),
            ("https://*.a.example", "https://evil:1.a.example", false),
            ("https://a.example:[8080,8443]", "https://a.example:8443", true),
            ("https://a.example:[8080,8443]", "https://a.example:80", false),
            ("https://a.example:[8080,8443]", "https://a.example", false),
            ("http://localhost:[*]", "http://localhost:5173", true),
            ("http://localhost:[*]", "http://localhost", true),
            ("http://localhost:[*]", "http://localhost.evil:1", false),
            ("file://", "file://", true),
            ("capacitor://localhost", "capacitor://localhost", true),
        ] {
            let parsed: OriginPattern = pattern.parse().unwrap();
            assert_eq!(parsed.matches(origin), expected, "{pattern} and {origin}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in ["", "a.example", "https://", "https://a b", "https://a:[x]", "https://a:[80,]"] {
            assert!(text.parse::<OriginPattern>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_endpoint_may_have_its_own_list() {
        let mut section = OriginsSection::default();
        section.endpoints.insert("/ws".to_owned(), Origins::new(&["https://shop.example"]).unwrap());
        section.endpoints.insert("/ws/agent".to_owned(), Origins::new(&["https://desk.example"]).unwrap());
        for (path, expected) in
            [("/ws/agent", false), ("/ws/agent/info", false), ("/ws/agents", true), ("/ws/chat", true)]
        {
            assert_eq!(section.of(path).allow("https://shop.example"), expected, "{path}");
        }
    }
}
