//! Conversations: who may say what in them, what it means, and who serves them.
//!
//! The desk turns what principals want into writes for the [`Log`] and tells who hears of them. Its rules are plain
//! functions ([`access`], [`routing`], [`state`]); what surrounds them fetches what the rules need and hands on what they decide.
//!
//! - `ingress` takes messages in: the one way in for STOMP, MQTT and HTTP; `commands` are those that ask for something.
//! - `amending` is what is done to messages that were said, `quoting` what is quoted of them, `previews` what visitors are
//!   about to say.
//! - [`state`] is what may happen to a conversation; `deciding` turns what is to happen into one commit.
//! - `threads` answers "request thread": which conversation, and who serves it; `greeting` is what is said then.
//! - `queue` gives conversations that wait to agents with room; `timers` is what happens by itself; `wakes`
//!   is what both look at.
//! - `transfers`, `invitations`, `closing` and `seats` are what agents and supervisors do; `telling` is what they are told.
//! - `ratings` is what visitors say about their service, `leave_messages` what they leave to be answered later.
//! - `visitor_info` is what the desk knows of visitors, `labels` what it writes on conversations; `browsing` knows who looks
//!   at pages, `visitor_invitations` asks them to chat.
//! - `quick_replies` are ready for agents to send; `faqs` and `auto_replies` are what the desk answers by itself.
//! - `robots` answers before people do, and hands over to them; `streams` are answers that come in pieces; `hooks` are the
//!   webhooks, `reports` what was counted.
//! - `moderation` is what is not to be said, and who is not heard.
//! - `feeds` is where a reader's feed begins and how far it has come; `reading` is history and unread numbers, `listing` how
//!   lists show conversations; `searching` finds what was said, with a `snippet` of it.
//! - `people` knows visitors and agents, `presence` who is there now, `polling` who is so without a connection, `settings`
//!   what administrators have set, `sign_in` whom passwords and tokens let in, `service_keys` which programs.
//! - `texts` are what the desk says by itself, `wording` the languages in which it does.
//! - `cards` are order cards, which are paid or cancelled in time or expire.
//! - `channels` are what shops put on their pages, and what visitors see of them.
//! - `retention` deletes what was closed long ago.
//! - `audit` is who did what to the service, `tracks` where a message is and how far its readers are.
//! - `departures` are those who hear a conversation no more.
//! - `notice_board` is what business systems have for users, apart from conversations.
//! - `directory` keeps what is asked for all the time in memory, as values that are `known` until they change.
//! - `nodes` is what the desks of several nodes tell each other, `elsewhere` who of the staff is there on others.

pub mod access;
mod amending;
mod audit;
mod auto_replies;
mod browsing;
mod cards;
mod channels;
mod closing;
mod commands;
mod deciding;
mod departures;
mod directory;
mod elsewhere;
mod error;
mod faqs;
mod feeds;
mod greeting;
mod hooks;
mod ingress;
mod invitations;
mod known;
mod labels;
mod leave_messages;
mod listing;
mod moderation;
mod nodes;
mod notice_board;
mod offer_notes;
mod people;
mod polling;
mod presence;
mod previews;
mod queue;
mod quick_replies;
mod quoting;
mod ratings;
mod reading;
mod reports;
mod retention;
mod robots;
pub mod routing;
mod searching;
mod seats;
mod service_keys;
mod settings;
mod sign_in;
mod snippet;
pub mod state;
mod streams;
mod telling;
mod texts;
mod threads;
mod timers;
mod tracks;
mod transfers;
mod visitor_info;
mod visitor_invitations;
mod wakes;
mod wording;

use std::{pin::Pin, sync::Arc};

use deskwire_broker::{Announce, Job, Log, Publication, Sessions};
use deskwire_cluster::Bus;
use deskwire_model::{LogId, dialect::Renderer};
use deskwire_store::{Store, Write};
use jiff::tz::TimeZone;
use tokio::sync::Semaphore;

pub use self::{
    auto_replies::{AutoReply, AutoReplyType, KeywordRule},
    browsing::{BrowsingVisitor, PAGES as BROWSED_PAGES, PageView},
    cards::{CardStatus, Settlement},
    channels::{
        Channel, ChannelService, ChannelSettings, Framing, IdentityRule, NewChannel, ServiceKind, ShownChannel,
        ShownFaq, ShownService, Side,
    },
    commands::Command,
    deciding::Decided,
    departures::Membership,
    error::DeskError,
    feeds::{FeedDevice, FeedPage, OpenFeed},
    greeting::Greeting,
    ingress::{Sender, Submitted},
    labels::Mark,
    leave_messages::LeaveAction,
    moderation::{BlockRequest, BlockedAddress, Imported, ModerationLimits, WordChanges, WordRequest},
    nodes::{Concern, WordError},
    notice_board::{NoticeBoard, NoticeDraft, NoticeLimits},
    polling::{PollingDevice, PollingLimits},
    presence::{Lapsed, Presence},
    queue::RoutingState,
    quick_replies::QuickReplySearch,
    reading::HistoryPage,
    reports::{ReportGroup, ReportRequest},
    retention::{RetentionState, SweptConversations},
    robots::{RobotAnswer, RobotWords},
    searching::{MessageSearch, SearchCursor, SearchHit, SearchPage},
    settings::{Faq, ServiceSettings},
    sign_in::TokensEnded,
    snippet::Snippet,
    streams::{RobotStream, StreamEnd},
    texts::{DeskTexts, nameless},
    threads::ThreadRequest,
    tracks::{Progress, Track},
    wording::{Language, Wording},
};
use self::{
    browsing::Browsing, departures::Departures, directory::Directory, moderation::Moderation, previews::Previews,
    streams::Streams, wakes::Wakes,
};

