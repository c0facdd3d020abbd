//! What an idle connection costs.

use deskwire_wire::mqtt::{Event, Packet, Session};

/// Bytes of a session that holds nothing on the heap.
const MAX_SESSION: usize = 416;

#[test]
fn an_idle_session_is_small() {
    let size = size_of::<Session>();
    assert!(size <= MAX_SESSION, "a session has {size} bytes");
}

#[test]
fn a_message_is_small() {
    let (packet, event) = (size_of::<Packet>(), size_of::<Event>());
    assert!(packet <= 288 && event <= 288, "a packet has {packet} bytes, an event {event}");
}
