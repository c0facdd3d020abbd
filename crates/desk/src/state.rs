//! What may happen to a conversation, and what comes of it: one table (`spec/bytedesk.md` §2.5, §8).
//!
//! An [`Event`] is what somebody wants or what has happened; [`transition`] says where that leads from each status, or
//! that it cannot happen there. Everything else about a decision (who, why, what is said) is its maker's.

use deskwire_model::ThreadStatus;
use deskwire_store::{Closer, TimerKind};

/// The visitor has waited too long.
pub const WAIT: TimerKind = "WAIT";
/// The visitor has not answered for too long.
pub const AUTO_CLOSE: TimerKind = "AUTO_CLOSE";
/// The agent has not answered for too long.
pub const REMIND: TimerKind = "REMIND";
/// A transfer has not been answered; its key is the uid of the TRANSFER.
pub const TRANSFER: TimerKind = "TRANSFER";
/// An invitation has not been answered; its key is the uid of the INVITE.
pub const INVITE: TimerKind = "INVITE";
/// Nobody has spoken to the robot for too long.
pub const ROBOT_IDLE: TimerKind = "ROBOT_IDLE";
/// A visitor has not answered whether it wants to chat; its key is the uid of the INVITE_VISITOR.
pub const INVITE_VISITOR: TimerKind = "INVITE_VISITOR";
/// An automatic reply is silent until then; its key is the rule that gave it.
pub const AUTO_REPLY: TimerKind = "AUTO_REPLY";
/// An order card has not been settled; its key is the card's number. It outlives the end of its conversation.
pub const ORDER_CARD: TimerKind = "ORDER_CARD";

/// Something that changes where a conversation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A robot takes it.
    RobotTakes,
    /// Routing or an agent's own hand gives it to an agent.
    Assign,
    /// All are busy, or somebody is to take it by hand.
    Queue,
    /// Nobody is there.
    NobodyThere,
    /// It has waited too long.
    WaitOver,
    /// Its owner has passed it on, and the other has accepted.
    Transfer,
    /// Its owner has passed it on to a workgroup where it waits.
    TransferToQueue,
    /// A supervisor takes it, whoever has it.
    TakeOver,
    /// It is over.
    Close(Closer),
}

/// Who owns the conversation after an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Nobody.
    Nobody,
    /// The agent that the event names.
    Named,
    /// Whoever owned it before.
    Kept,
}

/// What comes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The new status.
    pub status: ThreadStatus,
    /// The new owner.
    pub owner: Owner,
    /// Whether it begins a new service of the visitor.
    pub opens: bool,
    /// The timers that lose their meaning.
    pub cancels: &'static [TimerKind],
}

/// Everything that waits for an answer of somebody.
const ALL_TIMERS: &[TimerKind] = &[WAIT, AUTO_CLOSE, REMIND, TRANSFER, INVITE, ROBOT_IDLE, INVITE_VISITOR, AUTO_REPLY];
/// What ends when somebody comes, or is known not to.
const WAITING: &[TimerKind] = &[WAIT, ROBOT_IDLE, INVITE_VISITOR];
/// What belongs to the agent who has it.
const OWNERS_TIMERS: &[TimerKind] = &[AUTO_CLOSE, REMIND, TRANSFER];

/// Where `event` leads from `status`; none if it cannot happen there.
#[must_use]
pub const fn transition(status: ThreadStatus, event: Event) -> Option<Transition> {
    use ThreadStatus::{Chatting, Closed, New, Offline, Queuing, Roboting, Timeout};
    let opens = matches!(status, New | Closed);
    let (status, owner, cancels): (_, _, &[TimerKind]) = match (status, event) {
        (New | Offline | Timeout | Closed, Event::RobotTakes) => (Roboting, Owner::Nobody, &[INVITE_VISITOR]),
        (New | Roboting | Queuing | Offline | Timeout | Closed, Event::Assign) => (Chatting, Owner::Named, WAITING),
        (New | Roboting | Offline | Timeout | Closed, Event::Queue) => (Queuing, Owner::Nobody, WAITING),
        (New | Roboting | Queuing | Timeout | Closed, Event::NobodyThere) => (Offline, Owner::Nobody, WAITING),
        (Queuing, Event::WaitOver) => (Offline, Owner::Nobody, &[WAIT]),
        (Chatting, Event::Transfer) => (Chatting, Owner::Named, OWNERS_TIMERS),
        (Chatting, Event::TransferToQueue) => (Queuing, Owner::Nobody, OWNERS_TIMERS),
        (New | Roboting | Queuing | Chatting | Offline | Timeout, Event::TakeOver) => {
            (Chatting, Owner::Named, &[WAIT, AUTO_CLOSE, REMIND, TRANSFER, ROBOT_IDLE, INVITE_VISITOR])
        }
        (New | Roboting | Queuing | Chatting | Offline | Timeout, Event::Close(_)) => (Closed, Owner::Kept, ALL_TIMERS),
        _ => return None,
    };
    Some(Transition { status, owner, opens, cancels })
}

