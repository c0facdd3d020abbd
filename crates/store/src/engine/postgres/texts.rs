//! The index of texts in PostgreSQL: a row per message with a `tsvector`, which holds its tokens with their positions, and the
//! names of where it was said without.
//!
//! The server's own way of taking text apart is not used: the tokens are ours, so that both engines find the same. A `tsvector`
//! knows a token's first 255 positions; a phrase that a message has only behind those is not found.

use deskwire_model::LogId;

use super::{Db, EngineResult as Result};
use crate::{
    Found, SearchId, SearchOrder, SearchQuery, SearchScope,
    engine::{Row, ToSql, params},
    search::Phrase,
    tables::{columns, index, rows},
};

/// What matches `?1` from `?2` to before `?3`, the newest first; at most `?4`.
const NEWEST: &str = "SELECT m.id, m.log, m.seq
   FROM search s JOIN search_message m ON m.id = s.id
  WHERE s.tokens @@ CAST(CAST(?1 AS TEXT) AS TSQUERY) AND s.id >= ?2 AND s.id < ?3
  ORDER BY s.id DESC LIMIT ?4";

/// As [`NEWEST`], with how well each says `?5`: how often, for how many different tokens it has.
const RANKED: &str =
    "SELECT m.id, m.log, m.seq, CAST(ts_rank_cd(s.tokens, CAST(CAST(?5 AS TEXT) AS TSQUERY), 16) AS FLOAT8)
   FROM search s JOIN search_message m ON m.id = s.id
  WHERE s.tokens @@ CAST(CAST(?1 AS TEXT) AS TSQUERY) AND s.id >= ?2 AND s.id < ?3
  ORDER BY s.id DESC LIMIT ?4";

/// See [`crate::engine::texts::enter`].
pub(in crate::engine) fn enter(db: &Db<'_>, place: i64, tokens: &str, scope: &str) -> Result<()> {
    enter_all(db, &[(place, tokens, scope)])
}

/// See [`crate::engine::texts::enter_all`].
pub(in crate::engine) fn enter_all(db: &Db<'_>, messages: &[(i64, &str, &str)]) -> Result<()> {
    let mut insert = db.prepare_cached(&format!(
        "INSERT INTO search (id, tokens) SELECT said.id, CAST(said.tokens AS TSVECTOR) FROM (VALUES {}) AS said (id, tokens)",
        rows::parameters(messages.len(), &["BIGINT", "TEXT"])
    ))?;
    let documents: Vec<_> = messages.iter().map(|(place, tokens, scope)| (*place, document(tokens, scope))).collect();
    let mut parameters: Vec<&dyn ToSql> = Vec::with_capacity(documents.len() * 2);
    for (place, document) in &documents {
        parameters.extend([place as &dyn ToSql, document]);
    }
    insert.execute(&parameters)?;
    Ok(())
}

/// See [`crate::engine::texts::forget`].
pub(in crate::engine) fn forget(db: &Db<'_>, place: i64) -> Result<()> {
    db.prepare_cached("DELETE FROM search WHERE id = ?1")?.execute(params![place])?;
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
    let limit = columns::limit(limit);
    match (order, said(query)) {
        (SearchOrder::Best, Some(said)) => {
            let mut select = db.prepare_cached(RANKED)?;
            let ranked =
                select.query_map(params![expression, from, to, limit, said], |row| Ok((found(row)?, row.get(3)?)))?;
            let mut ranked = ranked.collect::<Result<Vec<(Found, f64)>>>()?;
            // A stable sort leaves the newest of equal ones first.
            ranked.sort_by(|(_, one), (_, other)| other.total_cmp(one));
            Ok(ranked.into_iter().map(|(found, _)| found).collect())
        }
        _ => db.prepare_cached(NEWEST)?.query_map(params![expression, from, to, limit], found)?.collect(),
    }
}

fn found(row: &Row<'_>) -> Result<Found> {
    Ok(Found { id: SearchId(row.get(0)?), log: LogId(row.get(1)?), seq: columns::seq(row, 2)? })
}

/// A message as a `tsvector` is written. Tokens hold letters and digits only, and names `_` too, so that they may stand in
/// quotation marks as they are. A name has a `_` in front, which no token has.
fn document(tokens: &str, scope: &str) -> String {
    let mut document = String::with_capacity(tokens.len() * 2);
    for (token, position) in tokens.split_ascii_whitespace().zip(1_u32..) {
        document.push_str(&format!("'{token}':{position} "));
    }
    for name in scope.split_ascii_whitespace() {
        document.push_str(&format!("'_{name}' "));
    }
    document
}

/// `query` as a `tsquery` is written; none if it can find nothing.
fn expression(query: &SearchQuery) -> Option<String> {
    let any = |names: Vec<String>| {
        let names: Vec<_> = names.iter().map(|name| format!("'_{name}'")).collect();
        format!("({})", names.join(" | "))
    };
    let mut parts: Vec<String> = said(query).into_iter().collect();
    parts.push(match &query.scope {
        SearchScope::Logs(logs) if logs.is_empty() => return None,
        SearchScope::Logs(logs) => any(logs.iter().copied().map(index::conversation_name).collect()),
        SearchScope::Organisation(org) => any(vec![index::organisation_name(org)]),
    });
    if !query.kinds.is_empty() {
        parts.push(any(query.kinds.iter().map(index::kind_name).collect()));
    }
    Some(parts.join(" & "))
}

/// What is to be said, without where.
fn said(query: &SearchQuery) -> Option<String> {
    let phrases: Vec<_> = query.sought.as_ref()?.phrases().iter().map(phrase).collect();
    Some(phrases.join(" & "))
}

fn phrase(phrase: &Phrase) -> String {
    let tokens: Vec<_> = phrase.tokens.iter().map(|token| format!("'{token}'")).collect();
    format!("({}{})", tokens.join(" <-> "), if phrase.open { ":*" } else { "" })
}

#[cfg(test)]
mod tests {
    use deskwire_model::{MessageType, Uid};

    use super::*;
    use crate::Sought;

    #[test]
    fn a_message_is_spelled_with_positions() {
        assert_eq!(
            document("退款 款单 单 ord 12", "o61 c1 kTEXT"),
            "'退款':1 '款单':2 '单':3 'ord':4 '12':5 '_o61' '_c1' '_kTEXT' "
        );
    }

    #[test]
    fn a_query_is_spelled_for_a_tsvector() {
        let mut query = SearchQuery {
            sought: Some(Sought::new("退款单 ord-12").unwrap()),
            scope: SearchScope::Logs(vec![LogId(1), LogId(2)]),
            kinds: vec![MessageType::text()],
            since: None,
            until: None,
        };
        assert_eq!(
            expression(&query).as_deref(),
            Some("('退款' <-> '款单') & ('ord' <-> '12':*) & ('_c1' | '_c2') & ('_kTEXT')")
        );
        query = SearchQuery { sought: None, scope: SearchScope::Organisation(Uid::new("a-\"猫").unwrap()), ..query };
        assert_eq!(expression(&query).as_deref(), Some("('_o612d22e78cab') & ('_kTEXT')"));
        query.scope = SearchScope::Logs(Vec::new());
        assert_eq!(expression(&query), None);
    }
}
