//! What one node asks another, and how it is answered.

use std::time::Duration;

use bytes::Bytes;
use deskwire_broker::{EnterError, Membership};
use deskwire_cluster::{AskError, Asked, NodeId};
use deskwire_model::{LogId, MessageUid, Seq, Uid};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    sessions,
    visitors::{self, Place},
};
use crate::{
    gateway::Gateway,
    ops::{ConnectionsWanted, PROBE_LIMIT, ThisNode},
};

/// How long people wait for what other nodes tell: a connection is waited for, or a probe.
pub(crate) const LOOK_PATIENCE: Duration = PROBE_LIMIT.saturating_add(Duration::from_secs(1));

/// What one node asks another.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Question {
    /// Let go of the session of this client id; whether its client goes on with it.
    LetGo { client_id: String, resumes: bool },
    /// End a connection of this client id.
    End { client_id: String },
    /// Let go of the durable subscription that its owner calls so.
    LetGoDurable { owner: Uid, name: String },
    /// Know which members shared subscriptions have on the node that says so.
    Shared { members: Vec<Membership> },
    /// How is it? A `Standing`.
    Standing,
    /// Who is connected? A `Connected`.
    Connected(ConnectionsWanted),
    /// End the connection of this number. A `ConnectionRow`, if it was there.
    Dismiss { connection: u64 },
    /// Which way did the message go that is called `uid` and is at `seq` in `log`? A `Way`.
    Way { log: i64, uid: String, seq: u64 },
    /// How many connections of each of these are there? A list of numbers.
    Active { users: Vec<Uid> },
    /// How many connections listen there? A number.
    Listeners(Place),
    /// Which visitors of an organisation browse? A list of `Browser`.
    Browsing { org: Uid },
}

/// Why a node has no answer to what it is asked.
#[derive(Debug, thiserror::Error)]
enum Unanswered {
    #[error(transparent)]
    Enter(#[from] EnterError),
    #[error("nothing is called so")]
    Unknown,
    #[error("the answer cannot be written: {0}")]
    Unwritten(#[from] serde_json::Error),
}

/// Asks `node`, and waits for `patience` at most.
///
/// # Errors
/// [`AskError`]; an answer that cannot be read is one that was refused.
pub(crate) async fn ask<A: DeserializeOwned>(
    gateway: &Gateway,
    node: &NodeId,
    question: &Question,
    patience: Duration,
) -> Result<A, AskError> {
    let request = serde_json::to_vec(question).map_err(|_| AskError::Full)?;
    let answer = gateway.bus.ask(node, request.into(), patience).await?;
    serde_json::from_slice(&answer).map_err(|error| {
        tracing::debug!(%node, %error, "an answer is not understood");
        AskError::Refused
    })
}

/// What every other node has answered, or why it has not.
pub(crate) async fn ask_all<A: DeserializeOwned>(
    gateway: &Gateway,
    question: &Question,
    patience: Duration,
) -> Vec<(NodeId, Result<A, AskError>)> {
    let peers = gateway.bus.peers();
    join_all(peers.into_iter().map(async |peer| {
        let answer = ask(gateway, &peer.id, question, patience).await;
        (peer.id, answer)
    }))
    .await
}

/// Does what another node asks, and tells it so.
pub(super) fn answer(node: &ThisNode, asked: Asked) {
    let Ok(question) = serde_json::from_slice::<Question>(&asked.request) else {
        // Dropped without an answer, which tells the asker.
        tracing::debug!(from = %asked.from, "a question that this release does not know");
        return;
    };
    let node = node.clone();
    tokio::spawn(async move {
        match act(&node, &asked.from, question).await {
            Ok(answer) => asked.answer.send(answer),
            Err(error) => tracing::warn!(from = %asked.from, %error, "another node is not given what it asks for"),
        }
    });
}

async fn act(node: &ThisNode, from: &NodeId, question: Question) -> Result<Bytes, Unanswered> {
    let gateway = &node.gateway;
    let answer = match question {
        Question::LetGo { client_id, resumes } => {
            sessions::let_go(gateway, &client_id.into(), resumes).await?;
            serde_json::to_vec(&())
        }
        Question::LetGoDurable { owner, name } => {
            gateway.queues.let_go_durable(&owner, &name).await.map_err(|_| EnterError::Busy)?;
            serde_json::to_vec(&())
        }
        Question::Shared { members } => {
            gateway.hub.hear_shared(from, &members);
            serde_json::to_vec(&())
        }
        Question::End { client_id } => {
            gateway.mailboxes.connected_elsewhere(&client_id.into()).await.map_err(EnterError::from)?;
            serde_json::to_vec(&())
        }
        Question::Standing => serde_json::to_vec(&node.standing().await),
        Question::Connected(wanted) => serde_json::to_vec(&node.connected(&wanted).await),
        Question::Dismiss { connection } => serde_json::to_vec(&node.dismiss(connection).await),
        Question::Way { log, uid, seq } => {
            let uid = MessageUid::new(&uid).map_err(|_| Unanswered::Unknown)?;
            serde_json::to_vec(&node.way(LogId(log), &uid, Seq(seq)))
        }
        Question::Active { users } => serde_json::to_vec(&visitors::active_here(gateway, &users)),
        Question::Listeners(place) => serde_json::to_vec(&visitors::listeners_here(gateway, &place)),
        Question::Browsing { org } => serde_json::to_vec(&visitors::browsing_here(gateway, &org)),
    };
    Ok(answer?.into())
}
