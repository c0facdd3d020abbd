//! Counters per hour, service and agent: kept with what they count, so that a report never looks at a message.

use std::collections::HashMap;

use deskwire_model::{LogId, ThreadStatus, Timestamp, Uid};

use super::columns;
use crate::{
    Counters, Fact, NewEntry, ReportKey, ReportQuery, ReportRow, Store, StoreError,
    engine::{Db, OptionalExtension as _, Result, ToSql, params},
};

const HOUR_MS: i64 = 60 * 60 * 1000;
/// Lowest score of a visitor who is satisfied, of 5.
const SATISFIED: u8 = 4;

const fn hour(time: Timestamp) -> i64 {
    time.0.div_euclid(HOUR_MS)
}

/// What was said in a batch: added up, so that a batch costs one row per conversation and speaker.
#[derive(Debug, Default)]
pub(super) struct Tally(HashMap<(LogId, Uid), u32>);

impl Tally {
    pub(super) fn said(&mut self, entry: &NewEntry) {
        if entry.kind.is_speech() {
            *self.0.entry((entry.log, entry.sender.clone())).or_default() += 1;
        }
    }

    /// Counts it, where it was said to the visitor or by it.
    pub(super) fn note(self, db: &Db<'_>, now: Timestamp) -> Result<()> {
        for ((log, sender), said) in self.0 {
            db.prepare_cached(
                "INSERT INTO report_hour (org, hour, service, agent, visitor_messages, service_messages)
                 SELECT org, ?2, service, COALESCE(agent, ''), CASE WHEN visitor = ?3 THEN ?4 ELSE 0 END, CASE WHEN visitor = ?3 THEN 0 ELSE ?4 END
                   FROM conversation WHERE id = ?1 AND notes_of IS NULL
                     ON CONFLICT (org, hour, service, agent) DO UPDATE
                    SET visitor_messages = report_hour.visitor_messages + excluded.visitor_messages,
                        service_messages = report_hour.service_messages + excluded.service_messages",
            )?
            .execute(params![log.0, hour(now), sender.as_str(), said])?;
        }
        Ok(())
    }
}

/// The last episode of a conversation, before what is counted is noted in it.
struct Known {
    opened_at: i64,
    queued: bool,
    assigned_at: Option<i64>,
    responded: bool,
    closed: bool,
    rated: Option<(i64, u8, bool)>,
}

fn known(db: &Db<'_>, log: LogId) -> Result<Option<Known>> {
    db.prepare_cached(
        "SELECT e.opened_at, e.queued_at IS NOT NULL, e.assigned_at, e.responded_at IS NOT NULL,
                e.closed_at IS NOT NULL, e.rated_at, COALESCE(e.score, 0), COALESCE(e.resolved, 0)
           FROM conversation c JOIN episode e ON e.id = c.episode WHERE c.id = ?1",
    )?
    .query_row(params![log.0], |row| {
        let rated_at: Option<i64> = row.get(5)?;
        let (score, resolved) = (row.get(6)?, row.get(7)?);
        Ok(Known {
            opened_at: row.get(0)?,
            queued: row.get(1)?,
            assigned_at: row.get(2)?,
            responded: row.get(3)?,
            closed: row.get(4)?,
            rated: rated_at.map(|at| (at, score, resolved)),
        })
    })
    .optional()
}

/// Counts `fact` about the conversation `log` as it is now; its episode does not know of it yet.
pub(super) fn count(db: &Db<'_>, log: LogId, fact: &Fact, now: Timestamp) -> Result<()> {
    let known = known(db, log)?;
    if *fact == Fact::Opened {
        let opens = known.is_none_or(|known| known.closed);
        return if opens { add(db, log, now, &[("opened", 1)]) } else { Ok(()) };
    }
    let Some(known) = known else { return Ok(()) };
    if let Fact::Rated { score, resolved, .. } = fact {
        // A rating that takes the place of another one counts where that did.
        let mut first = now;
        if let Some((at, score, resolved)) = known.rated {
            first = Timestamp(at);
            rate(db, log, first, score, resolved, -1)?;
        }
        return rate(db, log, first, *score, resolved.unwrap_or_default(), 1);
    }
    if known.closed {
        return Ok(());
    }
    let since = |time: i64| now.0.saturating_sub(time).max(0);
    match fact {
        Fact::Queued if !known.queued => add(db, log, now, &[("queued", 1)]),
        Fact::Assigned if known.assigned_at.is_none() => {
            add(db, log, now, &[("assigned", 1), ("waited", 1), ("wait_ms", since(known.opened_at))])
        }
        Fact::Assigned => add(db, log, now, &[("assigned", 1)]),
        Fact::Responded if !known.responded => {
            let response = since(known.assigned_at.unwrap_or(known.opened_at));
            add(db, log, now, &[("responded", 1), ("response_ms", response)])
        }
        Fact::Closed(_) => match known.assigned_at {
            Some(assigned) => add(db, log, now, &[("closed", 1), ("handled", 1), ("handling_ms", since(assigned))]),
            None => add(db, log, now, &[("closed", 1)]),
        },
        _ => Ok(()),
    }
}

