//! Messages over HTTP: the way in when no socket is open, and the history.

use bytes::Bytes;
use deskwire_desk::{Decided, DeskError, Sender};
use deskwire_model::{Conversation, Draft, LogId, Principal, Role, Seq, dialect};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    ApiState,
    caller::may_send,
    page::{self, Page, PageRequest},
    shapes::MessageJson,
};
use crate::{
    connection::timestamp,
    gateway::{Entering, SessionView},
    http::{AppError, Success},
    listener::Peer,
    telemetry::metrics::Protocol,
};

/// `{"json": "<message as JSON text>"}`: how both HTTP fallbacks send.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct SendRequest {
    json: String,
}

impl SendRequest {
    /// What is to be sent.
    pub(super) fn draft(&self) -> Result<Draft, AppError> {
        Ok(dialect::parse_json(self.json.as_bytes()).map_err(DeskError::from)?)
    }

    /// The uid of the sender as the message gives it: how a visitor without a token says who it is.
    pub(super) fn claimed_sender(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Message {
            user: User,
        }
        #[derive(Deserialize)]
        struct User {
            uid: String,
        }
        serde_json::from_str::<Message>(&self.json).ok().map(|message| message.user.uid)
    }

    /// Sends it into the conversation that its `thread.topic` names. Answers once it is on disk (invariant I1), with
    /// the message as it is in the log as JSON text; a repeat gets the first answer (invariant I3).
    pub(super) async fn send(self, state: &ApiState, principal: &Principal, peer: &Peer) -> Result<String, AppError> {
        let draft = self.draft()?;
        let desk = &state.gateway.desk;
        let topic = draft.thread_topic.clone().ok_or_else(|| AppError::Refused("thread.topic is missing".into()))?;
        let conversation = desk.own_conversation(principal, &topic).await?;
        may_send(state, (principal, peer), &topic, self.json.as_bytes())?;
        state.gateway.heard_from(principal, Some(peer.address.ip()));
        // A visitor's client that falls back to HTTP is its default device; an agent's could be any.
        let device = (principal.role == Role::Visitor).then_some("");
        let sender = Sender { principal, device };
        let entering = Entering::of(&draft, conversation.id);
        let stored = desk.send(sender, &conversation, draft, timestamp()).await?;
        let address = Some(peer.address.ip());
        let view = SessionView { id: None, principal, protocol: Protocol::Http, address };
        state.gateway.note_entered(entering, &view);
        // What is not logged is answered with itself.
        Ok(stored.and_then(|message| String::from_utf8(message.into()).ok()).unwrap_or(self.json))
    }
}

/// The first message of what was decided, as it is in the log.
pub(super) async fn told(state: &ApiState, decided: &Decided) -> Result<Success<MessageJson>, AppError> {
    let seq = decided.first().ok_or_else(|| AppError::internal("a command has said nothing"))?;
    let told = state.gateway.desk.entry(&decided.conversation, seq).await?;
    Ok(Success::new(MessageJson::rendered(&told)?))
}

/// `?topic=&pageNumber=&pageSize=`, and `uid` for visitors without a token.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct HistoryRequest {
    /// The thread's topic.
    pub(super) topic: String,
    /// The visitor who asks.
    pub(super) uid: Option<String>,
    /// The page, from 0.
    #[serde(default)]
    page_number: u32,
    /// Messages of a page.
    #[serde(default = "page::default_size")]
    page_size: u32,
    /// Only messages before this `seq`.
    before: Option<u64>,
    /// Only messages behind this `seq`.
    after: Option<u64>,
}

impl HistoryRequest {
    /// The part of the history that is asked for.
    pub(super) fn page(&self) -> Result<HistoryPosition, AppError> {
        HistoryPosition::new(PageRequest::new(self.page_number, self.page_size), self.before, self.after)
    }
}

/// Which part of a history: a page by its number, or what is beside a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct HistoryPosition {
    page: PageRequest,
    beside: Option<Beside>,
}

#[derive(Clone, Copy, Debug)]
enum Beside {
    Before(Seq),
    After(Seq),
}

impl HistoryPosition {
    /// A page, or what is before or behind a message, not both.
    pub(super) fn new(page: PageRequest, before: Option<u64>, after: Option<u64>) -> Result<Self, AppError> {
        let beside = match (before, after) {
            (None, None) => None,
            (Some(before), None) => Some(Beside::Before(Seq(before))),
            (None, Some(after)) => Some(Beside::After(Seq(after))),
            (Some(_), Some(_)) => return Err(AppError::Refused("before and after exclude each other".into())),
        };
        Ok(Self { page, beside })
    }
}

/// A message of the conversation `log` as an answer takes it. Links to files that were sent into it are good again.
pub(super) async fn with_good_links(state: &ApiState, log: LogId, message: &Bytes) -> Result<MessageJson, AppError> {
    let renewed = state.files.renew_links(log, message, timestamp()).await.map_err(AppError::internal)?;
    MessageJson::rendered(renewed.as_ref().unwrap_or(message))
}

/// A part of a conversation's messages: newest first, but oldest first behind a message.
pub(super) async fn history(
    state: &ApiState,
    conversation: &Conversation,
    HistoryPosition { page, beside }: HistoryPosition,
) -> Result<Page<MessageJson>, AppError> {
    let desk = &state.gateway.desk;
    let (history, last) = match beside {
        None => (desk.history(conversation, page.number(), page.size()).await?, None),
        Some(Beside::Before(seq)) => {
            let (history, last) = desk.history_before(conversation, seq, page.size()).await?;
            (history, Some(last))
        }
        Some(Beside::After(seq)) => {
            let (history, last) = desk.history_after(conversation, seq, page.size()).await?;
            (history, Some(last))
        }
    };
    let mut content = Vec::with_capacity(history.messages.len());
    for message in &history.messages {
        content.push(with_good_links(state, conversation.id, message).await?);
    }
    Ok(match last {
        None => Page::new(content, page, history.total),
        Some(last) => Page::beside(content, page, history.total, last),
    })
}
