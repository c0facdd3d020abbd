//! From what is to happen to a conversation to the decision that is committed (invariants I1, I2 and I10).
//!
//! A [`Plan`] is made by plain functions from a [`Snapshot`]; [`Desk::carry_out`] stamps its lines with the conversation as
//! it will be, commits it under the fence of the snapshot, and tells who must know. Where somebody else was faster,
//! [`Desk::change`] takes a new snapshot and asks again.

use std::sync::Arc;

use deskwire_broker::{Announce, CommitError, Heard};
use deskwire_model::{
    Attendant, Conversation, Draft, LogId, Part, Payload, Principal, Role, Seq, ThreadStatus, ThreadType, Timestamp,
    Uid, dialect::with_extra,
};
use deskwire_store::{
    CardChange, Decision, Episode, Fact, Placement, Refusal, Timer, TimerChange, TimerId, Write, Written,
};
use serde_json::{Value, json};

use crate::{
    BoxFuture, Desk, DeskError,
    ingress::Speaker,
    nodes::Word,
    settings::ServiceSettings,
    state::{self, Event, Owner, transition},
};

/// How often a decision is made anew because somebody else was faster.
pub(crate) const ATTEMPTS: usize = 16;

/// What a decision is made from.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) conversation: Arc<Conversation>,
    /// Its timers.
    pub(crate) timers: Vec<Timer>,
    /// The settings of who serves it.
    pub(crate) settings: Arc<ServiceSettings>,
    /// Its last service, over or not.
    pub(crate) episode: Option<Episode>,
}

/// A message that belongs to a decision.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// Who says it.
    pub(crate) by: Principal,
    /// What it says.
    pub(crate) draft: Draft,
    /// Why the conversation changes, if it is this line that tells.
    pub(crate) reason: Option<String>,
}

impl Line {
    /// A message that changes nothing by itself.
    pub(crate) const fn plain(by: Principal, draft: Draft) -> Self {
        Self { by, draft, reason: None }
    }
}

/// What is to happen to a conversation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    pub(crate) event: Option<Event>,
    pub(crate) to: Option<Placement>,
    pub(crate) joins: Vec<Attendant>,
    pub(crate) leaves: Vec<Uid>,
    pub(crate) lines: Vec<Line>,
    pub(crate) timers: Vec<TimerChange>,
    pub(crate) consumes: Option<TimerId>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) card: Option<CardChange>,
}

/// An agent who is to have a conversation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taker<'a> {
    pub(crate) agent: &'a Uid,
    /// Conversations it takes at a time; none if it takes this one beyond them.
    pub(crate) capacity: Option<u32>,
}

impl Plan {
    /// The change that `event` makes of `conversation`, without a word about it.
    ///
    /// # Errors
    /// [`DeskError::NotNow`] when it cannot happen to it.
    pub(crate) fn moving(
        conversation: &Conversation,
        event: Event,
        taker: Option<Taker<'_>>,
    ) -> Result<Self, DeskError> {
        let to = transition(conversation.status, event).ok_or(DeskError::NotNow(conversation.status))?;
        let agent = match to.owner {
            Owner::Nobody => None,
            Owner::Named => Some(taker.ok_or(DeskError::NotNow(conversation.status))?.agent.clone()),
            Owner::Kept => conversation.agent.clone(),
        };
        let mut facts = Vec::new();
        if to.opens && to.status != ThreadStatus::Closed {
            facts.push(Fact::Opened);
        }
        facts.extend(match (event, to.status) {
            (Event::Close(closer), _) => Some(Fact::Closed(closer)),
            (_, ThreadStatus::Queuing) => Some(Fact::Queued),
            (_, ThreadStatus::Chatting) => Some(Fact::Assigned),
            _ => None,
        });
        let leaves = |attendant: &&Attendant| match attendant.part {
            _ if to.status == ThreadStatus::Closed || Some(&attendant.user) == agent.as_ref() => true,
            Part::Offered => to.cancels.contains(&state::TRANSFER),
            Part::Helper | Part::Invited | Part::Watcher => false,
        };
        let leaves = conversation.attendants.iter().filter(leaves).map(|attendant| attendant.user.clone()).collect();
        // A conversation with an agent by name is with its new owner from now on.
        let service = agent
            .as_ref()
            .filter(|agent| conversation.kind == ThreadType::Agent && **agent != conversation.service)
            .map(|agent| (ThreadType::Agent, agent.clone()));
        let capacity = taker.and_then(|taker| taker.capacity);
        let timers = if to.cancels.is_empty() { Vec::new() } else { vec![TimerChange::CancelAll(to.cancels)] };
        Ok(Self {
            event: Some(event),
            to: Some(Placement { status: to.status, agent, capacity, service }),
            leaves,
            facts,
            timers,
            ..Self::default()
        })
    }

    /// A plan that takes a timer away and does nothing else.
    pub(crate) fn drop_timer(timer: TimerId) -> Self {
        Self { consumes: Some(timer), ..Self::default() }
    }

