//! What agents call: `/api/v1/…` (`spec/bytedesk.md` §7.3), by subject.
//!
//! [`seat`] is the agent itself and what waits for it, [`threads`] are its conversations, [`commands`] pass them on and
//! invite colleagues, [`messages`] reads and writes, [`supervision`] is for supervisors [`settings`] and [`webhooks`] for
//! administrators; [`reports`] says what was counted. [`thread_name`] finds the conversation that a request is about.

mod commands;
mod messages;
mod reports;
mod seat;
mod settings;
mod supervision;
mod thread_name;
mod threads;
mod webhooks;

use deskwire_model::Role;

use super::ApiState;
use crate::http::Routes;

pub(super) use self::{
    thread_name::{IdempotencyKey, ThreadName},
    threads::close_by,
};

/// Who sees all conversations of an organisation.
const SUPERVISORS: [Role; 2] = [Role::Supervisor, Role::Admin];

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Agents")
        .merge(seat::routes())
        .merge(threads::routes())
        .merge(commands::routes())
        .merge(messages::routes())
        .merge(supervision::routes())
        .merge(settings::routes())
        .merge(webhooks::routes())
        .merge(reports::routes())
}
