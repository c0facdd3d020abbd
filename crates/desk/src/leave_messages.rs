//! Messages that visitors leave, and what the desk does with them (`spec/bytedesk.md` §2.2, §7.3).
//!
//! The form and the answer are entries of the conversation; how far the desk is with it is a row that changes with a
//! decision about the conversation, so two who answer at once do so one after the other.

use deskwire_model::{
    Conversation, Draft, LogId, MessageType, MessageUid, Principal, Role, Timestamp, Topic, Uid, dialect,
};
use deskwire_store::{Fact, LeaveChange, LeaveForm, LeaveInbox, LeaveMessage, LeaveStatus, Refusal};
use serde_json::{Value, json};

use crate::{
    Desk, DeskError,
    commands::Target,
    deciding::{ATTEMPTS, Decided, Plan},
    greeting::document,
};

/// Longest name, way to be reached and subject, in bytes.
const MAX_FIELD: usize = 256;
/// Longest text of a left message or an answer, in bytes.
const MAX_TEXT: usize = 8192;
/// Most pictures of a left message.
const MAX_IMAGES: usize = 9;
/// Longest URL of a picture, in bytes.
const MAX_URL: usize = 2048;

/// What is done with a left message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeaveAction {
    /// Somebody at the desk has looked at it.
    Read,
    /// It is answered in these words.
    Reply(String),
    /// It goes to another agent or workgroup.
    Transfer(Uid),
    /// The desk is through with it.
    Close,
    /// It is nothing to be answered.
    Spam,
    /// Its visitor is content with the answer.
    Confirm,
    /// Its visitor is not content with the answer.
    Reject,
}

impl LeaveAction {
    /// Where it leads from `status`; none if it cannot be done there.
    #[must_use]
    pub const fn leads(&self, status: LeaveStatus) -> Option<LeaveStatus> {
        use LeaveStatus::{Closed, Confirmed, Read, Rejected, Replied, Spam, Submitted, Transferred};
        match (self, status) {
            (Self::Read, Submitted | Transferred) => Some(Read),
            // Who looks at what is further than that changes nothing.
            (Self::Read, other) => Some(other),
            (Self::Reply(_), Submitted | Read | Transferred | Replied | Confirmed | Rejected) => Some(Replied),
            (Self::Transfer(_), Submitted | Read | Transferred | Rejected) => Some(Transferred),
            (Self::Close, _) => Some(Closed),
            (Self::Spam, Submitted | Read | Transferred | Spam) => Some(Spam),
            (Self::Confirm, Replied | Confirmed) => Some(Confirmed),
            (Self::Reject, Replied | Rejected) => Some(Rejected),
            _ => None,
        }
    }

    const fn is_visitors(&self) -> bool {
        matches!(self, Self::Confirm | Self::Reject)
    }
}

/// Reads `extra` of a LEAVE_MSG_SUBMIT.
fn form(extra: &Value) -> Result<LeaveForm, DeskError> {
    let text = |name: &str, limit: usize| match &extra[name] {
        Value::Null => Ok(String::new()),
        Value::String(text) if text.len() <= limit => Ok(text.clone()),
        _ => {
            Err(DeskError::Unclear("nickname, contact, type and content of a left message must be text, not too long"))
        }
    };
    let image = |url: &Value| match url {
        Value::String(url) if url.len() <= MAX_URL => Ok(url.clone()),
        _ => Err(DeskError::Unclear("images of a left message must be URLs of at most 2048 bytes")),
    };
    let images = match &extra["images"] {
        Value::Null => Vec::new(),
        Value::Array(urls) if urls.len() <= MAX_IMAGES => urls.iter().map(image).collect::<Result<_, _>>()?,
        _ => return Err(DeskError::Unclear("images of a left message must be an array of at most 9")),
    };
    let form = LeaveForm {
        nickname: text("nickname", MAX_FIELD)?,
        contact: text("contact", MAX_FIELD)?,
        content: text("content", MAX_TEXT)?,
        kind: text("type", MAX_FIELD)?,
        images,
    };
    if form.content.trim().is_empty() {
        return Err(DeskError::Unclear("a left message needs content, in extra"));
    }
    Ok(form)
}

impl Desk {
    /// The visitor leaves a message: an entry, and a row in the inbox of who serves the conversation.
    pub(crate) async fn leave_behind(
        &self,
        by: &Principal,
        log: LogId,
        draft: Draft,
        now: Timestamp,
    ) -> Result<Decided, DeskError> {
        let form = form(&dialect::extra(&draft))?;
        let uid = Uid::random();
        let draft = dialect::with_extra(draft, json!({ "leaveMsgUid": uid.as_str() }));
        let decided = self
            .change(log, |_| {
                let facts = vec![Fact::Left { uid: uid.clone(), form: Box::new(form.clone()) }];
                let plan = Plan { facts, ..Plan::default() };
                Ok(plan.telling(by.clone(), draft.clone(), "left for later"))
            })
            .await?;
        self.tell_left(&decided.conversation, &uid, &form, now).await?;
        Ok(decided)
    }