    /// The same, serving from `service` on.
    pub(crate) fn served_by(mut self, kind: ThreadType, service: &Uid) -> Self {
        if let Some(to) = &mut self.to {
            to.service = Some((kind, service.clone()));
        }
        self
    }

    /// The same, with a message of `by`; the change is explained in it.
    pub(crate) fn telling(mut self, by: Principal, draft: Draft, reason: impl Into<String>) -> Self {
        self.lines.push(Line { by, draft, reason: Some(reason.into()) });
        self
    }

    /// The same, with messages that came before the change and are none of it.
    pub(crate) fn behind(mut self, lines: Vec<Line>) -> Self {
        self.lines.splice(0..0, lines);
        self
    }

    /// The same, with another message behind the one that tells the change.
    pub(crate) fn followed_by(mut self, by: Principal, draft: Draft) -> Self {
        self.lines.push(Line { by, draft, reason: None });
        self
    }

    /// The conversation as it will be.
    fn after(&self, before: &Conversation) -> Conversation {
        let mut after = before.clone();
        after.fence += 1;
        if let Some(to) = &self.to {
            after.status = to.status;
            after.agent = to.agent.clone();
            if let Some((kind, service)) = &to.service {
                (after.kind, after.service) = (*kind, service.clone());
            }
        }
        after.attendants.retain(|attendant| !self.leaves.contains(&attendant.user));
        for join in &self.joins {
            after.attendants.retain(|attendant| attendant.user != join.user);
            after.attendants.push(join.clone());
        }
        after
    }

    /// `extra` of the line that tells the change: what, from where to where, by whom, to whom and why.
    fn explained(&self, line: &Line, before: &Conversation) -> Draft {
        let Some(reason) = &line.reason else { return line.draft.clone() };
        let to = self.to.as_ref().map_or(before.status, |to| to.status);
        let agent = if let Some(to) = &self.to { &to.agent } else { &before.agent };
        // Lines that change no status are called as their message.
        let name = self.event.map_or_else(|| line.draft.kind.as_str(), |event| event.name());
        let event = json!({
            "name": name,
            "from": before.status.as_str(),
            "to": to.as_str(),
            "by": line.by.uid.as_str(),
            "agent": agent.as_ref().map(Uid::as_str),
            "reason": reason,
        });
        with_extra(line.draft.clone(), json!({ "orgUid": before.org.as_str(), "event": event }))
    }
}

/// An entry of a decision.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) seq: Seq,
    pub(crate) at: Timestamp,
    pub(crate) payload: Payload,
}

/// A decision that was carried out.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The conversation as it is then.
    pub conversation: Arc<Conversation>,
    /// What was said, in order; of a decision that was made before, only its first entry.
    pub(crate) said: Vec<Said>,
}

impl Decided {
    /// The position of its first entry, if it has one.
    #[must_use]
    pub fn first(&self) -> Option<Seq> {
        self.said.first().map(|said| said.seq)
    }
}

/// A decision with all that it needs.
#[derive(Debug)]
pub(crate) struct Prepared {
    before: Arc<Conversation>,
    decision: Decision,
    /// When its first timer ends.
    due: Option<Timestamp>,
}

impl Desk {
    /// What a decision about `log` is to be made from now.
    pub(crate) async fn snapshot(&self, log: LogId) -> Result<Snapshot, DeskError> {
        let conversation = self.store.conversation(log).await?.ok_or(DeskError::NotYours)?;
        // What is remembered may be newer than what was read. Everything else is read behind it: what is older than the
        // fence must not be decided about under it.
        let conversation = self.remember(conversation);
        let timers = self.store.timers_of(log).await?;
        let settings = self.settings(&conversation.service).await?;
        let episode = self.store.episodes(log, 1).await?.into_iter().next();
        Ok(Snapshot { conversation, timers, settings, episode })
    }

    /// Has `plan` say what is to happen to the conversation `log`, until nobody else was faster.
    pub(crate) async fn change(
        &self,
        log: LogId,
        plan: impl Fn(&Snapshot) -> Result<Plan, DeskError> + Send,
    ) -> Result<Decided, DeskError> {
        for _ in 1..ATTEMPTS {
            let snapshot = self.snapshot(log).await?;
            match self.carry_out(&snapshot.conversation, plan(&snapshot)?).await {
                Err(DeskError::Refused(Refusal::Fenced | Refusal::TimerGone)) => {}
                decided => return decided,
            }
        }
        let snapshot = self.snapshot(log).await?;
        self.carry_out(&snapshot.conversation, plan(&snapshot)?).await
    }

