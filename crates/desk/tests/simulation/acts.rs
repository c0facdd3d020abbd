//! What people do at the desk, and what they are answered.

use std::sync::Arc;

use bytes::Bytes;
use deskwire_desk::{
    Command, Decided, Desk, DeskError, LeaveAction, RobotAnswer, RobotWords, Sender, Settlement, ThreadRequest,
};
use deskwire_model::{
    AgentStatus, Conversation, Draft, LogId, MessageUid, Principal, Role, Seq, ThreadType, Timestamp, Uid, dialect,
};
use deskwire_store::{CardId, HookOutcome, Refusal, Store};
use serde_json::{Value, json};

use crate::{
    cast::{Organisation, profile},
    strangers,
};

/// Something that somebody does. `name` is the uid of the message: who does it again under the same name is answered the
/// same.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Ask {
        by: Principal,
        kind: ThreadType,
        service: Uid,
        person: bool,
    },
    Say {
        by: Principal,
        topic: String,
        kind: &'static str,
        content: String,
        name: String,
    },
    Command {
        by: Principal,
        topic: String,
        command: Command,
        content: Value,
        form: Value,
        name: String,
    },
    Accept {
        by: Principal,
        log: LogId,
    },
    TakeOver {
        by: Principal,
        log: LogId,
    },
    Watch {
        by: Principal,
        log: LogId,
        watches: bool,
    },
    Settle {
        by: Principal,
        card: CardId,
        settlement: Settlement,
    },
    Tend {
        by: Principal,
        action: LeaveAction,
        name: String,
    },
    Status {
        by: Uid,
        status: AgentStatus,
    },
    Duty {
        by: Principal,
        agent: Uid,
        capacity: u32,
    },
    Set {
        by: Principal,
        service: Uid,
        settings: Value,
    },
    Robot {
        bot_of: Uid,
        hands_over: bool,
    },
    /// Somebody of another organisation tries.
    Intrude {
        by: Principal,
        about: Arc<Conversation>,
        card: CardId,
        name: String,
    },
}

/// What became of an act.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The message is in the log at this position.
    Logged(Seq),
    /// It was done, or there was nothing to do.
    Done,
    /// It was refused.
    Refused(DeskError),
}

impl Act {
    /// The message that the act puts into a log, if it does: its topic, sender and name.
    pub(crate) fn message(&self) -> Option<(&str, &Uid, &str)> {
        match self {
            Self::Say { by, topic, kind, name, .. } if *kind != "READ" && *kind != "TYPING" => {
                Some((topic, &by.uid, name))
            }
            Self::Command { by, topic, name, .. } => Some((topic, &by.uid, name)),
            _ => None,
        }
    }

    /// Whether it is a message of a visitor.
    pub(crate) fn is_of_a_visitor(&self, cast: &[Organisation]) -> bool {
        let mut visitors = cast.iter().flat_map(|org| &org.visitors);
        self.message().is_some_and(|(_, sender, _)| visitors.any(|visitor| visitor.uid == *sender))
    }

    /// Does it at `now`.
    pub(crate) async fn perform(&self, desk: &Desk, store: &Store, now: Timestamp) -> Outcome {
        match self.try_perform(desk, store, now).await {
            Ok(Some(seq)) => Outcome::Logged(seq),
            Ok(None) => Outcome::Done,
            Err(error) => Outcome::Refused(error),
        }
    }

