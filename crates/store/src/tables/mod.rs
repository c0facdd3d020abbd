//! The tables: what is written into them and read from them, in one SQL for both engines ([`crate::engine`]).
//!
//! One file per subject holds its queries: `commit` applies the [`crate::Write`]s of a batch, with `heads`,
//! `cursors`, `assignment`, `decisions`, `episodes`, `timers`, `queues`, `retained`, `sessions`, `notices`, `taboo`, `webhooks` and
//! `reports`; `entries`, `conversations`, `history`, `people`, `settings`, `leave_messages`, `visitor_info`, `labels`,
//! `quick_replies`, `faqs`, `channels`, `blacklist`, `audit`, `service_keys` and `files` answer the rest; `retention` deletes
//! what is not to be kept.
//! `homes` says which of several nodes has what waits.
//! `index` fills the index of texts behind the commits, as `behind` tells it, and `search` asks it.
//! `appends`, `standings`, `timer_changes` and `indexing` do for many rows at once what SQLite does one by one.
//! `columns` turns rows into domain types.

mod amendments;
mod appends;
mod assignment;
mod audit;
pub(crate) mod behind;
mod blacklist;
mod cards;
mod channels;
pub(crate) mod columns;
mod commit;
mod conversations;
mod cursors;
mod decisions;
mod entries;
mod episodes;
mod faqs;
mod files;
pub(crate) mod heads;
mod history;
mod homes;
pub(crate) mod index;
mod indexing;
mod labels;
mod leases;
mod leave_messages;
mod locks;
mod notices;
mod people;
mod queues;
mod quick_replies;
mod reports;
mod retained;
mod retention;
pub(crate) mod rows;
mod search;
mod secrets;
mod service_keys;
mod sessions;
mod settings;
mod standings;
mod taboo;
mod timer_changes;
mod timers;
mod tokens;
mod visitor_info;
mod webhooks;
