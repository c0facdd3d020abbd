//! Text as the index sees it.
//!
//! Scripts that are written without blanks are indexed by *pairs*: 退款单 is 退款, 款单 and 单. Whoever looks for two
//! characters that stand together finds them wherever they stand, without a dictionary. The last character of a run stands
//! alone, so that each character begins exactly one token, and a token that begins with a character finds it. Everything
//! else is words: letters and digits that stand together, in lower case. What looks the same is the same: text is
//! compared in the form NFKC (Unicode Standard Annex #15), so that `ＡＢＣ` is `abc` and `①` is `1`.

use std::ops::Range;

use icu_normalizer::{ComposingNormalizerBorrowed, properties::CanonicalCombiningClassMapBorrowed};

/// Characters of a word that count; the rest of a longer one is ignored, in what is searched and in what is sought.
const WORD_CHARS: usize = 64;

const NFKC: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfkc();
const COMBINING: CanonicalCombiningClassMapBorrowed<'static> = CanonicalCombiningClassMapBorrowed::new();

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
        if next.class != Class::Separator {
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// Of a script that is written without blanks between words, or of Korean, where words change their ends.
    Dense,
    Word,
    Separator,
}

/// A character in its normal form, and the bytes that it comes from.
struct Char {
    value: char,
    class: Class,
    source: Range<usize>,
}

/// Makes tokens of a run of characters of one class.
fn close(run: &mut Vec<Char>, tokens: &mut Vec<Token>) {
    let Some(first) = run.first() else { return };
    let spanning = |chars: &[Char], shape| {
        let (first, last) = (chars.first()?, chars.last()?);
        let text = chars.iter().take(WORD_CHARS).map(|char| char.value).collect();
        Some(Token { text, shape, source: first.source.start..last.source.end, first_end: first.source.end })
    };
    if first.class == Class::Dense {
        tokens.extend(run.windows(2).filter_map(|pair| spanning(pair, Shape::Pair)));
        tokens.extend(run.last_chunk::<1>().and_then(|last| spanning(last, Shape::Last)));
    } else {
        tokens.extend(spanning(run, Shape::Word));
    }
    run.clear();
}

/// The characters of `text` in their normal form. Marks belong to the character that they stand on.
fn characters(text: &str) -> impl Iterator<Item = Char> {
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, base) = rest.next()?;
        let mut end = start + base.len_utf8();
        while let Some((at, mark)) = rest.next_if(|(_, next)| joins(*next)) {
            end = at + mark.len_utf8();
        }
        Some(normal(&text[start..end], start..end))
    })
    .flatten()
}

fn normal(cluster: &str, source: Range<usize>) -> impl Iterator<Item = Char> {
    let normal = NFKC.normalize(cluster);
    let lower: Vec<char> = normal.chars().flat_map(char::to_lowercase).collect();
    lower.into_iter().map(move |value| Char { value, class: class(value), source: source.clone() })
}

/// Whether a character is written onto the one before it.
fn joins(next: char) -> bool {
    !next.is_ascii()
        && (COMBINING.get_u8(next) != 0 || matches!(next, '\u{1160}'..='\u{11ff}' | '\u{ff9e}' | '\u{ff9f}'))
}

const fn is_dense(c: char) -> bool {
    matches!(c,
        '\u{0e00}'..='\u{0eff}' // Thai, Lao
        | '\u{1000}'..='\u{109f}' // Myanmar
        | '\u{1100}'..='\u{11ff}' // Hangul
        | '\u{1780}'..='\u{17ff}' // Khmer
        | '\u{2e80}'..='\u{2fff}' // radicals
        | '\u{3005}'..='\u{3007}' // 々〆〇
        | '\u{3021}'..='\u{30ff}' // Hiragana, Katakana
        | '\u{3100}'..='\u{31ff}' // Bopomofo, Hangul, Katakana
        | '\u{3400}'..='\u{9fff}' // Han
        | '\u{a000}'..='\u{a4cf}' // Yi
        | '\u{ac00}'..='\u{d7ff}' // Hangul
        | '\u{f900}'..='\u{faff}' // Han
        | '\u{1b000}'..='\u{1b16f}' // Kana
        | '\u{20000}'..='\u{3ffff}' // Han
    )
}

fn class(c: char) -> Class {
    if c.is_ascii_alphanumeric() {
        Class::Word
    } else if c.is_ascii() || !c.is_alphanumeric() {
        Class::Separator
    } else if is_dense(c) {
        Class::Dense
    } else {
        Class::Word
    }
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
