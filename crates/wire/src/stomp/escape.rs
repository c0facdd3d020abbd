//! Header escaping of STOMP 1.1 and 1.2 ("Value Encoding"), and what happens to octets that a version cannot express.

use memchr::{memchr, memchr2, memchr3};

use super::{Command, DecodeError, Version};

/// How the headers of one frame are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escaping {
    /// 1.0, and CONNECT, STOMP and CONNECTED of any version.
    None,
    /// 1.1, which has no escape for CR.
    WithoutCr,
    /// 1.2.
    Full,
}

impl Escaping {
    pub(super) const fn of(command: Command, version: Version) -> Self {
        match version {
            _ if !command.is_escaped() => Self::None,
            Version::V10 => Self::None,
            Version::V11 => Self::WithoutCr,
            Version::V12 => Self::Full,
        }
    }
}

/// Which side of the colon is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Name,
    Value,
}

/// Appends `text` so that it stays inside its header line.
///
/// What the version has no escape for (NUL always, LF and a name's colon without escaping, CR before 1.2) would end the
/// line or the frame early and let a sender forge headers, so it is replaced: by `_` in a name, by a blank in a value.
pub(super) fn write(out: &mut Vec<u8>, text: &str, part: Part, escaping: Escaping) {
    let text = text.as_bytes();
    if memchr3(b'\n', b':', b'\\', text).is_none() && memchr2(b'\r', 0, text).is_none() {
        out.extend_from_slice(text);
        return;
    }
    let replacement = match part {
        Part::Name => b'_',
        Part::Value => b' ',
    };
    for &octet in text {
        match (octet, escaping) {
            (0, _) | (b'\n', Escaping::None) => out.push(replacement),
            (b'\r', Escaping::None | Escaping::WithoutCr) => out.push(replacement),
            (b':', Escaping::None) if part == Part::Name => out.push(replacement),
            (b'\\' | b':', Escaping::None) => out.push(octet),
            (b'\n', _) => out.extend_from_slice(b"\\n"),
            (b'\r', Escaping::Full) => out.extend_from_slice(b"\\r"),
            (b':', _) => out.extend_from_slice(b"\\c"),
            (b'\\', _) => out.extend_from_slice(b"\\\\"),
            _ => out.push(octet),
        }
    }
}

/// Unescapes `text` where it stands and returns its new length; the octets behind it are left over.
///
/// `\r` is taken on 1.1 too, where it is not defined: clients that know 1.2 send it there.
///
/// # Errors
///
/// [`DecodeError::UndefinedEscape`] for any other escape: 1.1 and 1.2 require the frame to be refused.
pub(super) fn unescape_in_place(text: &mut [u8]) -> Result<usize, DecodeError> {
    let Some(first) = memchr(b'\\', text) else {
        return Ok(text.len());
    };
    let (mut read, mut written) = (first, first);
    while read < text.len() {
        text[written] = if text[read] == b'\\' {
            read += 1;
            match text.get(read) {
                Some(b'n') => b'\n',
                Some(b'r') => b'\r',
                Some(b'c') => b':',
                Some(b'\\') => b'\\',
                _ => return Err(DecodeError::UndefinedEscape),
            }
        } else {
            text[read]
        };
        read += 1;
        written += 1;
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, part: Part, escaping: Escaping) -> String {
        let mut out = Vec::new();
        write(&mut out, text, part, escaping);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn escapes_what_the_version_defines() {
        let text = "a:b\\c\nd\re\0f";
        let cases = [
            (Part::Value, Escaping::Full, "a\\cb\\\\c\\nd\\re f"),
            (Part::Name, Escaping::Full, "a\\cb\\\\c\\nd\\re_f"),
            (Part::Value, Escaping::WithoutCr, "a\\cb\\\\c\\nd e f"),
            (Part::Value, Escaping::None, "a:b\\c d e f"),
            (Part::Name, Escaping::None, "a_b\\c_d_e_f"),
        ];
        for (part, escaping, expected) in cases {
            assert_eq!(written(text, part, escaping), expected, "{part:?} {escaping:?}");
        }
    }

    #[test]
    fn connect_and_connected_are_never_escaped() {
        for command in [Command::Connect, Command::Stomp, Command::Connected] {
            assert_eq!(Escaping::of(command, Version::V12), Escaping::None);
        }
        assert_eq!(Escaping::of(Command::Error, Version::V12), Escaping::Full);
        assert_eq!(Escaping::of(Command::Send, Version::V11), Escaping::WithoutCr);
        assert_eq!(Escaping::of(Command::Send, Version::V10), Escaping::None);
    }

    #[test]
    fn unescapes_in_one_pass() {
        // Client libraries that replace one sequence after the other turn `\\n` into a line feed.
        let mut text = *b"x\\\\ny\\c\\r\\n";
        let length = unescape_in_place(&mut text).unwrap();
        assert_eq!(&text[..length], b"x\\ny:\r\n");
    }

    #[test]
    fn refuses_undefined_escapes() {
        for text in ["\\t", "a\\", "\\N", "ok\\n\\0"] {
            let mut octets = text.as_bytes().to_vec();
            assert_eq!(unescape_in_place(&mut octets), Err(DecodeError::UndefinedEscape), "{text}");
        }
    }
}
