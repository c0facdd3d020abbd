//! Deadlines in virtual time.

use std::sync::Arc;

use deskwire_wire::Tick;
use deskwire_wire::mqtt::{Acceptance, CloseReason, Packet, Session, SessionConfig};

use crate::{START, asking, bytes_of, config, connect};

fn accepted(config: SessionConfig, keep_alive: u16) -> Session {
    let mut session = asking(config, |connect| connect.keep_alive = keep_alive);
    session.accept(Acceptance::new(false));
    session
}

#[test]
fn connect_has_a_deadline() {
    let mut session = Session::new(Arc::new(config()), START);
    assert_eq!(session.poll_timeout(), Some(START.after(5_000)));
    let bytes = bytes_of(&[connect(|_| {})]);
    session.receive(&bytes[..bytes.len() - 1], START.after(4_000));
    assert_eq!(session.poll_timeout(), Some(START.after(5_000)), "bytes do not buy time");
    session.handle_timeout(START.after(4_999));
    assert_eq!(session.is_closing(), None);
    session.handle_timeout(START.after(5_000));
    assert_eq!(session.is_closing(), Some(&CloseReason::ConnectTimeout));
    session.receive(&bytes[bytes.len() - 1..], START.after(5_000));
    assert_eq!(session.poll_event(), None);
}

#[test]
fn deadline_does_not_run_while_the_application_decides() {
    let mut session = asking(config(), |connect| connect.keep_alive = 1);
    assert_eq!(session.poll_timeout(), None);
    session.handle_timeout(START.after(100_000));
    assert_eq!(session.is_closing(), None);
}

#[test]
fn keep_alive_is_one_and_a_half_times() {
    let mut session = accepted(config(), 30);
    assert_eq!(session.poll_timeout(), Some(START.after(45_000)));
    session.receive(&bytes_of(&[Packet::Pingreq]), START.after(40_000));
    assert_eq!(session.poll_timeout(), Some(START.after(85_000)));
    session.handle_timeout(START.after(84_999));
    assert_eq!(session.is_closing(), None);
    session.handle_timeout(START.after(85_000));
    assert_eq!(session.is_closing(), Some(&CloseReason::KeepAliveTimeout));
    assert_eq!(session.poll_event(), None, "no DISCONNECT: the will is due");
    assert_eq!(session.poll_timeout(), None);
}

#[test]
fn keep_alive_runs_from_connect_not_from_the_opening() {
    let mut session = Session::new(Arc::new(config()), START);
    let later = START.after(4_000);
    session.receive(&bytes_of(&[connect(|connect| connect.keep_alive = 2)]), later);
    session.accept(Acceptance::new(false));
    assert_eq!(session.poll_timeout(), Some(later.after(3_000)));
}

#[test]
fn activity_is_what_the_transport_calls_it() {
    let mut session = accepted(config(), 10);
    session.note_activity(START.after(9_000));
    assert_eq!(session.poll_timeout(), Some(START.after(24_000)));
}

#[test]
fn keep_alive_that_is_granted() {
    // (asked, default, max, granted timeout in ms)
    for (asked, default, max, expected) in [
        (0, 0, 0, None),
        (60, 0, 0, Some(90_000)),
        (65_535, 0, 0, Some(98_302_500)),
        (0, 20, 0, Some(30_000)),
        (10, 20, 0, Some(15_000)),
        (0, 0, 40, Some(60_000)),
        (0, 20, 40, Some(30_000)),
        (100, 0, 40, Some(60_000)),
        (30, 0, 40, Some(45_000)),
    ] {
        let mut config = config();
        config.keep_alive_default = default;
        config.keep_alive_max = max;
        let session = accepted(config, asked);
        let timeout = session.poll_timeout().map(|tick: Tick| tick.since(START));
        assert_eq!(timeout, expected, "asked {asked}, default {default}, max {max}");
    }
}
