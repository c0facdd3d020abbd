//! What the desk does over HTTP meanwhile: histories are read, conversations passed on, closed and opened again.

use std::{cell::RefCell, rc::Rc, time::Duration};

use serde_json::json;

use crate::{
    client::{Endpoint, Nodes},
    http::{get, post},
    measure::Latencies,
    run::Run,
    scenario::{
        ScenarioError,
        setup::{self, Conversation},
        staff::Staff,
    },
};

/// Reads pages of histories, `rate` a second and each when it is due, one after the other.
pub(super) async fn read_histories(
    nodes: Rc<Nodes>,
    run: Rc<Run>,
    conversations: Rc<[Conversation]>,
    rate: f64,
    latencies: Rc<RefCell<Latencies>>,
) {
    let mut due = tokio::time::interval(Duration::from_secs_f64(1.0 / rate));
    for (number, conversation) in conversations.iter().enumerate().cycle() {
        due.tick().await;
        if !run.is_sending() {
            return;
        }
        let begun = run.now();
        let path = format!(
            "/visitor/api/v1/message/thread/topic?topic={}&uid={}&pageSize=20",
            conversation.topic, conversation.visitor
        );
        match get(nodes.endpoint(number), &path, Some(&conversation.token)).await {
            Ok(_) => run.took(&latencies, begun),
            Err(error) => run.failed(&error),
        }
    }
}

/// Conversations in which nobody talks, and who has them.
pub(super) struct Moves {
    nodes: Rc<Nodes>,
    run: Rc<Run>,
    staff: Rc<Staff>,
    conversations: Vec<(Conversation, usize)>,
}

impl Moves {
    /// Moves `conversations` about.
    ///
    /// # Errors
    /// [`ScenarioError::Missing`] when the server does not say who has one of them.
    pub(super) fn new(
        nodes: Rc<Nodes>,
        run: Rc<Run>,
        staff: Rc<Staff>,
        conversations: Vec<Conversation>,
    ) -> Result<Self, ScenarioError> {
        let with_owner = |conversation: Conversation| {
            let owner = staff.owner_of(&conversation)?;
            Ok::<_, ScenarioError>((conversation, owner))
        };
        let conversations = conversations.into_iter().map(with_owner).collect::<Result<_, _>>()?;
        Ok(Self { nodes, run, staff, conversations })
    }

    /// Does so `rate` times a second, in turn and one after the other.
    pub(super) async fn keep_on(mut self, rate: f64, latencies: Rc<RefCell<Latencies>>) {
        let mut due = tokio::time::interval(Duration::from_secs_f64(1.0 / rate));
        for turn in 0.. {
            due.tick().await;
            if !self.run.is_sending() || self.conversations.is_empty() {
                return;
            }
            let (begun, which) = (self.run.now(), turn % self.conversations.len());
            // Each round over all of them does the other thing.
            let passes_on = (turn / self.conversations.len()).is_multiple_of(2);
            let endpoint = self.nodes.endpoint(turn);
            let moved =
                if passes_on { self.pass_on(endpoint, which).await } else { self.begin_anew(endpoint, which).await };
            match moved {
                Ok(owner) => {
                    self.conversations[which].1 = owner;
                    self.run.took(&latencies, begun);
                }
                Err(error) => self.run.failed(&error),
            }
        }
    }

    /// Offers the conversation to the next agent, who accepts.
    async fn pass_on(&self, endpoint: &Endpoint, which: usize) -> Result<usize, ScenarioError> {
        let (conversation, owner) = &self.conversations[which];
        let receiver = (owner + 1) % self.staff.agents.len();
        let (from, to) = (&self.staff.agents[*owner], &self.staff.agents[receiver]);
        let offer = json!({"topic": conversation.topic, "agentUid": to.uid});
        post(endpoint, "/api/v1/thread/transfer/create", Some(&from.token), &offer).await?;
        let acceptance = json!({"topic": conversation.topic});
        post(endpoint, "/api/v1/thread/transfer/accept", Some(&to.token), &acceptance).await?;
        Ok(receiver)
    }

    /// Closes the conversation, and its visitor asks again.
    async fn begin_anew(&self, endpoint: &Endpoint, which: usize) -> Result<usize, ScenarioError> {
        let (conversation, owner) = &self.conversations[which];
        let end = json!({"topic": conversation.topic});
        let token = &self.staff.agents[*owner].token;
        post(endpoint, "/api/v1/thread/close", Some(token), &end).await?;
        let Conversation { visitor, token, topic, .. } = conversation.clone();
        let thread = setup::request(endpoint, &self.staff.service, &visitor, &token).await?;
        self.staff.owner_of(&Conversation { topic, visitor, token, thread })
    }
}
