//! Messages over HTTP: the way in when no socket is open, and the history.

use deskwire_desk::{DeskError, Sender};
use deskwire_model::{Conversation, Draft, Principal, Role, dialect};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    ApiState,
    caller::may_send,
    page::{Page, PageRequest},
};
use crate::{connection::timestamp, http::AppError, listener::Peer};

/// `{"json": "<message as JSON text>"}`: how both HTTP fallbacks send.
#[derive(Debug, Deserialize)]
pub(super) struct SendRequest {
    json: String,
}

/// Rendered JSON goes into an answer as it is.
pub(super) fn raw(json: &[u8]) -> Result<Box<RawValue>, AppError> {
    serde_json::from_slice(json).map_err(AppError::internal)
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
        // A visitor's client that falls back to HTTP is its default device; an agent's could be any.
        let device = (principal.role == Role::Visitor).then_some("");
        let sender = Sender { principal, device };
        let stored = desk.send(sender, &conversation, draft, timestamp()).await?;
        // What is not logged is answered with itself.
        Ok(stored.and_then(|message| String::from_utf8(message.into()).ok()).unwrap_or(self.json))
    }
}

/// `?topic=&pageNumber=&pageSize=`, and `uid` for visitors without a token.
#[derive(Debug, Deserialize)]
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
    #[serde(default = "default_size")]
    page_size: u32,
}

const fn default_size() -> u32 {
    PageRequest::DEFAULT_SIZE
}

impl HistoryRequest {
    pub(super) const fn page(&self) -> PageRequest {
        PageRequest::new(self.page_number, self.page_size)
    }
}

/// A page of a conversation's messages, newest first. Links to files that were sent into it are good again.
pub(super) async fn history(
    state: &ApiState,
    conversation: &Conversation,
    request: PageRequest,
) -> Result<Page<Box<RawValue>>, AppError> {
    let history = state.gateway.desk.history(conversation, request.number(), request.size()).await?;
    let now = timestamp();
    let mut content = Vec::with_capacity(history.messages.len());
    for message in &history.messages {
        let renewed = state.files.renew_links(conversation.id, message, now).await.map_err(AppError::internal)?;
        content.push(raw(renewed.as_ref().unwrap_or(message))?);
    }
    Ok(Page::new(content, request, history.total))
}
