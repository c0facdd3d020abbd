/// What to do about a byte of the text. Bytes of characters that are never escaped are copied in runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Copy,
    /// An ASCII character that JSON escapes.
    Ascii,
    /// The first byte of three that may be a character of [`is_escaped`].
    Three,
    /// The first byte of four: a character above U+FFFF, which goes out as two escapes.
    Four,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Copy; 256];
    let mut byte = 0;
    while byte < 0x20 {
        classes[byte] = Class::Ascii;
        byte += 1;
    }
    classes[b'"' as usize] = Class::Ascii;
    classes[b'\\' as usize] = Class::Ascii;
    // U+2000 to U+2FFF, and U+F000 to U+FFFF.
    classes[0xe2] = Class::Three;
    classes[0xef] = Class::Three;
    // UTF-8 has nothing above 0xf4.
    byte = 0xf0;
    while byte < classes.len() {
        classes[byte] = Class::Four;
        byte += 1;
    }
    classes
};

/// Appends `text` as a JSON string in which the characters that browsers or proxies damage are escaped, in lower case
/// (`spec/stomp-sockjs.md` rule 33, §3.8). `text` has to be UTF-8; of what is not, the result is not either.
pub fn put_element(out: &mut Vec<u8>, text: &[u8]) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let mut rest = text;
    while let Some(run) = find_special(rest) {
        let (plain, special) = rest.split_at(run);
        out.extend_from_slice(plain);
        rest = &special[put_special(out, special)..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// Where the first byte is that is not [`Class::Copy`].
fn find_special(text: &[u8]) -> Option<usize> {
    let (words, tail) = text.as_chunks();
    for (index, word) in words.iter().enumerate() {
        let found = specials(u64::from_le_bytes(*word));
        if found != 0 {
            return Some(index * size_of::<u64>() + found.trailing_zeros() as usize / 8);
        }
    }
    let found = tail.iter().position(|byte| CLASSES[usize::from(*byte)] != Class::Copy)?;
    Some(text.len() - tail.len() + found)
}

/// Sets the highest bit of the lowest byte in `word` that is not [`Class::Copy`]; bytes above it may have theirs set too,
/// because differences borrow from them. Eight bytes at a time are twice as fast as one by one, and every MESSAGE inside
/// SockJS passes here.
const fn specials(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 0xff;
    const fn below(word: u64, bound: u8) -> u64 {
        word.wrapping_sub(ONES * bound as u64) & !word
    }
    const fn equal(word: u64, byte: u8) -> u64 {
        below(word ^ (ONES * byte as u64), 1)
    }
    // Adding 0x11 to the low seven bits carries into the highest one from 0x6f on.
    let from_ef = ((word & (ONES * 0x7f)) + ONES * 0x11) & word;
    let found = below(word, 0x20) | equal(word, b'"') | equal(word, b'\\') | equal(word, 0xe2) | from_ef;
    found & (ONES * 0x80)
}

/// Appends the character that `special` begins with, escaped if it has to be; returns its length in bytes.
fn put_special(out: &mut Vec<u8>, special: &[u8]) -> usize {
    match *special {
        [first, ..] if CLASSES[usize::from(first)] == Class::Ascii => {
            put_ascii(out, first);
            1
        }
        [first, second, third, ..] if CLASSES[usize::from(first)] == Class::Three => {
            let unit = u16::from(first & 0xf) << 12 | u16::from(second & 0x3f) << 6 | u16::from(third & 0x3f);
            if is_escaped(unit) {
                put_unit(out, unit);
            } else {
                out.extend_from_slice(&[first, second, third]);
            }
            3
        }
        [first, second, third, fourth, ..] if CLASSES[usize::from(first)] == Class::Four => {
            let point = u32::from(first & 7) << 18
                | u32::from(second & 0x3f) << 12
                | u32::from(third & 0x3f) << 6
                | u32::from(fourth & 0x3f);
            let character = char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER);
            for unit in character.encode_utf16(&mut [0; 2]) {
                put_unit(out, *unit);
            }
            4
        }
        // A character that is cut off, which UTF-8 has not.
        _ => {
            out.extend_from_slice(special);
            special.len()
        }
    }
}

fn put_ascii(out: &mut Vec<u8>, byte: u8) {
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => return put_unit(out, u16::from(byte)),
    };
    out.extend_from_slice(&[b'\\', short]);
}

