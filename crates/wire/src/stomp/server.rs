//! The frames that a server sends.
//!
//! A colon in a value is escaped, but some clients do not unescape and one stops reading headers at it, so texts chosen
//! by the server should have no colon, backslash or line end in them.

use super::{AckId, Command, FrameWriter, HeartBeat, MessageId, Version};

/// The heart-beat of either end: a single LF. Some clients take anything else for a frame.
pub const HEART_BEAT: &[u8] = b"\n";

/// CONNECTED. It always has `version` and `heart-beat`: stompjs 2 does not finish connecting without the latter.
#[derive(Clone, Copy, Debug)]
pub struct Connected<'a> {
    /// The version that both ends speak from here on.
    pub version: Version,
    /// What the server can send and wants to receive.
    pub heart_beat: HeartBeat,
    /// The session's name.
    pub session: Option<&'a str>,
    /// Name and, behind a slash, version of the server.
    pub server: Option<&'a str>,
    /// Who the client is, when it is known.
    pub user_name: Option<&'a str>,
}

impl Connected<'_> {
    /// Appends the frame.
    pub fn encode(&self, out: &mut Vec<u8>) {
        FrameWriter::new(out, Command::Connected, self.version)
            .header("version", self.version.as_str())
            .known("heart-beat", |writer| self.heart_beat.write(writer.out()))
            .optional("session", self.session)
            .optional("server", self.server)
            .optional("user-name", self.user_name)
            .finish();
    }
}

/// MESSAGE.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The destination as the subscriber spelled it, unless that was a pattern: some clients route by equality.
    pub destination: &'a str,
    /// Texts should have one: Flutter's client drops the body of a message without it.
    pub content_type: Option<&'a str>,
    /// Further headers, such as those of the SEND. Those that belong to the server or to the SEND alone are left out
    /// (see [`is_reserved`]), so they need not be filtered before.
    pub headers: &'a [(&'a str, &'a str)],
    /// The `id` of the SUBSCRIBE, byte for byte; `None` only on 1.0 for a subscription without one.
    pub subscription: Option<&'a str>,
    /// The message's identifier.
    pub message_id: MessageId,
    /// What ACK has to repeat; required on 1.2 for subscriptions that acknowledge, ignored elsewhere.
    pub ack: Option<AckId>,
    /// The body.
    pub body: &'a [u8],
}

impl Message<'_> {
    /// Appends the whole frame.
    pub fn encode(&self, version: Version, out: &mut Vec<u8>) {
        out.reserve(256 + self.destination.len() + self.body.len());
        self.encode_head(version, out);
        out.extend_from_slice(self.body);
        out.push(0);
    }

    /// Appends everything before the body, for a body that is shared. The body and a NUL have to follow.
    pub fn encode_head(&self, version: Version, out: &mut Vec<u8>) {
        let mut writer = FrameWriter::new(out, Command::Message, version)
            .known("destination", |writer| writer.value(self.destination))
            .optional("content-type", self.content_type);
        for (name, value) in self.headers {
            if !is_reserved(name) {
                writer = writer.header(name, value);
            }
        }
        writer = writer
            .optional("subscription", self.subscription)
            .known("message-id", |writer| self.message_id.write(writer.out()));
        if let Some(ack) = self.ack {
            writer = writer.known("ack", |writer| ack.write(writer.out()));
        }
        writer.head(self.body.len());
    }
}

/// Whether a sender's header called `name` must not be passed on in a MESSAGE. Blanks around the name are not looked at,
/// because several clients remove them from what they receive.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    matches!(
        name.trim(),
        "" | "destination"
            | "content-type"
            | "content-length"
            | "subscription"
            | "message-id"
            | "ack"
            | "receipt"
            | "transaction"
            | "user-name"
    )
}

/// RECEIPT.
#[derive(Clone, Copy, Debug)]
pub struct Receipt<'a> {
    /// The `receipt` header of the frame that was processed.
    pub receipt_id: &'a str,
}

impl Receipt<'_> {
    /// Appends the frame.
    pub fn encode(&self, version: Version, out: &mut Vec<u8>) {
        FrameWriter::new(out, Command::Receipt, version).header("receipt-id", self.receipt_id).finish();
    }
}

/// ERROR; the server closes the connection behind it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Error<'a> {
    /// What is wrong, in a few words.
    pub message: &'a str,
    /// A stable name for it, as the header `error`.
    pub code: &'a str,
    /// The `receipt` header of the frame that caused it.
    pub receipt_id: Option<&'a str>,
    /// The versions the server speaks, when there is none in common.
    pub version: Option<&'a str>,
    /// More about it, as plain text.
    pub body: &'a str,
}

impl Error<'_> {
    /// Appends the frame.
    pub fn encode(&self, version: Version, out: &mut Vec<u8>) {
        let has_body = !self.body.is_empty();
        FrameWriter::new(out, Command::Error, version)
            .header("message", self.message)
            .header("error", self.code)
            .optional("receipt-id", self.receipt_id)
            .optional("version", self.version)
            .optional("content-type", has_body.then_some("text/plain"))
            .body(self.body.as_bytes());
    }
}
