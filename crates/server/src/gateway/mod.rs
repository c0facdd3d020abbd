//! Who may do what, and where it goes.
//!
//! Between the protocols and the desk: [`handshake`] and [`identity`] answer who is at the other end, [`names`] reads what
//! clients call topics, [`topics`] decides for each subscription and each message whether it is a conversation's, a live
//! topic's or nobody's business (invariant I9), [`queues`] does so for queues, and [`users`] finds the sessions of whom a
//! message is for. [`passages`] remembers which way messages went, [`sign_out`] ends tokens with the connections that they let in,
//! [`polling`] is for agents who have none, [`service_keys`] for programs whom administrators let in.
//! [`notice_watch`] tells the notice board who is there, [`seat_watch`] tells the desk who comes and goes.

mod extensions;
mod handshake;
mod identity;
mod names;
mod notice_watch;
mod passages;
mod polling;
mod queues;
mod seat_watch;
mod service_keys;
mod sign_out;
mod topics;
mod users;
mod wills;

use std::sync::Arc;

use deskwire_broker::{Hub, Mailboxes, Queues, Retained, Sessions};
use deskwire_cluster::Bus;
use deskwire_desk::{Desk, NoticeBoard};

pub use self::{
    extensions::{Extensions, Interceptor, SessionEvent, SessionListener, SessionView, Veto},
    handshake::{Handshake, HandshakeRefused},
    identity::{AuthError, Identity, MqttAuthError, SignedIn, bearer_token},
    notice_watch::{NoticeWatch, is_notices},
    passages::Entering,
    queues::QueueRoute,
    seat_watch::SeatWatch,
    service_keys::KeyHolders,
    topics::{Refused, Route, shared_topic, user_topic},
    users::unheard,
    wills::Wills,
};
use crate::{
    auth::{lockout::Lockout, service::ServiceAccounts, service_key::ServiceKeys, token::Tokens},
    config::Config,
    ops::Trail,
    telemetry::metrics::Metrics,
};

/// What every connection and request shares.
#[derive(Debug)]
pub struct Gateway {
    /// The service desk.
    pub desk: Desk,
    /// Notices of users.
    pub notices: NoticeBoard,
    /// Who listens to what.
    pub hub: Arc<Hub>,
    /// What waits to be consumed.
    pub queues: Arc<Queues>,
    /// What is retained on live topics.
    pub retained: Arc<Retained>,
    /// What waits for MQTT sessions.
    pub mailboxes: Arc<Mailboxes>,
    /// Wills of MQTT clients that may come back.
    pub wills: Wills,
    /// The way to other nodes.
    pub bus: Bus,
    /// Who is connected.
    pub sessions: Arc<Sessions>,
    /// Issues and checks access tokens.
    pub tokens: Tokens,
    /// Back ends and bridges.
    pub services: ServiceAccounts,
    /// What administrators let other programs in by.
    pub service_keys: ServiceKeys,
    /// Who was let in by these.
    pub key_holders: KeyHolders,
    /// Slows down guessing.
    pub lockout: Lockout,
    /// The effective configuration.
    pub config: Arc<Config>,
    /// Where everybody counts.
    pub metrics: Arc<Metrics>,
    /// Which way the last messages went.
    pub(crate) trail: Trail,
    /// Hooks of the application around the server.
    pub extensions: Extensions,
}
