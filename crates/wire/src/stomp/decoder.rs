use std::mem;

use super::{DecodeError, Frame, Version, parse, scan::Extent, scan::Scan};

/// What a peer may send in one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Octets of a frame from its command to its NUL, both included. Also the most that a decoder ever keeps.
    pub max_frame: u32,
    /// Header lines of a frame, repeated ones included.
    pub max_headers: u32,
    /// Octets of a header line, without its LF.
    pub max_header_line: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_frame: 1024 * 1024, max_headers: 100, max_header_line: 16 * 1024 }
    }
}

/// What a decoder finds in the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A frame.
    Frame(Frame),
    /// One or more ends of line between two frames: a heart-beat, or the padding that some peers put behind a frame.
    HeartBeat,
}

/// Cuts a stream of bytes into frames.
///
/// It does not matter how the stream is cut into inputs: a frame may come in many, and one may hold many frames. A frame
/// that is complete in the input is read from there; only the beginning of an incomplete one is kept, and its memory is
/// given back with the frame, so an idle decoder holds none.
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    version: Version,
    /// The beginning of a frame whose end has not come; never an end of line between frames.
    buffer: Vec<u8>,
    scan: Scan,
    failed: Option<DecodeError>,
}

impl Decoder {
    /// At most this much of an input is copied behind a kept beginning before looking whether the frame is complete.
    const STEP: usize = 4096;

    /// A decoder at the beginning of a stream, reading 1.2 until [`set_version`](Self::set_version) is called. CONNECT
    /// and CONNECTED look the same on all versions.
    #[must_use]
    pub const fn new(limits: Limits) -> Self {
        Self { limits, version: Version::V12, buffer: Vec::new(), scan: Scan::new(), failed: None }
    }

    /// Changes the limits, from the next frame on.
    pub const fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Changes the version, from the next frame on.
    pub const fn set_version(&mut self, version: Version) {
        self.version = version;
    }

    /// Octets kept from earlier inputs; always less than [`Limits::max_frame`].
    #[must_use]
    pub const fn buffered(&self) -> usize {
        self.buffer.len()
    }

    /// Takes the next item off the front of `input`; `None` when all of it is used up.
    ///
    /// # Errors
    ///
    /// The stream cannot be read on: every later call answers the same error and drops its input.
    pub fn decode(&mut self, input: &mut &[u8]) -> Result<Option<Item>, DecodeError> {
        let decoded = match self.failed {
            Some(error) => Err(error),
            None if self.buffer.is_empty() => self.decode_in_place(input),
            None => self.decode_behind_buffer(input),
        };
        if let Err(error) = decoded {
            self.failed = Some(error);
            self.buffer = Vec::new();
            *input = &[];
        }
        decoded
    }

    fn decode_in_place(&mut self, input: &mut &[u8]) -> Result<Option<Item>, DecodeError> {
        let between_frames = input.iter().take_while(|o| b"\r\n".contains(o)).count();
        if between_frames > 0 {
            *input = &input[between_frames..];
            return Ok(Some(Item::HeartBeat));
        }
        if input.is_empty() {
            return Ok(None);
        }
        match self.scan.advance(input, &self.limits, self.version)? {
            Some(extent) => {
                let octets = input[..extent.body_end].to_vec();
                *input = &input[extent.body_end + 1..];
                self.finish(extent, octets).map(Some)
            }
            None => {
                self.keep(input);
                *input = &[];
                Ok(None)
            }
        }
    }

    fn decode_behind_buffer(&mut self, input: &mut &[u8]) -> Result<Option<Item>, DecodeError> {
        while !input.is_empty() {
            let kept = self.buffer.len();
            let room = (self.limits.max_frame as usize).saturating_sub(kept);
            let more = &input[..input.len().min(Self::STEP).min(room)];
            self.keep(more);
            if let Some(extent) = self.scan.advance(&self.buffer, &self.limits, self.version)? {
                *input = &input[extent.body_end + 1 - kept..];
                let mut octets = mem::take(&mut self.buffer);
                octets.truncate(extent.body_end);
                octets.shrink_to_fit();
                return self.finish(extent, octets).map(Some);
            }
            *input = &input[more.len()..];
        }
        Ok(None)
    }

    fn finish(&mut self, extent: Extent, octets: Vec<u8>) -> Result<Item, DecodeError> {
        self.scan = Scan::new();
        parse::frame(extent.command, octets, extent.body_start, self.version).map(Item::Frame)
    }

    /// Appends to the buffer, which grows by doubling but never beyond the limit.
    fn keep(&mut self, more: &[u8]) {
        let needed = self.buffer.len() + more.len();
        if needed > self.buffer.capacity() {
            let doubled = (self.buffer.capacity() * 2).min(self.limits.max_frame as usize);
            self.buffer.reserve_exact(needed.max(doubled) - self.buffer.len());
        }
        self.buffer.extend_from_slice(more);
    }
}
