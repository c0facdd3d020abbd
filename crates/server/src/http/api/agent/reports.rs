//! Reports for supervisors, as JSON or as a table for spreadsheets.

use std::borrow::Cow;

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use deskwire_desk::{ReportGroup, ReportRequest};
use deskwire_model::{Timestamp, Uid};
use deskwire_store::{Counters, ReportRow};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::SUPERVISORS;
use crate::{
    connection::timestamp,
    http::{
        AppError, Audited, Description, Output, QueryParams, Routes, Success,
        api::{ApiState, caller::AgentCaller},
    },
};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Reports")
        .get("/api/v1/report/service", as_json, "Reports on the work of the desk.")
        .only_for(&SUPERVISORS)
        .get("/api/v1/report/service.csv", as_csv, "Reports on the work of the desk, as a table for spreadsheets.")
        .only_for(&SUPERVISORS)
        .audited(Audited::as_action("export.report").telling(&["from", "to", "groupBy"]))
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ReportQuery {
    /// Milliseconds since 1970, or a time as RFC 3339 says it; a day ago if it is missing.
    from: Option<String>,
    /// As `from`; now if it is missing.
    to: Option<String>,
    /// `hour`, `day`, `agent`, `workgroup`, with commas between them.
    #[serde(default)]
    group_by: String,
    #[serde(alias = "workgroup")]
    workgroup_uid: Option<Uid>,
    #[serde(alias = "agent")]
    agent_uid: Option<Uid>,
}

impl ReportQuery {
    fn read(self) -> Result<ReportRequest, AppError> {
        let unclear = |text: &str| AppError::Refused(text.to_owned());
        let time = |text: Option<String>, missing: i64| match text {
            None => Ok(Timestamp(missing)),
            Some(text) => text
                .parse()
                .ok()
                .or_else(|| text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond))
                .map(Timestamp)
                .ok_or_else(|| unclear("from and to are milliseconds since 1970, or times as 2026-01-31T08:00:00Z")),
        };
        let to = time(self.to, timestamp().0)?;
        let from = time(self.from, to.0.saturating_sub(DAY_MS))?;
        let groups = self.group_by.split(',').filter(|name| !name.is_empty());
        let group =
            |name| ReportGroup::from_name(name).ok_or_else(|| unclear("groupBy is of hour, day, agent, workgroup"));
        Ok(ReportRequest {
            from,
            to,
            service: self.workgroup_uid,
            agent: self.agent_uid,
            group_by: groups.map(group).collect::<Result<_, _>>()?,
        })
    }
}

/// The columns that name a row.
const KEYS: [&str; 3] = ["time", "workgroup", "agent"];

/// A value that follows from counters, where they say something.
type Derivation = fn(&Counters) -> Option<f64>;

/// What is derived from counters: means in milliseconds, and shares.
const DERIVED: [(&str, Derivation); 5] = [
    ("mean_wait_ms", |counted| share(counted.wait_ms, counted.waited)),
    ("mean_response_ms", |counted| share(counted.response_ms, counted.responded)),
    ("mean_handling_ms", |counted| share(counted.handling_ms, counted.handled)),
    ("mean_score", |counted| share(counted.score, counted.rated)),
    ("csat", |counted| share(counted.satisfied, counted.rated)),
];

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// What names a row, in the order of [`KEYS`].
fn names(row: &ReportRow) -> [Value; 3] {
    [
        row.key.hour.map_or(Value::Null, |hour| json!(hour.0)),
        row.key.service.as_ref().map_or(Value::Null, |service| json!(service.as_str())),
        row.key.agent.as_ref().map_or(Value::Null, |agent| json!(agent.as_str())),
    ]
}

/// The members of a row in their order, with the names of the columns.
fn cells(row: &ReportRow) -> Vec<(String, Value)> {
    let counted = Counters::NAMES.iter().zip(row.counters.values()).map(|(name, value)| (*name, json!(value)));
    let derived = DERIVED.iter().map(|(name, value)| (*name, value(&row.counters).map_or(Value::Null, |v| json!(v))));
    let members = counted.chain(derived).map(|(name, value)| (camel_case(name), value));
    KEYS.iter().map(|name| (*name).to_owned()).zip(names(row)).chain(members).collect()
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut text = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(1);
        text += &first.to_ascii_uppercase();
        text += rest;
    }
    text
}

/// A line of a report: what it is about, and its counters.
#[derive(Serialize)]
#[serde(transparent)]
struct ReportLine(Map<String, Value>);

