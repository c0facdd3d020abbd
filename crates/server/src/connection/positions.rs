//! How far others have read, for a reader that has read up to the end.

use deskwire_broker::{Outbox, Publication, SubscriptionKey};
use deskwire_desk::DeskError;
use deskwire_model::{Conversation, Principal};

use super::timestamp;
use crate::gateway::Gateway;

/// How often the positions are read while others move.
const ATTEMPTS: u32 = 8;

/// The positions that the database has, to be told behind what waits in the outbox. A receipt that came while they were read
/// may be newer: they are read again then, as it was told when the database had it. Positions only move forward (invariant I4).
///
/// # Errors
/// [`DeskError::Store`].
pub(super) async fn read(
    gateway: &Gateway,
    (outbox, subscription): (&Outbox, SubscriptionKey),
    reader: &Principal,
    conversation: &Conversation,
) -> Result<Vec<Publication>, DeskError> {
    for _ in 0..ATTEMPTS {
        let waiting = outbox.relayed(subscription);
        let positions = gateway.desk.read_positions(reader, conversation, timestamp()).await?;
        if outbox.relayed(subscription) == waiting {
            return Ok(positions);
        }
    }
    // Whoever moves that often is heard of soon.
    Ok(Vec::new())
}
