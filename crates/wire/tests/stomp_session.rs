//! A server's STOMP session, driven with bytes and virtual ticks.

use std::sync::Arc;

use deskwire_wire::{
    Tick,
    stomp::{
        AckId, AckMode, DeliverError, Limits, MessageId, Refusal, Session, SessionConfig,
        SubscriptionKey, Version, event::Event,
    },
};
use proptest::{collection::vec, prelude::*, sample};

const START: Tick = Tick::from_millis(1_000_000);
const FIRST: SubscriptionKey = SubscriptionKey(0);
const SECOND: SubscriptionKey = SubscriptionKey(1);

fn config() -> SessionConfig {
    SessionConfig {
        server: "test/1",
        ..SessionConfig::default()
    }
}

fn session_with(config: SessionConfig) -> Session {
    Session::new(Arc::new(config), START)
}

/// A frame as a client writes it: lines and body, with the NUL added.
fn feed(session: &mut Session, frames: &[&str]) {
    for frame in frames {
        session.receive(format!("{frame}\0").as_bytes(), START);
    }
}

fn connected_with(config: SessionConfig, version: &str) -> Session {
    let mut session = session_with(config);
    feed(
        &mut session,
        &[&format!("CONNECT\naccept-version:{version}\n\n")],
    );
    assert!(matches!(session.poll_event(), Some(Event::Connect(_))));
    session.accept(None, "s", START);
    assert!(next_frame(&mut session).starts_with("CONNECTED\n"));
    session
}

fn connected() -> Session {
    connected_with(config(), "1.2")
}

fn next_frame(session: &mut Session) -> String {
    let frame = session.poll_transmit().expect("a frame for the client");
    String::from_utf8(frame.to_vec()).expect("frames of text only")
}

/// The ERROR that ends the session, as its header lines.
fn final_error(session: &mut Session) -> String {
    assert!(session.is_closing(), "session goes on");
    let mut last = next_frame(session);
    while let Some(frame) = session.poll_transmit() {
        last = String::from_utf8_lossy(&frame).into_owned();
    }
    assert!(last.starts_with("ERROR\nmessage:"), "{last:?}");
    last
}

/// What a client's frames become, one short word each.
fn events(session: &mut Session) -> Vec<String> {
    std::iter::from_fn(|| session.poll_event())
        .map(|event| match event {
            Event::Connect(connect) => format!("connect {}", connect.version),
            Event::Subscribe(subscribe) => {
                format!(
                    "subscribe {} {}",
                    subscribe.subscription.0,
                    subscribe.destination()
                )
            }
            Event::Unsubscribe(unsubscribe) => {
                format!(
                    "unsubscribe {} {:?}",
                    unsubscribe.subscription.0,
                    unsubscribe.receipt()
                )
            }
            Event::Send(send) => format!(
                "send {} {:?}",
                String::from_utf8_lossy(send.frame.body()),
                send.receipt()
            ),
            Event::Ack(ack) => format!("ack {} {}", ack.subscription.0, numbers(&ack.settled)),
            Event::Nack(nack) => format!("nack {} {}", nack.subscription.0, numbers(&nack.settled)),
            Event::Receipt { id } => format!("receipt {id}"),
            Event::Disconnect(disconnect) => format!("disconnect {:?}", disconnect.receipt()),
        })
        .collect()
}

fn numbers(messages: &[MessageId]) -> String {
    let numbers: Vec<_> = messages.iter().map(|id| id.number.to_string()).collect();
    numbers.join(",")
}

const fn message(number: u64) -> MessageId {
    MessageId { source: 9, number }
}

// Connecting

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
    feed(
        &mut session,
        &["CONNECT\naccept-version:1.2\nlogin:l\npasscode:p:\\n\nauthorization:Bearer a:b\n\n"],
    );
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
    feed(
        &mut session,
        &["SEND\ndestination:/a\nreceipt:7\n\nx", "CONNECT\n\n"],
    );
    let error = final_error(&mut session);
    assert!(
        error.starts_with("ERROR\nmessage:SEND before CONNECT\nreceipt-id:7\n"),
        "{error:?}"
    );
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
        &[
            "CONNECT\naccept-version:1.2\n\n",
            "SUBSCRIBE\nid:a\ndestination:/a\n\n",
            "DISCONNECT\nreceipt:r\n\n",
        ],
    );
    assert_eq!(events(&mut session), ["connect 1.2"]);
    session.accept(None, "s", START);
    assert_eq!(
        events(&mut session),
        ["subscribe 0 /a", "disconnect Some(\"r\")"]
    );
    assert!(next_frame(&mut session).starts_with("CONNECTED\n"));
}

