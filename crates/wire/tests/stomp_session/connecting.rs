//! CONNECT, its deadline, and the time until it is accepted.

use deskwire_wire::{
    Tick,
    stomp::{Limits, Refusal, SessionConfig, Version, event::Event},
};

use crate::{START, config, connected, connected_with, events, feed, final_error, next_frame, session_with};

#[test]
fn rule_1_connected_always_has_version_and_heart_beat() {
    for (connect, expected) in [
        (
            "CONNECT\naccept-version:1.2,1.1,1.0\nheart-beat:10000,10000\n\n",
            "CONNECTED\nversion:1.2\nheart-beat:10000,10000\nsession:s7\nserver:test/1\nuser-name:joe\n\n\0",
        ),
        (
            "STOMP\naccept-version:1.1,1.0\n\n",
            "CONNECTED\nversion:1.1\nheart-beat:10000,10000\nsession:s7\nserver:test/1\nuser-name:joe\n\n\0",
        ),
        (
            "CONNECT\nheart-beat:10000,10000\n\n",
            "CONNECTED\nversion:1.0\nheart-beat:0,0\nsession:s7\nserver:test/1\nuser-name:joe\n\n\0",
        ),
    ] {
        let mut session = session_with(config());
        feed(&mut session, &[connect]);
        assert!(matches!(session.poll_event(), Some(Event::Connect(_))));
        session.accept(Some("joe"), "s7", START);
        assert_eq!(next_frame(&mut session), expected);
    }
}

#[test]
fn rule_2_host_is_not_required_and_credentials_come_through() {
    let mut session = session_with(config());
    feed(&mut session, &["CONNECT\naccept-version:1.2\nlogin:l\npasscode:p:\\n\nauthorization:Bearer a:b\n\n"]);
    let Some(Event::Connect(connect)) = session.poll_event() else {
        panic!("no connect event");
    };
    assert_eq!(connect.version, Version::V12);
    assert_eq!(connect.host(), None);
    assert_eq!(connect.login(), Some("l"));
    assert_eq!(connect.passcode(), Some("p:\\n"));
    assert_eq!(connect.authorization(), Some("Bearer a:b"));
}

#[test]
fn nothing_in_common_lists_the_versions() {
    let mut session = session_with(config());
    feed(&mut session, &["CONNECT\naccept-version:2.0,3.0\n\n"]);
    let error = final_error(&mut session);
    assert!(error.contains("\nversion:1.2,1.1,1.0\n"), "{error:?}");
    assert_eq!(session.refusal(), Some(Refusal::NoCommonVersion));
}

#[test]
fn frames_before_connect_end_the_session() {
    let mut session = session_with(config());
    feed(&mut session, &["SEND\ndestination:/a\nreceipt:7\n\nx", "CONNECT\n\n"]);
    let error = final_error(&mut session);
    assert!(error.starts_with("ERROR\nmessage:SEND before CONNECT\nreceipt-id:7\n"), "{error:?}");
    assert!(session.poll_event().is_none());
}

#[test]
fn heart_beats_before_connect_are_harmless() {
    let mut session = session_with(config());
    session.receive(b"\n\r\n", START);
    assert!(!session.is_closing());
}

#[test]
fn a_second_connect_ends_the_session() {
    let mut session = connected();
    feed(&mut session, &["CONNECT\naccept-version:1.2\n\n"]);
    assert!(final_error(&mut session).contains("already connected"));
}

#[test]
fn connect_has_a_deadline() {
    let mut session = session_with(config());
    let deadline = START.after(10_000);
    assert_eq!(session.poll_timeout(), Some(deadline));
    session.handle_timeout(Tick::from_millis(deadline.as_millis() - 1));
    assert!(!session.is_closing());
    session.handle_timeout(deadline);
    assert!(final_error(&mut session).contains("no CONNECT in time"));
    assert_eq!(session.poll_timeout(), None);
}

#[test]
fn the_deadline_does_not_include_the_time_to_accept() {
    let mut session = session_with(config());
    feed(&mut session, &["CONNECT\n\n"]);
    assert_eq!(session.poll_timeout(), None);
    session.handle_timeout(START.after(20_000));
    assert!(!session.is_closing());
}

#[test]
fn frames_behind_connect_wait_for_acceptance() {
    let mut session = session_with(config());
    feed(
        &mut session,
        &["CONNECT\naccept-version:1.2\n\n", "SUBSCRIBE\nid:a\ndestination:/a\n\n", "DISCONNECT\nreceipt:r\n\n"],
    );
    assert_eq!(events(&mut session), ["connect 1.2"]);
    session.accept(None, "s", START);
    assert_eq!(events(&mut session), ["subscribe 0 /a", "disconnect Some(\"r\")"]);
    assert!(next_frame(&mut session).starts_with("CONNECTED\n"));
}

#[test]
fn only_so_much_may_wait_for_acceptance() {
    let mut session = session_with(config());
    feed(&mut session, &["CONNECT\naccept-version:1.2\n\n", "BEGIN\ntransaction:t\n\n"]);
    let mut fed = 0;
    while !session.is_closing() {
        feed(&mut session, &["SEND\ndestination:/a\ntransaction:t\n\nx"]);
        fed += 1;
        assert!(fed < 2000, "frames are held without end");
    }
    assert_eq!(session.refusal(), Some(Refusal::TooMuchBeforeAcceptance));
    assert!(session.poll_event().is_none());
}

#[test]
fn limits_are_smaller_before_acceptance() {
    let small = SessionConfig { connect_limits: Limits { max_frame: 100, ..Limits::default() }, ..config() };
    let big = "x".repeat(500);
    let mut session = session_with(small.clone());
    feed(&mut session, &[&format!("CONNECT\nlogin:{big}\n\n")]);
    assert!(final_error(&mut session).contains("frame is longer than 100 bytes"));

    let mut session = connected_with(small, "1.2");
    feed(&mut session, &[&format!("SEND\ndestination:/a\n\n{big}")]);
    assert_eq!(events(&mut session).len(), 1);
}

#[test]
fn a_refused_client_gets_the_reason_and_nothing_behind_it() {
    let mut session = session_with(config());
    feed(&mut session, &["CONNECT\naccept-version:1.2\n\n", "SEND\ndestination:/a\n\nx"]);
    session.poll_event();
    session.error("code", "bad credentials", "ask your administrator", None);
    session.accept(None, "s", START);
    session.receipt("r");
    session.error("code", "again", "", None);
    assert_eq!(
        next_frame(&mut session),
        "ERROR\nmessage:bad credentials\ncontent-type:text/plain\ncontent-length:22\n\n\
         ask your administrator\0"
    );
    assert_eq!(session.poll_transmit(), None);
    assert!(session.is_closing());
    assert!(session.poll_event().is_none());
}
