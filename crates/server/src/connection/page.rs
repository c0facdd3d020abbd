//! Reading a log for a subscription that is behind.

use std::sync::Arc;

use deskwire_broker::SubscriptionKey;

use super::{
    follow::Subscriptions,
    task::{Page, Reading},
};
use crate::gateway::Gateway;

/// Begins to read the next log of which a subscription lacks entries, if the client can take some.
pub(super) fn next<T>(
    subscriptions: &mut Subscriptions<T>,
    gateway: &Arc<Gateway>,
    open: impl Fn(SubscriptionKey) -> bool,
) -> Option<Reading> {
    let (subscription, conversation, after) = subscriptions.next_behind(open)?;
    let (desk, limit) = (gateway.desk.clone(), gateway.config.limits.catch_up_page);
    Some(Box::pin(async move {
        let entries = desk.entries_after(&conversation.topic, conversation.id, after, limit).await;
        let last = entries.as_ref().is_ok_and(|entries| entries.len() < limit);
        Page { subscription, last, entries }
    }))
}
