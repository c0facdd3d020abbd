//! Reports, for whoever supervises.

use std::collections::BTreeMap;

use deskwire_model::{Principal, Timestamp, Uid};
use deskwire_store::{Counters, ReportKey, ReportQuery, ReportRow};
use jiff::tz::TimeZone;

use crate::{Desk, DeskError};

/// Hours that a report goes over at most: ten years.
const MAX_HOURS: i64 = 10 * 366 * 24;
const HOUR_MS: i64 = 60 * 60 * 1000;
/// Rows of a report at most, and hours that are added up to its days.
const MAX_ROWS: usize = 100_000;

/// What a report shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportRequest {
    /// Where it begins, rounded to the hour.
    pub from: Timestamp,
    /// Where it ends.
    pub to: Timestamp,
    /// Only this workgroup, or agent who was asked for by name.
    pub service: Option<Uid>,
    /// Only this agent.
    pub agent: Option<Uid>,
    /// What has rows of its own.
    pub group_by: Vec<ReportGroup>,
}

/// What may have rows of its own in a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReportGroup {
    /// Each hour.
    Hour,
    /// Each day, in the desk's time zone.
    Day,
    /// Each agent.
    Agent,
    /// Each workgroup, or agent who was asked for by name.
    Workgroup,
}

impl ReportGroup {
    /// The group of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "hour" => Some(Self::Hour),
            "day" => Some(Self::Day),
            "agent" => Some(Self::Agent),
            "workgroup" => Some(Self::Workgroup),
            _ => None,
        }
    }
}

impl Desk {
    /// What was counted in the organisation of `by`.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for others than supervisors, [`DeskError::Unclear`] when it is too much,
    /// [`DeskError::Store`].
    pub async fn report(&self, by: &Principal, request: &ReportRequest) -> Result<Vec<ReportRow>, DeskError> {
        if !by.role.supervises() {
            return Err(DeskError::NotAllowed);
        }
        let (from, to) = (request.from.0, request.to.0);
        if to.saturating_sub(from) > MAX_HOURS * HOUR_MS {
            return Err(DeskError::Unclear("a report goes over ten years at most"));
        }
        let has = |group| request.group_by.contains(&group);
        let query = ReportQuery {
            org: by.org.clone(),
            from: request.from,
            to: request.to,
            service: request.service.clone(),
            agent: request.agent.clone(),
            by_hour: has(ReportGroup::Hour) || has(ReportGroup::Day),
            by_service: has(ReportGroup::Workgroup),
            by_agent: has(ReportGroup::Agent),
            limit: MAX_ROWS + 1,
        };
        let rows = self.store.report(&query).await?;
        if rows.len() > MAX_ROWS {
            return Err(DeskError::Unclear("the report has too many rows: ask for a shorter time or fewer groups"));
        }
        if has(ReportGroup::Hour) { Ok(rows) } else { Ok(in_days(rows, &self.config.time_zone)) }
    }
}

/// Adds hours up to the days that they are of; rows without hours stay.
fn in_days(rows: Vec<ReportRow>, time_zone: &TimeZone) -> Vec<ReportRow> {
    let mut days: BTreeMap<ReportKey, Counters> = BTreeMap::new();
    for row in rows {
        let hour = row.key.hour.map(|hour| beginning_of_day(hour, time_zone));
        let sum = days.entry(ReportKey { hour, ..row.key }).or_default();
        *sum = sum.plus(&row.counters);
    }
    days.into_iter().map(|(key, counters)| ReportRow { key, counters }).collect()
}

fn beginning_of_day(time: Timestamp, time_zone: &TimeZone) -> Timestamp {
    let zoned = jiff::Timestamp::from_millisecond(time.0).map(|time| time.to_zoned(time_zone.clone()));
    let begun = zoned.and_then(|zoned| zoned.start_of_day());
    begun.map_or(time, |day| Timestamp(day.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_added_up_to_days_of_the_time_zone() {
        let row = |hour: i64, opened| ReportRow {
            key: ReportKey { hour: Some(Timestamp(hour * HOUR_MS)), ..ReportKey::default() },
            counters: Counters { opened, ..Counters::default() },
        };
        let days = |zone: &str| {
            let rows = vec![row(15, 1), row(16, 2), row(24, 4)];
            let rows = in_days(rows, &TimeZone::get(zone).unwrap());
            rows.iter().map(|row| (row.key.hour.unwrap().0 / HOUR_MS, row.counters.opened)).collect::<Vec<_>>()
        };
        assert_eq!(days("UTC"), [(0, 3), (24, 4)]);
        assert_eq!(days("Asia/Shanghai"), [(-8, 1), (16, 6)]);
    }
}
