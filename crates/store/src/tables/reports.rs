//! Counters per hour, service and agent: kept with what they count, so that a report never looks at a message.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    mem,
};

use deskwire_model::{LogId, ThreadStatus, Timestamp, Uid};

use super::{columns, rows};
use crate::{
    Counters, Fact, NewEntry, ReportKey, ReportQuery, ReportRow, Store, StoreError,
    engine::{Db, OptionalExtension as _, Result, ToSql, params},
};

const HOUR_MS: i64 = 60 * 60 * 1000;
/// Lowest score of a visitor who is satisfied, of 5.
const SATISFIED: u8 = 4;
/// The counter of what visitors have said.
const BY_VISITORS: &str = "visitor_messages";
/// The counter of what was said to them.
const BY_SERVICE: &str = "service_messages";

const fn hour(time: Timestamp) -> i64 {
    time.0.div_euclid(HOUR_MS)
}

/// What a batch adds to the counters: added up, so that it costs one row per service and agent, and written in the end in
/// the order of these, so that batches of several nodes do not wait for each other crosswise.
#[derive(Debug, Default)]
pub(super) struct Tally {
    said: HashMap<(LogId, Uid), i64>,
    counted: BTreeMap<Served, BTreeMap<&'static str, i64>>,
}

/// Whose counters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Served {
    org: String,
    hour: i64,
    service: String,
    /// Empty for nobody.
    agent: String,
}

impl Tally {
    /// Counts `entry`, if somebody says something with it.
    pub(super) fn said(&mut self, entry: &NewEntry) {
        if entry.kind.is_speech() {
            *self.said.entry((entry.log, entry.sender.clone())).or_default() += 1;
        }
    }

    /// Adds to counters of who serves the conversation now, in the hour of `at`.
    fn add(&mut self, db: &Db<'_>, log: LogId, at: Timestamp, counters: &[(&'static str, i64)]) -> Result<()> {
        let served = db
            .prepare_cached("SELECT org, service, COALESCE(agent, '') FROM conversation WHERE id = ?1")?
            .query_row(params![log.0], |row| {
                Ok(Served { org: row.get(0)?, hour: hour(at), service: row.get(1)?, agent: row.get(2)? })
            })
            .optional()?;
        if let Some(served) = served {
            self.count(served, counters);
        }
        Ok(())
    }

    fn count(&mut self, served: Served, counters: &[(&'static str, i64)]) {
        let counted = self.counted.entry(served).or_default();
        for (name, value) in counters {
            *counted.entry(name).or_default() += value;
        }
    }

    /// Writes it; what was said counts where it was said to the visitor or by it.
    pub(super) fn note(mut self, db: &Db<'_>, now: Timestamp) -> Result<()> {
        self.count_said(db, hour(now))?;
        let (said, counted): (Vec<_>, Vec<_>) = self.counted.iter().partition(|(_, counters)| is_only_said(counters));
        for part in rows::parts(&said) {
            write_said(db, part)?;
        }
        for (served, counters) in counted {
            write(db, served, counters)?;
        }
        Ok(())
    }

    fn count_said(&mut self, db: &Db<'_>, hour: i64) -> Result<()> {
        let said = mem::take(&mut self.said);
        if said.is_empty() {
            return Ok(());
        }
        let logs: BTreeSet<i64> = said.keys().map(|(log, _)| log.0).collect();
        let conversations = db
            .prepare_cached(
                "SELECT id, org, service, COALESCE(agent, ''), visitor FROM conversation
                  WHERE notes_of IS NULL AND id IN (SELECT CAST(value AS BIGINT) FROM json_each(?1))",
            )?
            .query_map(params![serde_json::to_string(&logs)?], |row| {
                let served = Served { org: row.get(1)?, hour, service: row.get(2)?, agent: row.get(3)? };
                Ok((LogId(row.get(0)?), (served, row.get(4)?)))
            })?
            .collect::<Result<HashMap<LogId, (Served, String)>>>()?;
        for ((log, sender), said) in said {
            let Some((served, visitor)) = conversations.get(&log) else { continue };
            let counter = if sender.as_str() == visitor { BY_VISITORS } else { BY_SERVICE };
            self.count(served.clone(), &[(counter, said)]);
        }
        Ok(())
    }
}

/// Whether there are no others among `counters` than those of what was said.
fn is_only_said(counters: &BTreeMap<&'static str, i64>) -> bool {
    counters.keys().all(|name| [BY_VISITORS, BY_SERVICE].contains(name))
}

/// Adds what was said to the counters of several rows.
fn write_said(db: &Db<'_>, said: &[(&Served, &BTreeMap<&'static str, i64>)]) -> Result<()> {
    let mut insert = db.prepare_cached(&format!(
        "INSERT INTO report_hour (org, hour, service, agent, {BY_VISITORS}, {BY_SERVICE}) VALUES {}
             ON CONFLICT (org, hour, service, agent) DO UPDATE
            SET {BY_VISITORS} = report_hour.{BY_VISITORS} + excluded.{BY_VISITORS},
                {BY_SERVICE} = report_hour.{BY_SERVICE} + excluded.{BY_SERVICE}",
        rows::parameters(said.len(), &["TEXT", "BIGINT", "TEXT", "TEXT", "BIGINT", "BIGINT"])
    ))?;
    let mut parameters: Vec<&dyn ToSql> = Vec::with_capacity(said.len() * 6);
    for (served, counters) in said {
        let count = |name| counters.get(name).unwrap_or(&0);
        let Served { org, hour, service, agent } = served;
        parameters.extend([org as &dyn ToSql, hour, service, agent, count(BY_VISITORS), count(BY_SERVICE)]);
    }
    insert.execute(&parameters)?;
    Ok(())
}