    /// Makes `plan` happen to `before`, or nothing.
    pub(crate) fn carry_out<'a>(
        &'a self,
        before: &'a Arc<Conversation>,
        plan: Plan,
    ) -> BoxFuture<'a, Result<Decided, DeskError>> {
        Box::pin(async move { self.decide(self.prepare(before, plan).await?).await })
    }

    /// Reads what `plan` needs to be decided.
    pub(crate) async fn prepare(&self, before: &Arc<Conversation>, plan: Plan) -> Result<Prepared, DeskError> {
        let after = plan.after(before);
        let mut entries = Vec::with_capacity(plan.lines.len());
        for line in &plan.lines {
            let profile = self.profile(&line.by, &after).await?;
            let speaker = Speaker { principal: &line.by, profile: &profile, conversation: &after };
            entries.push(speaker.entry(&plan.explained(line, before), None));
        }
        let Plan { to, joins, leaves, timers, consumes, facts, card, .. } = plan;
        let due = timers.iter().filter_map(|change| match change {
            TimerChange::Set { due, .. } | TimerChange::Ensure { due, .. } => Some(*due),
            TimerChange::Cancel { .. } | TimerChange::CancelAll(_) => None,
        });
        let due = due.min();
        let decision =
            Decision { log: before.id, fence: before.fence, to, joins, leaves, entries, timers, consumes, facts, card };
        Ok(Prepared { before: Arc::clone(before), decision, due })
    }

    /// Makes what was prepared happen, or nothing. What is begun first is committed first.
    pub(crate) async fn decide(&self, prepared: Prepared) -> Result<Decided, DeskError> {
        let Prepared { before, decision, due } = prepared;
        let payloads: Vec<Payload> = decision.entries.iter().map(|entry| entry.payload.clone()).collect();
        let (desk, was) = (self.clone(), Arc::clone(&before));
        let heard = Heard::new(move |now| desk.heard(&was, now.clone()));
        let announce = Announce::Decided(before.topic.clone(), heard);
        match self.log.commit(Write::Decide(Box::new(decision)), announce).await? {
            Written::Decided { conversation, entries } => {
                self.wakes.timer(due);
                let said = entries.into_iter().zip(payloads);
                let said = said.map(|((seq, at), payload)| Said { seq, at, payload }).collect();
                let decided = Decided { conversation: Arc::new(*conversation), said };
                self.note_departures(&before, &decided).await?;
                Ok(decided)
            }
            Written::Duplicate { seq, at } => {
                let said = payloads.into_iter().take(1).map(|payload| Said { seq, at, payload }).collect();
                Ok(Decided { conversation: before, said })
            }
            Written::Refused(refusal) => Err(refusal.into()),
            // A decision has no other answer.
            _ => Err(CommitError::Store.into()),
        }
    }

    /// Puts a conversation that has changed where everybody finds it, before its entries are announced; tells those who
    /// follow it from now on, and wakes the queues that may have room.
    fn heard(&self, before: &Conversation, now: Conversation) {
        let now = self.remember(now);
        self.tell_decided(&now);
        for user in now.agent.iter().chain(now.attendants.iter().map(|attendant| &attendant.user)) {
            self.departures.forget(now.id, user);
        }
        let reopened = before.status == ThreadStatus::Closed && now.status != ThreadStatus::Closed;
        if reopened {
            self.tell_joined(&now.visitor, &now);
        }
        if let Some(agent) = now.agent.as_ref().filter(|agent| before.agent.as_ref() != Some(*agent) || reopened) {
            self.tell_joined(agent, &now);
        }
        for attendant in now.attendants.iter().filter(|attendant| before.part_of(&attendant.user).is_none()) {
            self.tell_joined(&attendant.user, &now);
        }
        let frees = before.status == ThreadStatus::Chatting
            && (now.status != ThreadStatus::Chatting || now.agent != before.agent);
        if let Some(agent) = before.agent.as_ref().filter(|_| frees) {
            self.wakes.agent(agent);
        }
        let (waited, waits) = (before.status == ThreadStatus::Queuing, now.status == ThreadStatus::Queuing);
        if waits && !waited {
            self.wakes.service(&now.service);
        }
        if waited != waits || before.service != now.service {
            self.wakes.places(if waited { &before.service } else { &now.service });
        }
    }

    /// Tells the connections of `user`, on every node, that it takes part from now on: some follow all its conversations.
    pub(crate) fn tell_joined(&self, user: &Uid, conversation: &Arc<Conversation>) {
        self.tell_nodes_of(user, &Word::Joined { user: user.clone(), log: conversation.id.0 });
        self.joined_here(user, conversation);
    }

    pub(crate) fn joined_here(&self, user: &Uid, conversation: &Arc<Conversation>) {
        for (_, outbox) in self.sessions.of(user) {
            outbox.joined(Arc::clone(conversation));
        }
    }
}

/// What nobody in particular says, the agent or workgroup that serves says.
pub(crate) fn desk_itself(conversation: &Conversation) -> Principal {
    Principal { org: conversation.org.clone(), uid: conversation.service.clone(), role: Role::Service }
}

/// An agent of the conversation's organisation, as who speaks.
pub(crate) fn agent_principal(conversation: &Conversation, agent: &Uid) -> Principal {
    Principal { org: conversation.org.clone(), uid: agent.clone(), role: Role::Agent }
}

/// The members of a timer's payload.
pub(crate) fn payload(timer: &Timer) -> Value {
    serde_json::from_str(&timer.payload).unwrap_or_default()
}
