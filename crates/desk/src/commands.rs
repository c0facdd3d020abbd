//! Messages that ask the desk to do something with the conversation: stock clients send them on the conversation's topic,
//! HTTP makes them of its requests (`spec/bytedesk.md` §7.3, §8).

use std::sync::Arc;

use deskwire_model::{
    AgentProfile, Conversation, Draft, MessageType, MessageUid, Principal, Role, ThreadType, Timestamp, Uid, dialect,
};
use serde_json::{Value, json};

use crate::{BoxFuture, Desk, DeskError, deciding::Decided};

/// Types that only the server writes: they say what has become of a conversation.
const SERVERS_OWN: &[&str] = &[
    "AUTO_CLOSED",
    "CONTINUE",
    "FAQ_ANSWER",
    "INVITE_TIMEOUT",
    "INVITE_VISITOR_TIMEOUT",
    "LEAVE_MSG",
    "LEAVE_MSG_REPLIED",
    "NOTIFICATION_AGENT_REPLY_TIMEOUT",
    "NOTIFICATION_RATE_SUBMITTED",
    "ORDER_CARD_CANCELLED",
    "ORDER_CARD_EXPIRE",
    "ORDER_CARD_PAID",
    "QUEUE",
    "QUEUE_ACCEPT",
    "QUEUE_NOTICE",
    "QUEUE_TIMEOUT",
    "QUEUE_UPDATE",
    "ROBOT",
    "ROBOT_ERROR",
    "ROBOT_STREAM",
    "ROBOT_STREAM_END",
    "ROBOT_STREAM_ERROR",
    "ROBOT_STREAM_START",
    "ROBOT_STREAM_UNANSWERED",
    "ROBOT_UNANSWERED",
    "ROUTING_POOL",
    "TRANSFER_TIMEOUT",
    "WELCOME",
];

/// What an agent or a visitor asks the desk to do with a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// To pass it on.
    Transfer,
    /// To take what was passed on.
    AcceptTransfer,
    /// Not to take what was passed on.
    RejectTransfer,
    /// To keep it after all.
    CancelTransfer,
    /// To have a colleague help.
    Invite,
    /// To come and help.
    AcceptInvitation,
    /// Not to come.
    RejectInvitation,
    /// Not to have the colleague help after all.
    CancelInvitation,
    /// To help no more.
    Leave,
    /// To have a colleague help no more.
    Remove,
    /// To have the visitor chat who has not asked for it.
    InviteVisitor,
    /// To chat as it was asked to.
    AcceptVisitorInvitation,
    /// Not to chat.
    RejectVisitorInvitation,
    /// Not to have the visitor chat after all.
    CancelVisitorInvitation,
    /// To end it.
    Close,
    /// To have the visitor rate its service.
    InviteRating,
    /// To rate the service.
    Rate,
    /// To leave a message that is answered later.
    LeaveMessage,
}

impl Command {
    /// Every command.
    pub const ALL: [Self; 18] = [
        Self::Transfer,
        Self::AcceptTransfer,
        Self::RejectTransfer,
        Self::CancelTransfer,
        Self::Invite,
        Self::AcceptInvitation,
        Self::RejectInvitation,
        Self::CancelInvitation,
        Self::Leave,
        Self::Remove,
        Self::InviteVisitor,
        Self::AcceptVisitorInvitation,
        Self::RejectVisitorInvitation,
        Self::CancelVisitorInvitation,
        Self::Close,
        Self::InviteRating,
        Self::Rate,
        Self::LeaveMessage,
    ];

    /// The type of the message that asks for it, if `role` does.
    #[must_use]
    pub const fn message_type(self, role: Role) -> &'static str {
        match self {
            Self::Transfer => "TRANSFER",
            Self::AcceptTransfer => "TRANSFER_ACCEPT",
            Self::RejectTransfer => "TRANSFER_REJECT",
            Self::CancelTransfer => "TRANSFER_CANCEL",
            Self::Invite => "INVITE",
            Self::AcceptInvitation => "INVITE_ACCEPT",
            Self::RejectInvitation => "INVITE_REJECT",
            Self::CancelInvitation => "INVITE_CANCEL",
            Self::Leave => "INVITE_EXIT",
            Self::Remove => "INVITE_REMOVE",
            Self::InviteVisitor => "INVITE_VISITOR",
            Self::AcceptVisitorInvitation => "INVITE_VISITOR_ACCEPT",
            Self::RejectVisitorInvitation => "INVITE_VISITOR_REJECT",
            Self::CancelVisitorInvitation => "INVITE_VISITOR_CANCEL",
            Self::Close => match role {
                Role::Visitor => "VISITOR_CLOSED",
                _ => "AGENT_CLOSED",
            },
            Self::InviteRating => "RATE_INVITE",
            Self::Rate => "RATE_SUBMIT",
            Self::LeaveMessage => "LEAVE_MSG_SUBMIT",
        }
    }

    /// Whether it is for `role` to ask for.
    const fn is_for(self, role: Role) -> bool {
        match self {
            Self::Close => true,
            Self::Rate | Self::LeaveMessage | Self::AcceptVisitorInvitation | Self::RejectVisitorInvitation => {
                matches!(role, Role::Visitor)
            }
            _ => role.is_staff(),
        }
    }

    /// What a message of `role` asks for, if it asks for something.
    ///
    /// # Errors
    /// [`DeskError::ServersOwn`] for what only the server says, or only somebody of another role.
    pub(crate) fn of(kind: &MessageType, role: Role) -> Result<Option<Self>, DeskError> {
        let name = kind.as_str();
        let command = Self::ALL.into_iter().find(|command| command.message_type(role) == name);
        let others = Self::ALL
            .iter()
            .any(|command| [Role::Agent, Role::Visitor].iter().any(|role| command.message_type(*role) == name));
        match command {
            Some(command) if command.is_for(role) => Ok(Some(command)),
            _ if others || SERVERS_OWN.contains(&name) => Err(DeskError::ServersOwn(kind.clone())),
            _ => Ok(None),
        }
    }
}

