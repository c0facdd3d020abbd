//! The fields of each kind of hint. A kind's number is never given to another (3, 6 to 8, 10 and 11 were); fields are only added at
//! the end.

use std::convert::Infallible;

use super::{
    Damaged,
    fields::{Reader, Writer},
};
use crate::hint::{Decided, Hint, Relayed, Said};

/// The number of the kind of `hint`.
pub(super) const fn kind(hint: &Hint) -> u64 {
    match hint {
        Hint::Said(_) => 1,
        Hint::Relayed(_) => 2,
        Hint::Live(_) => 4,
        Hint::Decided(_) => 5,
        Hint::Kick { .. } => 9,
        Hint::Note(_) => 12,
        Hint::Work => 13,
    }
}

/// Puts the fields of `hint`.
pub(super) fn put(hint: &Hint, to: &mut Writer) {
    match hint {
        Hint::Said(Said { log, seq, at, payload, about }) => {
            to.log(*log);
            to.seq(*seq);
            to.time(*at);
            to.optional(payload.as_ref(), Writer::payload);
            to.optional(*about, Writer::seq);
        }
        Hint::Relayed(Relayed { log, at, payload, about }) => {
            to.log(*log);
            to.time(*at);
            to.payload(payload);
            to.optional(*about, Writer::seq);
        }
        Hint::Live(bytes) | Hint::Note(bytes) => to.bytes(bytes),
        Hint::Decided(Decided { topic, log, fence }) => {
            to.text(topic.as_str());
            to.log(*log);
            to.number(*fence);
        }
        Hint::Kick { user, session, reason } => {
            to.text(user.as_str());
            to.optional(session.as_deref(), Writer::text);
            to.bytes(reason);
        }
        Hint::Work => {}
    }
}

/// Takes the fields of a hint of the `kind`; none if the kind is not known here.
pub(super) fn take(kind: u64, from: &mut Reader) -> Result<Option<Hint>, Damaged> {
    Ok(Some(match kind {
        1 => Hint::Said(Said {
            log: from.log()?,
            seq: from.seq()?,
            at: from.time()?,
            payload: from.optional(Reader::payload)?,
            about: from.optional(Reader::seq)?,
        }),
        2 => Hint::Relayed(Relayed {
            log: from.log()?,
            at: from.time()?,
            payload: from.payload()?,
            about: from.optional(Reader::seq)?,
        }),
        4 => Hint::Live(from.bytes()?),
        5 => Hint::Decided(Decided { topic: from.topic()?, log: from.log()?, fence: from.number()? }),
        9 => Hint::Kick { user: from.uid()?, session: from.optional(take_text)?, reason: from.bytes()? },
        12 => Hint::Note(from.bytes()?),
        13 => Hint::Work,
        _ => return Ok(None),
    }))
}

fn take_text(from: &mut Reader) -> Result<Box<str>, Damaged> {
    from.text(|text| Ok::<_, Infallible>(text.into()))
}
