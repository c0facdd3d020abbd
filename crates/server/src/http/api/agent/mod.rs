//! What agents call: `/api/v1/…` (`spec/bytedesk.md` §7.3), by subject.
//!
//! [`seat`] is the agent itself and what waits for it, [`polling`] keeps it online without a connection, [`threads`] are its conversations, [`commands`] pass them on and
//! invite colleagues, [`messages`] reads and writes, [`supervision`] is for supervisors, [`settings`] and [`webhooks`] for
//! administrators, who also make [`channels`] and [`service_keys`] and say how long conversations are kept ([`retention`]); [`taboo`] is the list of words that are not to be said and [`blacklist`] who is not heard; [`reports`] says
//! what was counted. [`visitors`] is what the desk knows of visitors, [`labels`] what it writes on conversations,
//! [`quick_replies`] and [`faqs`] what it has ready to say, [`ratings`] what visitors said, [`people`] who there is and
//! [`sign_in`] whom passwords and tokens let in.
//! [`thread_name`] finds the conversation that a request is about.

mod blacklist;
mod channels;
mod commands;
mod faqs;
mod labels;
mod messages;
mod people;
mod polling;
mod quick_replies;
mod ratings;
mod reports;
mod retention;
mod seat;
mod service_keys;
mod settings;
mod sign_in;
mod supervision;
mod taboo;
mod thread_name;
mod threads;
mod visitors;
mod webhooks;

use deskwire_model::{MessageType, Role};

use super::ApiState;
use crate::http::{AppError, Routes};

pub(crate) use self::channels::random_secret;
pub(super) use self::{
    thread_name::{IdempotencyKey, ThreadName},
    threads::close_by,
};

/// Who sees all conversations of an organisation.
const SUPERVISORS: [Role; 2] = [Role::Supervisor, Role::Admin];

/// The type of the messages that something is sent as.
fn message_type(name: &str) -> Result<MessageType, AppError> {
    MessageType::new(name).map_err(|error| AppError::Refused(error.to_string()))
}

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Agents")
        .merge(seat::routes())
        .merge(polling::routes())
        .merge(threads::routes())
        .merge(commands::routes())
        .merge(labels::routes())
        .merge(visitors::routes())
        .merge(quick_replies::routes())
        .merge(faqs::routes())
        .merge(ratings::routes())
        .merge(people::routes())
        .merge(sign_in::routes())
        .merge(messages::routes())
        .merge(supervision::routes())
        .merge(settings::routes())
        .merge(channels::routes())
        .merge(webhooks::routes())
        .merge(service_keys::routes())
        .merge(taboo::routes())
        .merge(blacklist::routes())
        .merge(reports::routes())
        .merge(retention::routes())
}
