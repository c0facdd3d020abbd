use crate::stomp::Limits;

/// What a server allows and offers; one for all sessions of a listener.
#[derive(Clone, Debug)]
pub struct SessionConfig {
    /// Limits of frames once the client is accepted.
    pub limits: Limits,
    /// Limits of CONNECT and of everything until the client is accepted. All frames that come behind CONNECT without
    /// waiting for the answer share one `max_frame`.
    pub connect_limits: Limits,
    /// Milliseconds between the heart-beats we offer to send; 0 for none.
    pub heart_beat_send_ms: u32,
    /// Milliseconds between the heart-beats we ask for; 0 for none.
    pub heart_beat_want_ms: u32,
    /// A client that proposes shorter intervals than ours is followed down to this many milliseconds.
    pub heart_beat_min_ms: u32,
    /// Milliseconds from the start of the connection within which CONNECT has to come.
    pub connect_deadline_ms: u64,
    /// Live subscriptions of a connection.
    pub max_subscriptions: usize,
    /// Open transactions of a connection.
    pub max_transactions: usize,
    /// Frames in one transaction.
    pub max_transaction_frames: usize,
    /// Octets of the frames in all open transactions of a connection.
    pub max_transaction_bytes: usize,
    /// Unacknowledged messages of a subscription; a `prefetch-count` header of SUBSCRIBE can lower it.
    pub max_unacked: usize,
    /// The `server` header of CONNECTED: a name and, behind a slash, a version.
    pub server: &'static str,
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            connect_limits: Limits { max_frame: 64 * 1024, ..Limits::default() },
            heart_beat_send_ms: 10_000,
            heart_beat_want_ms: 10_000,
            heart_beat_min_ms: 1000,
            connect_deadline_ms: 10_000,
            max_subscriptions: 256,
            max_transactions: 16,
            max_transaction_frames: 1024,
            max_transaction_bytes: 4 * 1024 * 1024,
            max_unacked: 1000,
            server: concat!("deskwire/", env!("CARGO_PKG_VERSION")),
        }
    }
}
