//! The committer over a real store: what is announced, when, in which order, and that nothing is lost on the way.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod announcements;
mod contested;
mod cursors;
mod desk;
mod homes;
mod mailboxes;
mod mqtt;
mod queues;
mod readers;
mod replies;
mod retained;
mod sessions;
mod shared;
mod work;
