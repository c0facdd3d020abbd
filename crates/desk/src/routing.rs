//! Which agent gets a conversation.

use deskwire_model::Uid;

/// An agent who might take a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The agent.
    pub uid: Uid,
    /// Online and AVAILABLE.
    pub ready: bool,
    /// Conversations it has in CHATTING.
    pub chatting: u32,
    /// Conversations it takes at a time.
    pub capacity: u32,
}

/// Where a conversation goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// To the first of these agents, best first, who still has capacity when the assignment is committed.
    Assign(Vec<Candidate>),
    /// Agents are there, but all are full.
    Queue,
    /// Nobody is there.
    LeaveMessage,
}

/// Chooses by fewest open conversations (LEAST_ACTIVE); among equals the administrator's order stands.
#[must_use]
pub fn route(candidates: Vec<Candidate>) -> Route {
    let mut ready: Vec<Candidate> = candidates.into_iter().filter(|candidate| candidate.ready).collect();
    if ready.is_empty() {
        return Route::LeaveMessage;
    }
    ready.retain(|candidate| candidate.chatting < candidate.capacity);
    if ready.is_empty() {
        return Route::Queue;
    }
    ready.sort_by_key(|candidate| candidate.chatting);
    Route::Assign(ready)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(uid: &str, ready: bool, chatting: u32, capacity: u32) -> Candidate {
        Candidate { uid: Uid::new(uid).unwrap(), ready, chatting, capacity }
    }

    #[test]
    fn the_least_busy_ready_agent_comes_first() {
        let route = route(vec![
            candidate("busy", true, 3, 10),
            candidate("away", false, 0, 10),
            candidate("full", true, 1, 1),
            candidate("idle", true, 0, 10),
            candidate("idle2", true, 0, 10),
        ]);
        let Route::Assign(agents) = route else { panic!("somebody is free") };
        let order: Vec<&str> = agents.iter().map(|agent| agent.uid.as_str()).collect();
        assert_eq!(order, ["idle", "idle2", "busy"]);
    }

    #[test]
    fn full_is_a_queue_and_absent_is_a_message() {
        assert_eq!(route(vec![candidate("full", true, 1, 1), candidate("away", false, 0, 1)]), Route::Queue);
        assert_eq!(route(vec![candidate("away", false, 0, 1)]), Route::LeaveMessage);
        assert_eq!(route(Vec::new()), Route::LeaveMessage);
    }
}
