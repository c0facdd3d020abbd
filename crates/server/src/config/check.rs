//! Checks that values make sense, alone and together.

use std::{collections::HashSet, fmt};

use jiff::tz::TimeZone;
use tracing_subscriber::EnvFilter;

use super::{Config, amount::Bound, layers::Origin};

/// A key whose value cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The dotted key.
    pub key: &'static str,
    /// What is wrong with its value.
    pub reason: String,
    /// The layer that set it.
    pub origin: Origin,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} (set by {})", self.key, self.reason, self.origin)
    }
}

impl Config {
    /// Everything that is wrong, in the order of the sections.
    pub(super) fn problems(&self, origin: impl Fn(&str) -> Origin) -> Vec<Problem> {
        let mut found = Vec::new();
        self.check_server(&mut found);
        let sections = [
            self.store.bounds(),
            self.limits.bounds(),
            self.heartbeat.bounds(),
            self.presence.bounds(),
            self.search.bounds(),
            self.auth.bounds(),
            self.queues.bounds(),
            self.files.bounds(),
            self.notices.bounds(),
            self.channels.bounds(),
            self.webhooks.bounds(),
            self.service_keys.bounds(),
            self.moderation.bounds(),
            self.cluster.bounds(),
            self.retention.bounds(),
            self.ops.bounds(),
        ];
        for Bound { key, value, allowed } in sections.into_iter().flatten() {
            if !allowed.contains(&value) {
                let (least, most) = allowed.into_inner();
                found.push((key, format!("{value} is outside {least} to {most}")));
            }
        }
        self.check_relations(&mut found);
        self.check_sockjs(&mut found);
        self.store.check(&mut found);
        self.files.check(&mut found);
        self.cluster.check(&mut found);
        self.check_desk(&mut found);
        self.check_service_accounts(&mut found);
        if let Err(error) = EnvFilter::try_new(&self.log.level) {
            found.push(("log.level", format!("{:?} is no log level: {error}", self.log.level)));
        }
        found.into_iter().map(|(key, reason)| Problem { key, reason, origin: origin(key) }).collect()
    }

    fn check_server(&self, found: &mut Vec<(&'static str, String)>) {
        let listen = &self.server.listen;
        if listen.is_empty() {
            found.push(("server.listen", "there is nothing to listen on".to_owned()));
        }
        let mut taken = HashSet::new();
        for url in listen {
            if url.address.port() != 0 && !taken.insert(url.address) {
                found.push(("server.listen", format!("{} is named twice", url.address)));
            }
            if url.tls && self.tls.certificate.is_none() {
                found.push(("tls.certificate", format!("{url} needs one")));
            }
        }
        match (&self.tls.certificate, &self.tls.key) {
            (Some(_), None) => found.push(("tls.key", "the certificate needs its key".to_owned())),
            (None, Some(_)) => found.push(("tls.certificate", "the key needs its certificate".to_owned())),
            _ => {}
        }
    }

    fn check_relations(&self, found: &mut Vec<(&'static str, String)>) {
        let limits = &self.limits;
        if limits.stomp_frame_bytes < limits.connect_bytes {
            found.push(("limits.stomp_frame_bytes", "must not be below limits.connect_bytes".to_owned()));
        }
        if limits.commit_queue < limits.commit_batch {
            found.push(("limits.commit_queue", "must not be below limits.commit_batch".to_owned()));
        }
        // A WebSocket that answers pings must never seem to be gone, and one that does not is cut before its lease is over.
        if self.heartbeat.idle_ping_ms.duration() * 2 > self.presence.lease_s.duration() {
            let reason = "must not be over half of presence.lease_s".to_owned();
            found.push(("heartbeat.idle_ping_ms", reason));
        }
        if limits.mqtt_queued_total_bytes < limits.mqtt_queued_bytes {
            found.push(("limits.mqtt_queued_total_bytes", "must not be below limits.mqtt_queued_bytes".to_owned()));
        }
    }

    fn check_sockjs(&self, found: &mut Vec<(&'static str, String)>) {
        let sockjs = &self.sockjs;
        for (key, value, least, most) in [
            ("sockjs.heartbeat_ms", sockjs.heartbeat_ms.0, 100, 600_000),
            ("sockjs.disconnect_ms", sockjs.disconnect_ms.0, 100, 600_000),
            ("sockjs.response_bytes", sockjs.response_bytes as u64, 1024, 64 * 1024 * 1024),
        ] {
            if !(least..=most).contains(&value) {
                found.push((key, format!("{value} is outside {least} to {most}")));
            }
        }
        let url = &sockjs.client_url;
        if !url.is_empty() && !["/", "http"].iter().any(|start| url.starts_with(start)) {
            found.push(("sockjs.client_url", format!("{:?} begins neither with / nor with http", sockjs.client_url)));
        }
    }

    fn check_desk(&self, found: &mut Vec<(&'static str, String)>) {
        let desk = &self.desk;
        if TimeZone::get(&desk.time_zone).is_err() {
            found.push(("desk.time_zone", format!("{:?} is no IANA time zone", desk.time_zone)));
        }
        if !(1..=10_000).contains(&desk.agent_capacity) {
            found.push(("desk.agent_capacity", format!("{} is outside 1 to 10000", desk.agent_capacity)));
        }
    }

    fn check_service_accounts(&self, found: &mut Vec<(&'static str, String)>) {
        let mut names = HashSet::new();
        for account in &self.service_accounts {
            if !names.insert(&account.name) {
                found.push(("service_accounts", format!("{} is named twice", account.name)));
            }
            if account.secret.expose().is_empty() {
                found.push(("service_accounts", format!("the secret of {} is empty", account.name)));
            }
        }
    }
}
