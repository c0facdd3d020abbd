//! Counters and gauges, registered once and then held as handles, so that the hot paths never look up a name. What is
//! counted once per transaction or more rarely is counted by name where it happens.

use std::sync::Arc;

use metrics::{
    Counter, Gauge, Histogram, SetRecorderError, counter, describe_counter, describe_gauge, describe_histogram, gauge,
    histogram,
};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

use super::readings::{COMMIT_SECONDS, DELIVERED_AFTER, Read, Readings, STORED_AFTER};

const COMMIT_BATCH: &str = "deskwire_commit_batch_entries";
pub(crate) const WEBHOOK_SECONDS: &str = "deskwire_webhook_seconds";

const BATCH_BUCKETS: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];
const SECONDS_BUCKETS: [f64; 11] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0];
const REQUEST_BUCKETS: [f64; 9] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 15.0];

/// A protocol, as a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// Requests and answers; a connection counts until it upgrades.
    Http,
    /// STOMP, on WebSocket or plain.
    Stomp,
    /// STOMP inside SockJS.
    SockJs,
    /// MQTT, on WebSocket or plain.
    Mqtt,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Http, Self::Stomp, Self::SockJs, Self::Mqtt];

    /// The label.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Stomp => "stomp",
            Self::SockJs => "sockjs",
            Self::Mqtt => "mqtt",
        }
    }
}

/// A bound of the product that somebody ran into, as a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// `limits.max_connections`.
    Connections,
    /// `limits.connections_per_address` and `limits.connects_per_second`.
    Address,
    /// `limits.connect_deadline_ms`.
    ConnectDeadline,
    /// A message, frame or packet that is too large.
    Size,
    /// `limits.subscriptions_per_connection`.
    Subscriptions,
    /// The transaction limits.
    Transactions,
    /// `limits.unacknowledged_per_subscription`, by the reader of a live topic; others are waited for.
    Unacknowledged,
    /// `limits.unanswered_publishes`, by an MQTT client that went far beyond it; others are waited for.
    Commits,
    /// `limits.write_stall_ms`.
    WriteStall,
    /// The login limits.
    Login,
    /// The rate limits.
    Rate,
    /// `limits.sockjs_sessions_per_address`.
    SockJsSessions,
    /// `limits.sockjs_waiting_bytes`, by a client whose messages nobody takes for `limits.sockjs_post_wait_ms`.
    SockJsWaiting,
    /// `limits.sockjs_relayed`.
    SockJsRelayed,
    /// The limits of queues.
    Queues,
    /// `limits.retained_topics` and `limits.retained_bytes`.
    Retained,
    /// `files.organisation_bytes` and `files.files_per_visitor`.
    Files,
    /// `limits.mqtt_sessions`.
    MqttSessions,
}

impl Limit {
    const ALL: [Self; 18] = [
        Self::Connections,
        Self::Address,
        Self::ConnectDeadline,
        Self::Size,
        Self::Subscriptions,
        Self::Transactions,
        Self::Unacknowledged,
        Self::Commits,
        Self::WriteStall,
        Self::Login,
        Self::Rate,
        Self::SockJsSessions,
        Self::SockJsWaiting,
        Self::SockJsRelayed,
        Self::Queues,
        Self::Retained,
        Self::Files,
        Self::MqttSessions,
    ];

    const fn label(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::Address => "address",
            Self::ConnectDeadline => "connect_deadline",
            Self::Size => "size",
            Self::Subscriptions => "subscriptions",
            Self::Transactions => "transactions",
            Self::Unacknowledged => "unacknowledged",
            Self::Commits => "commits",
            Self::WriteStall => "write_stall",
            Self::Login => "login",
            Self::Rate => "rate",
            Self::SockJsSessions => "sockjs_sessions",
            Self::SockJsWaiting => "sockjs_waiting",
            Self::SockJsRelayed => "sockjs_relayed",
            Self::Queues => "queues",
            Self::Retained => "retained",
            Self::Files => "files",
            Self::MqttSessions => "mqtt_sessions",
        }
    }
}

/// The handles of all metrics.
#[derive(Debug)]
pub struct Metrics {
    /// Sockets open now.
    pub sockets: Gauge,
    /// Sockets accepted.
    pub accepted: Counter,
    /// Sockets closed at once because the server is full.
    pub refused: Counter,
    /// Seconds from taking a message of a conversation in to writing it for one who follows it.
    pub delivered_after: Histogram,
    /// SockJS requests under way whose session is on another node.
    pub relaying: Gauge,
    /// Those that receive, since the start.
    pub relayed_receives: Counter,
    /// Those that bring messages.
    pub relayed_sends: Counter,
    /// Those whose session was lost with its node, or with the bus.
    pub relays_lost: Counter,
    connections: [Gauge; Protocol::ALL.len()],
    messages_in: [Counter; Protocol::ALL.len()],
    messages_out: [Counter; Protocol::ALL.len()],
    limit_hits: [Counter; Limit::ALL.len()],
}