#[test]
fn only_so_much_may_wait_for_acceptance() {
    let mut session = session_with(config());
    feed(
        &mut session,
        &[
            "CONNECT\naccept-version:1.2\n\n",
            "BEGIN\ntransaction:t\n\n",
        ],
    );
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
    let small = SessionConfig {
        connect_limits: Limits {
            max_frame: 100,
            ..Limits::default()
        },
        ..config()
    };
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
    feed(
        &mut session,
        &[
            "CONNECT\naccept-version:1.2\n\n",
            "SEND\ndestination:/a\n\nx",
        ],
    );
    session.poll_event();
    session.error("bad credentials", "ask your administrator", None);
    session.accept(None, "s", START);
    session.receipt("r");
    session.error("again", "", None);
    assert_eq!(
        next_frame(&mut session),
        "ERROR\nmessage:bad credentials\ncontent-type:text/plain\ncontent-length:22\n\n\
         ask your administrator\0"
    );
    assert_eq!(session.poll_transmit(), None);
    assert!(session.is_closing());
    assert!(session.poll_event().is_none());
}

// Frames

#[test]
fn missing_headers_are_named() {
    let cases = [
        ("SEND\n\nx", "SEND without the header destination"),
        (
            "SEND\ndestination:\n\nx",
            "SEND without the header destination",
        ),
        (
            "SUBSCRIBE\nid:1\n\n",
            "SUBSCRIBE without the header destination",
        ),
        (
            "SUBSCRIBE\ndestination:/a\n\n",
            "SUBSCRIBE without the header id",
        ),
        ("UNSUBSCRIBE\n\n", "UNSUBSCRIBE without the header id"),
        ("ACK\n\n", "ACK without the header id"),
        ("NACK\nsubscription:1\n\n", "NACK without the header id"),
        ("BEGIN\n\n", "BEGIN without the header transaction"),
        ("COMMIT\n\n", "COMMIT without the header transaction"),
        ("ABORT\n\n", "ABORT without the header transaction"),
        (
            "SUBSCRIBE\nid:1\ndestination:/a\nack:maybe\n\n",
            "unknown ack mode",
        ),
        ("MESSAGE\n\n", "MESSAGE is not for clients to send"),
        ("RECEIPT\n\n", "RECEIPT is not for clients to send"),
        ("WHAT\n\n", "unknown command"),
        ("SEND\na:\\t\n\n", "undefined escape sequence in a header"),
    ];
    for (frame, message) in cases {
        let mut session = connected();
        feed(&mut session, &[frame]);
        let error = final_error(&mut session);
        assert!(
            error.starts_with(&format!("ERROR\nmessage:{message}\n")),
            "{frame:?} {error:?}"
        );
    }
}

#[test]
fn frames_before_a_wrong_one_still_count() {
    let mut session = connected();
    feed(
        &mut session,
        &[
            "SEND\ndestination:/a\n\n1",
            "WHAT\n\n",
            "SEND\ndestination:/a\n\n2",
        ],
    );
    assert_eq!(events(&mut session), ["send 1 None"]);
    final_error(&mut session);
}

#[test]
fn receipts_are_answered_by_the_application() {
    let mut session = connected();
    feed(&mut session, &["SEND\ndestination:/a\nreceipt:r\\c1\n\nx"]);
    assert_eq!(events(&mut session), ["send x Some(\"r:1\")"]);
    assert_eq!(session.poll_transmit(), None);
    session.receipt("r:1");
    assert_eq!(next_frame(&mut session), "RECEIPT\nreceipt-id:r\\c1\n\n\0");
}

