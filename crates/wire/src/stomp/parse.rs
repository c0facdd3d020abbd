use std::{ops::Range, str};

use bytes::Bytes;
use memchr::memchr;
use smallvec::SmallVec;

use super::{
    Command, DecodeError, Frame, Version,
    escape::unescape_in_place,
    frame::{HeaderSpan, Span},
    scan::without_cr,
};

/// Makes a frame of its octets, from the command up to the NUL, which is left out. The head is known to be complete
/// lines with an empty one at the end, right before `body_start`.
///
/// # Errors
///
/// Anything that is wrong inside a header line, or a body that must not be there.
pub(super) fn frame(
    command: Command,
    mut octets: Vec<u8>,
    body_start: usize,
    version: Version,
) -> Result<Frame, DecodeError> {
    str::from_utf8(&octets[..body_start]).map_err(|_| DecodeError::InvalidUtf8)?;
    let style = HeaderStyle {
        escaped: version != Version::V10 && command.is_escaped() && memchr(b'\\', &octets[..body_start]).is_some(),
        padded: version == Version::V10,
    };
    let mut headers = SmallVec::new();
    let mut start = line_end(&octets, 0) + 1;
    while start < body_start {
        let end = line_end(&octets, start);
        let line = start..start + without_cr(&octets[start..end]).len();
        if !line.is_empty() {
            headers.push(header(&mut octets, line, style)?);
        }
        start = end + 1;
    }
    let body_start = if command.may_have_body() {
        body_start
    } else {
        // Old versions of StompProtocolAndroid put line feeds between the headers and the NUL of every frame.
        if octets[body_start..].iter().any(|o| !b"\r\n".contains(o)) {
            return Err(DecodeError::UnexpectedBody { command });
        }
        octets.len()
    };
    Ok(Frame::new(command, Bytes::from(octets), headers, body_start))
}

#[derive(Clone, Copy)]
struct HeaderStyle {
    /// There are backslashes and they mean something.
    escaped: bool,
    /// Blanks around name and value are no part of them.
    padded: bool,
}

fn line_end(octets: &[u8], start: usize) -> usize {
    memchr(b'\n', &octets[start..]).map_or(octets.len(), |found| start + found)
}

/// Splits a line at its first colon, since clients leave colons in values as they are.
fn header(octets: &mut [u8], line: Range<usize>, style: HeaderStyle) -> Result<HeaderSpan, DecodeError> {
    let colon = memchr(b':', &octets[line.clone()]).ok_or(DecodeError::MalformedHeader)?;
    let mut name = line.start..line.start + colon;
    let mut value = name.end + 1..line.end;
    if style.padded {
        name = without_blanks(octets, name);
        value = without_blanks(octets, value);
    }
    if style.escaped {
        name.end = name.start + unescape_in_place(&mut octets[name.clone()])?;
        value.end = value.start + unescape_in_place(&mut octets[value.clone()])?;
    }
    if name.is_empty() {
        return Err(DecodeError::MalformedHeader);
    }
    Ok(HeaderSpan { name: Span::new(name), value: Span::new(value) })
}

fn without_blanks(octets: &[u8], text: Range<usize>) -> Range<usize> {
    let blank = |octet: &u8| matches!(octet, b' ' | b'\t');
    let leading = octets[text.clone()].iter().take_while(|o| blank(o)).count();
    let start = text.start + leading;
    let trailing = octets[start..text.end].iter().rev().take_while(|o| blank(o)).count();
    start..text.end - trailing
}
