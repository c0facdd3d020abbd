//! Saving a conversation: `/api/v1/thread/export`, as JSON or as text to read.

use std::{collections::VecDeque, sync::Arc};

use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use deskwire_model::{Conversation, MessageType, Payload, Seq, dialect};
use futures_util::stream;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ApiState, agent::ThreadName, caller::AgentCaller, download::attachment, message};
use crate::http::{AppError, Audited, Description, Output, QueryParams, Routes};

/// Messages that are read at a time.
const PAGE: u32 = 200;
/// What stands for a message that its writer took back.
const RECALLED: &str = "[已撤回]";

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("History")
        .get("/api/v1/thread/export", export, "Saves a conversation as JSON or as text.")
        .audited(Audited::as_action("export.conversation").on(&["topic", "threadTopic", "threadUid", "uid"]))
}

#[derive(Debug, Deserialize, JsonSchema)]
struct ExportRequest {
    #[serde(flatten)]
    thread: ThreadName,
    uid: Option<String>,
    #[serde(default)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Format {
    #[default]
    Json,
    #[serde(alias = "txt")]
    Text,
}

/// A conversation as a file.
struct Exported(Response);

impl IntoResponse for Exported {
    fn into_response(self) -> Response {
        self.0
    }
}

impl Output for Exported {
    fn describe(description: &mut Description<'_>) {
        let content = json!({
            "application/json": {"schema": {
                "type": "object",
                "required": ["thread", "messages"],
                "properties": {"thread": {"type": "object"}, "messages": {"type": "array"}},
            }},
            "text/plain": {"schema": {"type": "string"}},
        });
        description.answers_in(200, "The conversation.", &content);
    }
}

/// What was said up to now, oldest first, as it is read from the log: however long the conversation is, a page of it is in
/// memory.
async fn export(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<ExportRequest>,
) -> Result<Exported, AppError> {
    let named = request.thread.find_or(&state, &principal, request.uid.as_deref()).await?;
    let conversation = state.gateway.desk.own_conversation(&principal, named.topic.as_str()).await?;
    let end = state.gateway.desk.history(&conversation, 0, 1).await?.head;
    let (mime, ending) = match request.format {
        Format::Json => ("application/json", "json"),
        Format::Text => ("text/plain; charset=utf-8", "txt"),
    };
    let visitor = &conversation.visitor_profile.nickname;
    let name = attachment(&format!("{visitor}-{}.{ending}", conversation.session_no));
    let export = Export::new(state, conversation, end, request.format);
    let body = Body::from_stream(stream::try_unfold(export, async |mut export| {
        let next = export.next().await?;
        Ok::<_, AppError>(next.map(|bytes| (bytes, export)))
    }));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(mime)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).map_err(AppError::internal)?),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok(Exported((headers, body).into_response()))
}

/// An export on its way.
struct Export {
    state: ApiState,
    conversation: Arc<Conversation>,
    format: Format,
    /// How far it has been read, and how far it is to be.
    position: Seq,
    end: Seq,
    /// What is written around the messages.
    frame: VecDeque<Bytes>,
    began: bool,
    /// Whether a message was written.
    has_messages: bool,
}

impl Export {
    fn new(state: ApiState, conversation: Arc<Conversation>, end: Seq, format: Format) -> Self {
        let frame = match format {
            Format::Json => {
                let thread = dialect::conversation_json(&conversation);
                VecDeque::from([
                    format!("{{\"thread\":{thread},\n\"messages\":[").into(),
                    Bytes::from_static(b"\n]}\n"),
                ])
            }
            Format::Text => {
                let nickname = &conversation.visitor_profile.nickname;
                VecDeque::from([format!("# {} {nickname}\n\n", conversation.session_no).into(), Bytes::new()])
            }
        };
        Self { state, conversation, format, position: Seq::ZERO, end, frame, began: false, has_messages: false }
    }

    /// The next piece; none at the end.
    async fn next(&mut self) -> Result<Option<Bytes>, AppError> {
        if !self.began {
            self.began = true;
            return Ok(self.frame.pop_front());
        }
        if self.position >= self.end {
            return Ok(self.frame.pop_front());
        }
        let desk = &self.state.gateway.desk;
        let size = u32::try_from(self.end.0 - self.position.0).unwrap_or(PAGE).min(PAGE);
        let (page, _) = desk.history_after(&self.conversation, self.position, size).await?;
        self.position = page.last.unwrap_or(self.end);
        let mut piece = Vec::new();
        for rendered in &page.messages {
            match self.format {
                Format::Json => {
                    let message = message::with_good_links(&self.state, self.conversation.id, rendered).await?;
                    piece.extend_from_slice(if self.has_messages { b",\n" } else { b"\n" });
                    piece.extend_from_slice(message.0.get().as_bytes());
                }
                Format::Text => piece.extend_from_slice(line(rendered)?.as_bytes()),
            }
            self.has_messages = true;
        }
        Ok(Some(piece.into()))
    }
}

/// A message for people to read: when, who, what.
fn line(rendered: &Bytes) -> Result<String, AppError> {
    let message: Value = serde_json::from_slice(rendered).map_err(AppError::internal)?;
    let field = |name: &str| message[name].as_str().unwrap_or_default();
    let user = &message["user"];
    let writer = user["nickname"].as_str().filter(|name| !name.is_empty()).or(user["uid"].as_str());
    let kind = MessageType::new(field("type")).map_err(AppError::internal)?;
    let said = if field("status") == "RECALL" {
        RECALLED.to_owned()
    } else {
        let text = dialect::shown(&kind, &Payload::Json(rendered.clone())).map_err(AppError::internal)?;
        match (kind.as_str(), text.is_empty()) {
            ("TEXT", _) => text,
            (kind, true) => format!("[{kind}]"),
            (kind, false) => format!("[{kind}] {text}"),
        }
    };
    let said = said.replace('\n', "\n    ");
    Ok(format!("[{}] {}: {said}\n", field("createdAt"), writer.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_says_when_who_and_what() {
        for (kind, content, status, expected) in [
            ("TEXT", "你好\n再见", "SUCCESS", "[2026-01-01 08:00:00] 访客: 你好\n    再见\n"),
            ("FILE", r#"{"name":"a.pdf"}"#, "SUCCESS", "[2026-01-01 08:00:00] 访客: [FILE] a.pdf\n"),
            ("RECALL", "m1", "SUCCESS", "[2026-01-01 08:00:00] 访客: [RECALL]\n"),
            ("TEXT", "", "RECALL", "[2026-01-01 08:00:00] 访客: [已撤回]\n"),
        ] {
            let message = json!({
                "type": kind, "content": content, "status": status, "createdAt": "2026-01-01 08:00:00",
                "user": {"uid": "v", "nickname": "访客"},
            });
            assert_eq!(line(&message.to_string().into_bytes().into()).unwrap(), expected, "{kind}");
        }
    }
}
