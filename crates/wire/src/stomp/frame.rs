use std::{fmt, ops::Range, str};

use bytes::{Buf, Bytes};
use smallvec::SmallVec;

use super::Command;

/// One decoded frame: a single owned copy of its octets, with the places of its headers in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    command: Command,
    /// Command, headers and body without the final NUL. Header texts are already unescaped where they stand, so the
    /// octets between two spans have no meaning.
    octets: Bytes,
    headers: SmallVec<[HeaderSpan; 8]>,
    body_start: u32,
}

/// Where a header's name and value are in the octets of the frame.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct HeaderSpan {
    pub(super) name: Span,
    pub(super) value: Span,
}

/// A half-open range of octets; `u32` because frames are limited to `u32::MAX`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// Both ends are offsets inside one frame.
    pub(super) fn new(range: Range<usize>) -> Self {
        Self { start: range.start as u32, end: range.end as u32 }
    }

    pub(super) const fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl Frame {
    /// Puts a frame together; `headers` are UTF-8 inside `octets`, and the body is everything from `body_start`.
    pub(super) fn new(command: Command, octets: Bytes, headers: SmallVec<[HeaderSpan; 8]>, body_start: usize) -> Self {
        Self { command, octets, headers, body_start: body_start as u32 }
    }

    /// The command.
    #[must_use]
    pub const fn command(&self) -> Command {
        self.command
    }

    /// The value of the first header called `name`: the first one counts (STOMP 1.2, "Repeated Header Entries").
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|header| &self.octets[header.name.range()] == name.as_bytes())
            .map(|header| self.text(header.value))
    }

    /// All headers in the order of the wire, repeated ones included.
    #[must_use]
    pub fn headers(&self) -> Headers<'_> {
        Headers { frame: self, next: 0 }
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.octets[self.body_start as usize..]
    }

    /// The body as a share of the frame's memory, which it keeps alive.
    #[must_use]
    pub fn body_bytes(&self) -> Bytes {
        self.octets.slice(self.body_start as usize..)
    }

    /// The body in the frame's memory, without an allocation.
    #[must_use]
    pub fn into_body(mut self) -> Bytes {
        self.octets.advance(self.body_start as usize);
        self.octets
    }

    /// Octets of memory that the frame's text and body occupy.
    #[must_use]
    pub fn size(&self) -> usize {
        self.octets.len()
    }

    fn text(&self, span: Span) -> &str {
        str::from_utf8(&self.octets[span.range()]).expect("the decoder checks that every header is utf-8")
    }
}

/// Values of credentials stay out of logs.
impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("command", &self.command)
            .field("headers", &self.headers())
            .field("body", &format_args!("{} bytes", self.body().len()))
            .finish()
    }
}

/// The headers of a [`Frame`] as pairs of name and value.
#[derive(Clone)]
pub struct Headers<'a> {
    frame: &'a Frame,
    next: usize,
}

impl<'a> Iterator for Headers<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let header = self.frame.headers.get(self.next)?;
        self.next += 1;
        Some((self.frame.text(header.name), self.frame.text(header.value)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.frame.headers.len() - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Headers<'_> {}

impl fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.clone().map(|(name, value)| {
                let secret = ["passcode", "authorization", "token", "password"]
                    .iter()
                    .any(|secret| name.trim().eq_ignore_ascii_case(secret));
                (name, if secret { "***" } else { value })
            }))
            .finish()
    }
}
