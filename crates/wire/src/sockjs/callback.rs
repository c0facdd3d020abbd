use std::fmt;

use super::form_field;

/// Longest name of a callback, in bytes; clients make up names of a dozen.
const MAX_LEN: usize = 32;

/// The JavaScript function that `htmlfile` and `jsonp` call: letters, digits, `-`, `_` and `.`, so that nothing can be
/// said in its name (`spec/stomp-sockjs.md` §3.7, §4.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback(String);

/// Why a request has no callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// The parameter `c` is not there, or empty.
    #[error("the parameter c is missing")]
    Missing,
    /// It holds what no callback may be named.
    #[error("the parameter c is no name of a callback")]
    Invalid,
}

impl CallbackError {
    /// The body of the answer with status 500.
    #[must_use]
    pub const fn body(self) -> &'static str {
        match self {
            Self::Missing => "\"callback\" parameter required",
            Self::Invalid => "invalid \"callback\" parameter",
        }
    }
}

impl Callback {
    /// The parameter `c` of a query string.
    ///
    /// # Errors
    /// [`CallbackError`].
    pub fn from_query(query: &str) -> Result<Self, CallbackError> {
        let name = form_field(query.as_bytes(), "c").filter(|name| !name.is_empty()).ok_or(CallbackError::Missing)?;
        let legal = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
        if name.len() > MAX_LEN || !name.as_bytes().iter().all(legal) {
            return Err(CallbackError::Invalid);
        }
        Ok(Self(name))
    }
}

impl fmt::Display for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_are_callbacks() {
        let longest = format!("c={}", "x".repeat(MAX_LEN));
        let too_long = format!("c={}", "x".repeat(MAX_LEN + 1));
        for (query, expected) in [
            ("c=callback", Ok("callback")),
            ("t=1&c=%63allback", Ok("callback")),
            ("c=_jp.a-B_0", Ok("_jp.a-B_0")),
            (&longest, Ok(&longest[2..])),
            (&too_long, Err(CallbackError::Invalid)),
            ("", Err(CallbackError::Missing)),
            ("c=", Err(CallbackError::Missing)),
            ("callback=a", Err(CallbackError::Missing)),
            ("c=%20", Err(CallbackError::Invalid)),
            ("c=*", Err(CallbackError::Invalid)),
            ("c=abc(", Err(CallbackError::Invalid)),
            ("c=abc%28", Err(CallbackError::Invalid)),
            ("c=%ff", Err(CallbackError::Invalid)),
        ] {
            let callback = Callback::from_query(query).map(|callback| callback.to_string());
            assert_eq!(callback.as_deref().map_err(|error| *error), expected, "{query}");
        }
    }
}
