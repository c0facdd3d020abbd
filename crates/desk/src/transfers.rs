//! Passing a conversation on. To a workgroup it goes at once; to an agent it is offered, and goes when that accepts.
//!
//! What is pending is a timer: who answers it takes it away, so a late answer and the end of patience exclude each other.

use std::sync::Arc;

use deskwire_model::{
    Attendant, Conversation, Draft, LogId, Part, Principal, ThreadStatus, ThreadType, Timestamp, Uid,
};
use deskwire_store::{Refusal, Timer, TimerChange};
use serde_json::json;

use crate::{
    Desk, DeskError,
    access::directs,
    commands::{Request, Target, with_status},
    deciding::{ATTEMPTS, Decided, Line, Plan, Snapshot, Taker, desk_itself, payload},
    greeting::document,
    routing::{Question, Route, route},
    state::{self, Event},
    texts::Text,
    wording::Language,
};

impl Snapshot {
    /// The timer of `kind` that waits for the answer called `answers`, or the only one of its kind.
    pub(crate) fn pending(&self, kind: &str, answers: Option<&str>) -> Option<&Timer> {
        let mut of_kind = self.timers.iter().filter(|timer| timer.kind.as_ref() == kind);
        let named = of_kind.clone().find(|timer| Some(timer.key.as_ref()) == answers);
        // A client that does not say which means the one there is.
        named.or_else(|| of_kind.next().filter(|_| answers.is_none() && of_kind.next().is_none()))
    }
}

/// Whether the `member` of a timer's payload is `user`.
pub(crate) fn is_for(timer: &Timer, member: &str, user: &Uid) -> bool {
    payload(timer)[member] == user.as_str()
}

/// When `seconds` from `now` are over.
pub(crate) fn after_seconds(now: Timestamp, seconds: u32) -> Timestamp {
    Timestamp(now.0.saturating_add(i64::from(seconds) * 1000))
}

impl Desk {
    pub(crate) async fn transfer(
        &self,
        by: &Principal,
        log: LogId,
        request: Request,
        draft: Draft,
        now: Timestamp,
    ) -> Result<Decided, DeskError> {
        let target = request
            .target
            .ok_or(DeskError::Unclear("whom to transfer to is missing: receiver, agentUid or workgroupUid"))?;
        match self.target(by, &target).await? {
            Target::Workgroup(workgroup) => self.transfer_to_workgroup(by, log, &workgroup, draft, now).await,
            Target::Agent(agent) if !self.is_ready(&agent) => Err(DeskError::NobodyThere),
            Target::Agent(agent) => {
                self.change(log, |snapshot| offering(by, snapshot, &agent.uid, draft.clone(), now)).await
            }
        }
    }

    pub(crate) async fn accept_transfer(
        &self,
        by: &Principal,
        log: LogId,
        request: Request,
        draft: Draft,
    ) -> Result<Decided, DeskError> {
        let agent = self.agent(&by.uid).await?.ok_or(DeskError::NotAllowed)?;
        let taker = Taker { agent: &by.uid, capacity: Some(agent.capacity) };
        self.change(log, |snapshot| {
            let pending = snapshot.pending(state::TRANSFER, request.answers.as_deref());
            let timer = pending.filter(|timer| is_for(timer, "to", &by.uid)).ok_or(DeskError::NotPending)?;
            let plan = Plan::moving(&snapshot.conversation, Event::Transfer, Some(taker))?;
            let plan =
                plan.telling(by.clone(), with_status(draft.clone(), "TRANSFER_ACCEPTED"), "accepted the transfer");
            Ok(Plan { consumes: Some(timer.id), ..plan })
        })
        .await
    }

    /// The receiver does not take it, or the sender (or a supervisor) takes the offer back.
    pub(crate) async fn end_transfer(
        &self,
        by: &Principal,
        log: LogId,
        request: Request,
        draft: Draft,
        cancel: bool,
    ) -> Result<Decided, DeskError> {
        let (member, status) = if cancel { ("from", "TRANSFER_CANCELED") } else { ("to", "TRANSFER_REJECTED") };
        self.change(log, |snapshot| {
            let pending = snapshot.pending(state::TRANSFER, request.answers.as_deref());
            let own = |timer: &&Timer| {
                is_for(timer, member, &by.uid)
                    || (cancel && by.role.supervises() && directs(by, &snapshot.conversation))
            };
            let timer = pending.filter(own).ok_or(DeskError::NotPending)?;
            let plan = withdrawn(timer, &snapshot.conversation, Part::Offered);
            Ok(plan.telling(by.clone(), with_status(draft.clone(), status), "stays where it is"))
        })
        .await
    }

