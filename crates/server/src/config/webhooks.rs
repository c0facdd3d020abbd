//! `[webhooks]`: who is told over HTTP of what happens, and how patiently.

use ipnet::IpNet;

use super::amount::{Millis, Seconds, bounded_section};

bounded_section! {
    /// `[webhooks]`: telling other servers of what happens.
    WebhooksSection in "webhooks" {
        /// Webhooks and robots of one organisation.
        per_organisation: usize = 32, 1..=10_000;
        /// Requests at a time, of all.
        requests: usize = 64, 1..=10_000;
        /// Requests at a time to one webhook; each is of another conversation.
        requests_per_hook: usize = 8, 1..=1000;
        /// Milliseconds for a request with its answer.
        timeout_ms: Millis = Millis(10_000), 100..=120_000;
        /// Times that an event is told before it is given up.
        attempts: u32 = 24, 1..=100;
        /// Milliseconds before the second time; each further time twice as many.
        retry_ms: Millis = Millis(2000), 10..=600_000;
        /// Seconds between two times at most.
        retry_max_s: Seconds = Seconds(3600), 1..=7 * 24 * 60 * 60;
        /// Milliseconds that a robot has for its answer.
        robot_timeout_ms: Millis = Millis(10_000), 100..=120_000;
        /// Milliseconds that a robot has for an answer that it gives piece by piece.
        robot_stream_ms: Millis = Millis(120_000), 100..=600_000;
        /// Times that a robot is asked before people take the conversation.
        robot_attempts: u32 = 2, 1..=10;
    } and {
        /// Networks to which requests may go although they are not public, as `10.1.2.0/24`.
        allowed_networks: Vec<IpNet>;
    }
}
