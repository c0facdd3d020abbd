//! The line of JSON that a run prints.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::{
    ledger::Verdict,
    measure::{Percentiles, ProcessSpent, Spent},
    run::{Counts, Run},
};

/// The outcome of a run. What does not apply is missing.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// Name of the scenario.
    pub(crate) scenario: &'static str,
    /// How it was called.
    pub(crate) parameters: Value,
    /// Length of the measured part.
    pub(crate) seconds: f64,
    /// Messages that reached a subscriber in the measured part; in `churn`, cycles that ended.
    pub(crate) delivered: u64,
    /// The same per second.
    pub(crate) delivered_per_s: f64,
    /// Messages acknowledged to their sender (echo or PUBACK) per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) committed_per_s: Option<f64>,
    /// From sending to delivery; in `chat` and `desk` from the visitor's message to the agent's answer, in `churn`
    /// of a cycle, in `assign` from when the agents begin to connect until a visitor hears of its agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) latency_ms: Option<Percentiles>,
    /// From sending to the sender's own echo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) echo_ms: Option<Percentiles>,
    /// Of a page of a history over HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) history_ms: Option<Percentiles>,
    /// Of a transfer and its acceptance, or an end and a new beginning, over HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) move_ms: Option<Percentiles>,
    /// What opening the connections took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) opening: Option<Opening>,
    /// What the server used in the measured part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) server: Option<ServerUse>,
    /// What each node and each service used in the measured part, if there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) processes: Vec<ProcessUse>,
    /// What the counters of services grew by per second in the measured part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) counted_per_s: Option<BTreeMap<String, f64>>,
    /// CPU use of the generator in the measured part; 100 is one processor.
    pub(crate) generator_cpu_percent: Option<f64>,
    /// CPU use of the rest of the machine in the measured part.
    pub(crate) rest_cpu_percent: Option<f64>,
    /// Messages of the whole run that never arrived, arrived again, or arrived behind a later one.
    #[serde(flatten)]
    pub(crate) verdict: Verdict,
    /// Arrivals whose `seq` is not one above the one before in their conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seq_breaks: Option<u64>,
    /// Messages without a stamp of this run, such as greetings; in `desk` receipts, typing and recalls too.
    pub(crate) foreign: u64,
    /// Connections and requests that failed.
    pub(crate) errors: u64,
}

/// Opening many connections.
#[derive(Debug, Serialize)]
pub(crate) struct Opening {
    /// How many were opened.
    pub(crate) connections: u64,
    /// How fast.
    pub(crate) per_s: f64,
    /// How many per second of the server's CPU time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) per_cpu_s: Option<f64>,
    /// How far the server's resident memory grew, for each of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kib_per_connection: Option<f64>,
}

/// What one process, or one with its children, used.
#[derive(Debug, Serialize)]
pub(crate) struct ProcessUse {
    /// Its name: `n1`, `n2` … for nodes.
    pub(crate) name: String,
    /// Seconds of CPU time.
    pub(crate) cpu_s: f64,
    /// CPU use; 100 is one processor.
    pub(crate) cpu_percent: f64,
    /// Resident memory at the end.
    pub(crate) rss_kib: Option<u64>,
}

/// What the server used, all nodes together.
#[derive(Debug, Serialize)]
pub(crate) struct ServerUse {
    /// Seconds of CPU time.
    pub(crate) cpu_s: f64,
    /// CPU use; 100 is one processor.
    pub(crate) cpu_percent: f64,
    /// Deliveries, or cycles, per second of CPU time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delivered_per_cpu_s: Option<f64>,
    /// Resident memory at the end.
    pub(crate) rss_kib: Option<u64>,
}

impl Report {
    /// The report of `scenario`, which ended with `verdict` after its measured part took `spent`.
    pub(crate) fn new(scenario: &'static str, parameters: Value, run: &Run, spent: &Spent, verdict: Verdict) -> Self {
        let Counts { delivered, foreign, errors, .. } = run.counts();
        let seconds = spent.elapsed.as_secs_f64();
        let percent = |cpu: std::time::Duration| round(cpu.as_secs_f64() / seconds * 100.0);
        Self {
            scenario,
            parameters,
            seconds: round(seconds),
            delivered,
            delivered_per_s: round(delivered as f64 / seconds),
            committed_per_s: None,
            latency_ms: run.latencies().percentiles(),
            echo_ms: run.echoes().percentiles(),
            history_ms: None,
            move_ms: None,
            opening: None,
            server: spent.server().map(|server| ServerUse {
                cpu_s: round(server.cpu.as_secs_f64()),
                cpu_percent: percent(server.cpu),
                delivered_per_cpu_s: (delivered > 0 && !server.cpu.is_zero())
                    .then(|| round(delivered as f64 / server.cpu.as_secs_f64())),
                rss_kib: server.memory_kib,
            }),
            processes: if spent.processes.len() > 1 {
                let used = |process: &ProcessSpent| ProcessUse {
                    name: process.name.clone(),
                    cpu_s: round(process.cpu.as_secs_f64()),
                    cpu_percent: percent(process.cpu),
                    rss_kib: process.memory_kib,
                };
                spent.processes.iter().map(used).collect()
            } else {
                Vec::new()
            },
            counted_per_s: spent
                .counted
                .as_ref()
                .map(|counted| counted.per_s.iter().map(|(name, rate)| (name.clone(), round(*rate))).collect()),
            generator_cpu_percent: spent.own_cpu.map(percent),
            rest_cpu_percent: spent.rest_cpu.map(percent),
            verdict,
            seq_breaks: None,
            foreign,
            errors,
        }
    }
}

