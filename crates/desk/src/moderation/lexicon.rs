//! The words of an organisation, and where a text says them.
//!
//! Text and words are compared in one form: as the search compares them (NFKC, lower case, so that full width is half width),
//! without characters that nobody sees. What stands between characters is left out where one of them is of a script that is
//! written without blanks, so that `退 款` and `退*款` say `退款`; between letters and digits of other scripts it counts, but a
//! run of blanks is one blank. One pass over the text finds all words, however many there are (Aho and Corasick).

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError, MatchKind};
use deskwire_store::{CharClass, TabooAction, TabooWord, characters};

/// What takes the place of each character of a word.
const MASK: char = '*';
/// How often a text is looked at again for words that have come together over masked ones. One that still says some then is
/// masked as a whole.
const PASSES: usize = 8;

/// The words of an organisation, ready to be looked for.
#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    /// None without words.
    automaton: Option<AhoCorasick>,
    words: Vec<Listed>,
}

#[derive(Debug)]
struct Listed {
    content: Box<str>,
    action: TabooAction,
    whole: bool,
}

/// A word that a text says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// As it is written in the list.
    pub(crate) word: Box<str>,
    pub(crate) action: TabooAction,
    /// The bytes of the text where it is said first.
    pub(crate) place: Range<usize>,
}

impl Lexicon {
    /// Those of `words` that count.
    ///
    /// # Errors
    /// [`BuildError`] when they are too many for any machine.
    pub(crate) fn new(words: &[TabooWord]) -> Result<Self, BuildError> {
        let counting: Vec<_> = words.iter().filter(|word| word.enabled && !word.folded.is_empty()).collect();
        if counting.is_empty() {
            return Ok(Self::default());
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(counting.iter().map(|word| word.folded.as_bytes()))?;
        let listed = |word: &&TabooWord| Listed {
            content: word.content.as_str().into(),
            action: word.action,
            whole: word.whole,
        };
        Ok(Self { automaton: Some(automaton), words: counting.iter().map(listed).collect() })
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.automaton.is_none()
    }

    /// The words that `text` says, each once, in the order in which they are said first.
    pub(crate) fn find(&self, text: &str) -> Vec<Found> {
        let folded = Folded::new(text);
        let mut seen = vec![false; self.words.len()];
        let mut found = Vec::new();
        self.scan(&folded, |index, word, chars| {
            if !std::mem::replace(&mut seen[index], true) {
                found.push(Found { word: word.content.clone(), action: word.action, place: folded.source(&chars) });
            }
        });
        found
    }

    /// `text` with `*` in the place of each character of the words that are not to be seen in it; none if there are none. It
    /// has as many characters, and says none of these words.
    pub(crate) fn mask(&self, text: &str) -> Option<String> {
        let mut masked = self.masked_once(text)?;
        for _ in 1..PASSES {
            // Words may have come together over what is masked now.
            match self.masked_once(&masked) {
                Some(again) => masked = again,
                None => return Some(masked),
            }
        }
        Some(masked.chars().map(|char| if char.is_whitespace() { char } else { MASK }).collect())
    }

    fn masked_once(&self, text: &str) -> Option<String> {
        let folded = Folded::new(text);
        // Of words that begin at the same character the longest counts.
        let mut ends = vec![0; folded.chars.len()];
        let mut any = false;
        self.scan(&folded, |_, word, chars| {
            if word.action >= TabooAction::Mask {
                ends[chars.start] = ends[chars.start].max(chars.end);
                any = true;
            }
        });
        if !any {
            return None;
        }
        let mut masked = String::with_capacity(text.len());
        let mut rest = 0;
        for (start, end) in ends.into_iter().enumerate().filter(|(_, end)| *end > 0) {
            let place = folded.source(&(start..end));
            let from = place.start.max(rest);
            masked.push_str(&text[rest..from]);
            if place.end > from {
                masked.extend(text[from..place.end].chars().map(|_| MASK));
                rest = place.end;
            }
        }
        masked.push_str(&text[rest..]);
        Some(masked)
    }

    /// Tells each word that is said: its number, the word, and which characters of the compared form say it.
    fn scan(&self, folded: &Folded, mut tell: impl FnMut(usize, &Listed, Range<usize>)) {
        let Some(automaton) = &self.automaton else { return };
        for found in automaton.find_overlapping_iter(&folded.text) {
            let index = found.pattern().as_usize();
            let Some(word) = self.words.get(index) else { continue };
            let chars = folded.index(found.start())..folded.index(found.end());
            if !word.whole || folded.stands_alone(&chars) {
                tell(index, word, chars);
            }
        }
    }
}

/// A word as it is compared; none if it has no letter and no digit, so that nothing could say it.
pub(crate) fn folded(word: &str) -> Option<String> {
    Some(Folded::new(word).text).filter(|text| !text.is_empty())
}

/// A text as it is compared.
struct Folded {
    text: String,
    /// Its characters in their order.
    chars: Vec<FoldedChar>,
}

struct FoldedChar {
    /// Where it begins in the compared form, in bytes.
    start: usize,
    class: CharClass,
    /// The bytes of the text that it comes from.
    source: Range<usize>,
}

impl Folded {
    fn new(text: &str) -> Self {
        let mut folded = Self { text: String::with_capacity(text.len()), chars: Vec::new() };
        let mut between = Vec::new();
        for next in characters(text).filter(|next| !is_unseen(next.value)) {
            if next.class == CharClass::Separator {
                between.push(next);
                continue;
            }
            let counts = |last: &FoldedChar| last.class == CharClass::Word && next.class == CharClass::Word;
            if folded.chars.last().is_some_and(counts) {
                let is_blank = between.iter().all(|char: &deskwire_store::Char| char.value.is_whitespace());
                if let Some(first) = between.first().filter(|_| is_blank) {
                    folded.push(' ', first.class, first.source.clone());
                }
                for char in between.iter().filter(|char| !char.value.is_whitespace()) {
                    folded.push(char.value, char.class, char.source.clone());
                }
            }
            between.clear();
            folded.push(next.value, next.class, next.source);
        }
        folded
    }

