use bytes::Bytes;
use deskwire_model::{LogId, Payload, Seq, Timestamp, Topic, Uid};
use proptest::{option, prelude::*};

use super::{fields::Writer, *};
use crate::{
    hint::{Decided, Hint, Relayed, Said},
    node::NodeId,
};

fn node() -> NodeId {
    NodeId::parse("node-1~0123abcd").unwrap()
}

fn bytes() -> impl Strategy<Value = Bytes> {
    prop::collection::vec(any::<u8>(), 0..200).prop_map(Bytes::from)
}

fn uid() -> impl Strategy<Value = Uid> {
    "[a-z0-9_]{1,20}".prop_map(|text| Uid::new(&text).unwrap())
}

fn seq() -> impl Strategy<Value = Seq> {
    any::<u64>().prop_map(Seq)
}

fn payload() -> impl Strategy<Value = Payload> {
    prop_oneof![bytes().prop_map(Payload::Json), bytes().prop_map(Payload::Protobuf)]
}

fn hint() -> impl Strategy<Value = Hint> {
    let log = || any::<i64>().prop_map(LogId);
    let at = || any::<i64>().prop_map(Timestamp);
    prop_oneof![
        (log(), seq(), at(), option::of(payload()), option::of(seq()))
            .prop_map(|(log, seq, at, payload, about)| Hint::Said(Said { log, seq, at, payload, about })),
        (log(), at(), payload(), option::of(seq())).prop_map(|(log, at, payload, about)| Hint::Relayed(Relayed {
            log,
            at,
            payload,
            about
        })),
        bytes().prop_map(Hint::Live),
        ("[a-z]{1,9}/[a-z]{0,9}", log(), any::<u64>()).prop_map(|(topic, log, fence)| {
            Hint::Decided(Decided { topic: Topic::new(&topic).unwrap(), log, fence })
        }),
        (uid(), option::of(".{0,20}"), bytes()).prop_map(|(user, session, reason)| Hint::Kick {
            user,
            session: session.map(Into::into),
            reason
        }),
        Just(Hint::Work),
        bytes().prop_map(Hint::Note),
    ]
}

fn letter() -> impl Strategy<Value = Letter> {
    prop_oneof![
        8 => hint().prop_map(Letter::Hint),
        1 => (any::<u64>(), any::<u64>(), any::<i64>(), any::<bool>()).prop_map(|(number, dropped, since, is_greeting)| {
            Letter::Beacon(Beacon { number, dropped, since: Timestamp(since), is_greeting })
        }),
        1 => Just(Letter::Goodbye),
        1 => (any::<u64>(), bytes()).prop_map(|(id, request)| Letter::Ask { id, request }),
        1 => (any::<u64>(), option::of(bytes())).prop_map(|(id, answer)| Letter::Answer {
            id,
            answer: answer.map_or(Answer::Refused, Answer::Given),
        }),
    ]
}

fn decode(bytes: Bytes) -> Result<Option<Frame>, Damaged> {
    Peek::read(bytes)?.map_or(Ok(None), Peek::open)
}

/// A frame of any kind with a body of our own.
fn frame_of(version: u8, kind: u64, body: &[u8]) -> Bytes {
    let mut frame = Writer::default();
    frame.byte(version);
    frame.text(node().as_str());
    frame.time(Timestamp(1));
    frame.number(kind);
    frame.bytes(body);
    frame.finish()
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded(letter in letter(), sent in any::<i64>()) {
        let frame = Frame::encode(&node(), Timestamp(sent), &letter);
        let heading = Heading { from: node(), sent: Timestamp(sent) };
        prop_assert_eq!(decode(frame), Ok(Some(Frame { heading, letter })));
    }

    #[test]
    fn every_beginning_of_a_frame_is_damaged(letter in letter()) {
        let frame = Frame::encode(&node(), Timestamp(5), &letter);
        for end in 0..frame.len() {
            prop_assert!(decode(frame.slice(..end)).is_err(), "the first {} of {} bytes", end, frame.len());
        }
    }

    #[test]
    fn every_beginning_of_a_body_is_damaged_or_shorter(letter in letter()) {
        let whole = Peek::read(Frame::encode(&node(), Timestamp(5), &letter)).unwrap().unwrap();
        for end in 0..whole.body.len() {
            let part = Peek { heading: whole.heading.clone(), kind: whole.kind, body: whole.body.slice(..end) };
            prop_assert!(part.open().is_err(), "the first {} of {} bytes", end, whole.body.len());
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in bytes(), kind in 0u64..80) {
        let _ = decode(bytes.clone());
        let _ = decode(frame_of(1, kind, &bytes));
    }

    #[test]
    fn one_changed_byte_never_makes_it_panic(letter in letter(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut frame = Frame::encode(&node(), Timestamp(5), &letter).to_vec();
        let at = at.index(frame.len());
        frame[at] = byte;
        let _ = decode(frame.into());
    }

    #[test]
    fn fields_of_a_newer_version_are_not_read(letter in letter(), more in bytes()) {
        let whole = Peek::read(Frame::encode(&node(), Timestamp(5), &letter)).unwrap().unwrap();
        let longer = frame_of(1, whole.kind, &[&whole.body[..], &more].concat());
        prop_assert_eq!(decode(longer).unwrap().unwrap().letter, letter);
    }
}

#[test]
fn what_a_newer_version_says_is_skipped() {
    assert_eq!(decode(frame_of(1, 63, b"anything")), Ok(None));
    assert_eq!(decode(frame_of(2, 1, b"anything")), Ok(None));
    // A subject that is not known: the hint as a whole means nothing here.
    assert_eq!(decode(frame_of(1, 7, &[40, 0, 9, 9])), Ok(None));
}

#[test]
fn bytes_behind_a_frame_are_damage() {
    let mut frame = Frame::encode(&node(), Timestamp(5), &Letter::Goodbye).to_vec();
    frame.push(0);
    assert_eq!(decode(frame.into()), Err(Damaged::Long));
}