    /// Tells those at the desk in whose inbox a left message lies.
    async fn tell_left(
        &self,
        conversation: &Conversation,
        uid: &Uid,
        form: &LeaveForm,
        now: Timestamp,
    ) -> Result<(), DeskError> {
        let content = json!({
            "uid": uid.as_str(),
            "status": LeaveStatus::Submitted.as_str(),
            "nickname": form.nickname,
            "contact": form.contact,
            "content": form.content,
            "type": form.kind,
        });
        let told = document("LEAVE_MSG_SUBMIT", &content);
        let service = &conversation.service;
        let agents = match self.store.workgroup(service).await? {
            Some(workgroup) => workgroup.members.into_iter().map(|member| member.agent.uid).collect(),
            None => vec![service.clone()],
        };
        for agent in agents {
            self.tell_user(&agent, conversation, &told, now).await?;
        }
        Ok(())
    }

    /// The left messages that `by` has to do with: a visitor its own, an agent those of its services and those that were
    /// passed on to it, a supervisor all; in pages of `size` numbered from 0, and how many there are.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn leave_messages(
        &self,
        by: &Principal,
        status: Option<LeaveStatus>,
        (page, size): (u32, u32),
    ) -> Result<(Vec<LeaveMessage>, u64), DeskError> {
        let inbox = self.inbox(by).await?;
        let skip = u64::from(page) * u64::from(size);
        let found = self.store.leave_messages(&inbox, status, skip, size as usize).await?;
        Ok((found, self.store.count_leave_messages(&inbox, status, false).await?))
    }

    /// How many left messages wait for an answer in the inbox of `by`.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn pending_leave_messages(&self, by: &Principal) -> Result<u64, DeskError> {
        Ok(self.store.count_leave_messages(&self.inbox(by).await?, None, true).await?)
    }

    async fn inbox(&self, by: &Principal) -> Result<LeaveInbox, DeskError> {
        Ok(match by.role {
            Role::Visitor => LeaveInbox::Visitor(by.uid.clone()),
            role if role.supervises() => LeaveInbox::Organisation(by.org.clone()),
            _ => {
                let mut services = self.store.workgroups_of(&by.uid).await?;
                services.push(by.uid.clone());
                LeaveInbox::Services { org: by.org.clone(), agent: by.uid.clone(), services }
            }
        })
    }

    /// The left message `uid`, if `by` has to do with it.
    ///
    /// # Errors
    /// [`DeskError::UnknownLeaveMessage`], [`DeskError::Store`].
    pub async fn leave_message(&self, by: &Principal, uid: &Uid) -> Result<LeaveMessage, DeskError> {
        let left = self.store.leave_message(uid).await?.filter(|left| left.org == by.org);
        let left = left.ok_or(DeskError::UnknownLeaveMessage)?;
        let concerns = match self.inbox(by).await? {
            LeaveInbox::Organisation(_) => true,
            LeaveInbox::Visitor(visitor) => left.visitor == visitor,
            LeaveInbox::Services { agent, services, .. } => {
                left.agent.as_ref() == Some(&agent) || services.contains(&left.service)
            }
        };
        if concerns { Ok(left) } else { Err(DeskError::UnknownLeaveMessage) }
    }

    /// The topic of the conversation `log`.
    ///
    /// # Errors
    /// [`DeskError::NotYours`] when there is none, [`DeskError::Store`].
    pub async fn topic_of(&self, log: LogId) -> Result<Topic, DeskError> {
        Ok(self.store.conversation(log).await?.ok_or(DeskError::NotYours)?.topic)
    }

    /// Does something with a left message; how it is then. An answer becomes the entry `name` of its conversation, which
    /// does it once.
    ///
    /// # Errors
    /// [`DeskError::UnknownLeaveMessage`], [`DeskError::NotAllowed`], [`DeskError::LeaveMessageIs`] when that cannot be
    /// done with it any more; [`DeskError::UnknownService`]; [`DeskError::Blacklisted`], [`DeskError::Taboo`]; [`DeskError::Commit`], [`DeskError::Store`].
    pub async fn tend_leave_message(
        &self,
        by: &Principal,
        uid: &Uid,
        action: &LeaveAction,
        name: MessageUid,
        now: Timestamp,
    ) -> Result<LeaveMessage, DeskError> {
        if action.is_visitors() != (by.role == Role::Visitor) {
            return Err(DeskError::NotAllowed);
        }
        self.hears(by, now).await?;
        let target = match action {
            LeaveAction::Transfer(to) => Some(self.target(by, to).await?),
            LeaveAction::Reply(text) if text.trim().is_empty() || text.len() > MAX_TEXT => {
                return Err(DeskError::Unclear("an answer needs text of at most 8192 bytes"));
            }
            _ => None,
        };
        let log = self.leave_message(by, uid).await?.log;
        let action = &self.admit_action(by, log, action, &name, now).await?;
        let mut attempts = 0;
        loop {
            let snapshot = self.snapshot(log).await?;
            // Behind the snapshot: whoever changes it afterwards moves the fence.
            let left = self.leave_message(by, uid).await?;
            let status = action.leads(left.status).ok_or(DeskError::LeaveMessageIs(left.status))?;
            let plan = tended(by, &left, status, action, target.as_ref(), &name);
            if plan.lines.is_empty() && target.is_none() && status == left.status {
                return Ok(left);
            }
            attempts += 1;
            match self.carry_out(&snapshot.conversation, plan).await {
                Err(DeskError::Refused(Refusal::Fenced)) if attempts < ATTEMPTS => {}
                decided => {
                    decided?;
                    let now = self.store.leave_message(uid).await?;
                    return now.ok_or(DeskError::UnknownLeaveMessage);
                }
            }
        }
    }

    /// The action with its words as they may be said.
    async fn admit_action(
        &self,
        by: &Principal,
        log: LogId,
        action: &LeaveAction,
        name: &MessageUid,
        now: Timestamp,
    ) -> Result<LeaveAction, DeskError> {
        let LeaveAction::Reply(text) = action else { return Ok(action.clone()) };
        let conversation = self.store.conversation(log).await?.ok_or(DeskError::UnknownLeaveMessage)?;
        let said = dialect::compose(name.clone(), MessageType::text(), text.clone());
        Ok(LeaveAction::Reply(self.admit(by, &conversation, said, now).await?.content))
    }
}

