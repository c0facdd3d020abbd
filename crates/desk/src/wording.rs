//! The languages of visitors, and texts that are there in each.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A language of the visitors' pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Chinese, in simplified characters.
    Chinese,
    /// English.
    English,
}

impl Language {
    /// The one that fits a tag such as `zh-CN` (RFC 5646); English for all that are not Chinese.
    #[must_use]
    pub fn of_tag(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("zh") { Self::Chinese } else { Self::English }
    }

    /// The one in which a visitor is spoken to whose client calls its language `tag`; Chinese if it says nothing, as clients
    /// do that know no other.
    #[must_use]
    pub fn of_visitor(tag: &str) -> Self {
        let tag = tag.trim();
        if tag.is_empty() { Self::Chinese } else { Self::of_tag(tag) }
    }
}

/// A text in each language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Wording {
    /// In Chinese.
    #[serde(rename = "zh-CN")]
    pub chinese: String,
    /// In English.
    #[serde(rename = "en")]
    pub english: String,
}

impl Wording {
    /// The text in `language`, or in the other one where that is empty.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        let (own, other) = match language {
            Language::Chinese => (&self.chinese, &self.english),
            Language::English => (&self.english, &self.chinese),
        };
        if own.is_empty() { other } else { own }
    }

    pub(crate) fn is_within(&self, limit: usize) -> bool {
        self.chinese.len() <= limit && self.english.len() <= limit
    }
}

/// The same text in every language.
impl From<&str> for Wording {
    fn from(text: &str) -> Self {
        Self { chinese: text.to_owned(), english: text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visitor_is_spoken_to_in_its_language() {
        use Language::{Chinese, English};
        for (tag, of_tag, of_visitor) in [
            ("zh", Chinese, Chinese),
            ("zh-CN", Chinese, Chinese),
            ("ZH_tw", Chinese, Chinese),
            ("zh-Hant-HK", Chinese, Chinese),
            ("en", English, English),
            ("en-GB", English, English),
            ("fr", English, English),
            ("zhx", English, English),
            ("-", English, English),
            ("", English, Chinese),
            (" ", English, Chinese),
            (" zh-CN ", English, Chinese),
        ] {
            assert_eq!((Language::of_tag(tag), Language::of_visitor(tag)), (of_tag, of_visitor), "{tag:?}");
        }
    }

    #[test]
    fn a_text_is_said_in_the_language_or_in_the_other() {
        let both = Wording { chinese: "你好".to_owned(), english: "Hello".to_owned() };
        let one = Wording { chinese: "你好".to_owned(), english: String::new() };
        for (wording, language, expected) in [
            (&both, Language::English, "Hello"),
            (&both, Language::Chinese, "你好"),
            (&one, Language::English, "你好"),
            (&Wording::from("Hi"), Language::Chinese, "Hi"),
            (&Wording::from("Hi"), Language::English, "Hi"),
            (&Wording::default(), Language::English, ""),
        ] {
            assert_eq!(wording.text(language), expected, "{wording:?}");
        }
    }
}
