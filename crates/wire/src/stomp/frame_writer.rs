use super::{
    Command, Version,
    escape::{self, Escaping, Part},
    message_id::write_decimal,
};

/// Appends one frame to a buffer, header by header: what the typed writers are made of, and the way to frames that they
/// do not cover.
#[derive(Debug)]
#[must_use = "a frame is complete only after `finish` or `body`"]
pub struct FrameWriter<'a> {
    out: &'a mut Vec<u8>,
    escaping: Escaping,
}

impl<'a> FrameWriter<'a> {
    /// Starts a frame with its command.
    pub fn new(out: &'a mut Vec<u8>, command: Command, version: Version) -> Self {
        out.extend_from_slice(command.as_str().as_bytes());
        out.push(b'\n');
        Self { out, escaping: Escaping::of(command, version) }
    }

    /// Adds a header, escaped as the version wants it. What the version cannot express becomes `_` in a name and a
    /// blank in a value, and a header without a name is left out: neither can end the line or the frame early.
    pub fn header(self, name: &str, value: &str) -> Self {
        if !name.is_empty() {
            escape::write(self.out, name, Part::Name, self.escaping);
            self.out.push(b':');
            escape::write(self.out, value, Part::Value, self.escaping);
            self.out.push(b'\n');
        }
        self
    }

    /// Adds a header if there is a value.
    pub fn optional(self, name: &'static str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.known(name, |writer| writer.value(value)),
            None => self,
        }
    }

    /// Ends a frame that has no body.
    pub fn finish(self) {
        self.out.extend_from_slice(b"\n\0");
    }

    /// Ends the frame with `content-length` and a body.
    pub fn body(self, body: &[u8]) {
        self.out.reserve(body.len() + 24);
        let out = self.head(body.len());
        out.extend_from_slice(body);
        out.push(0);
    }

    /// Ends the head of a frame whose body and NUL are sent from elsewhere.
    pub(super) fn head(self, body_length: usize) -> &'a mut Vec<u8> {
        self.out.extend_from_slice(b"content-length:");
        write_decimal(self.out, body_length as u64);
        self.out.extend_from_slice(b"\n\n");
        self.out
    }

    /// Adds a header whose name needs no escaping and whose value `write` appends.
    pub(super) fn known(mut self, name: &'static str, write: impl FnOnce(&mut Self)) -> Self {
        self.out.extend_from_slice(name.as_bytes());
        self.out.push(b':');
        write(&mut self);
        self.out.push(b'\n');
        self
    }

    /// Appends an escaped value.
    pub(super) fn value(&mut self, value: &str) {
        escape::write(self.out, value, Part::Value, self.escaping);
    }

    /// The buffer, for values that are known to need no escaping.
    pub(super) const fn out(&mut self) -> &mut Vec<u8> {
        self.out
    }
}
