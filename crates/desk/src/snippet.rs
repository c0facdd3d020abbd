//! The part of a text in which something was found.

use std::ops::Range;

/// Characters of a snippet.
const LENGTH: usize = 120;
/// Of which this many stand before what was found.
const LEAD: usize = 30;

/// A part of a text, in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// The part, with `…` where more was left out.
    pub text: String,
    /// Start and length of what was found in `text`, in UTF-16 code units, as JavaScript and Java count.
    pub marks: Vec<(usize, usize)>,
}

/// The part of `text` around the first of `places`, which are ranges of bytes in their order.
pub(crate) fn snippet(text: &str, places: &[Range<usize>]) -> Snippet {
    let first = places.first().map_or(0, |place| place.start);
    let start = match text[..first].char_indices().rev().nth(LEAD - 1) {
        Some((start, _)) => start,
        None => 0,
    };
    let end = text[start..].char_indices().nth(LENGTH).map_or(text.len(), |(length, _)| start + length);
    let before = if start > 0 { "…" } else { "" };
    let line = text[start..end].chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut snippet: String = before.chars().chain(line).collect();
    if end < text.len() {
        snippet.push('…');
    }
    let units = |text: &str| text.chars().map(char::len_utf16).sum::<usize>();
    let marks = places.iter().filter(|place| place.start < end).map(|place| {
        let from = units(before) + units(&text[start..place.start]);
        (from, units(&text[place.start..place.end.min(end)]))
    });
    Snippet { marks: marks.collect(), text: snippet }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn marks_point_at_what_was_found() {
        let long = format!("{}😀退款\n好{}", "前".repeat(50), "后".repeat(200));
        let at = long.find("退款").unwrap();
        for (text, places, expected, marks) in [
            ("我要退款", Vec::from_iter(Some(6..12)), "我要退款".to_owned(), vec![(2, 2)]),
            ("a\nb", vec![], "a b".to_owned(), vec![]),
            ("", vec![], String::new(), vec![]),
            (
                long.as_str(),
                vec![at..at + 6, long.len() - 3..long.len()],
                format!("…{}😀退款 好{}…", "前".repeat(29), "后".repeat(86)),
                vec![(32, 2)],
            ),
        ] {
            assert_eq!(snippet(text, &places), Snippet { text: expected, marks }, "{text}");
        }
    }

    proptest! {
        #[test]
        fn marks_lie_within(text in "\\PC{0,300}", from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>()) {
            let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let (from, to) = (ends[from.index(ends.len())], ends[to.index(ends.len())]);
            let snippet = snippet(&text, std::slice::from_ref(&(from.min(to)..from.max(to))));
            let units = snippet.text.encode_utf16().count();
            prop_assert!(units <= 2 * (LENGTH + 2));
            for (start, length) in snippet.marks {
                prop_assert!(start + length <= units);
            }
        }
    }
}