/// What others await of this crate where much stands behind it. A caller's crate compiles the body of an `async fn` once more,
/// with all that it awaits; what is boxed is compiled here alone.
type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Settings of the desk.
#[derive(Clone, Debug)]
pub struct DeskConfig {
    /// What it says where the settings of a service say nothing else.
    pub texts: DeskTexts,
    /// Conversations and agents kept in memory.
    pub cached: u64,
    /// Conversations an agent's connection follows at most.
    pub open_per_agent: usize,
    /// Where business hours are counted.
    pub time_zone: TimeZone,
    /// Bounds of words that are not to be said and of the blacklist.
    pub moderation: ModerationLimits,
    /// Bounds of agents' devices without a connection.
    pub polling: PollingLimits,
    /// The least days that an organisation may keep closed conversations.
    pub least_retention_days: u32,
}

/// The service desk. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Desk {
    store: Store,
    log: Log,
    /// Where the desks of other nodes are told what they keep in memory too.
    bus: Bus,
    sessions: Arc<Sessions>,
    presence: Arc<Presence>,
    renderer: Arc<Renderer>,
    directory: Arc<Directory>,
    moderation: Arc<Moderation>,
    departures: Departures,
    browsing: Browsing,
    previews: Arc<Previews>,
    streams: Arc<Streams>,
    /// One permit per request for a thread that may be decided now.
    decisions: Arc<Semaphore>,
    /// What the desk's own task has to look at.
    wakes: Arc<Wakes>,
    config: Arc<DeskConfig>,
}

impl Desk {
    /// Requests for threads that are decided at a time; more wait.
    const DECISIONS: usize = 64;

    /// A desk over its parts.
    #[must_use]
    pub fn new(store: Store, log: Log, sessions: Arc<Sessions>, renderer: Arc<Renderer>, config: DeskConfig) -> Self {
        let directory = Arc::new(Directory::new(config.cached));
        let moderation = Arc::new(Moderation::new(config.cached));
        let decisions = Arc::new(Semaphore::new(Self::DECISIONS));
        let departures = Departures::new(config.cached);
        let wakes = Arc::<Wakes>::default();
        let presence = Arc::new(Presence::waking(Arc::clone(&sessions), Arc::clone(&wakes)));
        Self {
            store,
            log,
            bus: Bus::local().0,
            sessions,
            presence,
            renderer,
            directory,
            moderation,
            departures,
            browsing: Browsing::default(),
            previews: Arc::default(),
            streams: Arc::default(),
            decisions,
            wakes,
            config: Arc::new(config),
        }
    }

    /// The same, among those of other nodes on `bus`.
    #[must_use]
    pub fn among(self, bus: Bus) -> Self {
        Self { bus, ..self }
    }

    /// Who is there.
    #[must_use]
    pub const fn presence(&self) -> &Arc<Presence> {
        &self.presence
    }

    /// What renders messages for readers.
    #[must_use]
    pub fn renderer(&self) -> &Renderer {
        &self.renderer
    }

    /// Waits until everything that was submitted is on disk, and leaves the store as one file.
    ///
    /// # Errors
    /// [`DeskError::Commit`] when it did not get there, [`DeskError::Store`].
    pub async fn close(&self) -> Result<(), DeskError> {
        self.wakes.stop();
        // What has been decided is carried through first.
        let all = u32::try_from(Self::DECISIONS).unwrap_or(u32::MAX);
        let _decided = self.decisions.acquire_many(all).await;
        self.log.flush().await?;
        Ok(self.store.checkpoint().await?)
    }

    /// Proves that writes reach the disk.
    ///
    /// # Errors
    /// [`DeskError::Commit`] when they do not.
    pub async fn probe(&self) -> Result<(), DeskError> {
        self.log.commit(Write::Probe, Announce::Nobody).await?;
        Ok(())
    }

    /// Proves that the store can be read.
    ///
    /// # Errors
    /// [`DeskError::Store`] when it cannot.
    pub async fn probe_reading(&self) -> Result<(), DeskError> {
        // Logs are numbered from 1.
        self.store.head(LogId(0)).await?;
        Ok(())
    }

    /// Hands `publication` on, which is not stored, behind everything that was submitted before it.
    ///
    /// # Errors
    /// [`DeskError::Commit`] when the server is stopping.
    pub async fn pass_on(&self, publication: Publication) -> Result<(), DeskError> {
        Ok(self.log.submit(Job::Relay { publication, ticket: None }).await?)
    }

    /// How many jobs wait for their commit, and how many may.
    #[must_use]
    pub fn commits_waiting(&self) -> (usize, usize) {
        self.log.waiting()
    }
}
