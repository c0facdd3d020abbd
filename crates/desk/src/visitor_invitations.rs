//! Asking a visitor to chat who browses, or whose conversation is over (`spec/bytedesk.md` §2.1, INVITE_VISITOR): the
//! question lies in the conversation, and the visitor's yes gives it to whoever asked. A timer bounds how long it may take.

use deskwire_model::{
    Conversation, Draft, LogId, MessageType, MessageUid, Principal, ThreadStatus, Timestamp, Uid, dialect,
};
use deskwire_store::{Timer, TimerChange};
use serde_json::json;

use crate::{
    Desk, DeskError,
    access::{directs, takes_part},
    commands::{Request, with_status},
    deciding::{Decided, Plan, Taker, desk_itself, payload},
    greeting::document,
    state::{Event, INVITE_VISITOR},
    texts::Text,
    transfers::{after_seconds, is_for},
    wording::Language,
};

/// Whether a visitor may be asked where its conversation stands: nobody has it, and it waits for nobody.
const fn may_be_asked(status: ThreadStatus) -> bool {
    matches!(status, ThreadStatus::New | ThreadStatus::Closed | ThreadStatus::Offline | ThreadStatus::Timeout)
}

impl Desk {
    /// Asks a visitor to chat with `by` in the conversation between the two, which is opened for it; `uid` names the
    /// question and `content` is what the visitor reads.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for visitors, [`DeskError::UnknownVisitor`], [`DeskError::NotNow`] when somebody has the
    /// conversation, [`DeskError::AlreadyPending`]; [`DeskError::Commit`], [`DeskError::Store`].
    pub async fn invite_visitor_to(
        &self,
        by: &Principal,
        visitor: &Uid,
        (uid, content): (MessageUid, String),
        now: Timestamp,
    ) -> Result<Decided, DeskError> {
        let conversation = self.open_with(by, visitor).await?;
        let draft = dialect::compose(uid, MessageType::of("INVITE_VISITOR"), content);
        let uid = draft.uid.clone();
        self.once(by, &conversation, &uid, self.invite_visitor(by, conversation.id, draft, now)).await
    }

    pub(crate) async fn invite_visitor(
        &self,
        by: &Principal,
        log: LogId,
        draft: Draft,
        now: Timestamp,
    ) -> Result<Decided, DeskError> {
        let mut draft = draft;
        if draft.content.is_empty() {
            Text::InviteVisitor.in_language(self.language(log).await?).clone_into(&mut draft.content);
        }
        let draft = with_status(draft, "INVITE_VISITOR_PENDING");
        let decided = self
            .change(log, |snapshot| {
                let conversation = &snapshot.conversation;
                if !takes_part(by, conversation) || !by.role.is_staff() {
                    return Err(DeskError::NotAllowed);
                }
                if !may_be_asked(conversation.status) {
                    return Err(DeskError::NotNow(conversation.status));
                }
                if snapshot.pending(INVITE_VISITOR, None).is_some() {
                    return Err(DeskError::AlreadyPending);
                }
                let pending = TimerChange::Set {
                    kind: INVITE_VISITOR,
                    key: draft.uid.as_str().into(),
                    due: after_seconds(now, snapshot.settings.invite_visitor_timeout_s),
                    payload: json!({ "from": by.uid.as_str() }).to_string().into(),
                };
                let plan = Plan { timers: vec![pending], ..Plan::default() };
                Ok(plan.telling(by.clone(), draft.clone(), "asked to chat"))
            })
            .await?;
        // Who only browses does not follow the conversation; the question has the same name there.
        self.tell_user(&decided.conversation.visitor, &decided.conversation, &draft, now).await?;
        Ok(decided)
    }

    /// The visitor comes: whoever asked it has the conversation, also beyond what it takes otherwise.
    pub(crate) async fn accept_visitor_invitation(
        &self,
        by: &Principal,
        log: LogId,
        request: Request,
        draft: Draft,
    ) -> Result<Decided, DeskError> {
        self.change(log, |snapshot| {
            let timer = snapshot.pending(INVITE_VISITOR, request.answers.as_deref()).ok_or(DeskError::NotPending)?;
            let host = payload(timer)["from"].as_str().and_then(|uid| Uid::new(uid).ok());
            let host = host.ok_or(DeskError::NotPending)?;
            let taker = Taker { agent: &host, capacity: None };
            let plan = Plan::moving(&snapshot.conversation, Event::Assign, Some(taker))?;
            let plan = Plan { consumes: Some(timer.id), ..plan };
            let told = with_status(draft.clone(), "INVITE_VISITOR_ACCEPTED");
            Ok(plan.telling(by.clone(), told, "the visitor accepted the invitation"))
        })
        .await
    }

    /// The visitor does not come, or is asked no more by whoever asked it or directs the conversation.
    pub(crate) async fn end_visitor_invitation(
        &self,
        by: &Principal,
        log: LogId,
        request: Request,
        draft: Draft,
        cancel: bool,
    ) -> Result<Decided, DeskError> {
        let status = if cancel { "INVITE_VISITOR_CANCELED" } else { "INVITE_VISITOR_REJECTED" };
        self.change(log, |snapshot| {
            let pending = snapshot.pending(INVITE_VISITOR, request.answers.as_deref());
            let own = |timer: &&Timer| !cancel || is_for(timer, "from", &by.uid) || directs(by, &snapshot.conversation);
            let timer = pending.filter(own).ok_or(DeskError::NotPending)?;
            let plan = Plan { consumes: Some(timer.id), ..Plan::default() };
            Ok(plan.telling(by.clone(), with_status(draft.clone(), status), "the visitor does not come"))
        })
        .await
    }
}

/// The visitor has not answered.
pub(crate) fn visitor_invitation_timed_out(timer: &Timer, conversation: &Conversation, language: Language) -> Plan {
    let text = Text::InviteVisitorTimeout.in_language(language);
    let content = json!({ "content": text, "status": "INVITE_VISITOR_TIMEOUT", "uid": timer.key.as_ref() });
    let told = document("INVITE_VISITOR_TIMEOUT", &content);
    Plan::default().telling(desk_itself(conversation), told, "the visitor did not answer in time")
}
