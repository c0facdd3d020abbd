//! Conversations of visitors on STOMP with an agent on MQTT: the product's main work.
//!
//! A visitor sends JSON to its conversation; the agent receives it as protobuf with QoS 1 and answers in the same way;
//! the visitor receives the answer as JSON. Both also receive their own messages. A message counts as committed when
//! its sender knows: at the visitor's echo and at the agent's PUBACK.

mod agent;
mod visitor;

use std::rc::Rc;

use tokio::task::spawn_local;

use self::{agent::Agent, visitor::Visitor};
use super::{
    ScenarioError,
    books::Books,
    parameters,
    setup::{self, Service},
};
use crate::{
    cli::{ChatArgs, CommonArgs},
    client::{Client, Login, Protocol},
    pace::{Pacing, pace},
    report::{Report, round},
    run::Run,
};

/// What the agent publishes and receives with.
const QOS: u8 = 1;

/// Runs the scenario.
///
/// # Errors
/// [`ScenarioError`] when the connections or conversations cannot be set up.
pub(super) async fn run(args: &ChatArgs, common: &CommonArgs) -> Result<Report, ScenarioError> {
    let common = &CommonArgs { qos: QOS, ..common.clone() };
    let nodes = common.nodes().await?;
    let run = Rc::new(Run::new());
    let account = setup::login(nodes.endpoint(0), &args.agent, &args.agent_password).await?;
    let mut agents = Vec::new();
    // The agent is there before the visitors, or they would be told that nobody is.
    for device in 0..args.agent_connections {
        let client_id = format!("{}/bench/{device}", account.uid);
        let login = Login { client_id: &client_id, name: Some(&args.agent), secret: Some(&account.token) };
        agents.push(Client::connect(nodes.of(device as usize), Protocol::MqttWs, login).await?);
    }
    setup::become_available(nodes.endpoint(0), &account).await?;
    let service = Service::agent(&args.org_uid, &args.agent_uid);
    let conversations = setup::conversations(&nodes, &service, args.conversations as usize).await?;
    let books = Books::new(Rc::clone(&run), conversations.len(), agents.len());
    let books = Rc::new(if args.one_way { books.one_way() } else { books });

    let mut visitors = Vec::new();
    let mut lanes = Vec::new();
    for (number, conversation) in conversations.iter().enumerate() {
        let pacing = Pacing::new(args.window, args.rate, &mut lanes);
        let books = Rc::clone(&books);
        // The connection with this number answers.
        let node = nodes.opposite(number % agents.len(), number / agents.len());
        visitors.push(Visitor::connect(node, books, number, conversation, pacing, common.size).await?);
    }
    let devices = agents.len();
    for (device, client) in agents.into_iter().enumerate() {
        let agent = Agent::new(client, Rc::clone(&books), (device, devices), &account, &conversations, common.size)?;
        spawn_local(if args.one_way { agent.only_listens() } else { agent }.run());
    }
    eprintln!("chat: {} conversations are open", conversations.len());
    for visitor in visitors {
        spawn_local(visitor.run());
    }
    if let Some(rate) = args.rate {
        let run = Rc::clone(&run);
        spawn_local(async move { pace(&run, rate, &lanes).await });
    }
    let spent = run.measure(common.timing(), &common.sampler()).await;
    run.drain(|| books.is_complete()).await;
    let parameters = parameters(("conversations", args.conversations), args, common)?;
    let mut report = Report::new("chat", parameters, &run, &spent, books.verdict());
    report.committed_per_s = Some(round(run.counts().committed as f64 / spent.elapsed.as_secs_f64()));
    report.seq_breaks = Some(books.seq_breaks());
    Ok(report)
}