#[test]
fn rule_13_receipt_of_disconnect_is_the_last_frame() {
    let mut session = connected();
    feed(
        &mut session,
        &[
            "SEND\ndestination:/a\nreceipt:1\n\nx",
            "DISCONNECT\nreceipt:2\n\n",
            "SEND\ndestination:/a\n\ny",
        ],
    );
    assert!(matches!(session.poll_event(), Some(Event::Send(_))));
    let Some(Event::Disconnect(disconnect)) = session.poll_event() else {
        panic!("no disconnect event");
    };
    assert!(
        session.poll_event().is_none(),
        "something came through behind DISCONNECT"
    );
    assert!(!session.is_closing());
    session.receipt("1");
    session.finish(&disconnect);
    assert!(session.is_closing());
    assert_eq!(next_frame(&mut session), "RECEIPT\nreceipt-id:1\n\n\0");
    assert_eq!(next_frame(&mut session), "RECEIPT\nreceipt-id:2\n\n\0");
    assert_eq!(session.poll_transmit(), None);
}

#[test]
fn rule_15_disconnect_without_receipt_is_a_clean_end() {
    let mut session = connected();
    feed(&mut session, &["DISCONNECT\n\n"]);
    let Some(Event::Disconnect(disconnect)) = session.poll_event() else {
        panic!("no disconnect event");
    };
    session.finish(&disconnect);
    assert!(session.is_closing());
    assert_eq!(session.poll_transmit(), None);
}

#[test]
fn rule_14_nothing_follows_an_error() {
    let mut session = connected();
    session.error("no", "", Some("r"));
    session.receipt("r");
    session.handle_timeout(START.after(1_000_000));
    assert_eq!(
        next_frame(&mut session),
        "ERROR\nmessage:no\nreceipt-id:r\ncontent-length:0\n\n\0"
    );
    assert_eq!(session.poll_transmit(), None);
}

// Subscriptions

#[test]
fn rule_20_subscription_ids_come_back_byte_for_byte() {
    let mut session = connected();
    feed(
        &mut session,
        &["SUBSCRIBE\nid:/topic/a b\ndestination:/topic/a\nreceipt:r\n\n"],
    );
    let Some(Event::Subscribe(subscribe)) = session.poll_event() else {
        panic!("no subscribe event");
    };
    assert_eq!(subscribe.subscription, FIRST);
    assert_eq!(subscribe.id(), Some("/topic/a b"));
    assert_eq!(subscribe.destination(), "/topic/a");
    assert_eq!(subscribe.ack, AckMode::Auto);
    assert_eq!(subscribe.receipt(), Some("r"));
    assert_eq!(session.subscription_id(FIRST), Some("/topic/a b"));
}

#[test]
fn a_live_subscription_id_cannot_be_used_again() {
    let subscribe = "SUBSCRIBE\nid:1\ndestination:/a\n\n";
    let mut session = connected();
    feed(
        &mut session,
        &[subscribe, "UNSUBSCRIBE\nid:1\n\n", subscribe],
    );
    assert_eq!(
        events(&mut session),
        ["subscribe 0 /a", "unsubscribe 0 None", "subscribe 1 /a"]
    );
    feed(
        &mut session,
        &["SUBSCRIBE\nid:1\ndestination:/b\nreceipt:r\n\n"],
    );
    let error = final_error(&mut session);
    assert!(
        error.contains("subscription id is in use\nreceipt-id:r\n"),
        "{error:?}"
    );
}

#[test]
fn subscriptions_are_limited() {
    let mut session = connected_with(
        SessionConfig {
            max_subscriptions: 1,
            ..config()
        },
        "1.2",
    );
    feed(
        &mut session,
        &[
            "SUBSCRIBE\nid:1\ndestination:/a\n\n",
            "SUBSCRIBE\nid:2\ndestination:/a\n\n",
        ],
    );
    assert!(final_error(&mut session).contains("more than 1 subscriptions"));
}

#[test]
fn unsubscribe_of_an_unknown_id_is_answered() {
    let mut session = connected();
    feed(
        &mut session,
        &[
            "UNSUBSCRIBE\nid:nothing\n\n",
            "UNSUBSCRIBE\nid:nothing\nreceipt:r\n\n",
        ],
    );
    assert_eq!(events(&mut session), ["receipt r"]);
    assert!(!session.is_closing());
}

#[test]
fn on_1_0_the_destination_can_name_a_subscription() {
    let mut session = connected_with(config(), "1.0");
    feed(
        &mut session,
        &[
            "SUBSCRIBE\ndestination: /a\n\n",
            "SUBSCRIBE\nid:x\ndestination:/a\n\n",
            "UNSUBSCRIBE\ndestination:/a\n\n",
            "UNSUBSCRIBE\nid:x\n\n",
        ],
    );
    assert_eq!(session.subscription_id(FIRST), None);
    assert_eq!(
        events(&mut session),
        [
            "subscribe 0 /a",
            "subscribe 1 /a",
            "unsubscribe 0 None",
            "unsubscribe 1 None"
        ]
    );
}

