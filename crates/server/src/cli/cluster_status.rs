//! `deskwire cluster status`: the nodes of the cluster, and whether they are well.

use std::{
    fmt::{self, Display},
    io::{self, Write},
    process::ExitCode,
};

use jiff::Timestamp;
use reqwest::StatusCode;
use serde::{Deserialize, Serialize};

use super::{
    ClusterStatusArgs,
    ask_running::{AskError, RunningServer},
    failure,
};
use crate::{
    http::api::{Node, Nodes},
    ops::{BusState, Readiness, Standing},
};

const HEADS: [&str; 9] = ["NODE", "STATE", "SINCE", "VERSION", "LISTENS", "CONNECTIONS", "REDIS", "DATABASE", "LAG"];

/// How the API wraps what it answers.
#[derive(Deserialize)]
struct Envelope {
    data: Nodes,
}

/// What programs read.
#[derive(Serialize)]
struct Report<'a> {
    /// Whether nothing is wrong.
    well: bool,
    /// What is, for people.
    problems: &'a [String],
    #[serde(flatten)]
    nodes: &'a Nodes,
}

pub(super) fn run(args: ClusterStatusArgs) -> ExitCode {
    let (json, expected) = (args.json, args.expect);
    let nodes = match ask(args) {
        Ok(nodes) => nodes,
        Err(error) => return failure(&error),
    };
    let problems = problems(&nodes, expected);
    if let Err(error) = print(&nodes, &problems, json) {
        return failure(&error);
    }
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn ask(args: ClusterStatusArgs) -> Result<Nodes, AskError> {
    let server = RunningServer::find_with_pass(args.running.config.path.as_deref(), args.running.data)?;
    match server.get("/api/v1/ops/nodes")? {
        (StatusCode::OK, text) => Ok(serde_json::from_str::<Envelope>(&text)?.data),
        (status, _) => Err(AskError::Refused(status)),
    }
}

fn print(nodes: &Nodes, problems: &[String], json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut out, &Report { well: problems.is_empty(), problems, nodes })?;
        return writeln!(out);
    }
    write!(out, "{}", Table(&nodes.nodes))?;
    problems.iter().try_for_each(|problem| writeln!(out, "{problem}"))
}

/// What is wrong, a line for each thing.
fn problems(nodes: &Nodes, expected: Option<usize>) -> Vec<String> {
    let of_node = |node: &Node| {
        let wrong = match &node.standing {
            _ if node.missing => vec!["is missing"],
            None => vec!["does not answer"],
            Some(standing) => wrong_with(standing),
        };
        wrong.into_iter().map(|wrong| format!("{} {wrong}", node.name)).collect::<Vec<_>>()
    };
    let mut problems: Vec<String> = nodes.nodes.iter().flat_map(of_node).collect();
    let there = nodes.nodes.iter().filter(|node| !node.missing).count();
    if let Some(expected) = expected.filter(|expected| there < *expected) {
        problems.push(format!("{there} nodes are there, {expected} are expected"));
    }
    problems
}

fn wrong_with(standing: &Standing) -> Vec<&'static str> {
    let readiness = match standing.readiness {
        Readiness::Ready => None,
        Readiness::Unready => Some("is not ready: it cannot write to the database"),
        Readiness::Draining => Some("is stopping"),
    };
    let bus = (standing.bus == BusState::Down).then_some("is without Redis");
    readiness.into_iter().chain(bus).collect()
}

/// A table for people.
struct Table<'a>(&'a [Node]);