impl Metrics {
    /// Registers everything with the current recorder; without one the handles do nothing.
    #[must_use]
    pub fn register() -> Self {
        describe();
        Self {
            sockets: gauge!("deskwire_sockets"),
            accepted: counter!("deskwire_sockets_accepted_total"),
            refused: counter!("deskwire_sockets_refused_total"),
            delivered_after: histogram!(DELIVERED_AFTER),
            relaying: gauge!("deskwire_sockjs_relaying"),
            relayed_receives: counter!("deskwire_sockjs_relayed_total", "kind" => "receive"),
            relayed_sends: counter!("deskwire_sockjs_relayed_total", "kind" => "send"),
            relays_lost: counter!("deskwire_sockjs_lost_total"),
            connections: Protocol::ALL.map(|p| gauge!("deskwire_connections", "protocol" => p.label())),
            messages_in: Protocol::ALL.map(|p| counter!("deskwire_messages_in_total", "protocol" => p.label())),
            messages_out: Protocol::ALL.map(|p| counter!("deskwire_messages_out_total", "protocol" => p.label())),
            limit_hits: Limit::ALL.map(|l| counter!("deskwire_limit_hits_total", "limit" => l.label())),
        }
    }

    /// Connections that speak `protocol` now.
    pub const fn connections(&self, protocol: Protocol) -> &Gauge {
        &self.connections[protocol as usize]
    }

    /// Messages received over `protocol`.
    pub const fn messages_in(&self, protocol: Protocol) -> &Counter {
        &self.messages_in[protocol as usize]
    }

    /// Messages delivered over `protocol`.
    pub const fn messages_out(&self, protocol: Protocol) -> &Counter {
        &self.messages_out[protocol as usize]
    }

    /// How often `limit` was hit.
    pub const fn limit_hits(&self, limit: Limit) -> &Counter {
        &self.limit_hits[limit as usize]
    }
}

fn describe() {
    describe_gauge!("deskwire_sockets", "Sockets open now");
    describe_counter!("deskwire_sockets_accepted_total", "Sockets accepted");
    describe_counter!("deskwire_sockets_refused_total", "Sockets closed at once because the server is full");
    describe_gauge!("deskwire_connections", "Connections open now, by protocol");
    describe_counter!("deskwire_messages_in_total", "Messages received, by protocol");
    describe_counter!("deskwire_messages_out_total", "Messages delivered, by protocol");
    describe_histogram!(COMMIT_BATCH, "Entries per transaction");
    describe_histogram!(COMMIT_SECONDS, "Seconds per transaction");
    describe_histogram!(STORED_AFTER, "Seconds from taking an entry in to having it on disk");
    describe_gauge!("deskwire_sockjs_relaying", "SockJS requests now whose session is on another node");
    describe_counter!("deskwire_sockjs_relayed_total", "SockJS requests whose session is on another node, by kind");
    describe_counter!("deskwire_sockjs_lost_total", "Those whose session was lost with its node, or with the bus");
    describe_counter!("deskwire_limit_hits_total", "How often somebody ran into a bound, by bound");
    describe_counter!("deskwire_outbox_overflows_total", "Outboxes that grew over their bound");
    describe_counter!(
        "deskwire_messages_unheard_total",
        "Messages to users, sessions or their queues that nobody heard"
    );
    describe_gauge!("deskwire_polling_devices", "Devices that keep agents online over HTTP, without a connection, now");
    describe_gauge!("deskwire_queues", "Work queues now");
    describe_gauge!("deskwire_durable_subscriptions", "Durable subscriptions now");
    describe_gauge!("deskwire_queue_messages", "Messages in queues now, waiting or unsettled");
    describe_gauge!(
        "deskwire_queue_messages_elsewhere",
        "Messages of work queues that wait for any node, or that others hand out"
    );
    describe_gauge!("deskwire_queue_bytes", "Weight of these messages");
    describe_counter!(
        "deskwire_queue_messages_dropped_total",
        "Messages that queues and mailboxes dropped unconsumed, by reason"
    );
    describe_gauge!("deskwire_retained_messages", "Live topics with a retained message now");
    describe_gauge!("deskwire_retained_bytes", "Weight of these messages");
    describe_gauge!("deskwire_mqtt_durable_sessions", "MQTT sessions that outlive their connections now");
    describe_gauge!(
        "deskwire_mailbox_messages",
        "Messages that wait for MQTT sessions now, or for their acknowledgement"
    );
    describe_gauge!("deskwire_mailbox_bytes", "Weight of these messages");
    describe_counter!("deskwire_http_repeats_total", "Requests that got the answer of an earlier one with their key");
    describe_counter!("deskwire_messages_dropped_total", "Messages that an MQTT client did not get, by reason");
    describe_counter!("deskwire_taboo_hits_total", "Words that are not to be said and were, by action");
    describe_counter!("deskwire_messages_refused_total", "What users said or asked for in vain, by reason");
    describe_counter!("deskwire_moderation_forgotten_total", "Hits and blocks that were kept for long enough, by kind");
    describe_gauge!("deskwire_files", "Uploaded files");
    describe_gauge!("deskwire_file_bytes", "Their bytes, thumbnails included");
    describe_gauge!("deskwire_uploads", "Uploads under way");
    describe_counter!("deskwire_files_uploaded_total", "Files that came, by kind");
    describe_counter!("deskwire_files_removed_total", "Files that were removed, by reason");
    describe_counter!("deskwire_uploads_refused_total", "Files that were refused, by reason");
    describe_counter!("deskwire_file_bytes_received_total", "Bytes of files received, refused ones included");
    describe_counter!("deskwire_file_bytes_sent_total", "Bytes of files that were asked for");
    describe_counter!("deskwire_webhook_requests_total", "Events told to webhooks, by outcome");
    describe_histogram!(WEBHOOK_SECONDS, "Seconds per request to a webhook");
    describe_counter!("deskwire_logins_refused_total", "Sessions refused for their credentials, by protocol");
}