// Acknowledgement

fn subscribed(version: &str, modes: &[&str]) -> Session {
    let mut session = connected_with(
        SessionConfig {
            max_unacked: 5,
            ..config()
        },
        version,
    );
    for (number, mode) in modes.iter().enumerate() {
        feed(
            &mut session,
            &[&format!(
                "SUBSCRIBE\nid:s{number}\ndestination:/a\nack:{mode}\n\n"
            )],
        );
    }
    assert_eq!(events(&mut session).len(), modes.len());
    session
}

#[test]
fn rule_16_acknowledging_modes_have_an_ack_header() {
    let mut session = subscribed("1.2", &["auto", "client", "client-individual"]);
    assert_eq!(session.deliver(FIRST, message(1)), Ok(None));
    for key in [SECOND, SubscriptionKey(2)] {
        let ack = AckId {
            message: message(1),
            subscription: key,
        };
        assert_eq!(session.deliver(key, message(1)), Ok(Some(ack)));
    }
    assert_eq!(
        session.deliver(SubscriptionKey(3), message(1)),
        Err(DeliverError::UnknownSubscription)
    );
}

#[test]
fn client_mode_is_cumulative_per_subscription() {
    let mut session = subscribed("1.2", &["client", "client"]);
    for number in 1..=4 {
        session.deliver(FIRST, message(number)).unwrap();
        session.deliver(SECOND, message(number)).unwrap();
    }
    feed(&mut session, &["ACK\nid:9-3-0\n\n", "NACK\nid:9-2-1\n\n"]);
    assert_eq!(events(&mut session), ["ack 0 1,2,3", "nack 1 1,2"]);
    assert_eq!(session.unsettled(FIRST).collect::<Vec<_>>(), [message(4)]);
    assert_eq!(
        session.unsettled(SECOND).collect::<Vec<_>>(),
        [message(3), message(4)]
    );
}

#[test]
fn client_individual_mode_settles_one() {
    let mut session = subscribed("1.2", &["client-individual"]);
    for number in 1..=3 {
        session.deliver(FIRST, message(number)).unwrap();
    }
    feed(&mut session, &["NACK\nid:9-2-0\n\n", "ACK\nid:9-3-0\n\n"]);
    assert_eq!(events(&mut session), ["nack 0 2", "ack 0 3"]);
    assert_eq!(session.unsettled(FIRST).collect::<Vec<_>>(), [message(1)]);
}

#[test]
fn rule_17_unknown_ids_are_ignored_but_their_receipts_answered() {
    let mut session = subscribed("1.2", &["client-individual", "auto"]);
    session.deliver(FIRST, message(1)).unwrap();
    session.deliver(SECOND, message(1)).unwrap();
    feed(
        &mut session,
        &[
            "ACK\nid:undefined\nsubscription:s0\n\n",
            "ACK\nid:9-7-0\n\n",
            "ACK\nid:9-1-1\n\n",
            "ACK\nid:9-1-8\n\n",
            "ACK\nid:9-1\nsubscription:nothing\n\n",
            "NACK\nid:\nreceipt:r1\n\n",
            "ACK\nid:9-1-0\n\n",
            "ACK\nid:9-1-0\nreceipt:r2\n\n",
        ],
    );
    assert_eq!(
        events(&mut session),
        ["receipt r1", "ack 0 1", "receipt r2"]
    );
    assert!(!session.is_closing());
}

#[test]
fn rule_17_any_form_of_acknowledgement_on_any_version() {
    for version in ["1.0", "1.1", "1.2"] {
        for frame in [
            "ACK\nid:9-1-1\n\n",
            "ACK\nid:9-1-1\nsubscription:s1\n\n",
            "ACK\nid:9-1\n\n",
            "ACK\nid:9-1\nsubscription:s1\n\n",
            "ACK\nmessage-id:9-1\n\n",
            "ACK\nmessage-id:9-1\nsubscription:s1\n\n",
            "ACK\nmessage-id:9-1-1\nsubscription:s1\n\n",
        ] {
            let mut session = subscribed(version, &["client", "client"]);
            session.deliver(SECOND, message(1)).unwrap();
            feed(&mut session, &[frame]);
            assert_eq!(events(&mut session), ["ack 1 1"], "{version} {frame:?}");
        }
    }
}

