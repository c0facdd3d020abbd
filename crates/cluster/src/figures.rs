//! What the bus counts, for `/metrics`.

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

/// Handles that are looked up once: hints pass by often.
pub(crate) struct Figures {
    /// Hints handed to Redis.
    pub(crate) published: Counter,
    /// Hints of others that came.
    pub(crate) heard: Counter,
    /// Hints that were not published: no connection, no room, refused by Redis, too large.
    pub(crate) dropped: Counter,
    /// How often hints may have been lost on the way here.
    pub(crate) missed: Counter,
    /// Frames that could not be read.
    pub(crate) damaged: Counter,
    /// Frames of a newer version.
    pub(crate) unknown: Counter,
    /// Connections made after the first one.
    pub(crate) reconnects: Counter,
    /// 1 while Redis is there.
    pub(crate) up: Gauge,
    /// Other nodes.
    pub(crate) peers: Gauge,
    /// From publishing to hearing, by the clocks of both nodes; never below zero.
    pub(crate) lag: Histogram,
}

impl Figures {
    pub(crate) fn new() -> Self {
        Self {
            published: counter!("deskwire_bus_published_total"),
            heard: counter!("deskwire_bus_heard_total"),
            dropped: counter!("deskwire_bus_dropped_total"),
            missed: counter!("deskwire_bus_missed_total"),
            damaged: counter!("deskwire_bus_unreadable_total", "reason" => "damaged"),
            unknown: counter!("deskwire_bus_unreadable_total", "reason" => "unknown"),
            reconnects: counter!("deskwire_bus_reconnects_total"),
            up: gauge!("deskwire_bus_up"),
            peers: gauge!("deskwire_bus_peers"),
            lag: histogram!("deskwire_bus_lag_seconds"),
        }
    }
}

/// Something did not fit a bound of the bus.
pub(crate) fn limit_hit(limit: &'static str) {
    counter!("deskwire_limit_hits_total", "limit" => limit).increment(1);
}
