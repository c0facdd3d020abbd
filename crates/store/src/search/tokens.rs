//! Text as the index sees it.
//!
//! Scripts that are written without blanks are indexed by *pairs*: 退款单 is 退款, 款单 and 单. Whoever looks for two
//! characters that stand together finds them wherever they stand, without a dictionary. The last character of a run stands
//! alone, so that each character begins exactly one token, and a token that begins with a character finds it. Everything
//! else is words: letters and digits that stand together. Characters are compared in their normal form ([`characters`]).

use std::ops::Range;

use super::characters::{Char, CharClass, characters};

/// Characters of a word that count; the rest of a longer one is ignored, in what is searched and in what is sought.
const WORD_CHARS: usize = 64;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Two characters of a script without blanks that follow each other.
    Pair,
    /// The last character of a run of such a script.
    Last,
    /// Letters and digits of other scripts.
    Word,
}

/// One unit of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// In its normal form: letters and digits only.
    pub(super) text: String,
    pub(super) shape: Shape,
    /// Where it stands in the text, in bytes.
    pub(super) source: Range<usize>,
    /// Where its first character ends.
    pub(super) first_end: usize,
}

/// The tokens of `text`, in their order.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut run: Vec<Char> = Vec::new();
    for next in characters(text) {
        if run.last().is_some_and(|last| last.class != next.class) {
            close(&mut run, &mut tokens);
        }
        if next.class != CharClass::Separator {
            run.push(next);
        }
    }
    close(&mut run, &mut tokens);
    tokens
}

/// The tokens of `text` with blanks between, as the index takes them.
pub(super) fn joined(text: &str) -> String {
    let mut joined = String::with_capacity(text.len() * 3);
    for token in tokens(text) {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(&token.text);
    }
    joined
}

/// Makes tokens of a run of characters of one class.
fn close(run: &mut Vec<Char>, tokens: &mut Vec<Token>) {
    let Some(first) = run.first() else { return };
    let spanning = |chars: &[Char], shape| {
        let (first, last) = (chars.first()?, chars.last()?);
        let text = chars.iter().take(WORD_CHARS).map(|char| char.value).collect();
        Some(Token { text, shape, source: first.source.start..last.source.end, first_end: first.source.end })
    };
    if first.class == CharClass::Dense {
        tokens.extend(run.windows(2).filter_map(|pair| spanning(pair, Shape::Pair)));
        tokens.extend(run.last_chunk::<1>().and_then(|last| spanning(last, Shape::Last)));
    } else {
        tokens.extend(spanning(run, Shape::Word));
    }
    run.clear();
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_is_pairs_and_words() {
        for (text, expected) in [
            ("", ""),
            (" ,。!", ""),
            ("退款单", "退款 款单 单"),
            ("我", "我"),
            ("你好,World 2026!", "你好 好 world 2026"),
            ("订单A123的", "订单 单 a123 的"),
            ("order_id=x-9", "order id x 9"),
            ("ＡＢＣ①", "abc1"),
            ("㍿ﬁ", "株式 式会 会社 社 fi"),
            ("ﾊﾟﾝ", "パン ン"),
            ("e\u{301}té", "été"),
            ("STRASSE Ünï", "strasse ünï"),
            ("환불해", "환불 불해 해"),
            ("𠮷野家", "𠮷野 野家 家"),
            ("買った", "買っ った た"),
        ] {
            assert_eq!(joined(text), expected, "{text}");
        }
    }

    #[test]
    fn a_long_word_ends_early() {
        assert_eq!(joined(&"x".repeat(100_000)), "x".repeat(WORD_CHARS));
    }

    proptest! {
        #[test]
        fn tokens_point_into_their_text(text in "\\PC{0,40}") {
            for token in tokens(&text) {
                prop_assert!(!token.text.is_empty());
                prop_assert!(token.text.chars().all(char::is_alphanumeric), "{}", token.text);
                prop_assert!(text.get(token.source.clone()).is_some_and(|source| !source.is_empty()));
                prop_assert!(text.is_char_boundary(token.first_end));
                prop_assert!(token.first_end <= token.source.end && token.first_end > token.source.start);
            }
        }
    }
}