fn rate(db: &Db<'_>, log: LogId, at: Timestamp, score: u8, resolved: bool, sign: i64) -> Result<()> {
    let counters = [
        ("rated", sign),
        ("score", sign * i64::from(score)),
        ("satisfied", sign * i64::from(score >= SATISFIED)),
        ("resolved", sign * i64::from(resolved)),
    ];
    add(db, log, at, &counters)
}

/// Whether a conversation that goes `from` one status `to` another may have left its visitor without an answer. Who has
/// talked with a robot all the time was answered.
pub(super) const fn misses(from: ThreadStatus, to: ThreadStatus) -> bool {
    use ThreadStatus::{Closed, Offline, Roboting, Timeout};
    matches!(to, Offline) || matches!(to, Closed) && !matches!(from, Roboting | Timeout)
}

/// Counts the last episode as missed, once, unless somebody has answered.
pub(super) fn missed(db: &Db<'_>, log: LogId, now: Timestamp) -> Result<()> {
    let missed = db
        .prepare_cached(
            "UPDATE episode SET missed = 1 WHERE id = (SELECT episode FROM conversation WHERE id = ?1)
                AND missed = 0 AND responded_at IS NULL",
        )?
        .execute(params![log.0])?;
    if missed == 0 { Ok(()) } else { add(db, log, now, &[("missed", 1)]) }
}

/// Adds to counters of who serves the conversation now, in the hour of `at`.
fn add(db: &Db<'_>, log: LogId, at: Timestamp, counters: &[(&'static str, i64)]) -> Result<()> {
    let list = |text: &dyn Fn(&(&'static str, i64)) -> String| counters.iter().map(text).collect::<Vec<_>>().join(", ");
    let names = list(&|(name, _)| (*name).to_owned());
    let values = (3..3 + counters.len()).map(|number| format!("?{number}")).collect::<Vec<_>>().join(", ");
    let sums = list(&|(name, _)| format!("{name} = report_hour.{name} + excluded.{name}"));
    let mut insert = db.prepare_cached(&format!(
        "INSERT INTO report_hour (org, hour, service, agent, {names})
         SELECT c.org, ?2, c.service, COALESCE(c.agent, ''), {values} FROM conversation c WHERE c.id = ?1
             ON CONFLICT (org, hour, service, agent) DO UPDATE SET {sums}"
    ))?;
    let hour = hour(at);
    let mut parameters: Vec<&dyn ToSql> = vec![&log.0, &hour];
    parameters.extend(counters.iter().map(|(_, value)| value as &dyn ToSql));
    insert.execute(&parameters)?;
    Ok(())
}

/// Reports.
impl Store {
    /// The rows of a report, by hour, service and agent.
    pub async fn report(&self, query: &ReportQuery) -> std::result::Result<Vec<ReportRow>, StoreError> {
        let query = query.clone();
        self.read(move |db| {
            let column = |asked, name| if asked { name } else { "NULL" };
            let (by_hour, by_service, by_agent) = (
                column(query.by_hour, "hour"),
                column(query.by_service, "service"),
                column(query.by_agent, "NULLIF(agent, '')"),
            );
            let sums = Counters::NAMES.map(|name| format!("CAST(COALESCE(SUM({name}), 0) AS BIGINT)")).join(", ");
            let mut select = db.prepare_cached(&format!(
                "SELECT {by_hour} AS h, {by_service} AS s, {by_agent} AS a, {sums} FROM report_hour
                  WHERE org = ?1 AND hour >= ?2 AND hour < ?3
                    AND (CAST(?4 AS TEXT) IS NULL OR service = ?4) AND (CAST(?5 AS TEXT) IS NULL OR agent = ?5)
                  GROUP BY h, s, a ORDER BY h NULLS FIRST, s NULLS FIRST, a NULLS FIRST LIMIT ?6"
            ))?;
            let until = hour(Timestamp(query.to.0.saturating_add(HOUR_MS - 1)));
            select
                .query_map(
                    params![
                        query.org.as_str(),
                        hour(query.from),
                        until,
                        query.service.as_ref().map(Uid::as_str),
                        query.agent.as_ref().map(Uid::as_str),
                        columns::limit(query.limit)
                    ],
                    |row| {
                        let hour: Option<i64> = row.get(0)?;
                        let key = ReportKey {
                            hour: hour.map(|hour| Timestamp(hour.saturating_mul(HOUR_MS))),
                            service: columns::optional_uid(row, 1)?,
                            agent: columns::optional_uid(row, 2)?,
                        };
                        let mut values = [0; Counters::NAMES.len()];
                        for (column, value) in values.iter_mut().enumerate() {
                            *value = columns::number(row, column + 3)?;
                        }
                        Ok(ReportRow { key, counters: Counters::from_values(values) })
                    },
                )?
                .collect()
        })
        .await
    }
}
