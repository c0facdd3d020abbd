//! The queue: whoever waits longest gets the place that becomes free (P5), and those who wait are told where they stand.
//!
//! Nothing polls. What may free a place wakes the services concerned ([`Wakes`](crate::wakes::Wakes)): a conversation that ends or moves, an
//! agent who comes online or becomes AVAILABLE, greater capacity, changed settings, the beginning of business hours.

use std::{future::poll_fn, sync::Arc, task::Poll};

use deskwire_broker::Job;
use deskwire_model::{
    AgentProfile, Conversation, LogId, MessageType, MessageUid, Principal, Profile, ThreadType, Timestamp, Uid, dialect,
};
use deskwire_store::{Refusal, Workload};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::{
    Desk, DeskError,
    commands::Target,
    deciding::{Prepared, agent_principal, desk_itself},
    greeting::Welcome,
    ingress::Speaker,
    routing::{Candidate, Choice, Mode, Question, Route, route},
    settings::ServiceSettings,
    wording::Language,
};

/// Conversations that are given out in one go, and visitors who are told their place in one go.
const PAGE: usize = 64;
/// Visitors of a queue who are told their place when it changes; who waits further behind asks.
const TOLD: usize = 500;

/// How a service is routed to.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RoutingState {
    /// By what rule.
    pub routing: Mode,
    /// Whether it is open.
    pub open: bool,
    /// How many wait.
    pub waiting: u64,
    /// What routing knows of its agents.
    pub agents: Vec<Candidate>,
}

impl Desk {
    /// Has the queue of `service` looked at.
    pub(crate) fn wake(&self, service: &Uid) {
        self.wakes.service(service);
    }

    /// Gives out what can be given out now, in all services that were woken.
    ///
    /// # Errors
    /// [`DeskError::Store`], [`DeskError::Commit`]; what was woken and not looked at stays woken.
    pub async fn settle(&self, now: Timestamp) -> Result<(), DeskError> {
        loop {
            let (mut services, agents, everything) = self.wakes.take();
            if everything {
                services.extend(self.store.services_with_queues().await?);
            }
            for agent in agents {
                services.extend(self.store.workgroups_of(&agent).await?);
                services.insert(agent);
            }
            if services.is_empty() {
                return Ok(());
            }
            while let Some(service) = services.pop_first() {
                if let Err(error) = self.give_out(&service, now).await {
                    services.insert(service);
                    services.iter().for_each(|service| self.wake(service));
                    return Err(error);
                }
            }
        }
    }

    /// Gives conversations that wait for `service` to agents with room, those that wait longest first.
    async fn give_out(&self, service: &Uid, now: Timestamp) -> Result<(), DeskError> {
        let settings = self.settings(service).await?;
        if settings.routing.is_pool() {
            return Ok(());
        }
        let mut candidates: Option<Vec<Candidate>> = None;
        loop {
            let waiting = self.store.waiting(std::slice::from_ref(service), PAGE).await?;
            let Some(first) = waiting.first() else { return Ok(()) };
            if !settings.is_open(now, &self.config.time_zone) {
                if let Some(opens) = settings.next_opening(now, &self.config.time_zone) {
                    self.wakes.closed_until(service, opens);
                }
                return Ok(());
            }
            if candidates.is_none() {
                candidates = Some(self.candidates(first.kind, service).await?);
            }
            let Some(known) = &mut candidates else { return Ok(()) };
            let chosen = self.choose(&settings, known, waiting, now).await?;
            if chosen.is_empty() {
                return Ok(());
            }
            let mut ready = Vec::with_capacity(chosen.len());
            for (conversation, choice) in &chosen {
                match self.welcoming(conversation, Welcome::Chosen(choice), None).await {
                    Ok(plan) => ready.push((conversation, choice, self.prepare(conversation, plan).await?)),
                    Err(DeskError::NotNow(_)) => candidates = None,
                    Err(error) => return Err(error),
                }
            }
            // All of them are on their way at once, the longest first: so they share commits and nobody is overtaken.
            for outcome in in_turn(ready.into_iter().map(|(whose, choice, plan)| self.give(whose, choice, plan))).await
            {
                match outcome {
                    Ok(()) => {}
                    // What was known of the agents or of the queue is out of date.
                    Err(DeskError::Refused(Refusal::AtCapacity | Refusal::Fenced) | DeskError::NotNow(_)) => {
                        candidates = None;
                    }
                    Err(error) => return Err(error),
                }
            }
        }
    }

