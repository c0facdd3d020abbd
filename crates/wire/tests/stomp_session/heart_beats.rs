//! Heart-beats both ways.

use deskwire_wire::{
    Tick,
    stomp::{Refusal, Session},
};

use crate::{START, config, feed, final_error, next_frame, session_with};

fn beating(proposal: &str) -> Session {
    let mut session = session_with(config());
    feed(&mut session, &[&format!("CONNECT\naccept-version:1.2\nheart-beat:{proposal}\n\n")]);
    session.poll_event();
    session.accept(None, "s", START);
    session.poll_transmit();
    session
}

#[test]
fn rule_10_a_heart_beat_goes_out_within_the_interval() {
    let mut session = beating("0,10000");
    let due = START.after(8000);
    assert_eq!(session.poll_timeout(), Some(due));
    session.handle_timeout(Tick::from_millis(due.as_millis() - 1));
    assert_eq!(session.poll_transmit(), None);
    session.handle_timeout(due);
    assert_eq!(session.poll_transmit().as_deref(), Some(&b"\n"[..]));
    assert_eq!(session.poll_transmit(), None);
    assert_eq!(session.poll_timeout(), Some(due.after(8000)));
}

#[test]
fn what_is_sent_postpones_the_heart_beat() {
    let mut session = beating("0,10000");
    session.note_sent(START.after(5000));
    session.note_sent(START.after(4000));
    assert_eq!(session.poll_timeout(), Some(START.after(13_000)));
    session.handle_timeout(START.after(8000));
    assert_eq!(session.poll_transmit(), None);
    // A frame that waits to be written is as good as a heart-beat.
    session.receipt("r");
    session.handle_timeout(START.after(13_000));
    assert_eq!(next_frame(&mut session), "RECEIPT\nreceipt-id:r\n\n\0");
    assert_eq!(session.poll_transmit(), None);
}

#[test]
fn a_client_silent_for_three_intervals_is_gone() {
    let mut session = beating("10000,0");
    assert_eq!(session.poll_timeout(), Some(START.after(30_000)));
    session.receive(b"\n", START.after(20_000));
    assert_eq!(session.poll_timeout(), Some(START.after(50_000)));
    session.note_activity(START.after(25_000));
    session.note_activity(START.after(24_000));
    session.receive(b"", START.after(26_000));
    assert_eq!(session.poll_timeout(), Some(START.after(55_000)));
    session.handle_timeout(START.after(54_999));
    assert!(!session.is_closing());
    session.handle_timeout(START.after(55_000));
    assert!(final_error(&mut session).contains("no heart-beat in time"));
    assert_eq!(session.refusal(), Some(Refusal::HeartBeatMissed));
}

#[test]
fn part_of_a_frame_is_life_too() {
    let mut session = beating("10000,0");
    session.receive(b"SEND\ndesti", START.after(29_000));
    session.handle_timeout(START.after(30_000));
    assert!(!session.is_closing());
}

#[test]
fn no_heart_beats_unless_both_want_them() {
    for proposal in ["0,0", "nonsense"] {
        assert_eq!(beating(proposal).poll_timeout(), None);
    }
}

#[test]
fn silence_behind_disconnect_is_no_fault() {
    let mut session = beating("10000,0");
    feed(&mut session, &["DISCONNECT\nreceipt:r\n\n"]);
    assert_eq!(session.poll_timeout(), None);
    session.handle_timeout(START.after(100_000));
    assert!(!session.is_closing());
}
