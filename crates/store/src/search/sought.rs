//! What somebody looks for.

use std::ops::Range;

use super::tokens::{Shape, Token, tokens};

/// Characters of a search.
const MAX_CHARS: usize = 200;
/// Letters and digits from which on the last word may go on: shorter ones would be the beginning of everything.
const MIN_PREFIX: usize = 2;

/// Why there is nothing to search for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSearch {
    /// No letter and no digit.
    #[error("a search needs a letter or a digit")]
    Empty,
    /// Too much at once.
    #[error("a search has at most {MAX_CHARS} characters")]
    TooLong,
}

/// Phrases that a message has to contain, all of them, as somebody wrote them with blanks between.
///
/// A phrase is found where its characters stand together; any punctuation is as good as any other. Words are found from
/// their beginning, and the last word of a phrase may go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought(Vec<Phrase>);

/// Tokens that follow each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Phrase {
    /// At least one.
    pub(crate) tokens: Vec<String>,
    /// Whether the last token is only how one begins.
    pub(crate) open: bool,
}

impl Sought {
    /// Reads what somebody wrote.
    ///
    /// # Errors
    /// [`InvalidSearch`].
    pub fn new(text: &str) -> Result<Self, InvalidSearch> {
        if text.chars().nth(MAX_CHARS).is_some() {
            return Err(InvalidSearch::TooLong);
        }
        let phrases: Vec<Phrase> = text.split_whitespace().filter_map(Phrase::new).collect();
        if phrases.is_empty() { Err(InvalidSearch::Empty) } else { Ok(Self(phrases)) }
    }

    pub(crate) fn phrases(&self) -> &[Phrase] {
        &self.0
    }

    /// Where the phrases stand in `text`, in bytes, from its beginning to its end and without overlaps.
    #[must_use]
    pub fn places(&self, text: &str) -> Vec<Range<usize>> {
        let tokens = tokens(text);
        let mut places: Vec<_> = self.0.iter().flat_map(|phrase| phrase.places(&tokens)).collect();
        places.sort_unstable_by_key(|place| place.start);
        places.dedup_by(|next, last| {
            let overlaps = next.start <= last.end;
            if overlaps {
                last.end = last.end.max(next.end);
            }
            overlaps
        });
        places
    }
}

impl Phrase {
    fn new(text: &str) -> Option<Self> {
        let mut tokens = tokens(text);
        let last = tokens.last()?;
        let open = match last.shape {
            // A run goes on, as far as anybody knows: its last pair says all there is to say.
            Shape::Last if tokens.iter().rev().nth(1).is_some_and(|before| before.shape == Shape::Pair) => {
                tokens.pop();
                false
            }
            Shape::Last => true,
            Shape::Pair => false,
            Shape::Word => last.text.chars().nth(MIN_PREFIX - 1).is_some(),
        };
        Some(Self { tokens: tokens.into_iter().map(|token| token.text).collect(), open })
    }

    fn places<'a>(&'a self, tokens: &'a [Token]) -> impl Iterator<Item = Range<usize>> + 'a {
        tokens.windows(self.tokens.len()).filter(|window| self.is_at(window)).filter_map(|window| {
            let (first, last) = (window.first()?, window.last()?);
            // Half of a pair that was not asked for is not shown as found.
            let half = self.open && last.shape == Shape::Pair;
            Some(first.source.start..if half { last.first_end } else { last.source.end })
        })
    }

    fn is_at(&self, window: &[Token]) -> bool {
        let last = self.tokens.len() - 1;
        self.tokens.iter().zip(window).enumerate().all(|(index, (sought, token))| {
            if index == last && self.open { token.text.starts_with(sought.as_str()) } else { token.text == *sought }
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(sought: &str, text: &str) -> Vec<String> {
        Sought::new(sought).unwrap().places(text).into_iter().map(|place| text[place].to_owned()).collect()
    }

    #[test]
    fn phrases_are_found_where_they_stand() {
        let text = "您好,我要退款:订单 ORDER-123,退款到银行卡";
        for (sought, expected) in [
            ("退款", &["退款", "退款"][..]),
            ("要退款,订", &["要退款:订"]),
            ("要退款订", &[]),
            ("退", &["退", "退"]),
            ("款", &["款", "款"]),
            ("款到", &["款到"]),
            ("银行卡", &["银行卡"]),
            ("行卡。", &["行卡"]),
            ("order", &["ORDER"]),
            ("Ord", &["ORDER"]),
            ("order-12", &["ORDER-123"]),
            ("单 order 好", &["好", "单", "ORDER"]),
            ("款退", &[]),
            ("rder", &[]),
            ("order12", &[]),
            ("银卡", &[]),
        ] {
            assert_eq!(found(sought, text), expected, "{sought}");
        }
        assert_eq!(found("a", "a ab"), ["a"], "one letter is not the beginning of everything");
    }

    #[test]
    fn a_search_says_something_and_not_too_much() {
        for text in ["", "  ", ",。", "*", "\""] {
            assert_eq!(Sought::new(text), Err(InvalidSearch::Empty), "{text:?}");
        }
        assert_eq!(Sought::new(&"好".repeat(201)), Err(InvalidSearch::TooLong));
        assert!(Sought::new(&"好".repeat(200)).is_ok());
    }

    /// Chinese as people write it: mostly Han, some punctuation, some words in between.
    const CHINESE: &str = "[一-龥,。!?a-z0-9 ]{0,6}[一-龥]{2,12}[,。!?一-龥A-Z]{0,8}";

    proptest! {
        #[test]
        fn every_substring_of_two_chinese_characters_or_more_is_found(
            text in CHINESE,
            start in any::<prop::sample::Index>(),
            length in 2_usize..12,
        ) {
            let chars: Vec<char> = text.chars().collect();
            let start = start.index(chars.len());
            let part: String = chars[start..(start + length).min(chars.len())].iter().collect();
            // Words are found from their beginning only, and from two letters on.
            let is_word = |at: usize| chars.get(at).is_some_and(char::is_ascii_alphanumeric);
            let end = start + part.chars().count();
            let begins_within = start > 0 && is_word(start - 1) && is_word(start);
            let ends_with_one = is_word(end - 1) && is_word(end) && (end - 1 == start || !is_word(end - 2));
            if !begins_within && !ends_with_one && let Ok(sought) = Sought::new(&part) {
                prop_assert!(!sought.places(&text).is_empty(), "{part:?} in {text:?}");
            }
        }

        #[test]
        fn words_are_found_by_their_beginning(before in "[ a-z,]{0,10}", word in "[a-z0-9]{2,20}", cut in 2_usize..20) {
            let text = format!("{before} {word}!");
            let part = &word[..cut.min(word.len())];
            prop_assert!(!Sought::new(&part.to_uppercase()).unwrap().places(&text).is_empty());
        }

        #[test]
        fn places_are_in_order_and_within_the_text(sought in "\\PC{1,20}", text in "\\PC{0,60}") {
            if let Ok(sought) = Sought::new(&sought) {
                let mut end = 0;
                for place in sought.places(&text) {
                    prop_assert!(text.get(place.clone()).is_some_and(|found| !found.is_empty()));
                    prop_assert!(place.start >= end);
                    end = place.end;
                }
            }
        }
    }
}