/// What `action` makes of `left`.
fn tended(
    by: &Principal,
    left: &LeaveMessage,
    status: LeaveStatus,
    action: &LeaveAction,
    target: Option<&Target>,
    name: &MessageUid,
) -> Plan {
    let (service, agent) = match target {
        Some(Target::Workgroup(workgroup)) => (Some(workgroup.clone()), None),
        Some(Target::Agent(agent)) => (None, Some(agent.uid.clone())),
        None => (None, Some(by.uid.clone()).filter(|_| by.role.is_staff())),
    };
    let reply = match action {
        LeaveAction::Reply(text) => Some(text.as_str()),
        _ => None,
    };
    let change = LeaveChange { uid: left.uid.clone(), status, service, agent, reply: reply.map(Into::into) };
    let plan = Plan { facts: vec![Fact::LeaveChanged(Box::new(change))], ..Plan::default() };
    let Some(reply) = reply else { return plan };
    let content = json!({ "content": reply, "status": status.as_str(), "uid": left.uid.as_str() });
    let told = dialect::compose(name.clone(), MessageType::of("LEAVE_MSG_REPLIED"), content.to_string());
    plan.telling(by.clone(), told, "answered a left message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_leads_where_the_table_says() {
        let to = Uid::new("bob").unwrap();
        let table = [
            // Submitted Read Transferred Replied Confirmed Rejected Closed Spam: first letters of where it leads;
            // E is rejected.
            (LeaveAction::Read, "R R R A C E X S"),
            (LeaveAction::Reply("x".to_owned()), "A A A A A A - -"),
            (LeaveAction::Transfer(to), "T T T - - T - -"),
            (LeaveAction::Close, "X X X X X X X X"),
            (LeaveAction::Spam, "S S S - - - - S"),
            (LeaveAction::Confirm, "- - - C C - - -"),
            (LeaveAction::Reject, "- - - E - E - -"),
        ];
        for (action, row) in table {
            for (status, cell) in LeaveStatus::ALL.into_iter().zip(row.split(' ')) {
                let expected = match cell {
                    "R" => Some(LeaveStatus::Read),
                    "A" => Some(LeaveStatus::Replied),
                    "T" => Some(LeaveStatus::Transferred),
                    "X" => Some(LeaveStatus::Closed),
                    "S" => Some(LeaveStatus::Spam),
                    "C" => Some(LeaveStatus::Confirmed),
                    "E" => Some(LeaveStatus::Rejected),
                    _ => None,
                };
                assert_eq!(action.leads(status), expected, "{action:?} in {status:?}");
            }
        }
    }

    #[test]
    fn a_form_is_read_or_refused() {
        for (extra, accepted) in [
            (json!({ "content": "call me", "contact": "123", "images": ["/file/a.png"], "orgUid": "o" }), true),
            (json!({ "content": "call me" }), true),
            (json!({ "content": "  " }), false),
            (json!({ "contact": "123" }), false),
            (json!({ "content": "x", "contact": 123 }), false),
            (json!({ "content": "x", "images": "a.png" }), false),
            (json!({ "content": "x", "images": [1] }), false),
            (json!({ "content": "x", "images": vec!["a"; MAX_IMAGES + 1] }), false),
            (json!({ "content": "x".repeat(MAX_TEXT + 1) }), false),
            (json!({ "content": "x", "nickname": "n".repeat(MAX_FIELD + 1) }), false),
            (Value::Null, false),
        ] {
            assert_eq!(form(&extra).is_ok(), accepted, "{extra}");
        }
    }
}
