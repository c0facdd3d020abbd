//! The command line.

use std::{ops::RangeInclusive, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use serde::Serialize;

use crate::{client::Protocol, measure::Service};

/// Load generator for Deskwire and its peers; prints one line of JSON per run.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Cli {
    /// What to run.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The scenarios.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Pairs of a publisher and a subscriber, each on its own topic.
    Pairs {
        /// Number of pairs.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
        pairs: u32,
        #[command(flatten)]
        flow: FlowArgs,
        #[command(flatten)]
        common: CommonArgs,
    },
    /// One publisher and many subscribers on one topic.
    Fanout {
        /// Number of subscribers.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
        subscribers: u32,
        #[command(flatten)]
        flow: FlowArgs,
        #[command(flatten)]
        common: CommonArgs,
    },
    /// Many connections that subscribe and then do nothing.
    Idle {
        /// Number of connections.
        #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
        connections: u32,
        #[command(flatten)]
        own_topic: OwnTopicArgs,
        #[command(flatten)]
        common: CommonArgs,
    },
    /// Clients that connect, subscribe, publish, receive and disconnect, again and again.
    Churn {
        /// Number of clients.
        #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..))]
        clients: u32,
        #[command(flatten)]
        own_topic: OwnTopicArgs,
        #[command(flatten)]
        common: CommonArgs,
    },
    /// Conversations of visitors on STOMP with an agent on MQTT; a round trip is two committed messages.
    Chat {
        #[command(flatten)]
        chat: ChatArgs,
        #[command(flatten)]
        common: CommonArgs,
    },
    /// A service desk at work: many visitors and agents, texts, receipts, typing, recalls, histories, transfers, ends.
    Desk {
        #[command(flatten)]
        desk: DeskArgs,
        #[command(flatten)]
        common: CommonArgs,
    },
    /// Visitors who wait, and agents who come online all at once.
    Assign {
        #[command(flatten)]
        assign: AssignArgs,
        #[command(flatten)]
        common: CommonArgs,
    },
}

/// Where those who hear each other connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Meeting {
    /// To different nodes: every message goes from one to another.
    Apart,
    /// To the same node.
    Together,
}

/// What all scenarios take.
#[derive(Clone, Debug, Args, Serialize)]
pub(crate) struct CommonArgs {
    /// The server: `ws://host:port`. Given again, another node of the same server: connections are spread over all.
    #[arg(long, default_value = "ws://127.0.0.1:9003")]
    pub(crate) url: Vec<String>,
    /// The server's listener for STOMP over TCP: `stomp://host:port`; of several nodes, in the same order.
    #[arg(long, default_value = "stomp://127.0.0.1:61613")]
    pub(crate) stomp_url: Vec<String>,
    /// The server's listener for MQTT over TCP: `mqtt://host:port`; of several nodes, in the same order.
    #[arg(long, default_value = "mqtt://127.0.0.1:1883")]
    pub(crate) mqtt_url: Vec<String>,
    /// Where those who hear each other connect, if there are several nodes.
    #[arg(long, value_enum, default_value_t = Meeting::Apart)]
    pub(crate) meeting: Meeting,
    /// Path of STOMP over WebSocket, and base path of SockJS.
    #[arg(long, default_value = "/stomp")]
    pub(crate) stomp_path: String,
    /// Path of MQTT over WebSocket.
    #[arg(long, default_value = "/websocket")]
    pub(crate) mqtt_path: String,
    /// Service account: STOMP login, MQTT user name.
    #[arg(long)]
    #[serde(skip)]
    pub(crate) login: Option<String>,
    /// Its STOMP passcode, MQTT password.
    #[arg(long)]
    #[serde(skip)]
    pub(crate) passcode: Option<String>,
    /// First segment of the topics that are used; the account needs the right to everything below it.
    #[arg(long, default_value = "bench")]
    pub(crate) topic_root: String,
    /// Process of the server, to measure its CPU time and memory; of several nodes, in the order of the URLs.
    #[arg(long)]
    #[serde(skip)]
    pub(crate) pid: Vec<u32>,
    /// A service beside the server, with all its child processes, as `redis=1234`; may be given again.
    #[arg(long, value_parser = service)]
    #[serde(skip)]
    pub(crate) service: Vec<Service>,
    /// Program that prints lines `NAME NUMBER`; the report has how these grew while it was measured.
    #[arg(long)]
    #[serde(skip)]
    pub(crate) counters: Option<PathBuf>,
    /// Bytes of a payload; in `chat` of a message's content.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(72..=1_000_000))]
    pub(crate) size: u32,
    /// QoS of MQTT publications and subscriptions; `chat` always uses 1.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(..=2))]
    pub(crate) qos: u8,
    /// MQTT sessions outlive their connections; topics are then the run's own, lest the next run fill what is left.
    #[arg(long)]
    pub(crate) durable: bool,
    /// Seconds of load before measuring.
    #[arg(long, default_value_t = 2.0, value_parser = seconds)]
    pub(crate) warmup: f64,
    /// Seconds measured.
    #[arg(long, default_value_t = 3.0, value_parser = seconds)]
    pub(crate) seconds: f64,
}

/// What `pairs` and `fanout` take.
#[derive(Clone, Debug, Args, Serialize)]
pub(crate) struct FlowArgs {
    /// What publishers speak.
    #[arg(long, value_enum, default_value_t = Protocol::StompWs)]
    pub(crate) publish: Protocol,
    /// What subscribers speak.
    #[arg(long, value_enum, default_value_t = Protocol::StompWs)]
    pub(crate) subscribe: Protocol,
    /// Publications of one publisher that may be on the way; the next goes out when all subscribers have the oldest.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    pub(crate) window: u32,
    /// Publications per second of all publishers together, whether or not the server keeps up, in place of a window.
    #[arg(long, value_parser = rate)]
    pub(crate) rate: Option<f64>,
}