impl Table<'_> {
    fn cells(node: &Node) -> [String; HEADS.len()] {
        let since = Timestamp::from_millisecond(node.since).map_or_else(|_| "-".to_owned(), |at| format!("{at:.0}"));
        let Some(standing) = &node.standing else {
            let state = if node.missing { "missing" } else { "silent" };
            let unknown = || "-".to_owned();
            let heard = node.heard_ms.map_or_else(unknown, |heard| format!("heard {} s ago", heard / 1000));
            return [
                node.name.clone(),
                state.to_owned(),
                since,
                unknown(),
                heard,
                unknown(),
                unknown(),
                unknown(),
                unknown(),
            ];
        };
        let state = match standing.readiness {
            Readiness::Ready => "ready",
            Readiness::Unready => "not ready",
            Readiness::Draining => "stopping",
        };
        let redis = match standing.bus {
            BusState::Alone => "-",
            BusState::Up => "up",
            BusState::Down => "down",
        };
        let by_protocol = standing.by_protocol.iter().map(|one| format!("{} {}", one.protocol, one.count));
        let connections = [standing.connections.to_string()].into_iter().chain(by_protocol).collect::<Vec<_>>();
        let store = &standing.store;
        let database =
            if store.up { format!("{} {:.0} ms", store.kind, store.write_ms) } else { format!("{} down", store.kind) };
        [
            node.name.clone(),
            state.to_owned(),
            since,
            standing.version.clone(),
            standing.listeners.join(" "),
            connections.join(", "),
            redis.to_owned(),
            database,
            standing.lag_p95_ms.map_or_else(|| "-".to_owned(), |lag| format!("{lag:.0} ms")),
        ]
    }
}

impl Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows = vec![HEADS.map(str::to_owned)];
        rows.extend(self.0.iter().map(Self::cells));
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
        let widths: [usize; HEADS.len()] = std::array::from_fn(width);
        for row in &rows {
            let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect::<Vec<_>>();
            writeln!(f, "{}", cells.join("  ").trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::{ProtocolCount, StoreStanding};

    fn standing(readiness: Readiness, bus: BusState) -> Standing {
        Standing {
            version: "1.2.3".to_owned(),
            started_at: 0,
            readiness,
            listeners: vec!["http://0.0.0.0:9003".to_owned()],
            connections: 3,
            most_connections: 10,
            by_protocol: vec![ProtocolCount { protocol: "mqtt".to_owned(), count: 3 }],
            bus,
            lag_p95_ms: Some(1.6),
            store: StoreStanding {
                kind: "postgresql".to_owned(),
                up: readiness != Readiness::Unready,
                write_ms: 2.2,
                commit_p95_ms: None,
            },
        }
    }

    fn node(name: &str, missing: bool, standing: Option<Standing>) -> Node {
        Node { name: name.to_owned(), id: None, since: 0, heard_ms: Some(7000), missing, standing }
    }

    #[test]
    fn whatever_is_not_well_is_named() {
        let well = || node("n1", false, Some(standing(Readiness::Ready, BusState::Up)));
        let nodes = |nodes| Nodes { bus: BusState::Up, nodes };
        assert_eq!(problems(&nodes(vec![well()]), None), Vec::<String>::new());
        assert_eq!(problems(&nodes(vec![well()]), Some(2)), ["1 nodes are there, 2 are expected"]);
        let unwell = vec![
            well(),
            node("n2", false, Some(standing(Readiness::Unready, BusState::Down))),
            node("n3", false, None),
            node("n4", true, None),
            node("n5", false, Some(standing(Readiness::Draining, BusState::Up))),
        ];
        let expected = [
            "n2 is not ready: it cannot write to the database",
            "n2 is without Redis",
            "n3 does not answer",
            "n4 is missing",
            "n5 is stopping",
        ];
        assert_eq!(problems(&nodes(unwell), Some(4)), expected);
    }

    #[test]
    fn the_table_has_a_line_for_each_node() {
        let nodes = [node("n1", false, Some(standing(Readiness::Ready, BusState::Up))), node("n2", true, None)];
        let table = Table(&nodes).to_string();
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 3, "{table}");
        assert!(lines[0].starts_with("NODE  STATE"), "{table}");
        assert!(lines[1].contains("1970-01-01T00:00:00Z") && lines[1].contains("3, mqtt 3"), "{table}");
        assert!(lines[1].ends_with("up     postgresql 2 ms  2 ms"), "{table}");
        assert!(lines[2].contains("missing") && lines[2].contains("heard 7 s ago"), "{table}");
    }
}
