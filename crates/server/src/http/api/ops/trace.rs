//! The way of one message: from whom it came, where it is, who has got and read it.

use std::net::IpAddr;

use axum::extract::State;
use deskwire_desk::{DeskError, Progress};
use deskwire_model::{MessageUid, ThreadStatus, Uid};
use deskwire_store::Refusal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ADMINS, Administrator};
use crate::{
    http::{AppError, QueryParams, Routes, Success, api::ApiState},
    ops::{Acceptance, Passage},
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
    /// How far everybody in the conversation is now, from the store.
    members: Vec<MemberTrace>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct AcceptedTrace {
    at: i64,
    user: Uid,
    /// Missing for what was sent over HTTP.
    session_id: Option<String>,
    protocol: &'static str,
    address: Option<IpAddr>,
}

impl From<Acceptance> for AcceptedTrace {
    fn from(acceptance: Acceptance) -> Self {
        Self {
            at: acceptance.at.0,
            user: acceptance.user,
            session_id: acceptance.session.map(|session| session.to_string()),
            protocol: acceptance.protocol.label(),
            address: acceptance.address,
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RelayedTrace {
    at: i64,
    user: Uid,
    session_id: String,
    protocol: &'static str,
}

impl From<Passage> for RelayedTrace {
    fn from(passage: Passage) -> Self {
        Self {
            at: passage.at.0,
            user: passage.user,
            session_id: passage.session.to_string(),
            protocol: passage.protocol.label(),
        }
    }
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
    let (accepted, relayed) = trail.of(entry.log, &uid, entry.seq);
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
        accepted: accepted.into_iter().map(AcceptedTrace::from).collect(),
        relayed: relayed.into_iter().map(RelayedTrace::from).collect(),
        members: track.members.into_iter().map(|(user, progress)| member(user, progress, entry.seq.0)).collect(),
    }))
}
