//! The sections of the configuration except `[limits]`: every key with its meaning and unit.

use std::path::PathBuf;

use deskwire_desk::{DeskTexts, Wording};
use deskwire_model::{TopicFilter, Uid};
use ipnet::IpNet;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    amount::{Millis, Seconds, bounded_section},
    listen_url::ListenUrl,
    secret::Secret,
};

/// `[server]`: where the server keeps its data and where it listens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerSection {
    /// The data folder; made at the first start, readable by its owner only.
    pub data: PathBuf,
    /// Listeners as URLs; all `http` and `https` ones serve the same routes.
    pub listen: Vec<ListenUrl>,
    /// Networks of proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
}

impl Default for ServerSection {
    fn default() -> Self {
        Self {
            data: PathBuf::from("data"),
            listen: vec![ListenUrl::local_http(9003), ListenUrl::local_http(9885)],
            trusted_proxies: Vec::new(),
        }
    }
}

/// `[tls]`: the certificate of the `https`, `stomps` and `mqtts` listeners.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TlsSection {
    /// PEM file with the certificate chain, the server's own certificate first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<PathBuf>,
    /// PEM file with the private key of the first certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<PathBuf>,
}

bounded_section! {
    /// `[heartbeat]`: what the server offers in STOMP `heart-beat` and when it asks silent WebSockets for a sign of life.
    HeartbeatSection in "heartbeat" {
        /// Milliseconds after which the server sends something; 0 sends no heart-beats.
        send_ms: Millis = Millis(10_000), 0..=600_000;
        /// Milliseconds within which the server wants something from the client; 0 wants none.
        want_ms: Millis = Millis(10_000), 0..=600_000;
        /// Milliseconds of silence after which a WebSocket is pinged; one that stays silent for as long again is gone,
        /// whatever heart-beat or keep-alive was agreed.
        idle_ping_ms: Millis = Millis(30_000), 1000..=600_000;
    }
}

bounded_section! {
    /// `[presence]`: who counts as being there (`spec/bytedesk.md` §8).
    PresenceSection in "presence" {
        /// Seconds of silence after which a connection no longer keeps its user online.
        lease_s: Seconds = Seconds(90), 60..=180;
        /// Seconds for which an agent is online whose device has said over HTTP that it is there, for want of a connection.
        polling_lease_s: Seconds = Seconds(75), 5..=600;
        /// Such devices of one agent; a further one takes the place of the one that was heard longest ago.
        polling_devices: usize = 16, 1..=1024;
    }
}

bounded_section! {
    /// `[search]`: the index of what messages say.
    SearchSection in "search" {
        /// Milliseconds for which messages are collected before they are indexed.
        delay_ms: Millis = Millis(500), 0..=600_000;
    }
}

/// `[sockjs]`: sessions over HTTP, for clients without WebSocket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SockJsSection {
    /// Milliseconds after which a client that receives and has heard nothing gets a heart-beat.
    pub heartbeat_ms: Millis,
    /// Milliseconds that a session lives while nobody receives.
    pub disconnect_ms: Millis,
    /// Bytes after which a streaming response ends and the client asks for the next.
    pub response_bytes: usize,
    /// Whether answers set the cookie `JSESSIONID`, by which a load balancer can tell nodes apart.
    pub cookie_needed: bool,
    /// URL of the SockJS client for the page of the iframe transports; it has to be the version that pages use. Empty for
    /// no such transports.
    pub client_url: String,
}

impl Default for SockJsSection {
    fn default() -> Self {
        Self {
            heartbeat_ms: Millis(25_000),
            disconnect_ms: Millis(5000),
            response_bytes: 128 * 1024,
            cookie_needed: false,
            client_url: String::new(),
        }
    }
}

bounded_section! {
    /// `[auth]`: how long access tokens last.
    AuthSection in "auth" {
        /// Seconds an agent's token lasts.
        agent_token_ttl_s: Seconds = Seconds(30 * 24 * 60 * 60), 60..=366 * 24 * 60 * 60;
        /// Seconds a visitor's token lasts.
        visitor_token_ttl_s: Seconds = Seconds(30 * 24 * 60 * 60), 60..=366 * 24 * 60 * 60;
    }
}

