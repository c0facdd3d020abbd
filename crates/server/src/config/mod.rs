//! The configuration: defaults, then a TOML file, then the environment, then flags.
//!
//! [`Config::load`] lays these layers over each other, refuses what it does not know, and checks every
//! range. Each complaint names the key and the layer it came from.

mod amount;
mod channels;
mod check;
mod cluster;
mod files;
mod layers;
mod limits;
mod listen_url;
mod moderation;
mod notices;
mod ops;
mod origins;
mod retention;
mod secret;
mod sections;
mod service_keys;
mod store;
mod webhooks;

use serde::{Deserialize, Serialize};

pub use amount::{Millis, Seconds};
pub use channels::ChannelsSection;
pub use check::Problem;
pub use cluster::ClusterSection;
pub use files::{AllowedKinds, FilesSection, S3Region};
pub use layers::{ConfigError, Flags, Origin};
pub use limits::Limits;
pub use listen_url::{InvalidListenUrl, ListenUrl, Wire};
pub use moderation::ModerationSection;
pub use notices::NoticesSection;
pub use ops::OpsSection;
pub use origins::{InvalidOriginPattern, OriginPattern, Origins, OriginsSection};
pub use retention::RetentionSection;
pub use secret::Secret;
pub use sections::{
    AuthSection, DeskSection, HeartbeatSection, LogFormat, LogSection, PresenceSection, QueuesSection, SearchSection,
    ServerSection, ServiceAccountSection, SockJsSection, TlsSection,
};
pub use service_keys::ServiceKeysSection;
pub use store::StoreSection;
pub use webhooks::WebhooksSection;

/// The effective configuration. Serialising it masks the secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Data folder and listeners.
    pub server: ServerSection,
    /// The database.
    pub store: StoreSection,
    /// Certificate of the TLS listeners.
    pub tls: TlsSection,
    /// Every bound of the product.
    pub limits: Limits,
    /// STOMP heart-beats and WebSocket pings.
    pub heartbeat: HeartbeatSection,
    /// Who counts as being there.
    pub presence: PresenceSection,
    /// Searching in messages.
    pub search: SearchSection,
    /// SockJS.
    pub sockjs: SockJsSection,
    /// Access tokens.
    pub auth: AuthSection,
    /// Work queues and durable subscriptions.
    pub queues: QueuesSection,
    /// Uploaded files.
    pub files: FilesSection,
    /// Notices to users.
    pub notices: NoticesSection,
    /// What shops put on their pages.
    pub channels: ChannelsSection,
    /// Telling other servers of what happens.
    pub webhooks: WebhooksSection,
    /// Keys of programs that administrators make.
    pub service_keys: ServiceKeysSection,
    /// Words that are not to be said, and visitors who are not heard.
    pub moderation: ModerationSection,
    /// The customer-service desk.
    pub desk: DeskSection,
    /// The bus between nodes.
    pub cluster: ClusterSection,
    /// Deleting what was closed long ago.
    pub retention: RetentionSection,
    /// What is remembered for those who run the server.
    pub ops: OpsSection,
    /// Pages that may open connections.
    pub origins: OriginsSection,
    /// Logging.
    pub log: LogSection,
    /// Accounts of programs.
    pub service_accounts: Vec<ServiceAccountSection>,
}

impl Config {
    /// The configuration as TOML with its secrets masked.
    ///
    /// # Errors
    /// When a path is not UTF-8, which TOML cannot say.
    pub fn to_masked_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(self)
    }
}