    fn push(&mut self, value: char, class: CharClass, source: Range<usize>) {
        self.chars.push(FoldedChar { start: self.text.len(), class, source });
        self.text.push(value);
    }

    /// The character that begins at this byte of the compared form, or their number at its end.
    fn index(&self, byte: usize) -> usize {
        self.chars.partition_point(|char| char.start < byte)
    }

    /// The bytes of the text that some characters come from.
    fn source(&self, chars: &Range<usize>) -> Range<usize> {
        match &self.chars[chars.clone()] {
            [first, .., last] => first.source.start..last.source.end,
            [only] => only.source.clone(),
            [] => 0..0,
        }
    }

    /// Whether no word goes on before or behind these characters.
    fn stands_alone(&self, chars: &Range<usize>) -> bool {
        let is_word = |index: usize| self.chars.get(index).is_some_and(|char| char.class == CharClass::Word);
        let goes_on_before = chars.start > 0 && is_word(chars.start - 1) && is_word(chars.start);
        let goes_on_behind = chars.end > 0 && is_word(chars.end - 1) && is_word(chars.end);
        !goes_on_before && !goes_on_behind
    }
}

/// Whether nobody sees a character: soft hyphens, characters without width, marks that only vary or strike another one.
const fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{feff}'
        | '\u{300}'..='\u{36f}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{20d0}'..='\u{20ff}'
        | '\u{fe00}'..='\u{fe0f}'
    )
}

#[cfg(test)]
mod tests {
    use deskwire_model::{Timestamp, Uid};
    use proptest::prelude::*;

    use super::*;

    fn word(content: &str, action: TabooAction, whole: bool) -> TabooWord {
        let uid = |text: &str| Uid::new(text).unwrap();
        TabooWord {
            uid: Uid::random(),
            org: uid("acme"),
            content: content.to_owned(),
            folded: folded(content).unwrap_or_default(),
            action,
            whole,
            category: String::new(),
            enabled: true,
            created_by: uid("admin"),
            created_at: Timestamp(0),
            updated_at: Timestamp(0),
        }
    }

    /// Words to be masked.
    fn lexicon(words: &[&str]) -> Lexicon {
        let words: Vec<_> = words.iter().map(|content| word(content, TabooAction::Mask, false)).collect();
        Lexicon::new(&words).unwrap()
    }

