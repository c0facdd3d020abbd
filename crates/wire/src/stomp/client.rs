//! The frames that a client sends. What is not here can be written with a [`FrameWriter`].

use super::{Command, FrameWriter, HeartBeat, Version};

/// CONNECT.
#[derive(Clone, Copy, Debug, Default)]
pub struct Connect<'a> {
    /// Comma-separated versions; `None` means 1.0.
    pub accept_version: Option<&'a str>,
    /// Name of the virtual host.
    pub host: Option<&'a str>,
    /// Name of the user.
    pub login: Option<&'a str>,
    /// Password of the user.
    pub passcode: Option<&'a str>,
    /// What the client can send and wants to receive.
    pub heart_beat: Option<HeartBeat>,
    /// Further headers.
    pub headers: &'a [(&'a str, &'a str)],
}

impl Connect<'_> {
    /// Appends the frame.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut writer = FrameWriter::new(out, Command::Connect, Version::V10)
            .optional("accept-version", self.accept_version)
            .optional("host", self.host)
            .optional("login", self.login)
            .optional("passcode", self.passcode);
        if let Some(heart_beat) = self.heart_beat {
            writer = writer.known("heart-beat", |writer| heart_beat.write(writer.out()));
        }
        with_headers(writer, self.headers).finish();
    }
}

/// SUBSCRIBE.
#[derive(Clone, Copy, Debug, Default)]
pub struct Subscribe<'a> {
    /// The subscription's name on this connection.
    pub id: &'a str,
    /// What to subscribe to.
    pub destination: &'a str,
    /// `auto` when `None`, `client` or `client-individual`.
    pub ack: Option<&'a str>,
    /// Asks for a RECEIPT.
    pub receipt: Option<&'a str>,
    /// Further headers.
    pub headers: &'a [(&'a str, &'a str)],
}

impl Subscribe<'_> {
    /// Appends the frame.
    pub fn encode(&self, version: Version, out: &mut Vec<u8>) {
        let writer = FrameWriter::new(out, Command::Subscribe, version)
            .header("id", self.id)
            .header("destination", self.destination)
            .optional("ack", self.ack)
            .optional("receipt", self.receipt);
        with_headers(writer, self.headers).finish();
    }
}

/// SEND.
#[derive(Clone, Copy, Debug, Default)]
pub struct Send<'a> {
    /// Where to.
    pub destination: &'a str,
    /// Media type of the body.
    pub content_type: Option<&'a str>,
    /// Asks for a RECEIPT.
    pub receipt: Option<&'a str>,
    /// The transaction that the frame belongs to.
    pub transaction: Option<&'a str>,
    /// Further headers.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body.
    pub body: &'a [u8],
}

impl Send<'_> {
    /// Appends the frame.
    pub fn encode(&self, version: Version, out: &mut Vec<u8>) {
        let writer = FrameWriter::new(out, Command::Send, version)
            .header("destination", self.destination)
            .optional("content-type", self.content_type)
            .optional("receipt", self.receipt)
            .optional("transaction", self.transaction);
        with_headers(writer, self.headers).body(self.body);
    }
}

/// ACK.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ack<'a> {
    /// The `ack` header of the MESSAGE; before 1.2 its `message-id`, sent under that name.
    pub id: &'a str,
    /// The `subscription` header of the MESSAGE; required on 1.1.
    pub subscription: Option<&'a str>,
    /// The transaction that the frame belongs to.
    pub transaction: Option<&'a str>,
}

impl Ack<'_> {
    /// Appends the frame.
    pub fn encode(&self, version: Version, out: &mut Vec<u8>) {
        let id = match version {
            Version::V12 => "id",
            Version::V10 | Version::V11 => "message-id",
        };
        FrameWriter::new(out, Command::Ack, version)
            .header(id, self.id)
            .optional("subscription", self.subscription)
            .optional("transaction", self.transaction)
            .finish();
    }
}

/// UNSUBSCRIBE.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unsubscribe<'a> {
    /// The subscription's name on this connection.
    pub id: &'a str,
    /// Asks for a RECEIPT.
    pub receipt: Option<&'a str>,
}

impl Unsubscribe<'_> {
    /// Appends the frame.
    pub fn encode(&self, version: Version, out: &mut Vec<u8>) {
        FrameWriter::new(out, Command::Unsubscribe, version)
            .header("id", self.id)
            .optional("receipt", self.receipt)
            .finish();
    }
}

/// DISCONNECT.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disconnect<'a> {
    /// Asks for a RECEIPT, behind which the server closes.
    pub receipt: Option<&'a str>,
}

impl Disconnect<'_> {
    /// Appends the frame.
    pub fn encode(&self, version: Version, out: &mut Vec<u8>) {
        FrameWriter::new(out, Command::Disconnect, version).optional("receipt", self.receipt).finish();
    }
}

fn with_headers<'a>(mut writer: FrameWriter<'a>, headers: &[(&str, &str)]) -> FrameWriter<'a> {
    for (name, value) in headers {
        writer = writer.header(name, value);
    }
    writer
}
