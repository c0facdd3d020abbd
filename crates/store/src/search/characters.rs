//! Text as it is compared, character by character: in search and wherever words are looked for.
//!
//! What looks the same is the same: text is compared in the form NFKC (Unicode Standard Annex #15) and in lower case, so that
//! `ＡＢＣ` is `abc` and `①` is `1`.

use std::ops::Range;

use icu_normalizer::{ComposingNormalizerBorrowed, properties::CanonicalCombiningClassMapBorrowed};

const NFKC: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfkc();
const COMBINING: CanonicalCombiningClassMapBorrowed<'static> = CanonicalCombiningClassMapBorrowed::new();

/// How a character stands among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CharClass {
    /// Of a script that is written without blanks between words, or of Korean, where words change their ends.
    Dense,
    /// A letter or digit of another script.
    Word,
    /// No letter and no digit.
    Separator,
}

/// A character in its normal form, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Char {
    /// The character; one of the text may become several.
    pub value: char,
    /// What it is.
    pub class: CharClass,
    /// The bytes of the text that it comes from, with the marks that stand on it.
    pub source: Range<usize>,
}

/// The characters of `text` in their normal form. Marks belong to the character that they stand on.
pub fn characters(text: &str) -> impl Iterator<Item = Char> {
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

fn class(c: char) -> CharClass {
    if c.is_ascii_alphanumeric() {
        CharClass::Word
    } else if c.is_ascii() || !c.is_alphanumeric() {
        CharClass::Separator
    } else if is_dense(c) {
        CharClass::Dense
    } else {
        CharClass::Word
    }
}
