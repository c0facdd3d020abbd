//! The task that tells users how their notices stand.
//!
//! There is one, so that what it reads later it also tells later: no user is ever left with an older frame.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use bytes::Bytes;
use deskwire_broker::{Assurance, Content, Job, Opaque, Publication};
use deskwire_model::{Timestamp, Uid, dialect};
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use super::{
    Board, NoticeBoard,
    watch::{Due, Reader},
};
use crate::nodes;

/// Feeds that are read together.
const TOGETHER: usize = 32;
/// When a feed that could not be read is tried again.
const RETRY: Duration = Duration::from_secs(1);
/// The longest that a change by time is planned ahead: it is looked up again then.
const FORESIGHT: Duration = Duration::from_secs(60 * 60);

/// Tells what is due, until the board is gone.
pub(super) async fn run(board: Weak<Board>, wake: Arc<Notify>) {
    loop {
        let Some(present) = board.upgrade() else { return };
        let due = present.watch().take_due(Instant::now());
        present.announce(due).await;
        let next = present.watch().next_due();
        drop(present);
        let waited = async {
            match next {
                Some(time) => sleep_until(time).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = wake.notified() => {}
            () = waited => {}
        }
    }
}

impl Board {
    async fn announce(&self, due: Due) {
        for some in due.feeds.chunks(TOGETHER) {
            let readers: Vec<(Uid, Uid)> =
                some.iter().map(|(reader, _)| (reader.org.clone(), reader.user.clone())).collect();
            let now = (self.clock)();
            match self.store.notice_feeds(&readers, now, self.limits.listed).await {
                Ok(feeds) => {
                    for ((reader, online), feed) in some.iter().zip(feeds) {
                        self.publish(reader, self.renderer.notice_feed(&feed, *online)).await;
                        if let Some(expiry) = feed.next_expiry {
                            self.watch().changes(reader, Instant::now() + until(expiry, now));
                        }
                    }
                }
                Err(error) => {
                    error.note("notices could not be read");
                    let later = Instant::now() + RETRY;
                    some.iter().for_each(|(reader, _)| self.watch().changes(reader, later));
                }
            }
        }
        for (org, users) in due.here {
            nodes::tell_online(&self.bus, org, users);
        }
        for (reader, online) in &due.online {
            self.publish(reader, dialect::online_users(*online)).await;
        }
    }

    /// Hands a frame to all devices of a user that listen on this node. Nobody else waits for it: who comes back gets a new
    /// one.
    async fn publish(&self, reader: &Reader, frame: Bytes) {
        let content = Opaque::new(frame, Some("application/json".into()), Vec::new());
        let content = Content::Opaque(content.assured(Assurance::AtMostOnce).confined().staying_here());
        let publication = Publication::new(NoticeBoard::topic(&reader.user), content);
        if let Err(error) = self.log.submit(Job::Relay { publication, ticket: None }).await {
            tracing::debug!(%error, "nobody is told any more");
        }
    }
}

fn until(expiry: Timestamp, now: Timestamp) -> Duration {
    let millis = u64::try_from(expiry.0.saturating_sub(now.0)).unwrap_or_default();
    Duration::from_millis(millis).min(FORESIGHT)
}
