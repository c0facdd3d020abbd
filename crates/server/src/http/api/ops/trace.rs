//! The way of one message: from whom it came, where it is, who has got and read it.

use axum::extract::State;
use deskwire_desk::{DeskError, Progress};
use deskwire_model::{MessageUid, ThreadStatus, Uid};
use deskwire_store::Refusal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ADMINS, Administrator};
use crate::{
    cluster::questions::{self, LOOK_PATIENCE, Question},
    http::{AppError, QueryParams, Routes, Success, api::ApiState},
    ops::{AcceptedTrace, RelayedTrace, Way},
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Operation")
        .get("/api/v1/ops/trace", trace, "Follows a message of the organisation from its sender to its readers.")
        .only_for(&ADMINS)
}

#[derive(Debug, Deserialize, JsonSchema)]
struct TraceQuery {
    /// The uid that its sender gave the message.
    uid: String,
    /// The topic of its conversation; missing for wherever it is found among the newest 100,000.
    topic: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Trace {
    uid: String,
    r#type: String,
    sender: Uid,
    /// Whether it was recalled.
    recalled: bool,
    topic: String,
    status: &'static str,
    /// Its place: the number of the log, the position there, and when it was committed.
    log: i64,
    seq: u64,
    committed_at: i64,
    /// How it came; known of the last messages while the server runs. Several if it was sent again.
    accepted: Vec<AcceptedTrace>,
    /// The sessions that it was written for; known of the last deliveries while the server runs.
    relayed: Vec<RelayedTrace>,
    /// The nodes that have not answered: how it went there is not known.
    unanswered: Vec<String>,
    /// How far everybody in the conversation is now, from the store.
    members: Vec<MemberTrace>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct MemberTrace {
    user: Uid,
    /// Whether it takes part in the conversation now.
    takes_part: bool,
    /// Whether it has read the message.
    read: bool,
    /// The position up to which it has read; 0 for nothing.
    read_seq: u64,
    devices: Vec<DeviceTrace>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct DeviceTrace {
    /// Empty for the user's default device.
    device: Box<str>,
    /// Whether the message has arrived there.
    delivered: bool,
    /// The position up to which everything has arrived.
    seq: u64,
}

fn member(user: Uid, progress: Progress, seq: u64) -> MemberTrace {
    let read_seq = progress.read.map_or(0, |read| read.0);
    let devices = progress.delivered.into_iter();
    MemberTrace {
        user,
        takes_part: progress.takes_part,
        read: read_seq >= seq,
        read_seq,
        devices: devices.map(|(device, at)| DeviceTrace { device, delivered: at.0 >= seq, seq: at.0 }).collect(),
    }
}

async fn trace(
    State(state): State<ApiState>,
    Administrator(principal): Administrator,
    QueryParams(request): QueryParams<TraceQuery>,
) -> Result<Success<Trace>, AppError> {
    let unknown = || AppError::from(DeskError::from(Refusal::UnknownMessage));
    let uid = MessageUid::new(&request.uid).map_err(|_| unknown())?;
    let trail = &state.gateway.trail;
    let topic = request.topic.as_deref().filter(|topic| !topic.is_empty());
    let track = state.gateway.desk.track(&principal, &uid, topic, trail.log_of(&uid)).await?;
    let entry = track.entry;
    let question = Question::Way { log: entry.log.0, uid: uid.as_str().to_owned(), seq: entry.seq.0 };
    let (mut ways, mut unanswered) = (vec![state.this_node().way(entry.log, &uid, entry.seq)], Vec::new());
    for (node, answer) in questions::ask_all(&state.gateway, &question, LOOK_PATIENCE).await {
        match answer {
            Ok(way) => ways.push(way),
            Err(error) => {
                tracing::debug!(%node, %error, "a node does not say which way a message went");
                unanswered.push(node.name().to_owned());
            }
        }
    }
    let Way { accepted, relayed } = Way::merge(ways);
    let status: ThreadStatus = track.conversation.status;
    Ok(Success::new(Trace {
        uid: entry.uid.as_str().to_owned(),
        r#type: entry.kind.as_str().to_owned(),
        sender: entry.sender,
        recalled: entry.recalled,
        topic: track.conversation.topic.as_str().to_owned(),
        status: status.as_str(),
        log: entry.log.0,
        seq: entry.seq.0,
        committed_at: entry.at.0,
        accepted,
        relayed,
        unanswered,
        members: track.members.into_iter().map(|(user, progress)| member(user, progress, entry.seq.0)).collect(),
    }))
}
