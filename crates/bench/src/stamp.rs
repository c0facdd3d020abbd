//! The mark that every message of a run carries, and message bodies made ready to be marked.
//!
//! A stamp is text of fixed length, so that it can be written over the last one in a finished body, and found again in
//! whatever the server made of that body.

use std::{
    hash::{BuildHasher as _, Hasher as _, RandomState},
    ops::Range,
    str,
};

use memchr::memmem;

const MARKER: &str = "~dwb";
const HALF: usize = 8;
const FULL: usize = 16;
/// Marker, run, publisher, number and time.
const LENGTH: usize = MARKER.len() + 3 * HALF + FULL;
/// Stands where a message's own uid goes: the run, the publisher and the number.
const UID_LENGTH: usize = 3 * HALF;

/// Tells the messages of one run from those of all others.
#[derive(Clone, Debug)]
pub(crate) struct RunId {
    text: String,
    finder: memmem::Finder<'static>,
}

/// What a message says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// Who sent it.
    pub(crate) publisher: u32,
    /// 0, 1, 2 … of this publisher.
    pub(crate) number: u32,
    /// When it was sent or should have been, in nanoseconds since the run began.
    pub(crate) time: u64,
}

/// A message body in which only stamp and uid change.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    bytes: Vec<u8>,
    /// Where publisher, number and time of the stamp are.
    stamp: Range<usize>,
    /// Where publisher and number of the message's uid are, if it has one.
    uid: Option<Range<usize>>,
}

/// A body that has no place for a stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message body has no place for a stamp")]
pub(crate) struct NoStamp;

impl RunId {
    /// An id that no other run is likely to have.
    pub(crate) fn random() -> Self {
        Self::new(random() as u32)
    }

    fn new(id: u32) -> Self {
        let text = format!("{id:08x}");
        let finder = memmem::Finder::new(format!("{MARKER}{text}").as_bytes()).into_owned();
        Self { text, finder }
    }

    /// The id as text.
    pub(crate) fn name(&self) -> &str {
        &self.text
    }

    /// Text for the content of a message, at least `size` bytes, with room for the stamp.
    pub(crate) fn content(&self, size: usize) -> String {
        format!("{:.<size$}", format!("{MARKER}{}{:032}", self.text, 0))
    }

    /// Text for the uid of a message, with room for publisher and number.
    pub(crate) fn uid(&self) -> String {
        format!("{}{:016}", self.text, 0)
    }

    /// The uid of the message with this stamp.
    pub(crate) fn uid_of(&self, stamp: Stamp) -> String {
        format!("{}{:08x}{:08x}", self.text, stamp.publisher, stamp.number)
    }

    /// A JSON payload of `size` bytes for topics whose payloads the server does not look into.
    pub(crate) fn payload(&self, size: usize) -> Result<Body, NoStamp> {
        const FRAME: &str = r#"{"text":""}"#;
        let text = self.content(size.saturating_sub(FRAME.len()));
        self.body(format!(r#"{{"text":"{text}"}}"#).into_bytes())
    }

    /// Makes `bytes` ready, which hold what [`content`](Self::content) and, maybe, [`uid`](Self::uid) gave.
    pub(crate) fn body(&self, bytes: Vec<u8>) -> Result<Body, NoStamp> {
        let start = self.finder.find(&bytes).ok_or(NoStamp)?;
        let stamp = start + MARKER.len() + HALF..start + LENGTH;
        let uid = memmem::find_iter(&bytes, self.uid().as_bytes())
            .find(|uid| !(start..start + LENGTH).contains(uid))
            .map(|uid| uid + HALF..uid + UID_LENGTH);
        Ok(Body { bytes, stamp, uid })
    }

    /// The stamp in `bytes`; `None` if no message of this run is in there.
    pub(crate) fn find(&self, bytes: &[u8]) -> Option<Stamp> {
        let start = self.finder.find(bytes)?;
        let digits = str::from_utf8(bytes.get(start + MARKER.len() + HALF..start + LENGTH)?).ok()?;
        let (publisher, digits) = digits.split_at_checked(HALF)?;
        let (number, time) = digits.split_at_checked(HALF)?;
        Some(Stamp {
            publisher: u32::from_str_radix(publisher, 16).ok()?,
            number: u32::from_str_radix(number, 16).ok()?,
            time: u64::from_str_radix(time, 16).ok()?,
        })
    }
}

impl Body {
    /// The body with `stamp`.
    pub(crate) fn with(&mut self, stamp: Stamp) -> &[u8] {
        let place = &mut self.bytes[self.stamp.clone()];
        put_hex(&mut place[..HALF], stamp.publisher.into());
        put_hex(&mut place[HALF..2 * HALF], stamp.number.into());
        put_hex(&mut place[2 * HALF..], stamp.time);
        if let Some(uid) = &self.uid {
            let place = &mut self.bytes[uid.clone()];
            put_hex(&mut place[..HALF], stamp.publisher.into());
            put_hex(&mut place[HALF..], stamp.number.into());
        }
        &self.bytes
    }
}

/// Fills `place` with the low digits of `value`.
fn put_hex(place: &mut [u8], mut value: u64) {
    for digit in place.iter_mut().rev() {
        *digit = b"0123456789abcdef"[(value & 0xf) as usize];
        value >>= 4;
    }
}

/// Random bits without a dependency: what seeds the standard library's hash maps.
pub(crate) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAMP: Stamp = Stamp { publisher: 0xabc, number: u32::MAX, time: 0x0123_4567_89ab_cdef };

    #[test]
    fn a_stamp_is_found_again() {
        let run = RunId::new(7);
        let mut body = run.payload(200).unwrap();
        assert_eq!(body.with(STAMP).len(), 200);
        assert_eq!(run.find(body.with(STAMP)), Some(STAMP));
        let next = Stamp { number: 0, ..STAMP };
        assert_eq!(run.find(body.with(next)), Some(next));
    }

    #[test]
    fn a_uid_changes_with_the_number() {
        let run = RunId::new(7);
        for json in [
            format!(r#"{{"uid":"{}","content":"{}"}}"#, run.uid(), run.content(60)),
            format!(r#"{{"content":"{}","uid":"{}"}}"#, run.content(60), run.uid()),
        ] {
            let mut body = run.body(json.into_bytes()).unwrap();
            let message: serde_json::Value = serde_json::from_slice(body.with(STAMP)).unwrap();
            assert_eq!(message["uid"], "0000000700000abcffffffff");
            assert_eq!(message["uid"], run.uid_of(STAMP));
            assert_eq!(message["content"].as_str().unwrap().len(), 60);
            assert_eq!(run.find(body.with(STAMP)), Some(STAMP));
        }
    }

    #[test]
    fn what_others_wrote_has_no_stamp() {
        let (run, other) = (RunId::new(7), RunId::new(8));
        assert_eq!(run.find(other.payload(100).unwrap().with(STAMP)), None);
        let whole = run.payload(100).unwrap().with(STAMP).to_vec();
        for cut in 0..whole.len() {
            assert!(run.find(&whole[..cut]).is_none_or(|stamp| stamp == STAMP), "{cut}");
        }
        assert_eq!(run.body(b"{}".to_vec()).unwrap_err(), NoStamp);
    }
}
