//! Asking the index of texts.

use deskwire_model::{Conversation, Entry, LogId, Seq, Uid};
use rusqlite::{Connection, OptionalExtension as _, Result, Row, params};

use super::{
    Sqlite,
    columns::{self, select_entry},
    conversations, index,
};
use crate::{Found, SearchId, SearchOrder, SearchQuery, SearchScope, StoreError, search::Phrase};

/// Messages that follow the index, narrowed to what `?1` matches from `?2` to before `?3`, the newest first; at most `?4`.
macro_rules! newest {
    ($columns:literal) => {
        concat!(
            "SELECT m.id, m.log, m.seq",
            $columns,
            " FROM search CROSS JOIN search_message m ON m.id = search.rowid
              WHERE search MATCH ?1 AND search.rowid >= ?2 AND search.rowid < ?3
              ORDER BY search.rowid DESC LIMIT ?4"
        )
    };
}

impl Sqlite {
    pub(crate) async fn search(
        &self,
        query: SearchQuery,
        before: Option<SearchId>,
        order: SearchOrder,
        limit: usize,
    ) -> std::result::Result<Vec<Found>, StoreError> {
        let Some(expression) = expression(&query) else { return Ok(Vec::new()) };
        let from = query.since.map_or(0, index::place_of);
        let to = query.until.map_or(i64::MAX, index::place_of).min(before.map_or(i64::MAX, |before| before.0));
        let order = if query.sought.is_some() { order } else { SearchOrder::Newest };
        self.look_up(move |db| {
            let parameters = params![expression, from, to, columns::limit(limit)];
            match order {
                SearchOrder::Newest => db.prepare_cached(newest!(""))?.query_map(parameters, found)?.collect(),
                SearchOrder::Best => {
                    let mut select = db.prepare_cached(newest!(", bm25(search, 1.0, 0.0)"))?;
                    let ranked = select.query_map(parameters, |row| Ok((found(row)?, row.get(3)?)))?;
                    let mut ranked = ranked.collect::<Result<Vec<(Found, f64)>>>()?;
                    // The best have the lowest rank; a stable sort leaves the newest of equal ones first.
                    ranked.sort_by(|(_, one), (_, other)| one.total_cmp(other));
                    Ok(ranked.into_iter().map(|(found, _)| found).collect())
                }
            }
        })
        .await
    }

    pub(crate) async fn logs_of(&self, user: &Uid, limit: usize) -> std::result::Result<Vec<LogId>, StoreError> {
        let user = user.clone();
        self.look_up(move |db| {
            db.prepare_cached("SELECT log FROM participant WHERE user = ?1 LIMIT ?2")?
                .query_map(params![user.as_str(), columns::limit(limit)], |row| row.get(0).map(LogId))?
                .collect()
        })
        .await
    }

    pub(crate) async fn conversations(&self, logs: Vec<LogId>) -> std::result::Result<Vec<Conversation>, StoreError> {
        self.look_up(move |db| logs.into_iter().filter_map(|log| conversations::by_id(db, log).transpose()).collect())
            .await
    }

    pub(crate) async fn entries_at(&self, places: Vec<(LogId, Seq)>) -> std::result::Result<Vec<Entry>, StoreError> {
        self.look_up(move |db| places.into_iter().filter_map(|place| entry_at(db, place).transpose()).collect()).await
    }
}

fn found(row: &Row<'_>) -> Result<Found> {
    Ok(Found { id: SearchId(row.get(0)?), log: LogId(row.get(1)?), seq: columns::seq(row, 2)? })
}

fn entry_at(db: &Connection, (log, seq): (LogId, Seq)) -> Result<Option<Entry>> {
    db.prepare_cached(select_entry!("FROM entry e WHERE e.log = ?1 AND e.seq = ?2"))?
        .query_row(params![log.0, columns::position(seq)], columns::entry)
        .optional()
}

/// `query` in the language of FTS5; none if it can find nothing. Tokens hold letters and digits only, and names `_` too,
/// so that they may stand in quotation marks as they are.
fn expression(query: &SearchQuery) -> Option<String> {
    let any = |names: Vec<String>| {
        let names: Vec<_> = names.iter().map(|name| format!("\"{name}\"")).collect();
        format!("scope : ({})", names.join(" OR "))
    };
    let mut parts = Vec::new();
    if let Some(sought) = &query.sought {
        let phrases: Vec<_> = sought.phrases().iter().map(phrase).collect();
        parts.push(format!("text : ({})", phrases.join(" AND ")));
    }
    parts.push(match &query.scope {
        SearchScope::Logs(logs) if logs.is_empty() => return None,
        SearchScope::Logs(logs) => any(logs.iter().copied().map(index::conversation_name).collect()),
        SearchScope::Organisation(org) => any(vec![index::organisation_name(org)]),
    });
    if !query.kinds.is_empty() {
        parts.push(any(query.kinds.iter().map(index::kind_name).collect()));
    }
    Some(parts.join(" AND "))
}

fn phrase(phrase: &Phrase) -> String {
    format!("\"{}\"{}", phrase.tokens.join(" "), if phrase.open { " *" } else { "" })
}

#[cfg(test)]
mod tests {
    use deskwire_model::MessageType;

    use super::*;
    use crate::Sought;

    #[test]
    fn a_query_is_spelled_for_fts5() {
        let mut query = SearchQuery {
            sought: Some(Sought::new("退款单 ord-12").unwrap()),
            scope: SearchScope::Logs(vec![LogId(1), LogId(2)]),
            kinds: vec![MessageType::text()],
            since: None,
            until: None,
        };
        assert_eq!(
            expression(&query).as_deref(),
            Some(r#"text : ("退款 款单" AND "ord 12" *) AND scope : ("c1" OR "c2") AND scope : ("kTEXT")"#)
        );
        query = SearchQuery { sought: None, scope: SearchScope::Organisation(Uid::new("a-\"猫").unwrap()), ..query };
        assert_eq!(expression(&query).as_deref(), Some(r#"scope : ("o612d22e78cab") AND scope : ("kTEXT")"#));
        query.scope = SearchScope::Logs(Vec::new());
        assert_eq!(expression(&query), None);
    }
}