/// A recorder with our buckets that is not the process's own; [`install`] is what a server uses.
///
/// # Errors
/// Never with the buckets above; the exporter asks for it.
pub fn recorder() -> Result<PrometheusRecorder, BuildError> {
    Ok(builder()?.build_recorder())
}

/// Makes the recorder the process's own; to be called once, before [`Metrics::register`]. Returns what renders the metrics,
/// and what can be read of them.
///
/// # Errors
/// When the process has a recorder already.
pub(crate) fn install() -> Result<(PrometheusHandle, Arc<Readings>), BuildError> {
    let (readings, recorder) = (Arc::<Readings>::default(), builder()?.build_recorder());
    let handle = recorder.handle();
    let recorder = Read { readings: Arc::clone(&readings), recorder };
    metrics::set_global_recorder(recorder).map_err(|refused| SetRecorderError(refused.0.recorder))?;
    Ok((handle, readings))
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(COMMIT_BATCH.to_owned()), &BATCH_BUCKETS)?
        .set_buckets_for_metric(Matcher::Full(COMMIT_SECONDS.to_owned()), &SECONDS_BUCKETS)?
        .set_buckets_for_metric(Matcher::Full(STORED_AFTER.to_owned()), &SECONDS_BUCKETS)?
        .set_buckets_for_metric(Matcher::Full(WEBHOOK_SECONDS.to_owned()), &REQUEST_BUCKETS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_count_under_their_labels() {
        let recorder = recorder().unwrap();
        let metrics = metrics::with_local_recorder(&recorder, || {
            metrics::histogram!(COMMIT_BATCH).record(3.0);
            Metrics::register()
        });
        for (position, protocol) in Protocol::ALL.into_iter().enumerate() {
            assert_eq!(position, protocol as usize);
        }
        for (position, limit) in Limit::ALL.into_iter().enumerate() {
            assert_eq!(position, limit as usize);
        }
        metrics.connections(Protocol::Mqtt).increment(2.0);
        metrics.messages_in(Protocol::Stomp).increment(3);
        metrics.messages_out(Protocol::SockJs).increment(4);
        metrics.limit_hits(Limit::Rate).increment(5);
        let text = recorder.handle().render();
        for line in [
            "deskwire_connections{protocol=\"mqtt\"} 2",
            "deskwire_messages_in_total{protocol=\"stomp\"} 3",
            "deskwire_messages_out_total{protocol=\"sockjs\"} 4",
            "deskwire_limit_hits_total{limit=\"rate\"} 5",
            "deskwire_commit_batch_entries_bucket{le=\"4\"} 1",
        ] {
            assert!(text.lines().any(|l| l == line), "{line} is missing in\n{text}");
        }
    }
}
