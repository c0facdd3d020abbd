//! A sign that somebody gives to a message.

use serde_json::{Value, json};

use super::InvalidContent;
use crate::ids::MessageUid;

/// Longest sign, in bytes: room for a family with skin tones.
pub const MAX_SIGN_LEN: usize = 64;

/// What a REACTION says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// The message that it is for.
    pub target: MessageUid,
    /// An emoji, or the name of one.
    pub sign: String,
    /// Whether the sign is taken back.
    pub remove: bool,
}

impl Reaction {
    /// Reads a reaction in any of its spellings.
    ///
    /// # Errors
    /// [`InvalidContent`] names what does not fit.
    pub fn read(document: &Value) -> Result<Self, InvalidContent> {
        let text = |names: &[&str]| names.iter().find_map(|name| document[*name].as_str()).unwrap_or_default();
        let target = MessageUid::new(text(&["uid", "messageUid"]));
        let target = target.map_err(|_| InvalidContent::new("uid", "the uid of a message"))?;
        let sign = text(&["emoji", "name", "reaction"]).trim();
        if sign.is_empty() || sign.len() > MAX_SIGN_LEN || sign.chars().any(char::is_control) {
            return Err(InvalidContent::new("emoji", "1 to 64 bytes of text"));
        }
        let remove = matches!(&document["remove"], Value::Bool(true))
            || document["remove"] == "true"
            || document["remove"].as_f64().is_some_and(|number| number != 0.0);
        Ok(Self { target, sign: sign.to_owned(), remove })
    }

    /// The one spelling in which readers get it.
    #[must_use]
    pub fn document(&self) -> Value {
        json!({ "uid": self.target.as_str(), "emoji": self.sign, "remove": self.remove })
    }

    /// What clients show that do not know what a reaction is.
    #[must_use]
    pub fn shown(&self) -> String {
        let Self { sign, remove, .. } = self;
        if *remove { format!("−{sign}") } else { sign.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_are_one() {
        let like = |remove| Reaction { target: MessageUid::new("m1").unwrap(), sign: "👍".to_owned(), remove };
        for (document, expected, shown) in [
            (json!({ "uid": "m1", "emoji": "👍" }), like(false), "👍"),
            (json!({ "messageUid": "m1", "name": " 👍 ", "remove": false }), like(false), "👍"),
            (json!({ "uid": "m1", "reaction": "👍", "remove": "true" }), like(true), "−👍"),
            (json!({ "uid": "m1", "emoji": "👍", "remove": 1 }), like(true), "−👍"),
        ] {
            let read = Reaction::read(&document).unwrap();
            assert_eq!((&read, read.shown().as_str()), (&expected, shown), "{document}");
            assert_eq!(Reaction::read(&read.document()).unwrap(), expected);
        }
    }

    #[test]
    fn what_is_refused_is_named() {
        for (document, field) in [
            (Value::Null, "uid"),
            (json!({ "emoji": "👍" }), "uid"),
            (json!({ "uid": "\n", "emoji": "👍" }), "uid"),
            (json!({ "uid": "m1" }), "emoji"),
            (json!({ "uid": "m1", "emoji": " " }), "emoji"),
            (json!({ "uid": "m1", "emoji": "a\nb" }), "emoji"),
            (json!({ "uid": "m1", "emoji": "x".repeat(MAX_SIGN_LEN + 1) }), "emoji"),
        ] {
            assert_eq!(Reaction::read(&document).unwrap_err().field, field, "{document}");
        }
    }
}