/// What a command says: which colleague or workgroup, which transfer or invitation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Request {
    /// Whom it is about.
    pub(crate) target: Option<Uid>,
    /// The TRANSFER or INVITE that it answers.
    pub(crate) answers: Option<Box<str>>,
}

impl Request {
    /// Reads the content of a command: a JSON document with the names that clients of different years use, or just the
    /// uid that it is about.
    fn read(content: &str) -> Self {
        let Ok(Value::Object(members)) = serde_json::from_str::<Value>(content) else {
            let answers = Some(content).filter(|content| !content.is_empty());
            return Self { target: Uid::new(content).ok(), answers: answers.map(Into::into) };
        };
        let text = |name: &str| match members.get(name)? {
            Value::String(text) => Some(text.clone()),
            // Some send the whole person.
            Value::Object(person) => person.get("uid")?.as_str().map(str::to_owned),
            _ => None,
        };
        const TARGETS: [&str; 7] =
            ["receiver", "receiverUid", "agentUid", "workgroupUid", "agent", "workgroup", "toUserId"];
        let target = TARGETS.iter().filter_map(|name| text(name)).find_map(|uid| Uid::new(&uid).ok());
        let answers = ["uid", "messageUid", "transferUid", "inviteUid"].iter().find_map(|name| text(name));
        Self { target, answers: answers.map(Into::into) }
    }
}

impl Desk {
    /// Does what a message asks for. The message becomes an entry if that is done.
    ///
    /// # Errors
    /// [`DeskError`] says why it is not done.
    pub(crate) async fn obey(
        &self,
        by: &Principal,
        conversation: &Arc<Conversation>,
        command: Command,
        draft: Draft,
        now: Timestamp,
    ) -> Result<Decided, DeskError> {
        if conversation.notes_of.is_some() {
            return Err(DeskError::NotAllowed);
        }
        let request = Request::read(&draft.content);
        let log = conversation.id;
        let draft = self.with_words_in_notes(by, conversation, command, draft, now).await?;
        match command {
            Command::Transfer => self.transfer(by, log, request, draft, now).await,
            Command::AcceptTransfer => self.accept_transfer(by, log, request, draft).await,
            Command::RejectTransfer | Command::CancelTransfer => {
                self.end_transfer(by, log, request, draft, command == Command::CancelTransfer).await
            }
            Command::Invite => self.invite(by, log, request, draft, now).await,
            Command::AcceptInvitation => self.accept_invitation(by, log, request, draft).await,
            Command::RejectInvitation | Command::CancelInvitation => {
                self.end_invitation(by, log, request, draft, command == Command::CancelInvitation).await
            }
            Command::Leave | Command::Remove => self.dismiss(by, log, request, draft, command == Command::Remove).await,
            Command::InviteVisitor => self.invite_visitor(by, log, draft, now).await,
            Command::AcceptVisitorInvitation => self.accept_visitor_invitation(by, log, request, draft).await,
            Command::RejectVisitorInvitation | Command::CancelVisitorInvitation => {
                let cancel = command == Command::CancelVisitorInvitation;
                self.end_visitor_invitation(by, log, request, draft, cancel).await
            }
            Command::Close => self.close_conversation(by, log, draft).await,
            Command::InviteRating => self.invite_rating(by, log, draft).await,
            Command::Rate => self.rate(by, log, draft, now).await,
            Command::LeaveMessage => self.leave_behind(by, log, draft, now).await,
        }
    }

    /// Has the desk do something with a conversation in which `by` takes part, under the name `uid`: the same name does it
    /// once. `content` is the content of the message that asks for it.
    ///
    /// # Errors
    /// [`DeskError`] says why it is not done.
    pub async fn command(
        &self,
        by: &Principal,
        topic: &str,
        command: Command,
        (uid, content): (MessageUid, &Value),
        now: Timestamp,
    ) -> Result<Decided, DeskError> {
        let content = match content {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            document => document.to_string(),
        };
        let draft = dialect::compose(uid, MessageType::of(command.message_type(by.role)), content);
        self.command_in_words(by, topic, draft, now).await
    }