/// Adds to the counters of a row.
fn write(db: &Db<'_>, served: &Served, counters: &BTreeMap<&'static str, i64>) -> Result<()> {
    let list = |text: &dyn Fn(&str) -> String| counters.keys().map(|name| text(name)).collect::<Vec<_>>().join(", ");
    let names = list(&|name| name.to_owned());
    let values = (5..5 + counters.len()).map(|number| format!("?{number}")).collect::<Vec<_>>().join(", ");
    let sums = list(&|name| format!("{name} = report_hour.{name} + excluded.{name}"));
    let mut insert = db.prepare_cached(&format!(
        "INSERT INTO report_hour (org, hour, service, agent, {names}) VALUES (?1, ?2, ?3, ?4, {values})
             ON CONFLICT (org, hour, service, agent) DO UPDATE SET {sums}"
    ))?;
    let Served { org, hour, service, agent } = served;
    let mut parameters: Vec<&dyn ToSql> = vec![org, hour, service, agent];
    parameters.extend(counters.values().map(|value| value as &dyn ToSql));
    insert.execute(&parameters)?;
    Ok(())
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
pub(super) fn count(db: &Db<'_>, tally: &mut Tally, log: LogId, fact: &Fact, now: Timestamp) -> Result<()> {
    let known = known(db, log)?;
    if *fact == Fact::Opened {
        let opens = known.is_none_or(|known| known.closed);
        return if opens { tally.add(db, log, now, &[("opened", 1)]) } else { Ok(()) };
    }
    let Some(known) = known else { return Ok(()) };
    if let Fact::Rated { score, resolved, .. } = fact {
        // A rating that takes the place of another one counts where that did.
        let mut first = now;
        if let Some((at, score, resolved)) = known.rated {
            first = Timestamp(at);
            rate(db, tally, log, first, score, resolved, -1)?;
        }
        return rate(db, tally, log, first, *score, resolved.unwrap_or_default(), 1);
    }
    if known.closed {
        return Ok(());
    }
    let since = |time: i64| now.0.saturating_sub(time).max(0);
    match fact {
        Fact::Queued if !known.queued => tally.add(db, log, now, &[("queued", 1)]),
        Fact::Assigned if known.assigned_at.is_none() => {
            tally.add(db, log, now, &[("assigned", 1), ("waited", 1), ("wait_ms", since(known.opened_at))])
        }
        Fact::Assigned => tally.add(db, log, now, &[("assigned", 1)]),
        Fact::Responded if !known.responded => {
            let response = since(known.assigned_at.unwrap_or(known.opened_at));
            tally.add(db, log, now, &[("responded", 1), ("response_ms", response)])
        }
        Fact::Closed(_) => match known.assigned_at {
            Some(assigned) => {
                tally.add(db, log, now, &[("closed", 1), ("handled", 1), ("handling_ms", since(assigned))])
            }
            None => tally.add(db, log, now, &[("closed", 1)]),
        },
        _ => Ok(()),
    }
}

fn rate(db: &Db<'_>, tally: &mut Tally, log: LogId, at: Timestamp, score: u8, resolved: bool, sign: i64) -> Result<()> {
    let counters = [
        ("rated", sign),
        ("score", sign * i64::from(score)),
        ("satisfied", sign * i64::from(score >= SATISFIED)),
        ("resolved", sign * i64::from(resolved)),
    ];
    tally.add(db, log, at, &counters)
}

/// Whether a conversation that goes `from` one status `to` another may have left its visitor without an answer. Who has
/// talked with a robot all the time was answered.
pub(super) const fn misses(from: ThreadStatus, to: ThreadStatus) -> bool {
    use ThreadStatus::{Closed, Offline, Roboting, Timeout};
    matches!(to, Offline) || matches!(to, Closed) && !matches!(from, Roboting | Timeout)
}

/// Counts the last episode as missed, once, unless somebody has answered.
pub(super) fn missed(db: &Db<'_>, tally: &mut Tally, log: LogId, now: Timestamp) -> Result<()> {
    let missed = db
        .prepare_cached(
            "UPDATE episode SET missed = 1 WHERE id = (SELECT episode FROM conversation WHERE id = ?1)
                AND missed = 0 AND responded_at IS NULL",
        )?
        .execute(params![log.0])?;
    if missed == 0 { Ok(()) } else { tally.add(db, log, now, &[("missed", 1)]) }
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
