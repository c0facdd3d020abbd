//! The index of texts in SQLite: a table of FTS5, whose rows are numbered by their places.

use rusqlite::params;

use crate::{
    Found, SearchId, SearchOrder, SearchQuery, SearchScope,
    engine::{Db, Result, Row},
    search::Phrase,
    tables::{columns, index},
};

/// What matches `?1` from `?2` to before `?3`, the newest first; at most `?4`.
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

/// See [`crate::engine::texts::enter`].
pub(in crate::engine) fn enter(db: &Db<'_>, place: i64, tokens: &str, scope: &str) -> Result<()> {
    db.prepare_cached("INSERT INTO search (rowid, text, scope) VALUES (?1, ?2, ?3)")?
        .execute(params![place, tokens, scope])?;
    Ok(())
}

/// See [`crate::engine::texts::forget`].
pub(in crate::engine) fn forget(db: &Db<'_>, place: i64) -> Result<()> {
    db.prepare_cached("DELETE FROM search WHERE rowid = ?1")?.execute(params![place])?;
    Ok(())
}

/// See [`crate::engine::texts::find`].
pub(in crate::engine) fn find(
    db: &Db<'_>,
    query: &SearchQuery,
    (from, to): (i64, i64),
    order: SearchOrder,
    limit: usize,
) -> Result<Vec<Found>> {
    let Some(expression) = expression(query) else { return Ok(Vec::new()) };
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
}

fn found(row: &Row<'_>) -> Result<Found> {
    Ok(Found { id: SearchId(row.get(0)?), log: deskwire_model::LogId(row.get(1)?), seq: columns::seq(row, 2)? })
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
    use deskwire_model::{LogId, MessageType, Uid};

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