    async fn try_perform(&self, desk: &Desk, store: &Store, now: Timestamp) -> Result<Option<Seq>, DeskError> {
        let done = |_: Decided| None;
        match self {
            Self::Ask { by, kind, service, person } => {
                let (visitor, kind, service) = (profile(by), *kind, service.clone());
                let request = ThreadRequest { visitor, kind, service, channel: "WEB".to_owned() };
                let asked = if *person {
                    desk.request_agent(request, now).await
                } else {
                    desk.request_thread(request, now).await
                };
                asked.map(|_| None)
            }
            Self::Say { by, topic, kind, content, name } => {
                let conversation = desk.own_conversation(by, topic).await?;
                let (sender, draft) = (Sender { principal: by, device: Some("") }, message(name, kind, content));
                let sent = desk.send(sender, &conversation, draft, now).await?;
                Ok(sent.map(|sent| seq(&sent)))
            }
            Self::Command { by, topic, command, content, form, name } => {
                let uid = MessageUid::new(name).unwrap();
                let decided = if form.is_null() {
                    desk.command(by, topic, *command, (uid, content), now).await?
                } else {
                    desk.submit_form(by, topic, *command, (uid, "", form.clone()), now).await?
                };
                Ok(decided.first())
            }
            Self::Accept { by, log } => desk.accept(by, *log, now).await.map(done),
            Self::TakeOver { by, log } => desk.take_over(by, *log).await.map(done),
            Self::Watch { by, log, watches } => desk.watch(by, *log, *watches).await.map(done),
            Self::Settle { by, card, settlement } => desk.settle_card(by, *card, *settlement, now).await.map(|_| None),
            Self::Tend { by, action, name } => {
                let (left, _) = desk.leave_messages(by, None, (0, 1)).await?;
                let left = left.first().ok_or(DeskError::UnknownLeaveMessage)?;
                desk.tend_leave_message(by, &left.uid, action, MessageUid::new(name).unwrap(), now).await.map(|_| None)
            }
            Self::Status { by, status } => desk.set_agent_status(by, *status, now).await.map(|()| None),
            Self::Duty { by, agent, capacity } => desk.set_duty(by, agent, Role::Agent, *capacity).await.map(|()| None),
            Self::Set { by, service, settings } => desk.change_settings(by, service, settings).await.map(|_| None),
            Self::Robot { bot_of, hands_over } => answer(desk, store, bot_of, *hands_over, now).await.map(|()| None),
            Self::Intrude { by, about, card, name } => {
                strangers::intrude(desk, by, about, *card, name, now).await;
                Ok(None)
            }
        }
    }
}

/// What a client says.
pub(crate) fn message(name: &str, kind: &str, content: &str) -> Draft {
    let message = json!({ "uid": name, "type": kind, "content": content }).to_string();
    dialect::parse(&Bytes::from(message)).unwrap()
}

fn seq(message: &[u8]) -> Seq {
    let message: Value = serde_json::from_slice(message).unwrap();
    Seq(message["seq"].as_u64().unwrap())
}

/// The robot answers what it is to be told first.
async fn answer(desk: &Desk, store: &Store, bot_of: &Uid, hands_over: bool, now: Timestamp) -> Result<(), DeskError> {
    let Some(bot) = store.bot_of(bot_of).await? else { return Ok(()) };
    let due = store.webhooks_due(Timestamp(i64::MAX - 1), 64, &[]).await?;
    let Some(event) = due.events.into_iter().find(|event| event.hook == bot.id) else { return Ok(()) };
    let words = vec![RobotWords::new("TEXT", "certainly".to_owned()).unwrap()];
    let answer = RobotAnswer { words, hand_over: hands_over.then(|| "too hard".to_owned()) };
    let answered = desk.robot_answers(&bot, &event, answer, now).await;
    store.settle_webhooks(vec![(event, HookOutcome::Told)]).await?;
    answered
}

/// A draft of an order card or a rating, as the walk composes them.
pub(crate) fn card(id: i64, seconds: usize) -> String {
    json!({ "orderCardId": id, "countdownSeconds": seconds }).to_string()
}

/// Whether nothing but a defect explains such a refusal.
pub(crate) fn is_defect(error: &DeskError) -> bool {
    matches!(
        error,
        DeskError::Commit(_)
            | DeskError::Store(_)
            | DeskError::Dialect(_)
            | DeskError::Refused(
                Refusal::Fenced | Refusal::UidTaken | Refusal::ForeignOrganisation | Refusal::UnknownLog
            )
    )
}
