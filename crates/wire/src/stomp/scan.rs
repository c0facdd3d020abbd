use memchr::{memchr, memchr2};

use super::{Command, DecodeError, Limits, Version};

/// The search for the end of one frame, which goes on where it stopped when more bytes have come.
///
/// All offsets count from the first octet of the command.
#[derive(Debug)]
pub(super) struct Scan {
    stage: Stage,
    /// Octets that need not be looked at again.
    searched: usize,
    /// Where the current line of the head begins.
    line_start: usize,
    headers: u32,
    content_length: ContentLength,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    Command,
    Headers { command: Command },
    Body { command: Command, start: usize },
}

#[derive(Clone, Copy, Debug)]
enum ContentLength {
    /// No such header so far.
    Unseen,
    /// The first one is no number; later ones do not count.
    Ignored,
    Octets(u64),
}

/// A complete frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    pub(super) command: Command,
    /// The first octet of the body.
    pub(super) body_start: usize,
    /// The NUL behind the body.
    pub(super) body_end: usize,
}

impl Scan {
    pub(super) const fn new() -> Self {
        Self { stage: Stage::Command, searched: 0, line_start: 0, headers: 0, content_length: ContentLength::Unseen }
    }

    /// Searches on in `data`, which begins with everything that was given before; `None` when the end is not in it.
    ///
    /// # Errors
    ///
    /// What can be known from the octets up to the first offending one, so that it does not matter how they arrive.
    pub(super) fn advance(
        &mut self,
        data: &[u8],
        limits: &Limits,
        version: Version,
    ) -> Result<Option<Extent>, DecodeError> {
        let window = &data[..data.len().min(limits.max_frame as usize)];
        loop {
            let went_on = match self.stage {
                Stage::Command | Stage::Headers { .. } => self.next_line(window, limits, version)?,
                Stage::Body { command, start } => {
                    if let Some(body_end) = self.body_end(window, start)? {
                        return Ok(Some(Extent { command, body_start: start, body_end }));
                    }
                    false
                }
            };
            if !went_on {
                break;
            }
        }
        if data.len() >= limits.max_frame as usize {
            return Err(too_large(limits));
        }
        Ok(None)
    }

    /// Takes one line of the head; `false` when its end has not come yet.
    fn next_line(&mut self, window: &[u8], limits: &Limits, version: Version) -> Result<bool, DecodeError> {
        // One more than the longest command, for the CR of a CR LF.
        let longest = match self.stage {
            Stage::Command => Command::LONGEST + 1,
            _ => limits.max_header_line as usize,
        };
        let line_limit = self.line_start.saturating_add(longest).saturating_add(1);
        let searchable = &window[..window.len().min(line_limit)];
        let unsearched = searchable.get(self.searched..).unwrap_or_default();
        let Some(found) = memchr2(b'\n', 0, unsearched) else {
            self.searched = searchable.len();
            return match self.stage {
                _ if searchable.len() < line_limit => Ok(false),
                Stage::Command => Err(DecodeError::UnknownCommand),
                _ => Err(DecodeError::HeaderLineTooLong { limit: limits.max_header_line }),
            };
        };
        let line_end = self.searched + found;
        if window[line_end] == 0 {
            return Err(DecodeError::NulInHead);
        }
        let line = without_cr(&window[self.line_start..line_end]);
        self.line_start = line_end + 1;
        self.searched = self.line_start;
        match self.stage {
            Stage::Headers { command } if line.is_empty() => {
                self.stage = Stage::Body { command, start: self.line_start };
                self.check_announced_length(limits)?;
            }
            Stage::Command => {
                let command = Command::from_name(line).ok_or(DecodeError::UnknownCommand)?;
                self.stage = Stage::Headers { command };
            }
            _ => self.count_header(line, limits, version)?,
        }
        Ok(true)
    }

    fn count_header(&mut self, line: &[u8], limits: &Limits, version: Version) -> Result<(), DecodeError> {
        self.headers += 1;
        if self.headers > limits.max_headers {
            return Err(DecodeError::TooManyHeaders { limit: limits.max_headers });
        }
        if matches!(self.content_length, ContentLength::Unseen)
            && let Some(value) = content_length_value(line, version)
        {
            self.content_length = parse_number(value).map_or(ContentLength::Ignored, ContentLength::Octets);
        }
        Ok(())
    }

    /// Refuses a body that cannot fit before a byte of it is kept.
    fn check_announced_length(&self, limits: &Limits) -> Result<(), DecodeError> {
        if let ContentLength::Octets(octets) = self.content_length {
            let frame = (self.line_start as u64).saturating_add(octets).saturating_add(1);
            if frame > u64::from(limits.max_frame) {
                return Err(too_large(limits));
            }
        }
        Ok(())
    }

    fn body_end(&mut self, window: &[u8], start: usize) -> Result<Option<usize>, DecodeError> {
        if let ContentLength::Octets(octets) = self.content_length {
            let end = start + octets as usize;
            return match window.get(end) {
                Some(0) => Ok(Some(end)),
                Some(_) => Err(DecodeError::MissingNul),
                None => Ok(None),
            };
        }
        let unsearched = window.get(self.searched..).unwrap_or_default();
        let found = memchr(0, unsearched).map(|found| self.searched + found);
        if found.is_none() {
            self.searched = window.len();
        }
        Ok(found)
    }
}

/// The line without the CR of a CR LF, which is accepted on every version: clients send it whatever they negotiated.
pub(super) fn without_cr(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn too_large(limits: &Limits) -> DecodeError {
    DecodeError::FrameTooLarge { limit: limits.max_frame }
}

fn content_length_value(line: &[u8], version: Version) -> Option<&[u8]> {
    const NAME: &[u8] = b"content-length";
    let line = if version == Version::V10 { line.trim_ascii_start() } else { line };
    let rest = line.strip_prefix(NAME)?;
    let rest = if version == Version::V10 { rest.trim_ascii_start() } else { rest };
    rest.strip_prefix(b":").map(<[u8]>::trim_ascii)
}

/// Decimal digits only; a number beyond `u64` becomes its maximum, which no limit allows.
fn parse_number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, digit| {
        digit.is_ascii_digit().then(|| number.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
    })
}
