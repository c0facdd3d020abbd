//! JSON objects, read and written member by member: what we do not understand is passed on as it was spelled.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::DialectError;

/// The members of a JSON object in their order, values unparsed.
pub(super) struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut members = Vec::with_capacity(12);
                while let Some(Text(key)) = map.next_key()? {
                    members.push((key, map.next_value()?));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Collect)
    }
}

/// A string that is borrowed when it needs no unescaping.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> Members<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, DialectError> {
        serde_json::from_slice(bytes).map_err(|error| DialectError::Json(error.to_string()))
    }

    /// The last member called `key`, which is the one JSON parsers keep.
    pub(super) fn get(&self, key: &str) -> Option<&'a RawValue> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| *value).filter(|value| value.get() != "null")
    }

    /// A member that must be text; absent and `null` are empty.
    pub(super) fn text(&self, key: &'static str) -> Result<Cow<'a, str>, DialectError> {
        let Some(value) = self.get(key) else { return Ok(Cow::Borrowed("")) };
        match serde_json::from_str(value.get()) {
            Ok(Text(text)) => Ok(text),
            Err(_) => Err(DialectError::NotText(key)),
        }
    }

    /// A member that should be JSON in a string but is tolerated as plain JSON (seed 001 sends `extra` as an object).
    pub(super) fn text_or_json(&self, key: &'static str) -> Cow<'a, str> {
        self.text(key).unwrap_or_else(|_| Cow::Borrowed(self.get(key).map_or("", RawValue::get)))
    }

    /// The members that are called otherwise than `names`, repeats included.
    pub(super) fn except(&self, names: &[&str]) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), *value)).filter(|(name, _)| !names.contains(name))
    }
}

/// An object that is being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Object(Vec<u8>);

impl Default for Object {
    fn default() -> Self {
        Self::with_capacity(0)
    }
}

impl Object {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        let mut object = Vec::with_capacity(bytes + 2);
        object.push(b'{');
        Self(object)
    }

    /// Goes on with an object that is already written; there will be about `more` bytes.
    pub(super) fn reopen(object: &[u8], more: usize) -> Self {
        let mut bytes = Vec::with_capacity(object.len() + more);
        bytes.extend_from_slice(object.trim_ascii_end().strip_suffix(b"}").unwrap_or(b"{"));
        Self(bytes)
    }

    /// Its size so far, in bytes.
    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        self.string(value);
    }

    pub(super) fn number(&mut self, key: &str, value: impl itoa::Integer) {
        self.raw(key, itoa::Buffer::new().format(value));
    }

    /// A member whose value is JSON already.
    pub(super) fn raw(&mut self, key: &str, json: &str) {
        self.key(key);
        self.0.extend_from_slice(json.as_bytes());
    }

    /// A member that is an object, with what `write` puts into it.
    pub(super) fn object(&mut self, key: &str, write: impl FnOnce(&mut Self)) {
        self.key(key);
        self.0.push(b'{');
        write(self);
        self.0.push(b'}');
    }

    /// The members of `other`, behind those that are there.
    pub(super) fn append(&mut self, other: &Self) {
        if let [_brace, members @ ..] = other.0.as_slice()
            && !members.is_empty()
        {
            self.separate();
            self.0.extend_from_slice(members);
        }
    }

    pub(super) fn into_bytes(mut self) -> Vec<u8> {
        self.0.push(b'}');
        self.0
    }

    pub(super) fn into_text(self) -> String {
        String::from_utf8(self.into_bytes()).expect("keys, strings and raw values are all UTF-8")
    }

    fn key(&mut self, key: &str) {
        self.separate();
        self.string(key);
        self.0.push(b':');
    }

    /// Puts a comma behind the last member; no member ends with an opening brace.
    fn separate(&mut self) {
        if self.0.last() != Some(&b'{') {
            self.0.push(b',');
        }
    }

    fn string(&mut self, text: &str) {
        serde_json::to_writer(&mut self.0, text).expect("a string always serialises into memory");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_separated_wherever_they_come_from() {
        let mut more = Object::default();
        more.append(&Object::default());
        more.number("b", 1);
        more.raw("c", "{}");
        let mut object = Object::reopen(b"{} ", 8);
        object.object("o", |_| {});
        object.append(&more);
        object.object("p", |inner| {
            inner.append(&more);
            inner.text("\"", "\n");
        });
        let expected = r#"{"o":{},"b":1,"c":{},"p":{"b":1,"c":{},"\"":"\n"}}"#;
        assert_eq!(object.into_text(), expected);
    }

    #[test]
    fn what_is_read_can_be_written_again() {
        let members = Members::parse(br#"{"a":null,"x":[1, 2],"\u0061":"v","x":{}}"#).unwrap();
        assert_eq!(members.text("a"), Ok(Cow::Borrowed("v")), "the last member of a name counts");
        let mut object = Object::default();
        for (key, value) in members.except(&["a"]) {
            object.raw(key, value.get());
        }
        assert_eq!(object.into_text(), r#"{"x":[1, 2],"x":{}}"#);
    }
}