    /// As [`Self::command`], with what it asks for in `extra` of the message.
    ///
    /// # Errors
    /// [`DeskError`] says why it is not done.
    pub async fn submit_form(
        &self,
        by: &Principal,
        topic: &str,
        command: Command,
        (uid, content, form): (MessageUid, &str, Value),
        now: Timestamp,
    ) -> Result<Decided, DeskError> {
        let draft = dialect::compose(uid, MessageType::of(command.message_type(by.role)), content.to_owned());
        self.command_in_words(by, topic, dialect::with_extra(draft, form), now).await
    }

    fn command_in_words<'a>(
        &'a self,
        by: &'a Principal,
        topic: &'a str,
        draft: Draft,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Decided, DeskError>> {
        Box::pin(self.obey_once(by, topic, draft, now))
    }

    async fn obey_once(&self, by: &Principal, topic: &str, draft: Draft, now: Timestamp) -> Result<Decided, DeskError> {
        let conversation = self.own_conversation(by, topic).await?;
        let command = Command::of(&draft.kind, by.role)?.ok_or(DeskError::NotAllowed)?;
        let draft = self.admit(by, &conversation, draft, now).await?;
        let uid = draft.uid.clone();
        self.once(by, &conversation, &uid, self.obey(by, &conversation, command, draft, now)).await
    }
}

/// The agent or workgroup that a command is about, which may be either.
pub(crate) enum Target {
    Agent(AgentProfile),
    Workgroup(Uid),
}

impl Desk {
    /// Who `uid` is in the organisation of `by`.
    pub(crate) async fn target(&self, by: &Principal, uid: &Uid) -> Result<Target, DeskError> {
        if let Some(agent) = self.store.agent(uid).await?.filter(|agent| agent.org == by.org) {
            return Ok(Target::Agent(agent));
        }
        if self.is_service(ThreadType::Workgroup, uid, &by.org).await? {
            return Ok(Target::Workgroup(uid.clone()));
        }
        Err(DeskError::UnknownService)
    }
}

/// The content of a message about a transfer or an invitation, with its status.
pub(crate) fn with_status(draft: Draft, status: &str) -> Draft {
    let mut content = match serde_json::from_str(&draft.content) {
        Ok(Value::Object(members)) => members,
        _ => serde_json::Map::from_iter([("content".to_owned(), json!(draft.content))]),
    };
    content.insert("status".to_owned(), json!(status));
    dialect::with_content(draft, Value::Object(content).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_in_all_its_spellings() {
        let request = |target: Option<&str>, answers: Option<&str>| Request {
            target: target.map(|uid| Uid::new(uid).unwrap()),
            answers: answers.map(Into::into),
        };
        for (content, expected) in [
            (r#"{"note":"x","receiver":{"uid":"bob","nickname":"B"}}"#, request(Some("bob"), None)),
            (r#"{"agentUid":"bob"}"#, request(Some("bob"), None)),
            (r#"{"workgroupUid":"sales"}"#, request(Some("sales"), None)),
            (r#"{"agentUid":"no good","receiverUid":"bob"}"#, request(Some("bob"), None)),
            (r#"{"uid":"t1","thread":{"topic":"x"}}"#, request(None, Some("t1"))),
            ("t1", request(Some("t1"), Some("t1"))),
            ("", request(None, None)),
            ("[1]", request(Some("[1]"), Some("[1]"))),
        ] {
            assert_eq!(Request::read(content), expected, "{content}");
        }
    }

    #[test]
    fn who_may_ask_for_what() {
        let of = |name: &'static str, role| Command::of(&MessageType::of(name), role);
        for command in Command::ALL.into_iter().filter(|command| command.is_for(Role::Agent)) {
            let name = command.message_type(Role::Agent);
            for role in Role::STAFF {
                assert_eq!(of(name, role).unwrap(), Some(command), "{name}");
            }
            assert!(matches!(of(name, Role::Visitor), Err(DeskError::ServersOwn(_))), "{name} of a visitor");
        }
        assert_eq!(of("VISITOR_CLOSED", Role::Visitor).unwrap(), Some(Command::Close));
        assert!(matches!(of("VISITOR_CLOSED", Role::Agent), Err(DeskError::ServersOwn(_))));
        for name in SERVERS_OWN {
            assert!(matches!(of(name, Role::Agent), Err(DeskError::ServersOwn(_))), "{name}");
        }
        assert_eq!(of("RATE_SUBMIT", Role::Visitor).unwrap(), Some(Command::Rate));
        assert_eq!(of("LEAVE_MSG_SUBMIT", Role::Visitor).unwrap(), Some(Command::LeaveMessage));
        assert!(matches!(of("RATE_SUBMIT", Role::Agent), Err(DeskError::ServersOwn(_))));
        for name in ["TEXT", "RATE", "NOTICE", "FAQ_QUESTION"] {
            assert_eq!(of(name, Role::Visitor).unwrap(), None, "{name}");
        }
    }
}