    #[test]
    fn words_are_masked_however_they_are_written() {
        for (words, text, expected) in [
            (&["退款"][..], "我要退款。", "我要**。"),
            (&["退款"], "我要退 款,退*款,退　款", "我要***,***,***"),
            (&["退款"], "退\u{200b}款", "***"),
            (&["退款"], "退货款", "退货款"),
            (&["fuck"], "FuCk ｆｕｃｋ f\u{336}uck", "**** **** *****"),
            (&["fuck"], "f u c k", "f u c k"),
            (&["free money"], "FREE   money, free-money", "************, free-money"),
            (&["ass"], "class", "cl***"),
            (&["加vx"], "加 VX123", "****123"),
            (&["①"], "1 ㈠", "* ㈠"),
            (&["株式"], "㍿a", "*a"),
            (&["ab", "bc", "abcd"], "xabcy abcd", "x***y ****"),
            (&["a.b"], "A.b a b", "*** a b"),
            (&["退", "AB", "甲乙"], "甲退乙", "***"),
            (&[], "退款", "退款"),
        ] {
            let masked = lexicon(words).mask(text);
            assert_eq!(masked.as_deref().unwrap_or(text), expected, "{words:?} in {text}");
        }
    }

    #[test]
    fn a_whole_word_stands_alone() {
        for (text, expected) in [
            ("ass", true),
            ("an ass.", true),
            ("你ass好", true),
            ("class", false),
            ("assure", false),
            ("ass1", false),
            ("class ass", true),
        ] {
            let lexicon = Lexicon::new(&[word("ass", TabooAction::Mask, true)]).unwrap();
            assert_eq!(lexicon.mask(text).is_some(), expected, "{text}");
        }
    }

    #[test]
    fn all_words_are_found_each_once() {
        let words = [
            word("退款", TabooAction::Log, false),
            word("款", TabooAction::Block, false),
            word("off", TabooAction::Mask, false),
            TabooWord { enabled: false, ..word("是", TabooAction::Block, false) },
        ];
        let lexicon = Lexicon::new(&words).unwrap();
        let found = lexicon.find("这是退款退款 OFF");
        let seen: Vec<_> = found.iter().map(|found| (&*found.word, found.action, found.place.clone())).collect();
        let expected =
            [("退款", TabooAction::Log, 6..12), ("款", TabooAction::Block, 9..12), ("off", TabooAction::Mask, 19..22)];
        assert_eq!(seen, expected);
        assert_eq!(lexicon.mask("退货 off"), Some("退货 ***".to_owned()));
        assert_eq!(lexicon.mask("退"), None, "what is only logged is seen");
        assert!(Lexicon::new(&words[3..]).unwrap().is_empty());
    }

    #[test]
    fn what_says_nothing_is_no_word() {
        for nothing in ["", " ", "***", "。！", "\u{200b}"] {
            assert_eq!(folded(nothing), None, "{nothing:?}");
        }
        assert_eq!(folded(" 退 款。").as_deref(), Some("退款"));
    }

    #[test]
    fn words_within_words_within_words_end() {
        let nested = format!("{}退{}", "甲".repeat(200), "乙".repeat(200));
        let lexicon = lexicon(&["退", "甲乙"]);
        let masked = lexicon.mask(&nested).unwrap();
        assert_eq!(masked, "*".repeat(401));
    }

    /// Few characters, so that words are said often, in all shapes that fold.
    const TEXT: &str = "[ab甲乙ＡＢAB *.\u{200b}①1\u{301}㍿]{0,24}";
    const WORD: &str = "[ab甲乙Ａ *.1株]{1,4}";

    proptest! {
        #[test]
        fn masking_keeps_the_length_and_leaves_no_word(text in TEXT, words in prop::collection::vec((WORD, any::<bool>()), 0..6)) {
            let words: Vec<_> = words.iter().map(|(content, whole)| word(content, TabooAction::Mask, *whole)).collect();
            let lexicon = Lexicon::new(&words).unwrap();
            let masked = lexicon.mask(&text);
            prop_assert_eq!(masked.is_some(), !lexicon.find(&text).is_empty());
            let masked = masked.unwrap_or_else(|| text.clone());
            prop_assert_eq!(masked.chars().count(), text.chars().count());
            prop_assert_eq!(lexicon.find(&masked), vec![]);
            prop_assert_eq!(lexicon.mask(&masked), None);
            for (was, is) in text.chars().zip(masked.chars()) {
                prop_assert!(was == is || is == MASK);
            }
        }
    }
}
