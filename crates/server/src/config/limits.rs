//! `[limits]`: every bound of the product, with its unit, default and accepted range (invariant I7).

use deskwire_model::MAX_TOPIC_LEVELS;

use super::amount::{Millis, Seconds, bounded_section};

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;
const SECOND: u64 = 1000;
const MINUTE: u64 = 60 * SECOND;
const DAY_S: u64 = 24 * 60 * 60;

bounded_section! {
    /// The bounds of connections, frames, queues, rates and times. No buffer is without one.
    Limits in "limits" {
        /// Open connections of all listeners together; further ones are closed at once.
        max_connections: usize = 100_000, 1..=10_000_000;
        /// Open connections of one address (IPv6: one /64); further ones are closed at once. A trusted proxy has no such bound.
        connections_per_address: usize = 20_000, 1..=10_000_000;
        /// Connections that one address may open per second, as a lasting rate and as a burst; further ones are closed
        /// at once. A trusted proxy has no such bound.
        connects_per_second: u32 = 10_000, 1..=10_000_000;
        /// Milliseconds from accepting a socket to the end of its TLS handshake, and from the upgrade to the CONNECT
        /// frame or packet.
        connect_deadline_ms: Millis = Millis(10 * SECOND), 100..=10 * MINUTE;
        /// Milliseconds to send a whole HTTP request head; also how long an idle keep-alive connection stays.
        header_read_timeout_ms: Millis = Millis(30 * SECOND), 100..=10 * MINUTE;
        /// Bytes of an HTTP request head.
        http_head_bytes: usize = 16 * KIB, 8 * 1024..=1024 * 1024;
        /// Bytes of an HTTP request body.
        http_body_bytes: usize = MIB, 1024..=1024 * 1024 * 1024;
        /// Bytes of the answers that are kept for requests that are sent again under their `Idempotency-Key`.
        repeat_bytes: usize = 16 * MIB, 0..=1024 * 1024 * 1024;
        /// Seconds that these are kept.
        repeat_s: Seconds = Seconds(DAY_S), 1..=7 * DAY_S;
        /// Milliseconds for an HTTP handler to begin its answer.
        http_request_timeout_ms: Millis = Millis(30 * SECOND), 100..=10 * MINUTE;

        /// Bytes of a WebSocket message after joining its fragments.
        websocket_message_bytes: usize = MIB, 1024..=64 * 1024 * 1024;
        /// Bytes of a STOMP frame after CONNECT, head and body together.
        stomp_frame_bytes: usize = 256 * KIB, 1024..=64 * 1024 * 1024;
        /// Bytes of the CONNECT or STOMP frame, or of the MQTT CONNECT packet, which come before anyone is known.
        connect_bytes: usize = 16 * KIB, 512..=1024 * 1024;
        /// Headers of a STOMP frame.
        stomp_headers: usize = 64, 8..=1024;
        /// Bytes of one STOMP header line.
        stomp_header_bytes: usize = 8 * KIB, 256..=64 * 1024;
        /// Bytes of an MQTT packet.
        mqtt_packet_bytes: usize = MIB, 128..=64 * 1024 * 1024;
        /// QoS 1 and QoS 2 messages on their way to one MQTT client.
        mqtt_inflight: u32 = 32, 1..=65_535;
        /// QoS 2 messages that an MQTT client may have sent and not released; a client of MQTT 5.0 is told so, and that QoS 1
        /// messages count too. Not every client library keeps to it.
        mqtt_receive_maximum: u32 = 65_535, 1..=65_535;
        /// Topics that have an alias on a connection of MQTT 5.0, in each direction. Each may take 64 KiB.
        mqtt_topic_aliases: u32 = 32, 0..=1024;
        /// The longest keep alive in seconds that an MQTT client is granted; one that asks for none gets this. 0: what the
        /// client asks for.
        mqtt_keep_alive_s: Seconds = Seconds(0), 0..=65_535;
        /// MQTT sessions that outlive their connections.
        mqtt_sessions: usize = 100_000, 0..=10_000_000;
        /// The longest that an MQTT session outlives its connection, in seconds, whatever version its client speaks;
        /// 4294967295 is for ever.
        mqtt_session_expiry_s: Seconds = Seconds(7 * DAY_S), 0..=u32::MAX as u64;
        /// Messages that wait for one MQTT session, those on their way to its client included.
        mqtt_queued_messages: usize = 20_000, 1..=100_000_000;
        /// Bytes of these messages.
        mqtt_queued_bytes: usize = 16 * MIB, 1024..=1024 * 1024 * 1024 * 1024;
        /// Bytes of the messages that wait for all MQTT sessions.
        mqtt_queued_total_bytes: usize = 256 * MIB, 1024..=1024 * 1024 * 1024 * 1024;
        /// Levels of a topic or filter that a client names.
        topic_levels: usize = 32, 4..=MAX_TOPIC_LEVELS as u64;

        /// Subscriptions of one connection.
        subscriptions_per_connection: usize = 256, 1..=65_536;
        /// Temporary queues of one STOMP connection that it did not subscribe to.
        temporary_queues_per_connection: usize = 16, 0..=1024;
        /// Open STOMP transactions of one connection.
        transactions_per_connection: usize = 16, 1..=1024;
        /// Frames held in one STOMP transaction.
        frames_per_transaction: usize = 256, 1..=65_536;
        /// Bytes held in one STOMP transaction.
        bytes_per_transaction: usize = MIB, 1024..=64 * 1024 * 1024;
        /// Messages of one subscription sent and not yet acknowledged.
        unacknowledged_per_subscription: usize = 256, 1..=65_536;
        /// Bytes waiting to be written to one connection; over it a logged subscription leaves live mode.
        outbox_bytes: usize = 256 * KIB, 4 * 1024..=64 * 1024 * 1024;
        /// Messages of one connection waiting for their commit.
        unanswered_publishes: usize = 64, 1..=4096;
        /// Milliseconds a socket may refuse every byte before its connection is cut.
        write_stall_ms: Millis = Millis(20 * SECOND), 100..=10 * MINUTE;

        /// Live topics with a retained message.
        retained_topics: usize = 100_000, 0..=10_000_000;
        /// Bytes of all retained messages, with about 160 for each.
        retained_bytes: usize = 64 * MIB, 0..=1024 * 1024 * 1024 * 1024;

        /// SockJS sessions over HTTP of one address (IPv6: one /64); an office shares an address.
        sockjs_sessions_per_address: usize = 1000, 1..=10_000_000;
        /// Bytes that wait in a SockJS session over HTTP, in each direction; a single request or write goes beyond it.
        sockjs_waiting_bytes: usize = 256 * KIB, 1024..=64 * 1024 * 1024;
        /// Bytes of a request that brings messages to a SockJS session.
        sockjs_post_bytes: usize = MIB, 1024..=64 * 1024 * 1024;
        /// Milliseconds for the body of such a request to come, and again for its messages to find room.
        sockjs_post_wait_ms: Millis = Millis(10 * SECOND), 1..=10 * MINUTE;
        /// Requests at a time whose SockJS session is on another node.
        sockjs_relayed: usize = 10_000, 0..=1_000_000;
        /// Bytes of such a request that brings messages.
        sockjs_relayed_bytes: usize = MIB, 1024..=3 * 1024 * 1024;
        /// Milliseconds for the other node to answer; then the session counts as lost.
        sockjs_relay_wait_ms: Millis = Millis(5 * SECOND), 100..=MINUTE;

        /// Entries of all conversations waiting for the committer.
        commit_queue: usize = 4096, 1..=1_000_000;
        /// Entries of one transaction.
        commit_batch: usize = 512, 1..=65_536;
        /// Milliseconds that a delivered-cursor waits for other writes to go along with.
        cursor_delay_ms: Millis = Millis(100), 1..=10 * SECOND;
        /// Entries read from the log at a time for a reader that catches up.
        catch_up_page: usize = 50, 1..=1000;

        /// Failed logins of one user name within the window before it is locked.
        login_attempts: u32 = 5, 1..=1000;
        /// Failed logins of one address within the window before it is locked; an office shares an address.
        login_attempts_per_address: u32 = 50, 1..=100_000;
        /// Seconds in which failed logins add up.
        login_window_s: Seconds = Seconds(600), 1..=DAY_S;
        /// Seconds a lock lasts.
        login_lock_s: Seconds = Seconds(600), 1..=DAY_S;
        /// Passwords hashed at the same time; each takes 19 MiB and a core.
        login_concurrency: usize = 2, 1..=1024;
        /// Visitors introduced per second and address.
        init_per_second: u32 = 10, 1..=100_000;
        /// Messages per second of one visitor, as a lasting rate: a faster connection is read more slowly, a faster HTTP
        /// client is told to wait.
        visitor_messages_per_second: u32 = 200, 1..=10_000_000;
        /// Frames and packets that the server acts on, per second of one connection of whomever, as a lasting rate with a
        /// burst of a second: a faster connection is read more slowly.
        frames_per_second: u32 = 1_000_000, 1..=100_000_000;

        /// Milliseconds for which a stopping server still takes connections while `/readyz` is 503 already, so that a balancer
        /// sends nobody any more.
        drain_notice_ms: Millis = Millis(0), 0..=10 * MINUTE;
        /// Milliseconds over which a stopping server ends its connections, so that its clients do not come to the other nodes
        /// all at once; those that come meanwhile end at once.
        drain_spread_ms: Millis = Millis(2 * SECOND), 0..=60 * MINUTE;
        /// Milliseconds that a stopping server waits for its connections to end, behind these.
        drain_ms: Millis = Millis(5 * SECOND), 0..=10 * MINUTE;
    }
}