/// What `idle` and `churn` take, where a client subscribes to its own topic.
#[derive(Clone, Debug, Args, Serialize)]
pub(crate) struct OwnTopicArgs {
    /// What the clients speak.
    #[arg(long, value_enum, default_value_t = Protocol::StompWs)]
    pub(crate) subscribe: Protocol,
}

/// What `chat` takes.
#[derive(Clone, Debug, Args, Serialize)]
pub(crate) struct ChatArgs {
    /// Number of conversations.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) conversations: u32,
    /// Round trips that a conversation may have on the way.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) window: u32,
    /// Visitors' messages per second, all conversations together, whether or not the server keeps up, in place of a
    /// window.
    #[arg(long, value_parser = rate)]
    pub(crate) rate: Option<f64>,
    /// The agent only listens; latencies are then from when a message is due until the agent has it.
    #[arg(long)]
    pub(crate) one_way: bool,
    /// MQTT connections of the agent. Each receives everything; they share the replies.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) agent_connections: u32,
    /// The agent's user name.
    #[arg(long, default_value = "agent")]
    #[serde(skip)]
    pub(crate) agent: String,
    /// The agent's password.
    #[arg(long, env = "DESKWIRE_BENCH_AGENT_PASSWORD", default_value = "")]
    #[serde(skip)]
    pub(crate) agent_password: String,
    /// Uid of the agent whom visitors ask for.
    #[arg(long, default_value = "df_ag_uid")]
    pub(crate) agent_uid: String,
    /// Uid of the organisation.
    #[arg(long, default_value = "df_org_uid")]
    pub(crate) org_uid: String,
}

/// An administrator who hires the agents of a run.
#[derive(Clone, Debug, Args, Serialize)]
pub(crate) struct AdminArgs {
    /// The administrator's user name.
    #[arg(long, default_value = "admin")]
    #[serde(skip)]
    pub(crate) admin: String,
    /// The administrator's password, which the agents of the run get too.
    #[arg(long, env = "DESKWIRE_BENCH_ADMIN_PASSWORD", default_value = "")]
    #[serde(skip)]
    pub(crate) admin_password: String,
    /// Uid of the organisation.
    #[arg(long, default_value = "df_org_uid")]
    pub(crate) org_uid: String,
}

/// What `desk` takes.
#[derive(Clone, Debug, Args, Serialize)]
pub(crate) struct DeskArgs {
    /// Connections of visitors and agents; fewer, and conversations in proportion, where open files are limited.
    #[arg(long, default_value_t = 12_000, value_parser = clap::value_parser!(u32).range(3..))]
    pub(crate) connections: u32,
    /// Conversations that are open. Each has a visitor who is connected.
    #[arg(long, default_value_t = 8_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) conversations: u32,
    /// Agents, with a connection each.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..=1_000))]
    pub(crate) agents: u32,
    /// Messages per second of all clients together, whether or not the server keeps up.
    #[arg(long, default_value_t = 2_000.0, value_parser = rate)]
    pub(crate) rate: f64,
    /// Every how many texts of visitors one is recalled.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) recall_every: u32,
    /// Pages of histories that are read per second.
    #[arg(long, default_value_t = 20.0, value_parser = rate)]
    pub(crate) reads: f64,
    /// Conversations that are transferred, or closed and opened again, per second; nobody talks in these.
    #[arg(long, default_value_t = 10.0, value_parser = rate)]
    pub(crate) moves: f64,
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) admin: AdminArgs,
}

/// What `assign` takes.
#[derive(Clone, Debug, Args, Serialize)]
pub(crate) struct AssignArgs {
    /// Visitors who wait.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) waiting: u32,
    /// Agents who come online, with room for all of them together.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) agents: u32,
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) admin: AdminArgs,
}

fn seconds(text: &str) -> Result<f64, String> {
    number(text, 0.0..=86_400.0)
}

fn rate(text: &str) -> Result<f64, String> {
    number(text, 0.01..=10_000_000.0)
}

fn service(text: &str) -> Result<Service, String> {
    let (name, pid) = text.split_once('=').ok_or("not NAME=PID")?;
    let pid = pid.parse().map_err(|_| "no process id behind the =".to_owned())?;
    Ok(Service { name: name.to_owned(), pid })
}

fn number(text: &str, range: RangeInclusive<f64>) -> Result<f64, String> {
    let number = text.parse().map_err(|_| "not a number".to_owned())?;
    if range.contains(&number) { Ok(number) } else { Err(format!("not in {range:?}")) }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn nodes_and_services_may_be_several() {
        let line = "deskwire-bench fanout --url ws://a:1 --url ws://b:2 --pid 7 --pid 8 --service redis=9";
        let Command::Fanout { common, .. } = Cli::try_parse_from(line.split(' ')).unwrap().command else {
            panic!("another scenario")
        };
        assert_eq!((common.url, common.pid), (vec!["ws://a:1".to_owned(), "ws://b:2".to_owned()], vec![7, 8]));
        assert_eq!(common.service, [Service { name: "redis".into(), pid: 9 }]);
        for bad in ["redis", "redis=", "redis=x"] {
            assert!(Cli::try_parse_from(["deskwire-bench", "pairs", "--service", bad]).is_err(), "{bad}");
        }
    }

    #[test]
    fn impossible_numbers_are_refused() {
        for bad in [["pairs", "--rate=0"], ["pairs", "--seconds=-1"], ["pairs", "--warmup=NaN"], ["chat", "--rate=inf"]]
        {
            assert!(Cli::try_parse_from(["deskwire-bench"].into_iter().chain(bad)).is_err(), "{bad:?}");
        }
    }
}
