//! Reading a log for a subscription that is behind.

use std::{sync::Arc, time::Duration};

use deskwire_desk::{DeskError, FeedPage};
use deskwire_store::StoreError;

use super::{
    follow::Subscriptions,
    protocol::{Page, Reading},
};
use crate::gateway::Gateway;

/// How long to wait before a log is read again whose database was not there.
const RETRY: Duration = Duration::from_millis(500);

/// Begins to read the next log of which a subscription lacks entries, if the client can take some.
pub(super) fn next<T>(
    subscriptions: &mut Subscriptions<T>,
    gateway: &Arc<Gateway>,
    open: impl Fn(&T) -> bool,
) -> Option<Reading> {
    let (subscription, conversation, after) = subscriptions.next_behind(open)?;
    let desk = gateway.desk.clone();
    let (entries, bytes) = (gateway.config.limits.catch_up_page, gateway.config.limits.outbox_bytes);
    Some(Box::pin(async move {
        match desk.page_after(&conversation, after, entries, bytes).await {
            Ok(FeedPage { behind, entries, last }) => {
                Page { subscription, behind, last, entries: entries.into_iter(), error: None }
            }
            // The reader stays, and is served when the database is there again.
            Err(DeskError::Store(StoreError::Unavailable(_))) => {
                tokio::time::sleep(RETRY).await;
                Page { subscription, behind: after, last: false, entries: Vec::new().into_iter(), error: None }
            }
            Err(error) => {
                Page { subscription, behind: after, last: false, entries: Vec::new().into_iter(), error: Some(error) }
            }
        }
    }))
}
