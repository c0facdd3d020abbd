//! Which agent gets a conversation, and why (`spec/bytedesk.md` §8): plain functions over candidates.
//!
//! [`route`] answers for one service; [`first_with_room`] chooses among a service and those it overflows to. `modes` puts
//! candidates into the order of a routing mode, [`hours`] knows when a service is open and `opening_words` tells it.

pub mod hours;
mod modes;
mod opening_words;

use deskwire_model::{Timestamp, Uid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

/// By what rule a service chooses an agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Mode {
    /// Whoever got nothing for the longest time.
    RoundRobin,
    /// Whoever has the fewest open conversations.
    #[default]
    LeastActive,
    /// Anybody; the conversation decides, so that the same question has the same answer.
    Random,
    /// Anybody, those with a greater weight and less to do more often.
    WeightedRandom,
    /// Always the same agent for the same visitor, as far as there are the same agents.
    ConsistentHash,
    /// Whoever answers first messages soonest.
    FastestResponse,
    /// The agent whom the visitor had last, else in turn.
    Recent,
    /// Nobody: all are told, and the first to accept has it.
    Broadcast,
    /// Nobody: it lies in a pool until somebody takes it.
    Manual,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 9] = [
        Self::RoundRobin,
        Self::LeastActive,
        Self::Random,
        Self::WeightedRandom,
        Self::ConsistentHash,
        Self::FastestResponse,
        Self::Recent,
        Self::Broadcast,
        Self::Manual,
    ];

    /// Whether agents take conversations themselves.
    #[must_use]
    pub const fn is_pool(self) -> bool {
        matches!(self, Self::Broadcast | Self::Manual)
    }

    /// Whether it asks for the agent whom the visitor had last.
    pub(crate) const fn looks_back(self) -> bool {
        matches!(self, Self::Recent)
    }
}

/// An agent who might take a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// The agent.
    pub uid: Uid,
    /// Online and AVAILABLE.
    pub ready: bool,
    /// Conversations it has in CHATTING.
    pub chatting: u32,
    /// Conversations it takes at a time.
    pub capacity: u32,
    /// Its share where routing is weighted.
    pub weight: u32,
    /// When it was last given a conversation.
    #[serde(serialize_with = "milliseconds")]
    #[schemars(with = "Option<i64>")]
    pub last_assigned: Option<Timestamp>,
    /// Its mean time to the first response, in milliseconds.
    pub response_ms: Option<u64>,
}

fn milliseconds<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.0).serialize(serializer)
}

/// What is asked of a service.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The service's rule.
    pub mode: Mode,
    /// Whether it is open now.
    pub open: bool,
    /// How many wait for it before this conversation.
    pub waiting: u64,
    /// How many may wait.
    pub max_waiting: u64,
    /// The visitor.
    pub visitor: &'a Uid,
    /// The agent whom the visitor had last; only [`Mode::Recent`] looks at it.
    pub last_agent: Option<&'a Uid>,
    /// What random choices of this conversation are drawn from.
    pub seed: u64,
}

/// An agent who may have the conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The agent.
    pub agent: Uid,
    /// Conversations it takes at a time.
    pub capacity: u32,
    /// Why it is its turn.
    pub reason: String,
}

/// Where a conversation goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// To the first of these agents, best first, who still has capacity when the assignment is committed.
    Assign(Vec<Choice>),
    /// Into the queue, and why.
    Queue(&'static str),
    /// Nobody is there to wait for, and why.
    LeaveMessage(&'static str),
}

/// Where `question` leads among `candidates`, who are in the administrator's order.
#[must_use]
pub fn route(question: &Question<'_>, candidates: &[Candidate]) -> Route {
    if !question.open {
        return Route::LeaveMessage("the service is closed");
    }
    let ready: Vec<&Candidate> = candidates.iter().filter(|candidate| candidate.ready).collect();
    // A pool is there also while everybody has stepped out.
    if ready.is_empty() && question.mode != Mode::Manual {
        return Route::LeaveMessage("no agent is there");
    }
    if !question.mode.is_pool() && question.waiting == 0 {
        let free: Vec<&Candidate> = ready.into_iter().filter(|agent| agent.chatting < agent.capacity).collect();
        if !free.is_empty() {
            return Route::Assign(modes::order(question, free));
        }
    }
    if question.waiting >= question.max_waiting {
        return Route::LeaveMessage("too many wait already");
    }
    Route::Queue(match question.mode {
        Mode::Broadcast => "offered to all agents",
        Mode::Manual => "in the pool",
        _ if question.waiting > 0 => "others wait already",
        _ => "all agents are busy",
    })
}

/// Of the routes of a service and of those it overflows to, in this order: the first that gives it to an agent, else the
/// first where it may wait, else the service's own; with its index.
#[must_use]
pub fn first_with_room(routes: Vec<Route>) -> Option<(usize, Route)> {
    let assigns = routes.iter().position(|route| matches!(route, Route::Assign(_)));
    let queues = || routes.iter().position(|route| matches!(route, Route::Queue(_)));
    let chosen = assigns.or_else(queues).unwrap_or(0);
    routes.into_iter().enumerate().nth(chosen)
}

#[cfg(test)]
mod tests;