#[test]
fn the_window_closes_and_opens() {
    let mut session = subscribed("1.2", &["client", "auto"]);
    for number in 1..=5 {
        assert!(session.window_open(FIRST));
        session.deliver(FIRST, message(number)).unwrap();
        session.deliver(SECOND, message(number)).unwrap();
    }
    assert!(!session.window_open(FIRST));
    assert!(session.window_open(SECOND));
    assert_eq!(
        session.deliver(FIRST, message(6)),
        Err(DeliverError::WindowFull)
    );
    feed(&mut session, &["ACK\nid:9-1-0\n\n"]);
    assert!(session.window_open(FIRST));
}

#[test]
fn prefetch_count_lowers_the_window() {
    for (count, window) in [("2", 2), ("100", 5), ("0", 5), ("many", 5)] {
        let mut session = subscribed("1.2", &[]);
        let subscribe =
            format!("SUBSCRIBE\nid:1\ndestination:/a\nack:client\nprefetch-count:{count}\n\n");
        feed(&mut session, &[&subscribe]);
        let sent = (1..10)
            .take_while(|number| session.deliver(FIRST, message(*number)).is_ok())
            .count();
        assert_eq!(sent, window, "{count}");
    }
}

#[test]
fn ended_subscriptions_give_back_what_was_not_settled() {
    let mut session = subscribed("1.2", &["client", "client"]);
    for key in [FIRST, SECOND] {
        session.deliver(key, message(1)).unwrap();
        session.deliver(key, message(2)).unwrap();
    }
    feed(&mut session, &["UNSUBSCRIBE\nid:s0\n\n"]);
    let Some(Event::Unsubscribe(unsubscribe)) = session.poll_event() else {
        panic!("no unsubscribe event");
    };
    assert_eq!(unsubscribe.unsettled, [message(1), message(2)]);
    assert_eq!(session.release(SECOND), [message(1), message(2)]);
    assert_eq!(session.release(SECOND), []);
    assert!(!session.window_open(SECOND));
}

// Transactions

#[test]
fn a_transaction_acts_at_its_commit() {
    let mut session = subscribed("1.2", &["client-individual"]);
    session.deliver(FIRST, message(1)).unwrap();
    feed(
        &mut session,
        &[
            "BEGIN\ntransaction:t\nreceipt:b\n\n",
            "SEND\ndestination:/a\ntransaction:t\nreceipt:1\n\nin",
            "ACK\nid:9-1-0\ntransaction:t\n\n",
            "ACK\nid:9-9-0\ntransaction:t\nreceipt:2\n\n",
            "SEND\ndestination:/a\nreceipt:3\n\nout",
        ],
    );
    assert_eq!(
        events(&mut session),
        [
            "receipt b",
            "receipt 1",
            "receipt 2",
            "send out Some(\"3\")"
        ]
    );
    feed(&mut session, &["COMMIT\ntransaction:t\nreceipt:c\n\n"]);
    assert_eq!(
        events(&mut session),
        ["send in None", "ack 0 1", "receipt c"]
    );
    feed(&mut session, &["BEGIN\ntransaction:t\n\n"]);
    assert!(!session.is_closing(), "a name is free after its commit");
}

#[test]
fn an_aborted_transaction_leaves_nothing() {
    let mut session = connected();
    feed(
        &mut session,
        &[
            "BEGIN\ntransaction:t\n\n",
            "SEND\ndestination:/a\ntransaction:t\n\nx",
            "ABORT\ntransaction:t\nreceipt:r\n\n",
        ],
    );
    assert_eq!(events(&mut session), ["receipt r"]);
}

#[test]
fn disconnect_aborts_transactions() {
    let mut session = connected();
    feed(
        &mut session,
        &[
            "BEGIN\ntransaction:t\n\n",
            "SEND\ndestination:/a\ntransaction:t\n\nx",
            "DISCONNECT\n\n",
            "COMMIT\ntransaction:t\n\n",
        ],
    );
    assert_eq!(events(&mut session), ["disconnect None"]);
}

