//! Having colleagues help in a conversation: invited, they hear it; when they have accepted, they speak in it too.

use deskwire_model::{Attendant, Conversation, Draft, LogId, Part, Principal, ThreadStatus, Timestamp};
use deskwire_store::{Timer, TimerChange};
use serde_json::json;

use crate::{
    Desk, DeskError,
    access::directs,
    commands::{Request, Target, with_status},
    deciding::{Decided, Plan},
    state,
    texts::Text,
    transfers::{after_seconds, is_for, unanswered, withdrawn},
    wording::Language,
};

impl Desk {
    pub(crate) async fn invite(
        &self,
        by: &Principal,
        log: LogId,
        request: Request,
        draft: Draft,
        now: Timestamp,
    ) -> Result<Decided, DeskError> {
        let target = request.target.ok_or(DeskError::Unclear("whom to invite is missing: receiver or agentUid"))?;
        let Target::Agent(agent) = self.target(by, &target).await? else {
            return Err(DeskError::Unclear("only an agent can be invited"));
        };
        self.change(log, |snapshot| {
            let conversation = &snapshot.conversation;
            if !directs(by, conversation) {
                return Err(DeskError::NotAllowed);
            }
            if conversation.status != ThreadStatus::Chatting {
                return Err(DeskError::NotNow(conversation.status));
            }
            let comes = matches!(conversation.part_of(&agent.uid), Some(Part::Helper | Part::Invited));
            if comes || conversation.agent.as_ref() == Some(&agent.uid) {
                return Err(DeskError::Unclear("that agent is there or invited already"));
            }
            let helpers = conversation.attendants.iter().filter(|a| matches!(a.part, Part::Helper | Part::Invited));
            if helpers.count() >= snapshot.settings.max_helpers {
                return Err(DeskError::TooManyHelpers);
            }
            let pending = TimerChange::Set {
                kind: state::INVITE,
                key: draft.uid.as_str().into(),
                due: after_seconds(now, snapshot.settings.invite_timeout_s),
                payload: json!({ "from": by.uid.as_str(), "to": agent.uid.as_str() }).to_string().into(),
            };
            // Who is offered the conversation stays so, and hears it anyway.
            let hears = conversation.part_of(&agent.uid) == Some(Part::Offered);
            let invited = Attendant { user: agent.uid.clone(), part: Part::Invited };
            let joins = Vec::from_iter((!hears).then_some(invited));
            let plan = Plan { joins, timers: vec![pending], ..Plan::default() };
            Ok(plan.telling(by.clone(), with_status(draft.clone(), "INVITE_PENDING"), "invited"))
        })
        .await
    }

    pub(crate) async fn accept_invitation(
        &self,
        by: &Principal,
        log: LogId,
        request: Request,
        draft: Draft,
    ) -> Result<Decided, DeskError> {
        self.change(log, |snapshot| {
            let pending = snapshot.pending(state::INVITE, request.answers.as_deref());
            let timer = pending.filter(|timer| is_for(timer, "to", &by.uid)).ok_or(DeskError::NotPending)?;
            let joins = vec![Attendant { user: by.uid.clone(), part: Part::Helper }];
            let plan = Plan { joins, consumes: Some(timer.id), ..Plan::default() };
            Ok(plan.telling(by.clone(), with_status(draft.clone(), "INVITE_ACCEPTED"), "accepted the invitation"))
        })
        .await
    }

    /// The colleague does not come, or is not to come after all.
    pub(crate) async fn end_invitation(
        &self,
        by: &Principal,
        log: LogId,
        request: Request,
        draft: Draft,
        cancel: bool,
    ) -> Result<Decided, DeskError> {
        let status = if cancel { "INVITE_CANCELED" } else { "INVITE_REJECTED" };
        self.change(log, |snapshot| {
            let pending = snapshot.pending(state::INVITE, request.answers.as_deref());
            let own = |timer: &&Timer| match cancel {
                true => directs(by, &snapshot.conversation),
                false => is_for(timer, "to", &by.uid),
            };
            let timer = pending.filter(own).ok_or(DeskError::NotPending)?;
            let plan = withdrawn(timer, &snapshot.conversation, Part::Invited);
            Ok(plan.telling(by.clone(), with_status(draft.clone(), status), "does not come"))
        })
        .await
    }

    /// Somebody who attends goes, or is sent away.
    pub(crate) async fn dismiss(
        &self,
        by: &Principal,
        log: LogId,
        request: Request,
        draft: Draft,
        remove: bool,
    ) -> Result<Decided, DeskError> {
        let who = if remove {
            request.target.ok_or(DeskError::Unclear("whom to remove is missing: receiver or agentUid"))?
        } else {
            by.uid.clone()
        };
        self.change(log, |snapshot| {
            let conversation = &snapshot.conversation;
            if remove && !directs(by, conversation) {
                return Err(DeskError::NotAllowed);
            }
            let attends = matches!(conversation.part_of(&who), Some(Part::Helper | Part::Watcher));
            if !attends {
                return Err(DeskError::NotPending);
            }
            let status = if remove { "INVITE_REMOVED" } else { "INVITE_EXITED" };
            let plan = Plan { leaves: vec![who.clone()], ..Plan::default() };
            Ok(plan.telling(by.clone(), with_status(draft.clone(), status), "attends no more"))
        })
        .await
    }
}

/// The colleague who was invited has not answered.
pub(crate) fn invitation_timed_out(timer: &Timer, conversation: &Conversation, language: Language) -> Plan {
    let text = Text::InviteTimeout.in_language(language);
    let told = ("INVITE_TIMEOUT", text, "the invitation was not answered in time");
    unanswered(timer, conversation, Part::Invited, told)
}