impl JsonSchema for ReportLine {
    fn schema_name() -> Cow<'static, str> {
        "ReportLine".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        let counted = Counters::NAMES.iter().map(|name| (camel_case(name), json!({"type": "integer", "minimum": 0})));
        let derived = DERIVED.iter().map(|(name, _)| (camel_case(name), json!({"type": ["number", "null"]})));
        let mut members: Map<String, Value> = counted.chain(derived).collect();
        members.insert(
            "time".into(),
            json!({"type": "integer", "description": "When the hour or day begins, in milliseconds."}),
        );
        members.insert("workgroup".into(), json!({"type": "string"}));
        members.insert("agent".into(), json!({"type": "string"}));
        let required: Vec<String> = Counters::NAMES.iter().map(|name| camel_case(name)).collect();
        json_schema!({"type": "object", "properties": members, "required": required})
    }
}

/// A table for spreadsheets.
struct Table(String);

impl IntoResponse for Table {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], self.0).into_response()
    }
}

impl Output for Table {
    fn describe(description: &mut Description<'_>) {
        description.answer(200, "A table as RFC 4180 has it.", "text/csv", &json!({"type": "string"}));
    }
}

async fn as_json(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(query): QueryParams<ReportQuery>,
) -> Result<Success<Vec<ReportLine>>, AppError> {
    let rows = state.gateway.desk.report(&principal, &query.read()?).await?;
    let row = |row: &ReportRow| {
        let cells = cells(row).into_iter().filter(|(name, value)| !value.is_null() || !KEYS.contains(&name.as_str()));
        ReportLine(cells.collect::<Map<_, _>>())
    };
    Ok(Success::new(rows.iter().map(row).collect()))
}

async fn as_csv(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(query): QueryParams<ReportQuery>,
) -> Result<Table, AppError> {
    let rows = state.gateway.desk.report(&principal, &query.read()?).await?;
    Ok(Table(csv(&rows)))
}

/// The rows as RFC 4180 has them. No cell needs quotes: uids have neither commas nor quotes nor line ends.
fn csv(rows: &[ReportRow]) -> String {
    let empty = ReportRow { key: Default::default(), counters: Counters::default() };
    let line = |cells: Vec<String>| cells.join(",") + "\r\n";
    let mut table = line(cells(&empty).into_iter().map(|(name, _)| name).collect());
    for row in rows {
        let text = |(_, value): (String, Value)| match value {
            Value::Null => String::new(),
            Value::String(text) => text,
            number => number.to_string(),
        };
        table += &line(cells(row).into_iter().map(text).collect());
    }
    table
}

#[cfg(test)]
mod tests {
    use deskwire_store::ReportKey;

    use super::*;

    #[test]
    fn a_row_has_its_names_its_counters_and_what_follows_from_them() {
        let counters = Counters { rated: 4, score: 14, satisfied: 3, waited: 2, wait_ms: 3000, ..Counters::default() };
        let key = ReportKey { agent: Some(Uid::new("a").unwrap()), ..ReportKey::default() };
        let table = csv(&[ReportRow { key, counters }]);
        let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split(',').collect()).collect();
        assert_eq!(lines.len(), 2);
        let cell = |name: &str| lines[1][lines[0].iter().position(|column| *column == name).unwrap()];
        for (name, value) in [
            ("time", ""),
            ("agent", "a"),
            ("visitorMessages", "0"),
            ("waitMs", "3000"),
            ("meanWaitMs", "1500.0"),
            ("meanScore", "3.5"),
            ("csat", "0.75"),
            ("meanResponseMs", ""),
        ] {
            assert_eq!(cell(name), value, "{name}");
        }
    }

    #[test]
    fn a_query_is_read() {
        let query = |from: &str, group_by: &str| {
            let query = ReportQuery {
                from: Some(from.to_owned()),
                to: Some("1970-01-02T00:00:00Z".to_owned()),
                group_by: group_by.to_owned(),
                workgroup_uid: None,
                agent_uid: None,
            };
            query.read()
        };
        let read = query("5", "day,agent").unwrap();
        assert_eq!((read.from, read.to), (Timestamp(5), Timestamp(DAY_MS)));
        assert_eq!(read.group_by, [ReportGroup::Day, ReportGroup::Agent]);
        assert!(query("yesterday", "").is_err());
        assert!(query("5", "week").is_err());
    }
}
