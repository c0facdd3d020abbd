//! What must hold of a conversation whenever nothing is on its way: one owner, timers that fit where it stands, and each
//! of them answered once (invariant I10).

use deskwire_desk::state;
use deskwire_model::{Part, ThreadStatus, Timestamp};
use deskwire_store::Timer;
use serde_json::Value;

use crate::ledger::{Line, Record};

/// The timers of `record` of `kind`.
fn timers<'a>(record: &'a Record, kind: &str) -> Vec<&'a Timer> {
    record.timers.iter().filter(|timer| timer.kind.as_ref() == kind).collect()
}

fn number(line: &Line) -> i64 {
    let content: Value = serde_json::from_str(&line.content).unwrap();
    content["orderCardId"].as_i64().unwrap()
}

/// One owner while somebody talks with the visitor, and nobody else who waits for something in vain.
pub(crate) fn one_owner(record: &Record) {
    let now = &record.conversation;
    let owned = now.agent.is_some();
    match now.status {
        ThreadStatus::Chatting => assert!(owned, "nobody has {now:?}"),
        // Who had it last.
        ThreadStatus::Closed => {}
        _ => assert!(!owned, "{now:?} is owned"),
    }
    assert!(now.status != ThreadStatus::Closed || now.attendants.is_empty(), "somebody attends what is over: {now:?}");
    let attends = |part| now.attendants.iter().filter(move |attendant| attendant.part == part);
    for (part, kind) in [(Part::Offered, state::TRANSFER), (Part::Invited, state::INVITE)] {
        for attendant in attends(part) {
            let asked = |timer: &&Timer| timer.payload.contains(&format!("\"to\":\"{}\"", attendant.user));
            assert!(
                timers(record, kind).iter().any(asked),
                "{attendant:?} of {now:?} is asked nothing: {:?}",
                record.timers
            );
        }
    }
}

/// What is waited for fits the status.
pub(crate) fn timers_fit(record: &Record, at: Timestamp) {
    let (now, count) = (&record.conversation, |kind| timers(record, kind).len());
    let waits = usize::from(now.status == ThreadStatus::Queuing);
    assert_eq!(count(state::WAIT), waits, "the end of waiting of {now:?}: {:?}", record.timers);
    if now.status != ThreadStatus::Chatting {
        for kind in [state::AUTO_CLOSE, state::REMIND, state::TRANSFER] {
            assert_eq!(count(kind), 0, "{now:?} has no owner to wait for: {:?}", record.timers);
        }
    }
    if now.status == ThreadStatus::Closed {
        assert_eq!(count(state::INVITE), 0, "{now:?} is over: {:?}", record.timers);
    }
    for timer in &record.timers {
        assert!(timer.due > at, "it is {at:?}, and nobody answers {timer:?} of {now:?}");
    }
}

/// Each offer, invitation and card has come to one end, or has one timer that still waits.
pub(crate) fn one_end(record: &Record) {
    let (mut offers, mut invitations) = (0_usize, 0_usize);
    let (mut pending, mut settled) = (Vec::new(), Vec::new());
    for line in &record.log {
        let change = line.change.as_ref();
        match line.kind.as_str() {
            "TRANSFER" if change.is_some_and(|change| change.reason == "offered") => offers += 1,
            "TRANSFER_ACCEPT" | "TRANSFER_REJECT" | "TRANSFER_CANCEL" | "TRANSFER_TIMEOUT" => {
                offers = offers.checked_sub(1).unwrap_or_else(|| panic!("{line:?} answers nothing"));
            }
            "INVITE" => invitations += 1,
            "INVITE_ACCEPT" | "INVITE_REJECT" | "INVITE_CANCEL" | "INVITE_TIMEOUT" => {
                invitations = invitations.checked_sub(1).unwrap_or_else(|| panic!("{line:?} answers nothing"));
            }
            "ORDER_CARD" => pending.push(number(line)),
            "ORDER_CARD_PAID" | "ORDER_CARD_CANCELLED" | "ORDER_CARD_EXPIRE" => {
                let card = number(line);
                assert!(pending.contains(&card), "{line:?} settles nothing");
                assert!(!settled.contains(&card), "{line:?} settles the card again");
                settled.push(card);
            }
            _ => {}
        }
        match change.map(|change| (change.name.as_str(), change.to)) {
            Some(("CLOSE", _)) => (offers, invitations) = (0, 0),
            Some(("TAKE_OVER" | "TRANSFER_TO_QUEUE", _)) => offers = 0,
            Some(("TRANSFER", ThreadStatus::Chatting))
                if line.kind == "TRANSFER" && change.is_some_and(|change| change.reason != "offered") =>
            {
                offers = 0;
            }
            _ => {}
        }
        assert!(offers <= 1, "{line:?} is a second offer");
    }
    let now = &record.conversation;
    assert_eq!(timers(record, state::TRANSFER).len(), offers, "offers of {now:?}: {:?}", record.timers);
    assert_eq!(timers(record, state::INVITE).len(), invitations, "invitations of {now:?}: {:?}", record.timers);
    let mut waiting: Vec<i64> = pending.into_iter().filter(|card| !settled.contains(card)).collect();
    let mut waited: Vec<i64> =
        timers(record, state::ORDER_CARD).iter().map(|timer| timer.key.parse().unwrap()).collect();
    waiting.sort_unstable();
    waited.sort_unstable();
    assert_eq!(waited, waiting, "cards of {now:?}");
}

/// What happened by itself in the last step was due at `at`, and one thing happened for each timer. `known` are the timers
/// before the step.
pub(crate) fn in_time(record: &Record, known: &[Timer], at: Timestamp) {
    for line in record.new_lines() {
        let kind = match line.kind.as_str() {
            "AUTO_CLOSED" if line.change.as_ref().is_some_and(|change| change.from == ThreadStatus::Roboting) => {
                state::ROBOT_IDLE
            }
            "AUTO_CLOSED" => state::AUTO_CLOSE,
            "TRANSFER_TIMEOUT" => state::TRANSFER,
            "INVITE_TIMEOUT" => state::INVITE,
            "ORDER_CARD_EXPIRE" => state::ORDER_CARD,
            "LEAVE_MSG" if line.change.as_ref().is_some_and(|change| change.name == "WAIT_OVER") => state::WAIT,
            _ => continue,
        };
        let due = known.iter().filter(|timer| timer.kind.as_ref() == kind && timer.due <= at).count();
        let fired = record
            .new_lines()
            .iter()
            .filter(|other| {
                other.kind == line.kind
                    && other.change.as_ref().map(|c| &c.name) == line.change.as_ref().map(|c| &c.name)
            })
            .count();
        assert!(fired <= due, "{line:?} came {fired} times by {at:?}, of {known:?}");
    }
}