    /// Who of `waiting`, the longest first, gets whom of `candidates`, as long as there is room; these know of it then.
    async fn choose(
        &self,
        settings: &ServiceSettings,
        candidates: &mut [Candidate],
        waiting: Vec<Conversation>,
        now: Timestamp,
    ) -> Result<Vec<(Arc<Conversation>, Choice)>, DeskError> {
        let mut chosen = Vec::new();
        for conversation in waiting {
            let last_agent =
                if settings.routing.looks_back() { self.store.last_agent(conversation.id).await? } else { None };
            let question = Question {
                mode: settings.routing,
                open: true,
                waiting: 0,
                max_waiting: u64::MAX,
                visitor: &conversation.visitor,
                last_agent: last_agent.as_ref(),
                seed: seed(&conversation),
            };
            let Route::Assign(choices) = route(&question, candidates) else { break };
            let Some(choice) = choices.into_iter().next() else { break };
            let latest = candidates.iter().filter_map(|candidate| candidate.last_assigned).max();
            if let Some(agent) = candidates.iter_mut().find(|candidate| candidate.uid == choice.agent) {
                agent.chatting += 1;
                // Behind everybody else, within the same millisecond too.
                agent.last_assigned = Some(latest.map_or(now, |latest| Timestamp(latest.0 + 1)));
            }
            // Known from here on: who has to read it first would come behind those who wait less long.
            self.profile(&agent_principal(&conversation, &choice.agent), &conversation).await?;
            chosen.push((Arc::new(conversation), choice));
        }
        Ok(chosen)
    }

    async fn give(&self, conversation: &Conversation, choice: &Choice, prepared: Prepared) -> Result<(), DeskError> {
        self.decide(prepared).await?;
        tracing::info!(conversation = %conversation.id, agent = %choice.agent, reason = choice.reason, "assigned");
        Ok(())
    }

    /// The agent whom the visitor had last, where the rule `mode` asks for it.
    pub(crate) async fn last_agent(&self, mode: Mode, log: LogId) -> Result<Option<Uid>, DeskError> {
        if mode.looks_back() { Ok(self.store.last_agent(log).await?) } else { Ok(None) }
    }

    /// Who may serve for `service`, as routing knows them.
    pub(crate) async fn candidates(&self, kind: ThreadType, service: &Uid) -> Result<Vec<Candidate>, DeskError> {
        let members: Vec<(AgentProfile, u32)> = match kind {
            ThreadType::Agent => self.store.agent(service).await?.map(|agent| (agent, 1)).into_iter().collect(),
            ThreadType::Workgroup => {
                let workgroup = self.store.workgroup(service).await?;
                workgroup
                    .into_iter()
                    .flat_map(|group| group.members)
                    .map(|member| (member.agent, member.weight))
                    .collect()
            }
        };
        let uids: Vec<Uid> = members.iter().map(|(agent, _)| agent.uid.clone()).collect();
        let workloads = self.store.workloads(&uids).await?;
        let candidate = |((agent, weight), work): ((AgentProfile, u32), Workload)| Candidate {
            ready: self.is_ready(&agent),
            uid: agent.uid,
            chatting: work.chatting,
            capacity: agent.capacity,
            weight,
            last_assigned: work.last_assigned,
            response_ms: work.response_ms,
        };
        Ok(members.into_iter().zip(workloads).map(candidate).collect())
    }

    /// How a service is routed to now, for a supervisor.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for others, [`DeskError::UnknownService`], [`DeskError::Store`].
    pub async fn routing_state(
        &self,
        by: &Principal,
        service: &Uid,
        now: Timestamp,
    ) -> Result<RoutingState, DeskError> {
        if !by.role.supervises() {
            return Err(DeskError::NotAllowed);
        }
        let kind = match self.target(by, service).await? {
            Target::Agent(_) => ThreadType::Agent,
            Target::Workgroup(_) => ThreadType::Workgroup,
        };
        let settings = self.settings(service).await?;
        let waiting = self.store.queue_place(service, LogId(0)).await?.size;
        let candidates = self.candidates(kind, service).await?;
        let open = settings.is_open(now, &self.config.time_zone);
        Ok(RoutingState { routing: settings.routing, open, waiting, agents: candidates })
    }

