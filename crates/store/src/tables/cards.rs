//! Order cards: which entries they are, and what these show.

use deskwire_model::{Entry, LogId, Seq, Uid};

use super::columns;
use crate::{
    CardChange, CardId, Store, StoreError,
    engine::{Db, OptionalExtension as _, Result, params},
};

/// Whether `change` would give a card a number that another one has.
pub(super) fn is_taken(db: &Db<'_>, org: &Uid, change: &CardChange) -> Result<bool> {
    let CardChange::Offer(id) = change else { return Ok(false) };
    db.prepare_cached("SELECT 1 FROM order_card WHERE org = ?1 AND id = ?2")?.exists(params![org.as_str(), id.0])
}

/// Carries out `change` in a decision about `log` whose first entry has the position `first`.
pub(super) fn change(db: &Db<'_>, org: &Uid, log: LogId, first: Option<Seq>, change: &CardChange) -> Result<()> {
    match change {
        CardChange::Offer(id) => {
            let Some(seq) = first else { return Ok(()) };
            db.prepare_cached("INSERT INTO order_card (org, id, log, seq) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![org.as_str(), id.0, log.0, columns::position(seq)])?;
        }
        CardChange::Show { card, payload } => {
            db.prepare_cached(
                "UPDATE entry SET dialect = ?4, payload = ?5
                  WHERE log = ?3 AND seq = (SELECT seq FROM order_card WHERE org = ?1 AND id = ?2 AND log = ?3)",
            )?
            .execute(params![
                org.as_str(),
                card.0,
                log.0,
                columns::dialect(payload),
                payload.bytes().as_ref()
            ])?;
        }
    }
    Ok(())
}

/// Timers, episodes and what is known of agents from them.
impl Store {
    /// The entry of an order card of `org`, with the status that it has now.
    pub async fn order_card(&self, org: &Uid, card: CardId) -> std::result::Result<Option<Entry>, StoreError> {
        let org = org.clone();
        self.read(move |db| {
            db.prepare_cached(columns::select_entry!(
                "FROM order_card c JOIN entry e ON e.log = c.log AND e.seq = c.seq WHERE c.org = ?1 AND c.id = ?2"
            ))?
            .query_row(params![org.as_str(), card.0], columns::entry)
            .optional()
        })
        .await
    }
}
