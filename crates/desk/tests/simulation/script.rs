//! What happens next: a weighted table of acts, each by somebody for whom it makes sense more often than not.

use std::sync::Arc;

use deskwire_desk::{Command, LeaveAction, Settlement, routing::Mode, state};
use deskwire_model::{AgentStatus, Principal, ThreadStatus};
use deskwire_store::CardId;
use rand::{RngExt as _, rngs::SmallRng, seq::IndexedRandom as _};
use serde_json::{Value, json};

use crate::{
    acts::{Act, card},
    cast::Organisation,
    ledger::{Ledger, Record},
    notes::NOTE,
};

/// Somebody with something to do.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Ask,
    AskPerson,
    VisitorSays,
    VisitorCloses,
    VisitorRates,
    VisitorLeaves,
    VisitorSettles,
    AgentSays,
    AgentNotes,
    SupervisorWhispers,
    AgentOffersCard,
    AgentSettles,
    AgentCloses,
    Recall,
    Read,
    Accept,
    Transfer,
    AnswerTransfer,
    Invite,
    AnswerInvitation,
    Dismiss,
    InviteRating,
    TakeOver,
    Watch,
    Tend,
    Status,
    Duty,
    Set,
    Robot,
    Intrude,
}

const TABLE: &[(u32, Kind)] = &[
    (14, Kind::Ask),
    (2, Kind::AskPerson),
    (12, Kind::VisitorSays),
    (3, Kind::VisitorCloses),
    (2, Kind::VisitorRates),
    (2, Kind::VisitorLeaves),
    (3, Kind::VisitorSettles),
    (12, Kind::AgentSays),
    (5, Kind::AgentNotes),
    (2, Kind::SupervisorWhispers),
    (4, Kind::AgentOffersCard),
    (2, Kind::AgentSettles),
    (5, Kind::AgentCloses),
    (3, Kind::Recall),
    (6, Kind::Read),
    (6, Kind::Accept),
    (7, Kind::Transfer),
    (8, Kind::AnswerTransfer),
    (3, Kind::Invite),
    (5, Kind::AnswerInvitation),
    (2, Kind::Dismiss),
    (1, Kind::InviteRating),
    (2, Kind::TakeOver),
    (1, Kind::Watch),
    (2, Kind::Tend),
    (5, Kind::Status),
    (3, Kind::Duty),
    (3, Kind::Set),
    (3, Kind::Robot),
    (2, Kind::Intrude),
];

/// The author of a walk.
#[derive(Debug)]
pub(crate) struct Script<'a> {
    pub(crate) cast: &'a [Organisation],
    pub(crate) rng: SmallRng,
    /// Messages that were named.
    named: u32,
}

impl<'a> Script<'a> {
    pub(crate) const fn new(cast: &'a [Organisation], rng: SmallRng) -> Self {
        Self { cast, rng, named: 0 }
    }

    fn name(&mut self) -> String {
        self.named += 1;
        format!("m{}", self.named)
    }

