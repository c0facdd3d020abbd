//! The fields of each kind of hint. A kind's number is never given to another; fields are only added at the end.

use std::convert::Infallible;

use deskwire_model::Uid;

use super::{
    Damaged,
    fields::{Reader, Writer},
};
use crate::hint::{Decided, Hint, Receipt, Relayed, Said, Subject};

/// The number of the kind of `hint`.
pub(super) const fn kind(hint: &Hint) -> u64 {
    match hint {
        Hint::Said(_) => 1,
        Hint::Relayed(_) => 2,
        Hint::Receipt(_) => 3,
        Hint::Live(_) => 4,
        Hint::Decided(_) => 5,
        Hint::ForUser(_) => 6,
        Hint::Changed(_) => 7,
        Hint::Present { .. } => 8,
        Hint::Kick { .. } => 9,
        Hint::Timers => 10,
        Hint::Woken { .. } => 11,
        Hint::Note(_) => 12,
    }
}

/// Puts the fields of `hint`.
pub(super) fn put(hint: &Hint, to: &mut Writer) {
    match hint {
        Hint::Said(Said { log, seq, at, payload, about, meta }) => {
            to.log(*log);
            to.seq(*seq);
            to.time(*at);
            to.optional(payload.as_ref(), Writer::payload);
            to.optional(*about, Writer::seq);
            to.bytes(meta);
        }
        Hint::Relayed(Relayed { log, at, payload, about, meta }) => {
            to.log(*log);
            to.time(*at);
            to.payload(payload);
            to.optional(*about, Writer::seq);
            to.bytes(meta);
        }
        Hint::Receipt(Receipt { log, user, delivered, read, meta }) => {
            to.log(*log);
            to.text(user.as_str());
            to.optional(*delivered, Writer::seq);
            to.optional(*read, Writer::seq);
            to.bytes(meta);
        }
        Hint::Live(bytes) | Hint::ForUser(bytes) | Hint::Note(bytes) => to.bytes(bytes),
        Hint::Decided(Decided { topic, log, fence, meta }) => {
            to.text(topic.as_str());
            to.log(*log);
            to.number(*fence);
            to.bytes(meta);
        }
        Hint::Changed(subject) => put_subject(subject, to),
        Hint::Present { agent, presence } => {
            to.text(agent.as_str());
            to.bytes(presence);
        }
        Hint::Kick { user, session, reason } => {
            to.text(user.as_str());
            to.optional(session.as_deref(), Writer::text);
            to.bytes(reason);
        }
        Hint::Timers => {}
        Hint::Woken { service } => to.text(service.as_str()),
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
            meta: from.bytes()?,
        }),
        2 => Hint::Relayed(Relayed {
            log: from.log()?,
            at: from.time()?,
            payload: from.payload()?,
            about: from.optional(Reader::seq)?,
            meta: from.bytes()?,
        }),
        3 => Hint::Receipt(Receipt {
            log: from.log()?,
            user: from.uid()?,
            delivered: from.optional(Reader::seq)?,
            read: from.optional(Reader::seq)?,
            meta: from.bytes()?,
        }),
        4 => Hint::Live(from.bytes()?),
        5 => Hint::Decided(Decided {
            topic: from.topic()?,
            log: from.log()?,
            fence: from.number()?,
            meta: from.bytes()?,
        }),
        6 => Hint::ForUser(from.bytes()?),
        7 => return take_subject(from).map(|subject| subject.map(Hint::Changed)),
        8 => Hint::Present { agent: from.uid()?, presence: from.bytes()? },
        9 => Hint::Kick { user: from.uid()?, session: from.optional(take_text)?, reason: from.bytes()? },
        10 => Hint::Timers,
        11 => Hint::Woken { service: from.uid()? },
        12 => Hint::Note(from.bytes()?),
        _ => return Ok(None),
    }))
}

fn take_text(from: &mut Reader) -> Result<Box<str>, Damaged> {
    from.text(|text| Ok::<_, Infallible>(text.into()))
}

fn put_subject(subject: &Subject, to: &mut Writer) {
    let (number, whose) = match subject {
        Subject::Settings(whose) => (1, whose.as_ref()),
        Subject::Agent(agent) => (2, Some(agent)),
        Subject::Workgroup(workgroup) => (3, Some(workgroup)),
        Subject::User(user) => (4, Some(user)),
        Subject::Taboo => (5, None),
        Subject::Blacklist => (6, None),
        Subject::Tokens(user) => (7, Some(user)),
        Subject::Keys => (8, None),
        Subject::Channels => (9, None),
        Subject::Robots => (10, None),
        Subject::Named(_) => (11, None),
    };
    to.number(number);
    to.optional(whose.map(Uid::as_str), Writer::text);
    if let Subject::Named(name) = subject {
        to.text(name);
    }
}

fn take_subject(from: &mut Reader) -> Result<Option<Subject>, Damaged> {
    let number = from.number()?;
    let whose = from.optional(Reader::uid)?;
    let named = |whose: Option<Uid>| whose.ok_or(Damaged::Field);
    Ok(Some(match number {
        1 => Subject::Settings(whose),
        2 => Subject::Agent(named(whose)?),
        3 => Subject::Workgroup(named(whose)?),
        4 => Subject::User(named(whose)?),
        5 => Subject::Taboo,
        6 => Subject::Blacklist,
        7 => Subject::Tokens(named(whose)?),
        8 => Subject::Keys,
        9 => Subject::Channels,
        10 => Subject::Robots,
        11 => Subject::Named(take_text(from)?),
        _ => return Ok(None),
    }))
}
