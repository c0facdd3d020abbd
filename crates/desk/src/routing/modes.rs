//! The order in which a mode asks candidates.

use std::cmp::Reverse;

use deskwire_model::Uid;

use super::{Candidate, Choice, Mode, Question};

/// `free` candidates, best first, each with the reason for its place.
pub(super) fn order(question: &Question<'_>, mut free: Vec<&Candidate>) -> Vec<Choice> {
    // Sorting is stable: among equals the administrator's order stands.
    match question.mode {
        Mode::LeastActive | Mode::Broadcast | Mode::Manual => {
            free.sort_by_key(|agent| (agent.chatting, agent.last_assigned));
        }
        Mode::RoundRobin => free.sort_by_key(|agent| agent.last_assigned),
        Mode::Random => free.sort_by_key(|agent| draw(question.seed, &agent.uid)),
        Mode::WeightedRandom => free.sort_by(|a, b| lot(question.seed, b).total_cmp(&lot(question.seed, a))),
        Mode::ConsistentHash => {
            let visitor = hash(0, question.visitor.as_str());
            free.sort_by_key(|agent| Reverse(draw(visitor, &agent.uid)));
        }
        // Whoever has no times yet comes first: else it would never get any.
        Mode::FastestResponse => free.sort_by_key(|agent| (agent.response_ms, agent.last_assigned)),
        Mode::Recent => {
            free.sort_by_key(|agent| (Some(&agent.uid) != question.last_agent, agent.last_assigned));
        }
    }
    let reason = |agent: &Candidate| match question.mode {
        Mode::LeastActive | Mode::Broadcast | Mode::Manual => {
            format!("fewest open ({}); idle longest", agent.chatting)
        }
        Mode::RoundRobin => "next in turn".to_owned(),
        Mode::Random => "drawn at random".to_owned(),
        Mode::WeightedRandom => format!("drawn at random, with weight {} and {} open", agent.weight, agent.chatting),
        Mode::ConsistentHash => "the agent for this visitor".to_owned(),
        Mode::FastestResponse => match agent.response_ms {
            Some(time) => format!("fastest first response ({time} ms)"),
            None => "no response times yet".to_owned(),
        },
        Mode::Recent if Some(&agent.uid) == question.last_agent => "had this visitor last".to_owned(),
        Mode::Recent => "next in turn; the visitor's last agent is not free".to_owned(),
    };
    let choice =
        |agent: &Candidate| Choice { agent: agent.uid.clone(), capacity: agent.capacity, reason: reason(agent) };
    free.into_iter().map(choice).collect()
}

/// A number that looks random and is the same for the same seed and agent.
fn draw(seed: u64, agent: &Uid) -> u64 {
    hash(seed, agent.as_str())
}

/// The lot of an agent in a weighted draw: the greatest wins, each with a chance in proportion to its weight
/// (Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006: `u^(1/w)`, here its logarithm).
fn lot(seed: u64, agent: &Candidate) -> f64 {
    // 53 bits fill the mantissa; never 0, whose logarithm is infinite.
    let uniform = ((draw(seed, &agent.uid) >> 11) as f64 + 1.0) / ((1_u64 << 53) as f64 + 1.0);
    let weight = f64::from(agent.weight) / f64::from(agent.chatting.saturating_add(1));
    // A weight of 0 has no chance against any other.
    if weight > 0.0 { uniform.ln() / weight } else { f64::NEG_INFINITY }
}

/// FNV-1a, finished as SplitMix64 does: stable over releases and machines, which the hashers of the standard library do
/// not promise.
fn hash(seed: u64, text: &str) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64 ^ seed;
    for byte in text.bytes() {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}
