//! What happens next: a weighted table of acts, each by somebody for whom it makes sense more often than not.

use deskwire_desk::{Command, LeaveAction, Settlement, routing::Mode};
use deskwire_model::{AgentStatus, Principal, ThreadStatus};
use deskwire_store::CardId;
use serde_json::{Value, json};

use crate::{
    acts::{Act, card},
    cast::Organisation,
    ledger::{Ledger, Record},
    random::Random,
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
    (1, Kind::Intrude),
];

/// The author of a walk.
#[derive(Debug)]
pub(crate) struct Script<'a> {
    pub(crate) cast: &'a [Organisation],
    pub(crate) random: Random,
    /// Messages that were named.
    named: u32,
}

impl<'a> Script<'a> {
    pub(crate) const fn new(cast: &'a [Organisation], random: Random) -> Self {
        Self { cast, random, named: 0 }
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
        let of_org: Vec<&Record> =
            ledger.records.values().filter(|record| record.conversation.org == org.uid).collect();
        let fitting: Vec<&Record> = of_org
            .iter()
            .copied()
            .filter(|record| wanted.is_none_or(|wanted| record.conversation.status == wanted))
            .collect();
        let from = if fitting.is_empty() || self.random.one_in(8) { of_org } else { fitting };
        if from.is_empty() { None } else { Some(*self.random.choose(&from)) }
    }

    /// Whoever has the conversation, or sometimes anybody else.
    fn agent_of(&mut self, org: &Organisation, record: &Record) -> Principal {
        let owner = record.conversation.agent.as_ref();
        let owner = org.agents.iter().chain([&org.supervisor]).find(|agent| Some(&agent.uid) == owner);
        match owner {
            Some(owner) if !self.random.one_in(8) => owner.clone(),
            _ => self.random.choose(&org.agents).clone(),
        }
    }

