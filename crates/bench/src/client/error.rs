use std::io;

use deskwire_wire::{mqtt, sockjs, stomp, ws};

/// Why a connection is over.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    /// The socket failed.
    #[error("socket: {0}")]
    Io(#[from] io::Error),
    /// The URL is none that we can connect to.
    #[error("not a url of the form {scheme}host:port: {url}")]
    Url {
        /// What it has to begin with.
        scheme: &'static str,
        /// What it is.
        url: String,
    },
    /// The server does not open a WebSocket.
    #[error("websocket handshake: {0}")]
    Handshake(#[from] ws::HandshakeError),
    /// The server's bytes are not WebSocket.
    #[error("websocket: {0}")]
    WebSocket(#[from] ws::Error),
    /// An array of SockJS is not strings.
    #[error("sockjs: {0}")]
    SockJs(#[from] sockjs::PayloadError),
    /// A frame that SockJS does not have, or not now; what it begins with.
    #[error("unexpected frame of sockjs: {0:?}")]
    SockJsFrame(Option<char>),
    /// The server's bytes are not STOMP.
    #[error("stomp: {0}")]
    Stomp(#[from] stomp::DecodeError),
    /// The server's bytes are not MQTT.
    #[error("mqtt: {0}")]
    Mqtt(#[from] mqtt::DecodeError),
    /// A packet has no form on the wire.
    #[error("mqtt: {0}")]
    Encode(#[from] mqtt::EncodeError),
    /// A topic, name or client id that MQTT does not allow.
    #[error("not allowed in mqtt: {0}")]
    Name(String),
    /// The server says no.
    #[error("refused by the server: {0}")]
    Refused(String),
    /// The server closed the connection.
    #[error("closed by the server: {0}")]
    Closed(String),
    /// The server does not read what we send, or does not acknowledge it.
    #[error("the server does not keep up with what is sent")]
    Congested,
    /// The server did not answer in time.
    #[error("no answer within 30 seconds")]
    NoAnswer,
}