bounded_section! {
    /// `[queues]`: what may wait in work queues and for durable subscriptions.
    QueuesSection in "queues" {
        /// Work queues and durable subscriptions together.
        max_queues: usize = 10_000, 1..=10_000_000;
        /// Messages of one queue, those included that a consumer has and has not acknowledged.
        messages: usize = 100_000, 1..=100_000_000;
        /// Bytes of these messages.
        bytes: usize = 64 * 1024 * 1024, 1024..=1024 * 1024 * 1024 * 1024;
        /// Bytes of the messages of all queues.
        total_bytes: usize = 512 * 1024 * 1024, 1024..=1024 * 1024 * 1024 * 1024;
        /// Times that a message is delivered and refused before it is dropped.
        max_deliveries: u32 = 16, 1..=1_000_000;
        /// Durable subscriptions of one service account.
        durable_per_account: usize = 64, 1..=1_000_000;
    } and {
        /// Queues whose messages reach everybody who is subscribed at that time, and wait for nobody, as MQTT filters over
        /// `queue/` and the name.
        #[serde(serialize_with = "write_filters", deserialize_with = "read_filters")]
        fanout: Vec<TopicFilter>;
    }
}

/// `[desk]`: defaults of the customer-service desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeskSection {
    /// IANA name of the time zone in which `createdAt` and its kin are written.
    pub time_zone: String,
    /// Conversations that one agent serves at a time unless its own record says otherwise.
    pub agent_capacity: u32,
    /// Conversations and agents kept in memory.
    pub cached: u64,
    /// Conversations that a connection of an agent follows at most, the ones with the newest messages.
    pub open_per_agent: usize,
    /// What a visitor reads when an agent takes the conversation: a text for all, or a table with one in each language.
    #[serde(deserialize_with = "read_wording")]
    pub welcome: Wording,
    /// What a visitor reads when all agents are busy.
    #[serde(deserialize_with = "read_wording")]
    pub queue: Wording,
    /// What a visitor reads when nobody is there.
    #[serde(deserialize_with = "read_wording")]
    pub leave_message: Wording,
    /// What a visitor reads when it comes back to an open conversation.
    #[serde(deserialize_with = "read_wording")]
    pub resume: Wording,
}

impl Default for DeskSection {
    fn default() -> Self {
        let DeskTexts { welcome, queue, leave_message, resume } = DeskTexts::default();
        Self {
            time_zone: "Asia/Shanghai".to_owned(),
            agent_capacity: 10,
            cached: 100_000,
            open_per_agent: 1000,
            welcome,
            queue,
            leave_message,
            resume,
        }
    }
}

fn read_wording<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Wording, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a text, or a table of texts with the keys `zh-CN` and `en`")]
    enum OneOrEach {
        One(String),
        Each(Wording),
    }
    Ok(match OneOrEach::deserialize(deserializer)? {
        OneOrEach::One(text) => Wording::from(text.as_str()),
        OneOrEach::Each(wording) => wording,
    })
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One readable line per event.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// `[log]`: what is written to standard error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogSection {
    /// `text` or `json`.
    pub format: LogFormat,
    /// `error`, `warn`, `info`, `debug`, `trace`, or directives such as `info,deskwire_server=debug`.
    pub level: String,
}

impl Default for LogSection {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".to_owned() }
    }
}

/// One of `[[service_accounts]]`: a back end, bridge or load generator that uses live topics.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceAccountSection {
    /// The user name.
    pub name: Uid,
    /// The password.
    pub secret: Secret,
    /// Topics it may publish to, as MQTT filters.
    #[serde(default = "every_topic", serialize_with = "write_filters", deserialize_with = "read_filters")]
    pub publish: Vec<TopicFilter>,
    /// Topics it may subscribe to, as MQTT filters.
    #[serde(default = "every_topic", serialize_with = "write_filters", deserialize_with = "read_filters")]
    pub subscribe: Vec<TopicFilter>,
}

impl ServiceAccountSection {
    /// An account with all live topics, which may also send to users.
    #[must_use]
    pub fn unrestricted(name: Uid, secret: Secret) -> Self {
        let users = TopicFilter::new("user/#").expect("a last segment # is a filter");
        let publish = every_topic().into_iter().chain([users]).collect();
        Self { name, secret, publish, subscribe: every_topic() }
    }
}

fn every_topic() -> Vec<TopicFilter> {
    vec![TopicFilter::new("#").expect("# alone is a filter")]
}

fn write_filters<S: Serializer>(filters: &[TopicFilter], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(filters.iter().map(TopicFilter::as_str))
}

fn read_filters<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<TopicFilter>, D::Error> {
    Vec::<String>::deserialize(deserializer)?
        .iter()
        .map(|text| TopicFilter::new(text).map_err(|error| serde::de::Error::custom(format_args!("{text:?}: {error}"))))
        .collect()
}