#[test]
fn wrong_transactions_end_the_session() {
    let bounded = SessionConfig {
        max_transactions: 2,
        max_transaction_frames: 2,
        max_transaction_bytes: 200,
        ..config()
    };
    let begin = "BEGIN\ntransaction:t\n\n";
    let send = "SEND\ndestination:/a\ntransaction:t\n\nx";
    let big = format!("{send}{}", "x".repeat(150));
    let cases: [(&[&str], Refusal); 8] = [
        (&[begin, begin], Refusal::DuplicateTransaction),
        (&[send], Refusal::UnknownTransaction),
        (
            &["ACK\nid:1\ntransaction:t\n\n"],
            Refusal::UnknownTransaction,
        ),
        (&["COMMIT\ntransaction:t\n\n"], Refusal::UnknownTransaction),
        (&["ABORT\ntransaction:t\n\n"], Refusal::UnknownTransaction),
        (
            &[
                begin,
                "BEGIN\ntransaction:2\n\n",
                "BEGIN\ntransaction:3\n\n",
            ],
            Refusal::TooManyTransactions { limit: 2 },
        ),
        (&[begin, send, send, send], Refusal::TransactionTooLarge),
        (&[begin, send, &big], Refusal::TransactionTooLarge),
    ];
    for (frames, refusal) in cases {
        let mut session = connected_with(bounded.clone(), "1.2");
        feed(&mut session, frames);
        assert_eq!(session.refusal(), Some(refusal), "{frames:?}");
        final_error(&mut session);
    }
}

#[test]
fn the_memory_of_a_transaction_is_free_after_it() {
    let mut session = connected_with(
        SessionConfig {
            max_transaction_bytes: 200,
            ..config()
        },
        "1.2",
    );
    let send = format!("SEND\ndestination:/a\ntransaction:t\n\n{}", "x".repeat(100));
    for end in ["COMMIT", "ABORT", "COMMIT"] {
        feed(
            &mut session,
            &[
                "BEGIN\ntransaction:t\n\n",
                &send,
                &format!("{end}\ntransaction:t\n\n"),
            ],
        );
        assert!(!session.is_closing());
    }
}

// Heart-beats

fn beating(proposal: &str) -> Session {
    let mut session = session_with(config());
    feed(
        &mut session,
        &[&format!(
            "CONNECT\naccept-version:1.2\nheart-beat:{proposal}\n\n"
        )],
    );
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

// Memory

#[test]
fn an_idle_session_is_small() {
    assert!(size_of::<Session>() <= 512, "{}", size_of::<Session>());
}

proptest! {
    #[test]
    fn no_client_can_break_the_session(
        frames in vec(sample::select(vec![
            "CONNECT\naccept-version:1.2\n\n\0",
            "CONNECT\n\n\0",
            "SUBSCRIBE\nid:1\ndestination:/a\nack:client\n\n\0",
            "SUBSCRIBE\nid:2\ndestination:/a\nreceipt:r\n\n\0",
            "UNSUBSCRIBE\nid:1\nreceipt:r\n\n\0",
            "SEND\ndestination:/a\n\nx\0",
            "SEND\ndestination:/a\ntransaction:t\n\nx\0",
            "BEGIN\ntransaction:t\n\n\0",
            "COMMIT\ntransaction:t\nreceipt:r\n\n\0",
            "ABORT\ntransaction:t\n\n\0",
            "ACK\nid:9-1-0\n\n\0",
            "ACK\nmessage-id:9-2\n\n\0",
            "NACK\nid:9-3-0\ntransaction:t\n\n\0",
            "DISCONNECT\nreceipt:r\n\n\0",
            "\n",
            "\0",
        ]), 0..30),
        accept_at in 0_usize..30,
    ) {
        let mut session = session_with(config());
        let mut now = START;
        for (number, frame) in frames.iter().enumerate() {
            now = now.after(100);
            session.receive(frame.as_bytes(), now);
            if number == accept_at {
                session.accept(None, "s", now);
            }
            let _ = session.deliver(FIRST, message(number as u64));
            let was_closing = session.is_closing();
            while let Some(event) = session.poll_event() {
                match event {
                    Event::Receipt { id } => session.receipt(&id),
                    Event::Disconnect(disconnect) => session.finish(&disconnect),
                    _ => {}
                }
            }
            session.handle_timeout(now);
            prop_assert!(!was_closing || session.is_closing());
            if let Some(timeout) = session.poll_timeout() {
                prop_assert!(timeout > now || session.is_closing());
            }
            session.shrink();
        }
    }
}
