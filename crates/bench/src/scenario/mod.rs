//! What is done to the server.

mod assign;
mod books;
mod chat;
mod churn;
mod desk;
mod fanout;
mod flow;
mod idle;
mod pairs;
mod setup;
mod staff;

use std::time::Duration;

use deskwire_wire::mqtt::QoS;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    cli::{Command, CommonArgs, Meeting},
    client::{Client, ClientError, Endpoint, Login, Nodes, Protocol, Server},
    http::HttpError,
    measure::Sampler,
    report::Report,
    run::{Run, Timing},
    stamp::NoStamp,
};

/// Why a scenario could not be run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ScenarioError {
    /// A connection could not be set up.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A conversation could not be set up.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// An answer lacks something.
    #[error("the server's answer has no {0}")]
    Missing(&'static str),
    /// A conversation is open, but not with the agent.
    #[error("a conversation is {0}, not CHATTING: the agent is away or serves as many conversations as it may")]
    NotServed(String),
    /// A visitor who should wait does not.
    #[error("a visitor's conversation is {0}, not QUEUING")]
    NotWaiting(String),
    /// A message cannot carry a stamp.
    #[error(transparent)]
    Stamp(#[from] NoStamp),
    /// The parameters have no JSON form.
    #[error("parameters: {0}")]
    Parameters(#[from] serde_json::Error),
}

/// Runs `command`.
///
/// # Errors
/// [`ScenarioError`] when the run cannot begin; what fails later is counted in the report.
pub(crate) async fn run(command: Command) -> Result<Report, ScenarioError> {
    match command {
        Command::Pairs { pairs, flow, common } => pairs::run(pairs, &flow, &common).await,
        Command::Fanout { subscribers, flow, common } => fanout::run(subscribers, &flow, &common).await,
        Command::Idle { connections, own_topic, common } => idle::run(connections, &own_topic, &common).await,
        Command::Churn { clients, own_topic, common } => churn::run(clients, &own_topic, &common).await,
        Command::Chat { chat, common } => chat::run(&chat, &common).await,
        Command::Desk { desk, common } => desk::run(&desk, &common).await,
        Command::Assign { assign, common } => assign::run(&assign, &common).await,
    }
}

impl CommonArgs {
    /// The nodes at the URLs.
    async fn nodes(&self) -> Result<Nodes, ClientError> {
        let mut nodes = Vec::new();
        for (number, url) in self.url.iter().enumerate() {
            nodes.push(self.node(url, number).await?);
        }
        Nodes::new(nodes, self.meeting == Meeting::Apart).ok_or_else(|| no_url("ws://"))
    }

    async fn node(&self, url: &str, number: usize) -> Result<Server, ClientError> {
        // Listeners that no scenario uses need not be named for each node.
        let of = |urls: &[String]| urls.get(number).or(urls.last()).cloned();
        let stomp_url = of(&self.stomp_url).ok_or_else(|| no_url("stomp://"))?;
        let mqtt_url = of(&self.mqtt_url).ok_or_else(|| no_url("mqtt://"))?;
        Ok(Server {
            endpoint: Endpoint::resolve("ws://", url).await?,
            stomp_tcp: Endpoint::resolve("stomp://", &stomp_url).await?,
            mqtt_tcp: Endpoint::resolve("mqtt://", &mqtt_url).await?,
            stomp_path: self.stomp_path.clone(),
            mqtt_path: self.mqtt_path.clone(),
            qos: match self.qos {
                0 => QoS::AtMostOnce,
                1 => QoS::AtLeastOnce,
                _ => QoS::ExactlyOnce,
            },
            durable: self.durable,
        })
    }

    /// Connects the service account as the client called `name`.
    async fn connect(&self, server: &Server, run: &Run, protocol: Protocol, name: &str) -> Result<Client, ClientError> {
        // Two clients of one id throw each other out, also those of a run that is still ending.
        let client_id = format!("{}-{}", run.id.name(), name);
        let login = Login { client_id: &client_id, name: self.login.as_deref(), secret: self.passcode.as_deref() };
        Client::connect(server, protocol, login).await
    }

    /// The topic called `name` below the root.
    fn topic(&self, run: &Run, name: &str) -> String {
        if self.durable {
            format!("{}/{}/{name}", self.topic_root, run.id.name())
        } else {
            format!("{}/{name}", self.topic_root)
        }
    }

    fn timing(&self) -> Timing {
        Timing { warmup: Duration::from_secs_f64(self.warmup), measured: Duration::from_secs_f64(self.seconds) }
    }

    fn sampler(&self) -> Sampler {
        Sampler::new(&self.pid, &self.service, self.counters.clone())
    }
}

fn no_url(scheme: &'static str) -> ClientError {
    ClientError::Url { scheme, url: String::new() }
}

/// Adds the members of `part` to the parameters of a run.
fn add_parameters(all: &mut Map<String, Value>, part: &impl Serialize) -> Result<(), serde_json::Error> {
    if let Value::Object(members) = serde_json::to_value(part)? {
        all.extend(members);
    }
    Ok(())
}

/// The parameters of a run: what is `particular` to its scenario, how many of what, and what all scenarios have.
fn parameters(
    (unit, count): (&str, u32),
    particular: &impl Serialize,
    common: &CommonArgs,
) -> Result<Value, serde_json::Error> {
    let mut all = Map::new();
    all.insert(unit.to_owned(), count.into());
    add_parameters(&mut all, particular)?;
    add_parameters(&mut all, common)?;
    Ok(all.into())
}
