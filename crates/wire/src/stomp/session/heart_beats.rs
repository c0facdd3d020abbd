use super::SessionConfig;
use crate::{
    Tick,
    stomp::{HeartBeat, Version},
};

/// Both directions of heart-beating (STOMP 1.2, "Heart-beating").
#[derive(Debug, Default)]
pub(super) struct HeartBeats {
    advertised: HeartBeat,
    /// Milliseconds within which the client wants bytes; 0 for never.
    send_interval: u32,
    /// Milliseconds within which the client promised bytes; 0 for never.
    receive_interval: u32,
    last_sent: Tick,
    last_received: Tick,
}

impl HeartBeats {
    /// Settles the intervals from the client's proposal. 1.0 has no heart-beats; clients that send the header for all
    /// versions at once do not beat when it is chosen.
    pub(super) fn negotiate(version: Version, client: HeartBeat, config: &SessionConfig) -> Self {
        if version == Version::V10 {
            return Self::default();
        }
        let follow = |ours: u32, theirs: u32| match (ours, theirs) {
            (0, _) | (_, 0) => ours,
            _ => theirs.clamp(config.heart_beat_min_ms.min(ours), ours),
        };
        let advertised = HeartBeat {
            can_send: follow(config.heart_beat_send_ms, client.wants),
            wants: follow(config.heart_beat_want_ms, client.can_send),
        };
        Self {
            advertised,
            send_interval: interval(advertised.can_send, client.wants),
            receive_interval: interval(client.can_send, advertised.wants),
            ..Self::default()
        }
    }

    pub(super) const fn advertised(&self) -> HeartBeat {
        self.advertised
    }

    pub(super) const fn start(&mut self, now: Tick) {
        self.last_sent = now;
        self.last_received = now;
    }

    pub(super) fn sent(&mut self, now: Tick) {
        self.last_sent = self.last_sent.max(now);
    }

    pub(super) fn received(&mut self, now: Tick) {
        self.last_received = self.last_received.max(now);
    }

    /// When to send, well inside the interval: clients give up after two of them, counted on their own clock.
    pub(super) fn next_send(&self) -> Option<Tick> {
        let interval = u64::from(self.send_interval);
        (interval > 0).then(|| self.last_sent.after(interval * 4 / 5))
    }

    /// When to give up on the client: a browser may hold back timers of a page in the background.
    pub(super) fn dead_at(&self) -> Option<Tick> {
        let interval = u64::from(self.receive_interval);
        (interval > 0).then(|| self.last_received.after(interval * 3))
    }
}

fn interval(sender_can: u32, receiver_wants: u32) -> u32 {
    if sender_can == 0 || receiver_wants == 0 { 0 } else { sender_can.max(receiver_wants) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_follow_both_ends() {
        // Ours, the client's, advertised, sending interval, receiving interval.
        let cases = [
            ((10_000, 10_000), (10_000, 10_000), (10_000, 10_000), 10_000, 10_000),
            ((10_000, 10_000), (5000, 5000), (5000, 5000), 5000, 5000),
            ((10_000, 10_000), (1, 500), (1000, 1000), 1000, 1000),
            ((10_000, 10_000), (30_000, 60_000), (10_000, 10_000), 60_000, 30_000),
            ((10_000, 10_000), (0, 0), (10_000, 10_000), 0, 0),
            ((10_000, 10_000), (0, 4000), (4000, 10_000), 4000, 0),
            ((0, 0), (10_000, 10_000), (0, 0), 0, 0),
            ((500, 500), (200, 200), (500, 500), 500, 500),
        ];
        for (ours, (can_send, wants), advertised, send, receive) in cases {
            let config =
                SessionConfig { heart_beat_send_ms: ours.0, heart_beat_want_ms: ours.1, ..SessionConfig::default() };
            let client = HeartBeat { can_send, wants };
            let beats = HeartBeats::negotiate(Version::V12, client, &config);
            let advertised = HeartBeat { can_send: advertised.0, wants: advertised.1 };
            assert_eq!(beats.advertised(), advertised, "{ours:?} {client:?}");
            assert_eq!(beats.send_interval, send, "{ours:?} {client:?}");
            assert_eq!(beats.receive_interval, receive, "{ours:?} {client:?}");
        }
    }
}
