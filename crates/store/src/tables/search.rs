//! Asking the index of texts.

use deskwire_model::{Conversation, Entry, LogId, Seq, Uid};

use super::{
    columns::{self, select_entry},
    conversations, index,
};
use crate::{
    Found, SearchId, SearchOrder, SearchQuery, Store, StoreError,
    engine::{Db, OptionalExtension as _, Result, params, texts},
};

/// Search. None of these waits for, or holds up, other reading.
impl Store {
    /// Messages before the place `before`, or the newest, in `order`; at most `limit`. [`SearchOrder::Best`] orders the
    /// `limit` newest.
    pub async fn search(
        &self,
        query: SearchQuery,
        before: Option<SearchId>,
        order: SearchOrder,
        limit: usize,
    ) -> std::result::Result<Vec<Found>, StoreError> {
        let from = query.since.map_or(0, index::place_of);
        let to = query.until.map_or(i64::MAX, index::place_of).min(before.map_or(i64::MAX, |before| before.0));
        let order = if query.sought.is_some() { order } else { SearchOrder::Newest };
        self.look_up(move |db| texts::find(db, &query, (from, to), order, limit)).await
    }

    /// The conversations that `user` takes or took part in, at most `limit`, in no order.
    pub async fn logs_of(&self, user: &Uid, limit: usize) -> std::result::Result<Vec<LogId>, StoreError> {
        let user = user.clone();
        self.look_up(move |db| {
            db.prepare_cached("SELECT log FROM participant WHERE user_uid = ?1 LIMIT ?2")?
                .query_map(params![user.as_str(), columns::limit(limit)], |row| row.get(0).map(LogId))?
                .collect()
        })
        .await
    }

    /// Those of `logs` that there are, in their order.
    pub async fn conversations(&self, logs: Vec<LogId>) -> std::result::Result<Vec<Conversation>, StoreError> {
        self.look_up(move |db| logs.iter().filter_map(|log| conversations::by_id(db, *log).transpose()).collect()).await
    }

    /// The entries at `places`, in their order, without those that there are not.
    pub async fn entries_at(&self, places: Vec<(LogId, Seq)>) -> std::result::Result<Vec<Entry>, StoreError> {
        self.look_up(move |db| places.iter().filter_map(|place| entry_at(db, *place).transpose()).collect()).await
    }
}

fn entry_at(db: &Db<'_>, (log, seq): (LogId, Seq)) -> Result<Option<Entry>> {
    db.prepare_cached(select_entry!("FROM entry e WHERE e.log = ?1 AND e.seq = ?2"))?
        .query_row(params![log.0, columns::position(seq)], columns::entry)
        .optional()
}
