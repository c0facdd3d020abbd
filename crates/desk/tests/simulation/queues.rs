//! Who waits is served in turn, and nobody waits beside an agent who has room.

use std::collections::BTreeMap;

use deskwire_desk::Desk;
use deskwire_model::{LogId, Timestamp, Uid};
use deskwire_store::Store;

use crate::cast::Organisation;

/// Who waits for each service, and under which fence.
pub(crate) type Queues = BTreeMap<Uid, Vec<(LogId, u64)>>;

pub(crate) async fn read(store: &Store, cast: &[Organisation]) -> Queues {
    let mut queues = Queues::new();
    for (_, service) in cast.iter().flat_map(Organisation::services) {
        let waiting = store.waiting(std::slice::from_ref(&service), 1000).await.unwrap();
        queues.insert(service, waiting.into_iter().map(|waits| (waits.id, waits.fence)).collect());
    }
    queues
}

/// The first service for which somebody waits although an agent has room whom routing may choose, or a timer that is due.
pub(crate) async fn stuck(desk: &Desk, store: &Store, cast: &[Organisation], now: Timestamp) -> Option<String> {
    if let Some(timer) = store.timers_due(now, 1).await.unwrap().first() {
        return Some(format!("at {now:?} {timer:?} is not answered"));
    }
    for org in cast {
        for (_, service) in org.services() {
            let state = desk.routing_state(&org.supervisor, &service, now).await.unwrap();
            if state.waiting == 0 || !state.open || state.routing.is_pool() {
                continue;
            }
            if let Some(agent) = state.agents.iter().find(|agent| agent.ready && agent.chatting < agent.capacity) {
                return Some(format!("{} wait for {service}, and {agent:?} has room", state.waiting));
            }
        }
    }
    None
}

/// Of those who waited before the step and still do, nobody was there longer than somebody whom routing has served since.
/// `since` is when each began to wait.
pub(crate) fn in_turn(before: &Queues, after: &Queues, since: &BTreeMap<LogId, usize>, given: &[LogId]) {
    for (service, waited) in before {
        let of_service = |log: &&LogId| waited.iter().any(|(other, _)| other == *log);
        let Some(last) = given.iter().filter(of_service).filter_map(|log| since.get(log)).max() else { continue };
        let still = |(log, fence): &&(LogId, u64)| after[service].contains(&(*log, *fence));
        let passed_over = waited.iter().filter(still).find(|(log, _)| since.get(log).is_some_and(|since| since < last));
        assert!(passed_over.is_none(), "{passed_over:?} of {service} waited longer than one of {given:?}");
    }
}
