//! What is known of a visitor besides how it shows itself (`spec/bytedesk.md` §7.1).

use deskwire_model::{Timestamp, Uid};
use serde::{Deserialize, Serialize};

use crate::Visitor;

/// What a visitor's client tells of it; empty where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct VisitorTold {
    /// Its name.
    pub nickname: String,
    /// URL of its picture.
    pub avatar: String,
    /// Its mobile number.
    pub mobile: String,
    /// Its e-mail address.
    pub email: String,
    /// What the page has to say about it, for the desk.
    pub note: String,
    /// Its language.
    pub lang: String,
    /// Its browser.
    pub browser: String,
    /// Its operating system.
    pub os: String,
    /// Its device.
    pub device: String,
    /// Where it came from.
    pub referrer: String,
    /// The page it is on.
    pub url: String,
    /// The title of that page.
    pub title: String,
    /// What else the page says, usually a JSON document.
    pub extra: String,
    /// Its level as a customer.
    pub vip_level: String,
    /// The shop's id of it.
    pub user_id: String,
    /// Which of this the shop's server has signed, by the names of the wire; members of `extra` as `extra.plan`.
    pub verified: Vec<String>,
}

/// A visitor as the desk knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitorInfo {
    /// Who it is and how it shows itself.
    pub visitor: Visitor,
    /// Its mobile number.
    pub mobile: String,
    /// Its e-mail address.
    pub email: String,
    /// What the desk has written about it; it never sees that.
    pub note: String,
    /// Tags that the desk has given it.
    pub tags: Vec<String>,
    /// What its client last told.
    pub told: VisitorTold,
    /// When it first came and when it last introduced itself; none for one who has not since this is kept.
    pub seen: Option<(Timestamp, Timestamp)>,
}

impl VisitorInfo {
    /// Takes in what the visitor's client tells now. What the desk has corrected stays until the client tells something
    /// else than it did before; what it says nothing of stays too. What was proven is proven once: another introduction
    /// proves it again or not.
    pub fn hear(&mut self, told: VisitorTold) {
        let Self { visitor, mobile, email, note, told: before, .. } = self;
        for (current, before, said) in [
            (&mut visitor.profile.nickname, &mut before.nickname, told.nickname),
            (&mut visitor.profile.avatar, &mut before.avatar, told.avatar),
            (mobile, &mut before.mobile, told.mobile),
            (email, &mut before.email, told.email),
            (note, &mut before.note, told.note),
        ] {
            if !said.is_empty() && said != *before {
                current.clone_from(&said);
                *before = said;
            }
        }
        for (before, said) in [
            (&mut before.lang, told.lang),
            (&mut before.browser, told.browser),
            (&mut before.os, told.os),
            (&mut before.device, told.device),
            (&mut before.referrer, told.referrer),
            (&mut before.url, told.url),
            (&mut before.title, told.title),
            (&mut before.extra, told.extra),
            (&mut before.vip_level, told.vip_level),
            (&mut before.user_id, told.user_id),
        ] {
            if !said.is_empty() {
                *before = said;
            }
        }
        before.verified = told.verified;
    }
}

/// What the desk corrects about a visitor; what is none stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitorCorrection {
    /// The visitor.
    pub visitor: Uid,
    /// Its name, also in its conversations.
    pub nickname: Option<String>,
    /// Its mobile number.
    pub mobile: Option<String>,
    /// Its e-mail address.
    pub email: Option<String>,
    /// What the desk notes about it.
    pub note: Option<String>,
    /// All of its tags.
    pub tags: Option<Vec<String>>,
}

#[cfg(test)]
mod tests {
    use deskwire_model::Profile;

    use super::*;

    #[test]
    fn a_correction_stands_until_the_client_says_something_new() {
        let uid = |text| Uid::new(text).unwrap();
        let named = |nickname: &str| VisitorTold { nickname: nickname.to_owned(), ..VisitorTold::default() };
        let profile = Profile { nickname: "Al".to_owned(), avatar: String::new() };
        let mut info = VisitorInfo {
            visitor: Visitor { uid: uid("v"), org: uid("o"), profile, channel: String::new() },
            mobile: String::new(),
            email: String::new(),
            note: String::new(),
            tags: Vec::new(),
            told: named("Al"),
            seen: None,
        };
        info.visitor.profile.nickname = "Alice".to_owned();
        for (said, expected) in [("Al", "Alice"), ("", "Alice"), ("Ally", "Ally"), ("Al", "Al")] {
            info.hear(named(said));
            assert_eq!(info.visitor.profile.nickname, expected, "told {said:?}");
        }
        info.hear(VisitorTold { url: "/a".to_owned(), ..VisitorTold::default() });
        info.hear(VisitorTold { mobile: "1".to_owned(), ..VisitorTold::default() });
        assert_eq!((info.told.url.as_str(), info.mobile.as_str()), ("/a", "1"));
    }
}
