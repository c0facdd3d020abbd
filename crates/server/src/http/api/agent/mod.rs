//! What agents call: `/api/v1/…` (`spec/bytedesk.md` §7.3), by subject.
//!
//! [`seat`] is the agent itself and what waits for it, [`threads`] are its conversations, [`commands`] pass them on and
//! invite colleagues, [`messages`] reads and writes, [`supervision`] is for supervisors [`settings`] and [`webhooks`] for
//! administrators; [`taboo`] is the list of words that are not to be said and [`blacklist`] who is not heard; [`reports`] says what was counted. [`thread_name`] finds the conversation that a request is about.

mod blacklist;
mod commands;
mod messages;
mod reports;
mod seat;
mod settings;
mod supervision;
mod taboo;
mod thread_name;
mod threads;
mod webhooks;

use axum::Router;

use super::ApiState;

pub(super) use self::{
    thread_name::{IdempotencyKey, ThreadName},
    threads::close_by,
};

pub(super) fn routes() -> Router<ApiState> {
    Router::new()
        .merge(seat::routes())
        .merge(threads::routes())
        .merge(commands::routes())
        .merge(messages::routes())
        .merge(supervision::routes())
        .merge(settings::routes())
        .merge(webhooks::routes())
        .merge(taboo::routes())
        .merge(blacklist::routes())
        .merge(reports::routes())
}
