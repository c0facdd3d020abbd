//! `GET /wsecho`: a WebSocket that sends every message back as it came.

use deskwire_wire::ws::MessageKind;

use super::websocket::{Output, Talk};

/// Says what it hears.
#[derive(Debug)]
pub(super) struct Echo;

impl Talk for Echo {
    fn begin(&mut self, _: &mut Output) {}

    fn hear(&mut self, kind: MessageKind, message: &[u8], out: &mut Output) {
        out.say(kind, message);
    }
}