impl Opening {
    /// `connections` that took `spent` to open; some time later the server's memory had grown by `growth_kib`.
    pub(crate) fn new(connections: u64, spent: &Spent, growth_kib: Option<i64>) -> Self {
        let count = connections as f64;
        let cpu = spent.server().map(|server| server.cpu).filter(|cpu| !cpu.is_zero());
        Self {
            connections,
            per_s: round(count / spent.elapsed.as_secs_f64()),
            per_cpu_s: cpu.map(|cpu| round(count / cpu.as_secs_f64())),
            kib_per_connection: growth_kib.map(|kib| round(kib as f64 / count)),
        }
    }
}

/// To three digits behind the point.
pub(crate) fn round(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::measure::Counted;

    fn process(name: &str, cpu: Duration) -> ProcessSpent {
        ProcessSpent { name: name.to_owned(), cpu, memory_kib: Some(1_024), growth_kib: Some(-100) }
    }

    fn spent(server_cpu: Option<Duration>) -> Spent {
        Spent {
            elapsed: Duration::from_secs(2),
            nodes: usize::from(server_cpu.is_some()),
            processes: server_cpu.into_iter().map(|cpu| process("n1", cpu)).collect(),
            counted: None,
            own_cpu: Some(Duration::from_millis(500)),
            rest_cpu: Some(Duration::ZERO),
        }
    }

    #[test]
    fn a_report_has_these_members() {
        let verdict = Verdict { lost: 1, doubled: 2, reordered: 3 };
        let spent = spent(Some(Duration::from_secs(1)));
        let mut report = Report::new("pairs", serde_json::json!({"pairs": 4}), &Run::new(), &spent, verdict);
        report.opening = Some(Opening::new(50, &spent, Some(-100)));
        report.seq_breaks = Some(0);
        assert_eq!(
            serde_json::to_value(&report).unwrap(),
            serde_json::json!({
                "scenario": "pairs",
                "parameters": {"pairs": 4},
                "seconds": 2.0,
                "delivered": 0,
                "delivered_per_s": 0.0,
                "opening": {"connections": 50, "per_s": 25.0, "per_cpu_s": 50.0, "kib_per_connection": -2.0},
                "server": {"cpu_s": 1.0, "cpu_percent": 50.0, "rss_kib": 1024},
                "generator_cpu_percent": 25.0,
                "rest_cpu_percent": 0.0,
                "lost": 1,
                "doubled": 2,
                "reordered": 3,
                "seq_breaks": 0,
                "foreign": 0,
                "errors": 0,
            })
        );
    }

    #[test]
    fn several_processes_are_told_apart() {
        let mut spent = spent(Some(Duration::from_secs(1)));
        spent.processes.push(process("redis", Duration::from_millis(100)));
        let counted = Counted { per_s: [("commands".to_owned(), 12.34567)].into() };
        let spent = Spent { counted: Some(counted), ..spent };
        let report = Report::new("pairs", Value::Null, &Run::new(), &spent, Verdict::default());
        let report = serde_json::to_value(&report).unwrap();
        assert_eq!(report["server"]["cpu_s"], 1.0, "without its services");
        assert_eq!(
            report["processes"],
            serde_json::json!([
                {"name": "n1", "cpu_s": 1.0, "cpu_percent": 50.0, "rss_kib": 1024},
                {"name": "redis", "cpu_s": 0.1, "cpu_percent": 5.0, "rss_kib": 1024},
            ])
        );
        assert_eq!(report["counted_per_s"], serde_json::json!({"commands": 12.346}));
    }

    #[test]
    fn without_a_process_nothing_is_said_of_the_server() {
        let report = Report::new("pairs", Value::Null, &Run::new(), &spent(None), Verdict::default());
        let report = serde_json::to_value(&report).unwrap();
        assert!(report.get("server").is_none() && report.get("latency_ms").is_none());
    }
}