    /// Tells those who wait for `service` where they stand (QUEUE_UPDATE, which is not logged).
    ///
    /// # Errors
    /// [`DeskError::Store`], [`DeskError::Commit`].
    pub(crate) async fn tell_places(&self, service: &Uid, now: Timestamp) -> Result<(), DeskError> {
        let waiting = self.store.waiting(std::slice::from_ref(service), TOLD).await?;
        let Some(first) = waiting.first() else { return Ok(()) };
        let size = self.store.queue_place(service, first.id).await?.size;
        let settings = self.settings(service).await?;
        let languages = self.languages(waiting.iter().map(|conversation| conversation.id).collect()).await?;
        for ((conversation, language), position) in waiting.iter().zip(languages).zip(1..) {
            let content = self.place_told(&settings, language, (position, size), now);
            let words = dialect::compose(MessageUid::random(), MessageType::of("QUEUE_UPDATE"), content.to_string());
            let (principal, profile) = (desk_itself(conversation), Profile::default());
            let speaker = Speaker { principal: &principal, profile: &profile, conversation };
            self.log.submit(Job::Relay { publication: speaker.relay(&words, now), ticket: None }).await?;
        }
        Ok(())
    }

    /// The content of QUEUE and QUEUE_UPDATE for the one at `position` of a queue of `size` (`spec/bytedesk.md` §3).
    pub(crate) fn place_told(
        &self,
        settings: &ServiceSettings,
        language: Language,
        (position, size): (u64, u64),
        now: Timestamp,
    ) -> serde_json::Value {
        let seconds = position.saturating_mul(settings.average_wait_s.into());
        let text = settings.queue.as_deref().unwrap_or_else(|| self.config.texts.queue.text(language));
        let values = [
            ("{position}", position.to_string()),
            ("{queueSize}", size.to_string()),
            ("{waitSeconds}", seconds.to_string()),
            ("{waitMinutes}", seconds.div_ceil(60).to_string()),
        ];
        let text = values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value));
        json!({
            "content": text,
            "position": position,
            "queueSize": size,
            "waitSeconds": seconds,
            "estimatedWaitTime": format!("{} min", seconds.div_ceil(60)),
            "serverTimestamp": now.0,
        })
    }
}

/// What the random choices of a conversation are drawn from: another each time that it is routed.
pub(crate) const fn seed(conversation: &Conversation) -> u64 {
    conversation.id.0.unsigned_abs() ^ conversation.fence.rotate_left(32)
}

/// Does all of `works` at once, each begun before the next; what they came to, in their order.
async fn in_turn<F: Future>(works: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut works: Vec<_> = works.into_iter().map(|work| (Box::pin(work), None)).collect();
    poll_fn(|context| {
        for (work, outcome) in works.iter_mut().filter(|(_, outcome)| outcome.is_none()) {
            if let Poll::Ready(ready) = work.as_mut().poll(context) {
                *outcome = Some(ready);
            }
        }
        if works.iter().all(|(_, outcome)| outcome.is_some()) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    works.into_iter().filter_map(|(_, outcome)| outcome).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[tokio::test]
    async fn works_begin_in_turn_however_long_they_take() {
        let begun = RefCell::new(Vec::new());
        let work = |number: usize| {
            let begun = &begun;
            async move {
                begun.borrow_mut().push(number);
                for _ in number..5 {
                    tokio::task::yield_now().await;
                }
                number
            }
        };
        assert_eq!(in_turn((0..5).map(work)).await, [0, 1, 2, 3, 4]);
        assert_eq!(begun.into_inner(), [0, 1, 2, 3, 4]);
        assert!(in_turn(Vec::<std::future::Ready<()>>::new()).await.is_empty());
    }
}