    /// Acts that begin at the same time: mostly one, sometimes of several people, sometimes the same of two.
    pub(crate) fn next(&mut self, ledger: &Ledger) -> Vec<Act> {
        let cast = self.cast;
        let org = self.random.choose(cast);
        let count = if self.random.one_in(3) { 2 + self.random.below(4) } else { 1 };
        let mut acts: Vec<Act> = Vec::new();
        while acts.len() < count {
            let kind = self.random.weighted(TABLE);
            acts.extend(self.act(kind, org, ledger));
        }
        // Two click at once.
        if self.random.one_in(6) {
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
                let by = self.random.choose(&org.visitors).clone();
                let (kind_asked, service) = self.random.choose(&org.services()).clone();
                return Some(Act::Ask { by, kind: kind_asked, service, person: matches!(kind, Kind::AskPerson) });
            }
            Kind::Tend => {
                let by = self.random.choose(&org.agents).clone();
                let action = self
                    .random
                    .choose(&[LeaveAction::Read, LeaveAction::Reply("see you".to_owned()), LeaveAction::Close])
                    .clone();
                return Some(Act::Tend { by, action, name: self.name() });
            }
            Kind::Status => {
                let by = self.random.choose(&org.agents).uid.clone();
                // Mostly there: else nothing happens.
                let status = *self.random.choose(&[
                    AgentStatus::Available,
                    AgentStatus::Available,
                    AgentStatus::Available,
                    AgentStatus::Away,
                ]);
                return Some(Act::Status { by, status });
            }
            Kind::Duty => {
                let agent = self.random.choose(&org.agents).uid.clone();
                let capacity = u32::try_from(self.random.below(3)).unwrap();
                return Some(Act::Duty { by: org.admin.clone(), agent, capacity });
            }
            Kind::Set => {
                let (_, service) = self.random.choose(&org.services()).clone();
                return Some(Act::Set { by: org.admin.clone(), service, settings: self.settings(org) });
            }
            Kind::Robot => {
                return Some(Act::Robot { bot_of: org.robots().clone(), hands_over: self.random.one_in(3) });
            }
            Kind::VisitorSays
            | Kind::VisitorCloses
            | Kind::VisitorRates
            | Kind::VisitorLeaves
            | Kind::Recall
            | Kind::Read => {}
            Kind::Accept => {
                let log = self.record(org, ledger, Some(Queuing))?.conversation.id;
                return Some(Act::Accept { by: self.random.choose(&org.agents).clone(), log });
            }
            Kind::TakeOver => {
                let log = self.record(org, ledger, None)?.conversation.id;
                return Some(Act::TakeOver { by: org.supervisor.clone(), log });
            }
            Kind::Watch => {
                let log = self.record(org, ledger, None)?.conversation.id;
                return Some(Act::Watch { by: org.supervisor.clone(), log, watches: !self.random.one_in(3) });
            }
            Kind::Intrude => {
                let record = self.record(org, ledger, None)?;
                let by = self.cast.iter().find(|other| other.uid != org.uid)?.admin.clone();
                let (topic, log) = (record.conversation.topic.to_string(), record.conversation.id);
                return Some(Act::Intrude { by, topic, log, name: self.name() });
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
        let (agent, colleague) = (self.agent_of(org, record), self.random.choose(&org.agents).clone());
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
            Kind::AgentSays => said(agent, "TEXT", "an answer".to_owned(), name),
            Kind::VisitorCloses => command(visitor, Command::Close, Value::Null, name),
            Kind::AgentCloses => command(agent, Command::Close, Value::Null, name),
            Kind::VisitorRates => {
                let score = 1 + self.random.below(5);
                form(visitor, Command::Rate, json!({ "score": score, "resolved": self.random.one_in(2) }), name)
            }
            Kind::VisitorLeaves => form(visitor, Command::LeaveMessage, json!({ "content": "call me" }), name),
            Kind::AgentOffersCard => {
                said(agent, "ORDER_CARD", card(i64::from(self.named), 5 + self.random.below(90)), name)
            }
            Kind::VisitorSettles | Kind::AgentSettles => {
                let cards = record.timers.iter().filter(|timer| timer.kind.as_ref() == "ORDER_CARD");
                let cards: Vec<i64> = cards.filter_map(|timer| timer.key.parse().ok()).collect();
                let card = if cards.is_empty() { 1 } else { *self.random.choose(&cards) };
                let settlement = if self.random.one_in(2) { Settlement::Pay } else { Settlement::Cancel };
                let by = match kind {
                    Kind::VisitorSettles => visitor,
                    _ if self.random.one_in(2) => org.service.clone(),
                    _ => agent,
                };
                Act::Settle { by, card: CardId(card), settlement }
            }
            Kind::Recall | Kind::Read => {
                let line = record.log.get(self.random.below(record.log.len().max(1)))?;
                let by = if self.random.one_in(2) { visitor } else { agent };
                said(by, if matches!(kind, Kind::Read) { "READ" } else { "RECALL" }, line.uid.clone(), name)
            }
            Kind::Transfer => {
                let to = if self.random.one_in(3) { self.random.choose(&org.workgroups) } else { &colleague.uid };
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
                let record = ledger.records.values().find(asked)?;
                let to = record.conversation.attendants.iter().find(|attendant| attendant.part == part)?;
                let to = org.agents.iter().find(|agent| agent.uid == to.user)?.clone();
                let topic = record.conversation.topic.to_string();
                let owner = self.agent_of(org, record);
                let (by, answer) = match (self.random.below(4), is_offer) {
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
            Kind::Dismiss if self.random.one_in(2) => command(colleague, Command::Leave, Value::Null, name),
            Kind::Dismiss => command(agent, Command::Remove, json!({ "agentUid": colleague.uid.as_str() }), name),
            Kind::InviteRating => command(agent, Command::InviteRating, Value::Null, name),
            _ => return None,
        })
    }

    fn settings(&mut self, org: &Organisation) -> Value {
        let mut settings = json!({ "rateOnClose": self.random.one_in(2), "rateMinMessages": 1 });
        // Pools are served by hand: not too many of them, or nobody waits for routing.
        let modes = if self.random.one_in(4) { &Mode::ALL[..] } else { &Mode::ALL[..7] };
        settings["routing"] = serde_json::to_value(self.random.choose(modes)).unwrap();
        settings["maxWaiting"] = (*self.random.choose(&[2, 10_000])).into();
        settings["maxWaitS"] = (*self.random.choose(&[20, 600, 86_400])).into();
        // The walk begins on a Tuesday at 22:13 and lasts some days.
        settings["hours"] = match self.random.below(4) {
            0 => json!({ "shifts": [{ "days": [1, 2, 3, 4, 5, 6, 7], "from": "08:00", "to": "23:00" }] }),
            _ => json!({}),
        };
        settings["overflow"] = match self.random.below(3) {
            0 => self.random.choose(&org.workgroups).as_str().into(),
            _ => Value::Null,
        };
        settings
    }
}