    /// To whoever routing finds in the workgroup, or into its queue.
    async fn transfer_to_workgroup(
        &self,
        by: &Principal,
        log: LogId,
        workgroup: &Uid,
        draft: Draft,
        now: Timestamp,
    ) -> Result<Decided, DeskError> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            match self.try_workgroup(by, log, workgroup, &draft, now).await {
                Err(DeskError::Refused(Refusal::Fenced | Refusal::AtCapacity)) if attempts < ATTEMPTS => {}
                decided => return decided,
            }
        }
    }

    async fn try_workgroup(
        &self,
        by: &Principal,
        log: LogId,
        workgroup: &Uid,
        draft: &Draft,
        now: Timestamp,
    ) -> Result<Decided, DeskError> {
        let snapshot = self.snapshot(log).await?;
        let conversation: &Arc<Conversation> = &snapshot.conversation;
        may_pass_on(by, &snapshot)?;
        let settings = self.settings(workgroup).await?;
        let mut candidates = self.candidates(ThreadType::Workgroup, workgroup).await?;
        // Whoever passes it on does not want it back at once.
        candidates.retain(|candidate| Some(&candidate.uid) != conversation.agent.as_ref());
        let question = Question {
            mode: settings.routing,
            open: settings.is_open(now, &self.config.time_zone),
            waiting: self.store.queue_place(workgroup, log).await?.size,
            max_waiting: settings.max_waiting,
            visitor: &conversation.visitor,
            last_agent: None,
            seed: crate::queue::seed(conversation),
        };
        let told = with_status(draft.clone(), "TRANSFER_ACCEPTED");
        let plan = match route(&question, &candidates) {
            Route::LeaveMessage(_) => return Err(DeskError::NobodyThere),
            Route::Assign(choices) => {
                let choice = choices.first().ok_or(DeskError::NobodyThere)?;
                let taker = Taker { agent: &choice.agent, capacity: Some(choice.capacity) };
                let plan = Plan::moving(conversation, Event::Transfer, Some(taker))?;
                plan.served_by(ThreadType::Workgroup, workgroup).telling(by.clone(), told, choice.reason.clone())
            }
            Route::Queue(reason) => {
                let service = (ThreadType::Workgroup, workgroup);
                let plan = self.queuing(conversation, Event::TransferToQueue, service, reason, now).await?;
                plan.behind(vec![Line::plain(by.clone(), told)])
            }
        };
        let decided = self.carry_out(conversation, plan).await?;
        if decided.conversation.status == ThreadStatus::Queuing {
            self.offer(&decided.conversation, now).await?;
        }
        Ok(decided)
    }
}

/// Whether `by` may pass the conversation on now.
fn may_pass_on(by: &Principal, snapshot: &Snapshot) -> Result<(), DeskError> {
    let Snapshot { conversation, timers, .. } = snapshot;
    if !directs(by, conversation) {
        return Err(DeskError::NotAllowed);
    }
    if conversation.status != ThreadStatus::Chatting {
        return Err(DeskError::NotNow(conversation.status));
    }
    if timers.iter().any(|timer| timer.kind.as_ref() == state::TRANSFER) {
        return Err(DeskError::AlreadyPending);
    }
    Ok(())
}

/// Offers the conversation to `agent`, who hears it from now on.
fn offering(by: &Principal, snapshot: &Snapshot, agent: &Uid, draft: Draft, now: Timestamp) -> Result<Plan, DeskError> {
    may_pass_on(by, snapshot)?;
    if snapshot.conversation.agent.as_ref() == Some(agent) {
        return Err(DeskError::Unclear("the conversation is that agent's already"));
    }
    let helps = snapshot.conversation.part_of(agent) == Some(Part::Helper);
    let pending = TimerChange::Set {
        kind: state::TRANSFER,
        key: draft.uid.as_str().into(),
        due: after_seconds(now, snapshot.settings.transfer_timeout_s),
        payload: json!({ "from": by.uid.as_str(), "to": agent.as_str() }).to_string().into(),
    };
    let offered = Attendant { user: agent.clone(), part: Part::Offered };
    let plan = Plan { joins: Vec::from_iter((!helps).then_some(offered)), timers: vec![pending], ..Plan::default() };
    Ok(plan.telling(by.clone(), with_status(draft, "TRANSFER_PENDING"), "offered"))
}

/// The question that `timer` waits for an answer to is over, and nothing else has changed: who attended as `part` for its
/// sake does so no more.
pub(crate) fn withdrawn(timer: &Timer, conversation: &Conversation, part: Part) -> Plan {
    let asked = |attendant: &&Attendant| attendant.part == part && is_for(timer, "to", &attendant.user);
    let leaves = conversation.attendants.iter().filter(asked).map(|attendant| attendant.user.clone()).collect();
    Plan { leaves, consumes: Some(timer.id), ..Plan::default() }
}

/// The agent who was offered the conversation has not answered.
pub(crate) fn transfer_timed_out(timer: &Timer, conversation: &Conversation, language: Language) -> Plan {
    let text = Text::TransferTimeout.in_language(language);
    let told = ("TRANSFER_TIMEOUT", text, "the transfer was not answered in time");
    unanswered(timer, conversation, Part::Offered, told)
}

/// As [`withdrawn`], because nobody has answered in time: told by a message of type `kind`, and why.
pub(crate) fn unanswered(
    timer: &Timer,
    conversation: &Conversation,
    part: Part,
    (kind, text, reason): (&'static str, &str, &str),
) -> Plan {
    let told = document(kind, &json!({ "content": text, "status": kind, "uid": timer.key.as_ref() }));
    withdrawn(timer, conversation, part).telling(desk_itself(conversation), told, reason)
}