fn put_unit(out: &mut Vec<u8>, unit: u16) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |shift: u16| DIGITS[usize::from(unit >> shift & 0xf)];
    out.extend_from_slice(&[b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]);
}

/// Whether a character of three bytes is among those that SockJS escapes.
const fn is_escaped(unit: u16) -> bool {
    matches!(unit, 0x200c..=0x200f | 0x2028..=0x202f | 0x2060..=0x206f | 0xfff0..=0xffff)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn element(text: &str) -> String {
        let mut out = Vec::new();
        put_element(&mut out, text.as_bytes());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_is_escaped_and_how() {
        for (text, expected) in [
            ("", r#""""#),
            ("plain", r#""plain""#),
            ("SEND\nto:/a\n\n\"\\\0", r#""SEND\nto:/a\n\n\"\\\u0000""#),
            ("\t\r\u{8}\u{c}\u{1}\u{1f}\u{7f}", "\"\\t\\r\\b\\f\\u0001\\u001f\u{7f}\""),
            ("你好，“世界”！", "\"你好，“世界”！\""),
            ("\u{200b}\u{200c}\u{200f}\u{2010}", "\"\u{200b}\\u200c\\u200f\u{2010}\""),
            ("\u{2027}\u{2028}\u{202f}\u{2030}", "\"\u{2027}\\u2028\\u202f\u{2030}\""),
            ("\u{205f}\u{2060}\u{206f}\u{2070}", "\"\u{205f}\\u2060\\u206f\u{2070}\""),
            ("\u{ffef}\u{fff0}\u{ffff}\u{d7ff}\u{e000}", "\"\u{ffef}\\ufff0\\uffff\u{d7ff}\u{e000}\""),
            ("a🦀\u{10ffff}b", r#""a\ud83e\udd80\udbff\udfffb""#),
        ] {
            assert_eq!(element(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_first_special_byte_is_found_wherever_it_is() {
        for byte in 0..=u8::MAX {
            let expected = CLASSES[usize::from(byte)] != Class::Copy;
            for place in 0..20 {
                for (around, neighbour) in [(b'a', b'!'), (0x7f, 0xee), (b'#', 0x80)] {
                    let mut text = [around; 20];
                    text[place] = byte;
                    text.iter_mut().skip(place + 1).step_by(2).for_each(|byte| *byte = neighbour);
                    assert_eq!(find_special(&text), expected.then_some(place), "{byte:#x} among {neighbour:#x}");
                }
            }
        }
    }

    #[test]
    fn every_character_comes_back_and_those_of_the_list_are_escaped() {
        for character in '\0'..=char::MAX {
            let text = character.to_string();
            let element = element(&text);
            assert_eq!(serde_json::from_str::<String>(&element).unwrap(), text);
            let units = character as u32;
            let escaped = units < 0x20
                || "\"\\".contains(character)
                || u16::try_from(units).is_ok_and(is_escaped)
                || units > 0xffff;
            assert_eq!(element.contains('\\'), escaped, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in "(\\PC|[\\x00-\\x1f\"\\\\\u{2028}\u{ffff}🦀a-z]){0,40}") {
            prop_assert_eq!(serde_json::from_str::<String>(&element(&text)).unwrap(), text);
        }

        #[test]
        fn bytes_that_are_no_text_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let mut out = Vec::new();
            put_element(&mut out, &bytes);
            prop_assert!(out.len() >= 2 && out.len() <= 2 + 6 * bytes.len());
        }
    }
}