    /// A conversation of `org` that stands as `wanted`, or else any.
    fn record<'l>(
        &mut self,
        org: &Organisation,
        ledger: &'l Ledger,
        wanted: Option<ThreadStatus>,
    ) -> Option<&'l Record> {
        let of_org: Vec<&Record> = ledger.talks().filter(|record| record.conversation.org == org.uid).collect();
        let fitting: Vec<&Record> = of_org
            .iter()
            .copied()
            .filter(|record| wanted.is_none_or(|wanted| record.conversation.status == wanted))
            .collect();
        let from = if fitting.is_empty() || self.rng.random_ratio(1, 8) { of_org } else { fitting };
        if from.is_empty() { None } else { Some(*from.choose(&mut self.rng).unwrap()) }
    }

    /// Whoever has the conversation, or sometimes anybody else.
    fn agent_of(&mut self, org: &Organisation, record: &Record) -> Principal {
        let owner = record.conversation.agent.as_ref();
        let owner = org.agents.iter().chain([&org.supervisor]).find(|agent| Some(&agent.uid) == owner);
        match owner {
            Some(owner) if !self.rng.random_ratio(1, 8) => owner.clone(),
            _ => org.agents.choose(&mut self.rng).unwrap().clone(),
        }
    }

    /// Acts that begin at the same time: mostly one, sometimes of several people, sometimes the same of two.
    pub(crate) fn next(&mut self, ledger: &Ledger) -> Vec<Act> {
        let cast = self.cast;
        let org = cast.choose(&mut self.rng).unwrap();
        let count = if self.rng.random_ratio(1, 3) { 2 + self.rng.random_range(0..4) } else { 1 };
        let mut acts: Vec<Act> = Vec::new();
        while acts.len() < count {
            let kind = TABLE.choose_weighted(&mut self.rng, |(weight, _)| *weight).unwrap().1;
            acts.extend(self.act(kind, org, ledger));
        }
        // Two click at once.
        if self.rng.random_ratio(1, 6) {
            let record = self.record(org, ledger, Some(ThreadStatus::Queuing));
            acts.extend(
                record
                    .map(|record| record.conversation.id)
                    .into_iter()
                    .flat_map(|log| org.agents.iter().map(move |by| Act::Accept { by: by.clone(), log })),
            );
        }
        acts
    }

    fn act(&mut self, kind: Kind, org: &'a Organisation, ledger: &Ledger) -> Option<Act> {
        use ThreadStatus::{Chatting, Closed, Queuing};
        match kind {
            Kind::Ask | Kind::AskPerson => {
                let by = org.visitors.choose(&mut self.rng).unwrap().clone();
                let (kind_asked, service) = org.services().choose(&mut self.rng).unwrap().clone();
                return Some(Act::Ask { by, kind: kind_asked, service, person: matches!(kind, Kind::AskPerson) });
            }
            Kind::Tend => {
                let by = org.agents.choose(&mut self.rng).unwrap().clone();
                let actions = [LeaveAction::Read, LeaveAction::Reply("see you".to_owned()), LeaveAction::Close];
                let action = actions.choose(&mut self.rng).unwrap().clone();
                return Some(Act::Tend { by, action, name: self.name() });
            }
            Kind::Status => {
                let by = org.agents.choose(&mut self.rng).unwrap().uid.clone();
                // Mostly there: else nothing happens.
                let is_there = self.rng.random_ratio(3, 4);
                let status = if is_there { AgentStatus::Available } else { AgentStatus::Away };
                return Some(Act::Status { by, status });
            }
            Kind::Duty => {
                let agent = org.agents.choose(&mut self.rng).unwrap().uid.clone();
                let capacity = self.rng.random_range(0..3);
                return Some(Act::Duty { by: org.admin.clone(), agent, capacity });
            }
            Kind::Set => {
                let (_, service) = org.services().choose(&mut self.rng).unwrap().clone();
                return Some(Act::Set { by: org.admin.clone(), service, settings: self.settings(org) });
            }
            Kind::Robot => {
                return Some(Act::Robot { bot_of: org.robots().clone(), hands_over: self.rng.random_ratio(1, 3) });
            }
            Kind::VisitorSays
            | Kind::VisitorCloses
            | Kind::VisitorRates
            | Kind::VisitorLeaves
            | Kind::Recall
            | Kind::Read => {}
            Kind::Accept => {
                let log = self.record(org, ledger, Some(Queuing))?.conversation.id;
                return Some(Act::Accept { by: org.agents.choose(&mut self.rng).unwrap().clone(), log });
            }
            Kind::TakeOver => {
                let log = self.record(org, ledger, None)?.conversation.id;
                return Some(Act::TakeOver { by: org.supervisor.clone(), log });
            }
            Kind::Watch => {
                let log = self.record(org, ledger, None)?.conversation.id;
                return Some(Act::Watch { by: org.supervisor.clone(), log, watches: !self.rng.random_ratio(1, 3) });
            }
            Kind::Intrude => {
                let record = self.record(org, ledger, None)?;
                let about = Arc::new(record.conversation.clone());
                let strangers: Vec<&Principal> =
                    self.cast.iter().filter(|other| other.uid != org.uid).flat_map(Organisation::everybody).collect();
                let by = (*strangers.choose(&mut self.rng)?).clone();
                let card = CardId(pending_cards(record).first().copied().unwrap_or_default());
                return Some(Act::Intrude { by, about, card, name: self.name() });
            }
            _ => {}
        }
        let wanted = match kind {
            Kind::VisitorSays => None,
            Kind::VisitorRates => Some(Closed),
            Kind::VisitorLeaves => Some(ThreadStatus::Offline),
            _ => Some(Chatting),
        };
        let record = self.record(org, ledger, wanted)?;
        let topic = record.conversation.topic.to_string();
        let visitor = org.visitors.iter().find(|visitor| visitor.uid == record.conversation.visitor)?.clone();
        let (agent, colleague) = (self.agent_of(org, record), org.agents.choose(&mut self.rng).unwrap().clone());
        let name = self.name();
        let said =
            |by: Principal, kind, content: String, name| Act::Say { by, topic: topic.clone(), kind, content, name };
        let command = |by: Principal, command, content: Value, name| Act::Command {
            by,
            topic: topic.clone(),
            command,
            content,
            form: Value::Null,
            name,
        };
        let form = |by: Principal, command, form: Value, name| Act::Command {
            by,
            topic: topic.clone(),
            command,
            content: Value::Null,
            form,
            name,
        };
        Some(match kind {
            Kind::VisitorSays => said(visitor, "TEXT", "a question".to_owned(), name),
            Kind::AgentNotes | Kind::SupervisorWhispers => {
                let by = if matches!(kind, Kind::AgentNotes) { agent } else { org.supervisor.clone() };
                let topic = record.conversation.notes_topic().to_string();
                Act::Say { by, topic, kind: "TEXT", content: NOTE.to_owned(), name }
            }
            Kind::AgentSays => said(agent, "TEXT", "an answer".to_owned(), name),
            Kind::VisitorCloses => command(visitor, Command::Close, Value::Null, name),
            Kind::AgentCloses => command(agent, Command::Close, Value::Null, name),
            Kind::VisitorRates => {
                let score = 1 + self.rng.random_range(0..5);
                form(visitor, Command::Rate, json!({ "score": score, "resolved": self.rng.random_ratio(1, 2) }), name)
            }
            Kind::VisitorLeaves => form(visitor, Command::LeaveMessage, json!({ "content": "call me" }), name),
            Kind::AgentOffersCard => {
                said(agent, "ORDER_CARD", card(i64::from(self.named), 5 + self.rng.random_range(0..90)), name)
            }
            Kind::VisitorSettles | Kind::AgentSettles => {
                let card = pending_cards(record).choose(&mut self.rng).copied().unwrap_or(1);
                let settlement = if self.rng.random_ratio(1, 2) { Settlement::Pay } else { Settlement::Cancel };
                let by = match kind {
                    Kind::VisitorSettles => visitor,
                    _ if self.rng.random_ratio(1, 2) => org.service.clone(),
                    _ => agent,
                };
                Act::Settle { by, card: CardId(card), settlement }
            }
            Kind::Recall | Kind::Read => {
                let line = record.log.get(self.rng.random_range(0..record.log.len().max(1)))?;
                let by = if self.rng.random_ratio(1, 2) { visitor } else { agent };
                said(by, if matches!(kind, Kind::Read) { "READ" } else { "RECALL" }, line.uid.clone(), name)
            }
            Kind::Transfer => {
                let to = if self.rng.random_ratio(1, 3) {
                    org.workgroups.choose(&mut self.rng).unwrap()
                } else {
                    &colleague.uid
                };
                command(agent, Command::Transfer, json!({ "receiver": to.as_str() }), name)
            }
            Kind::AnswerTransfer | Kind::AnswerInvitation => {
                use deskwire_model::Part;
                let is_offer = matches!(kind, Kind::AnswerTransfer);
                let part = if is_offer { Part::Offered } else { Part::Invited };
                let asked = |record: &&Record| {
                    record.conversation.org == org.uid
                        && record.conversation.attendants.iter().any(|attendant| attendant.part == part)
                };
                let record = ledger.talks().find(asked)?;
                let to = record.conversation.attendants.iter().find(|attendant| attendant.part == part)?;
                let to = org.agents.iter().find(|agent| agent.uid == to.user)?.clone();
                let topic = record.conversation.topic.to_string();
                let owner = self.agent_of(org, record);
                let (by, answer) = match (self.rng.random_range(0..4), is_offer) {
                    (0 | 1, true) => (to, Command::AcceptTransfer),
                    (2, true) => (to, Command::RejectTransfer),
                    (_, true) => (owner, Command::CancelTransfer),
                    (0 | 1, false) => (to, Command::AcceptInvitation),
                    (2, false) => (to, Command::RejectInvitation),
                    (_, false) => (owner, Command::CancelInvitation),
                };
                Act::Command { by, topic, command: answer, content: Value::Null, form: Value::Null, name }
            }
            Kind::Invite => command(agent, Command::Invite, json!({ "agentUid": colleague.uid.as_str() }), name),
            Kind::Dismiss if self.rng.random_ratio(1, 2) => command(colleague, Command::Leave, Value::Null, name),
            Kind::Dismiss => command(agent, Command::Remove, json!({ "agentUid": colleague.uid.as_str() }), name),
            Kind::InviteRating => command(agent, Command::InviteRating, Value::Null, name),
            _ => return None,
        })
    }

    fn settings(&mut self, org: &Organisation) -> Value {
        let mut settings = json!({ "rateOnClose": self.rng.random_ratio(1, 2), "rateMinMessages": 1 });
        // Pools are served by hand: not too many of them, or nobody waits for routing.
        let modes = if self.rng.random_ratio(1, 4) { &Mode::ALL[..] } else { &Mode::ALL[..7] };
        settings["routing"] = serde_json::to_value(modes.choose(&mut self.rng).unwrap()).unwrap();
        settings["maxWaiting"] = (*[2, 10_000].choose(&mut self.rng).unwrap()).into();
        settings["maxWaitS"] = (*[20, 600, 86_400].choose(&mut self.rng).unwrap()).into();
        // The walk begins on a Tuesday at 22:13 and lasts some days.
        settings["hours"] = match self.rng.random_range(0..4) {
            0 => json!({ "shifts": [{ "days": [1, 2, 3, 4, 5, 6, 7], "from": "08:00", "to": "23:00" }] }),
            _ => json!({}),
        };
        settings["overflow"] = match self.rng.random_range(0..3) {
            0 => org.workgroups.choose(&mut self.rng).unwrap().as_str().into(),
            _ => Value::Null,
        };
        settings
    }
}

/// The numbers of the order cards that wait to be paid.
fn pending_cards(record: &Record) -> Vec<i64> {
    let timers = record.timers.iter().filter(|timer| timer.kind.as_ref() == state::ORDER_CARD);
    timers.map(|timer| timer.key.parse().unwrap()).collect()
}
