//! How a channel is set up.

use deskwire_model::Uid;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::domains::{Framing, checked_domains};
use crate::{DeskError, wording::Wording};

/// Longest title and name of a service, in bytes.
const MAX_TITLE: usize = 128;
/// Longest greeting and description, in bytes.
const MAX_TEXT: usize = 1024;
/// Longest address, in bytes.
const MAX_URL: usize = 2048;
/// Most services that a visitor may choose from.
const MAX_SERVICES: usize = 20;

/// Who answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ServiceKind {
    /// Whoever of a workgroup is free.
    #[default]
    Workgroup,
    /// One agent.
    Agent,
}

/// Somebody whom visitors may ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChannelService {
    /// What it is.
    #[serde(default)]
    pub kind: ServiceKind,
    /// The workgroup or agent.
    pub uid: Uid,
    /// What visitors call it; its own name if this is empty.
    #[serde(default)]
    pub name: Wording,
    /// What it is for.
    #[serde(default)]
    pub description: Wording,
}

/// The side of the page on which the button stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The left one.
    Left,
    /// The right one.
    #[default]
    Right,
}

/// Whether the shop says who its visitors are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum IdentityRule {
    /// It does not: what pages say is never proven.
    #[default]
    Off,
    /// It may: what is signed is proven.
    Optional,
    /// It has to: nobody else is let in by this channel.
    Required,
}

/// How a channel is set up. What is not set has its default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct ChannelSettings {
    /// Who may be asked, in the order in which visitors choose; at least one.
    pub services: Vec<ChannelService>,
    /// The title of the panel, usually the shop's name.
    pub title: Wording,
    /// What visitors read first; the panel's own words if it is empty.
    pub greeting: Wording,
    /// The shop's colour as `#rrggbb`; the product's own if it is empty.
    pub brand: String,
    /// Where the button stands.
    pub side: Side,
    /// Whether visitors are asked for their name.
    pub ask_name: bool,
    /// Address of the shop's privacy policy, or empty.
    pub privacy_url: String,
    /// Sites whose pages may show the panel, as `shop.example.com` or `*.example.com`, with a scheme in front and a port behind
    /// if need be; all if there are none.
    pub domains: Vec<String>,
    /// Whether the shop says who its visitors are.
    pub identity: IdentityRule,
}

fn unreadable(error: &serde_json::Error) -> DeskError {
    DeskError::Settings(error.to_string())
}

impl ChannelSettings {
    /// These settings with `changes`, an object, in them.
    pub(super) fn with(&self, changes: &Value) -> Result<Self, DeskError> {
        let mut merged = serde_json::to_value(self).map_err(|error| unreadable(&error))?;
        match (&mut merged, changes) {
            (Value::Object(members), Value::Object(changes)) => members.extend(changes.clone()),
            (_, Value::Null) => {}
            _ => return Err(DeskError::Settings("an object is needed".to_owned())),
        }
        serde_json::from_value(merged).map_err(|error| unreadable(&error))
    }

    pub(super) fn to_json(&self) -> Result<String, DeskError> {
        serde_json::to_string(self).map_err(|error| unreadable(&error))
    }

    /// The settings, if they are acceptable, with domains in the form in which they are compared.
    pub(super) fn checked(mut self) -> Result<Self, DeskError> {
        let complain = |text: String| Err(DeskError::Settings(text));
        if self.services.is_empty() || self.services.len() > MAX_SERVICES {
            return complain(format!("a channel has 1 to {MAX_SERVICES} services"));
        }
        let names = self.services.iter().map(|service| &service.name).chain([&self.title]);
        if !names.into_iter().all(|name| name.is_within(MAX_TITLE)) {
            return complain(format!("titles and names have at most {MAX_TITLE} bytes"));
        }
        let texts = self.services.iter().map(|service| &service.description).chain([&self.greeting]);
        if !texts.into_iter().all(|text| text.is_within(MAX_TEXT)) {
            return complain(format!("greetings and descriptions have at most {MAX_TEXT} bytes"));
        }
        if !self.brand.is_empty() && !is_colour(&self.brand) {
            return complain("brand is a colour such as #0b6b5b".to_owned());
        }
        let is_address = self.privacy_url.starts_with("https://") || self.privacy_url.starts_with("http://");
        if !self.privacy_url.is_empty() && (!is_address || self.privacy_url.len() > MAX_URL) {
            return complain(format!("privacyUrl is an address of http or https of at most {MAX_URL} bytes"));
        }
        self.domains = checked_domains(&self.domains).map_err(DeskError::Settings)?;
        Ok(self)
    }

    /// Who may show the panel.
    #[must_use]
    pub fn framing(&self) -> Framing {
        if self.domains.is_empty() { Framing::Anybody } else { Framing::Only(self.domains.clone()) }
    }
}

fn is_colour(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|one| one.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_are_changed_by_name_and_checked() {
        let one = || json!({ "services": [{ "uid": "sales" }] });
        let base = ChannelSettings::default().with(&one()).unwrap().checked().unwrap();
        assert_eq!(base.services[0].kind, ServiceKind::Workgroup);
        let changed = base.with(&json!({ "brand": "#AbCdEf", "side": "left" })).unwrap().checked().unwrap();
        assert_eq!((changed.side, changed.services.len()), (Side::Left, 1));
        for (change, is_good) in [
            (json!(null), true),
            (json!({ "identity": "required", "askName": true }), true),
            (json!({ "privacyUrl": "https://shop.example/privacy" }), true),
            (json!({ "title": { "zh-CN": "店" } }), true),
            (json!([]), false),
            (json!({ "services": [] }), false),
            (json!({ "services": vec![json!({ "uid": "sales" }); MAX_SERVICES + 1] }), false),
            (json!({ "services": [{ "uid": "sales", "kind": "robot" }] }), false),
            (json!({ "brand": "red" }), false),
            (json!({ "brand": "#12345" }), false),
            (json!({ "brand": "#12345é" }), false),
            (json!({ "privacyUrl": "javascript:alert(1)" }), false),
            (json!({ "title": { "fr": "x" } }), false),
            (json!({ "title": { "en": "x".repeat(MAX_TITLE + 1) } }), false),
            (json!({ "greeting": { "en": "x".repeat(MAX_TEXT + 1) } }), false),
            (json!({ "domains": ["a b"] }), false),
            (json!({ "colour": "#123456" }), false),
        ] {
            let outcome = base.with(&change).and_then(ChannelSettings::checked);
            assert_eq!(outcome.is_ok(), is_good, "{change}: {outcome:?}");
        }
    }
}
