//! The agents of a run and their workgroup.

use std::rc::Rc;

use serde_json::json;

use super::{
    ScenarioError,
    setup::{self, Account, Conversation, Service, together},
};
use crate::{
    cli::AdminArgs,
    client::{Client, Endpoint, Login, Protocol, Server},
    http::post,
    run::Run,
};

/// Agents that are being hired at one time: each has its password hashed twice.
const AT_ONCE: usize = 4;

/// A workgroup of new agents.
#[derive(Debug)]
pub(super) struct Staff {
    /// The workgroup that visitors ask for.
    pub(super) service: Service,
    /// The agents, in the order of their capacities.
    pub(super) agents: Vec<Account>,
}

impl Staff {
    /// Hires an agent for each of `capacities`, which says how many conversations it may have.
    ///
    /// # Errors
    /// [`ScenarioError`].
    pub(super) async fn hire(
        endpoint: &Endpoint,
        run: &Run,
        args: &AdminArgs,
        capacities: &[u32],
    ) -> Result<Self, ScenarioError> {
        let admin = Rc::new(setup::login(endpoint, &args.admin, &args.admin_password).await?);
        let name = |number: usize| format!("bench-{}-{number:04}", run.id.name());
        let mut agents = together(AT_ONCE, capacities.len(), |number| {
            let (endpoint, admin, args) = (endpoint.clone(), Rc::clone(&admin), args.clone());
            let (name, capacity) = (name(number), capacities[number]);
            async move {
                let agent = json!({
                    "uid": name, "username": name, "nickname": name, "password": args.admin_password,
                    "role": "AGENT", "capacity": capacity,
                });
                post(&endpoint, "/api/v1/agent/create", Some(&admin.token), &agent).await?;
                setup::login(&endpoint, &name, &args.admin_password).await
            }
        })
        .await?;
        // Their names end with their numbers.
        agents.sort_by(|one, other| one.uid.cmp(&other.uid));
        let uid = format!("bench-{}", run.id.name());
        let members: Vec<&str> = agents.iter().map(|agent| agent.uid.as_str()).collect();
        let workgroup = json!({"uid": uid, "name": "bench", "agentUids": members});
        post(endpoint, "/api/v1/workgroup/create", Some(&admin.token), &workgroup).await?;
        Ok(Self { service: Service::workgroup(&args.org_uid, &uid), agents })
    }

    /// The number of the agent who has `conversation`.
    ///
    /// # Errors
    /// [`ScenarioError::Missing`] when nobody of the staff has it.
    pub(super) fn owner_of(&self, conversation: &Conversation) -> Result<usize, ScenarioError> {
        let uid = conversation.agent().ok_or(ScenarioError::Missing("thread.agent"))?;
        let owner = self.agents.binary_search_by(|agent| agent.uid.cmp(&uid));
        owner.map_err(|_| ScenarioError::Missing("agent of the staff"))
    }
}

impl Account {
    /// Connects with MQTT, and so comes online.
    ///
    /// # Errors
    /// [`ScenarioError`].
    pub(super) async fn connect(&self, server: &Server) -> Result<Client, ScenarioError> {
        let client_id = format!("{}/bench/0", self.uid);
        let login = Login { client_id: &client_id, name: Some(&self.uid), secret: Some(&self.token) };
        Ok(Client::connect(server, Protocol::MqttWs, login).await?)
    }
}