impl Event {
    /// Its name, as `extra.event.name` of the entry that tells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RobotTakes => "ROBOT",
            Self::Assign => "ASSIGN",
            Self::Queue => "QUEUE",
            Self::NobodyThere => "OFFLINE",
            Self::WaitOver => "WAIT_OVER",
            Self::Transfer => "TRANSFER",
            Self::TransferToQueue => "TRANSFER_TO_QUEUE",
            Self::TakeOver => "TAKE_OVER",
            Self::Close(_) => "CLOSE",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: [Event; 9] = [
        Event::RobotTakes,
        Event::Assign,
        Event::Queue,
        Event::NobodyThere,
        Event::WaitOver,
        Event::Transfer,
        Event::TransferToQueue,
        Event::TakeOver,
        Event::Close(Closer::Agent),
    ];

    /// Rows are events, columns the statuses in their order: the first letter of where it leads, or a dash.
    #[test]
    fn every_event_leads_where_the_table_says() {
        let table = [
            // N R Q C O T C
            ("RobotTakes     ", "R - - - R R R"),
            ("Assign         ", "H H H - H H H"),
            ("Queue          ", "Q Q - - Q Q Q"),
            ("NobodyThere    ", "O O O - - O O"),
            ("WaitOver       ", "- - O - - - -"),
            ("Transfer       ", "- - - H - - -"),
            ("TransferToQueue", "- - - Q - - -"),
            ("TakeOver       ", "H H H H H H -"),
            ("Close          ", "X X X X X X -"),
        ];
        for (event, (name, row)) in EVENTS.into_iter().zip(table) {
            assert!(format!("{event:?}").starts_with(name.trim()), "{event:?} is not {name}");
            for (status, cell) in ThreadStatus::ALL.into_iter().zip(row.split(' ')) {
                let expected = match cell {
                    "R" => Some(ThreadStatus::Roboting),
                    "H" => Some(ThreadStatus::Chatting),
                    "Q" => Some(ThreadStatus::Queuing),
                    "O" => Some(ThreadStatus::Offline),
                    "X" => Some(ThreadStatus::Closed),
                    _ => None,
                };
                assert_eq!(transition(status, event).map(|to| to.status), expected, "{event:?} in {status:?}");
            }
        }
    }

    #[test]
    fn effects_follow_from_where_it_leads() {
        for status in ThreadStatus::ALL {
            for event in EVENTS {
                let Some(to) = transition(status, event) else { continue };
                let case = format!("{event:?} in {status:?}: {to:?}");
                assert_eq!(to.owner == Owner::Named, to.status == ThreadStatus::Chatting, "{case}");
                assert_eq!(to.owner == Owner::Kept, to.status == ThreadStatus::Closed, "{case}");
                assert_eq!(to.opens, matches!(status, ThreadStatus::New | ThreadStatus::Closed), "{case}");
                let left_queue = status == ThreadStatus::Queuing;
                assert!(!left_queue || to.cancels.contains(&WAIT), "who waits no more has no end of waiting: {case}");
                let left_robot = status == ThreadStatus::Roboting;
                assert!(
                    !left_robot || to.cancels.contains(&ROBOT_IDLE),
                    "a robot that has it no more does not idle: {case}"
                );
                let left_owner = status == ThreadStatus::Chatting;
                assert!(
                    !left_owner || [AUTO_CLOSE, REMIND, TRANSFER].iter().all(|kind| to.cancels.contains(kind)),
                    "an agent who has it no more is not reminded: {case}"
                );
            }
        }
    }

    #[test]
    fn what_is_closed_is_only_opened_again() {
        for event in EVENTS {
            if let Some(to) = transition(ThreadStatus::Closed, event) {
                assert!(to.opens && to.status != ThreadStatus::Closed, "{event:?}: {to:?}");
            }
        }
    }
}
