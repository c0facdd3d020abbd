//! Wrong frames, receipts and DISCONNECT.

use deskwire_wire::stomp::{MessageId, event::Event, server::Message};

use crate::{START, connected, events, feed, final_error, next_frame};

#[test]
fn missing_headers_are_named() {
    let cases = [
        ("SEND\n\nx", "SEND without the header destination"),
        ("SEND\ndestination:\n\nx", "SEND without the header destination"),
        ("SUBSCRIBE\nid:1\n\n", "SUBSCRIBE without the header destination"),
        ("SUBSCRIBE\ndestination:/a\n\n", "SUBSCRIBE without the header id"),
        ("UNSUBSCRIBE\n\n", "UNSUBSCRIBE without the header id"),
        ("ACK\n\n", "ACK without the header id"),
        ("NACK\nsubscription:1\n\n", "NACK without the header id"),
        ("BEGIN\n\n", "BEGIN without the header transaction"),
        ("COMMIT\n\n", "COMMIT without the header transaction"),
        ("ABORT\n\n", "ABORT without the header transaction"),
        ("SUBSCRIBE\nid:1\ndestination:/a\nack:maybe\n\n", "unknown ack mode"),
        ("MESSAGE\n\n", "MESSAGE is not for clients to send"),
        ("RECEIPT\n\n", "RECEIPT is not for clients to send"),
        ("WHAT\n\n", "unknown command"),
        ("SEND\na:\\t\n\n", "undefined escape sequence in a header"),
    ];
    for (frame, message) in cases {
        let mut session = connected();
        feed(&mut session, &[frame]);
        let error = final_error(&mut session);
        assert!(error.starts_with(&format!("ERROR\nmessage:{message}\n")), "{frame:?} {error:?}");
    }
}

#[test]
fn frames_before_a_wrong_one_still_count() {
    let mut session = connected();
    feed(&mut session, &["SEND\ndestination:/a\n\n1", "WHAT\n\n", "SEND\ndestination:/a\n\n2"]);
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
        &["SEND\ndestination:/a\nreceipt:1\n\nx", "DISCONNECT\nreceipt:2\n\n", "SEND\ndestination:/a\n\ny"],
    );
    assert!(matches!(session.poll_event(), Some(Event::Send(_))));
    let Some(Event::Disconnect(disconnect)) = session.poll_event() else {
        panic!("no disconnect event");
    };
    assert!(session.poll_event().is_none(), "something came through behind DISCONNECT");
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
fn a_message_for_this_client_keeps_its_place() {
    let message = Message {
        destination: "/app/x",
        content_type: None,
        headers: &[],
        subscription: Some("s"),
        message_id: MessageId { source: 0, number: 1 },
        ack: None,
        body: b"answer",
    };
    let mut session = connected();
    session.receipt("before");
    session.message(&message);
    session.receipt("behind");
    assert_eq!(next_frame(&mut session), "RECEIPT\nreceipt-id:before\n\n\0");
    assert_eq!(
        next_frame(&mut session),
        "MESSAGE\ndestination:/app/x\nsubscription:s\nmessage-id:0-1\ncontent-length:6\n\nanswer\0"
    );
    assert_eq!(next_frame(&mut session), "RECEIPT\nreceipt-id:behind\n\n\0");
    session.error("code", "no", "", None);
    assert!(next_frame(&mut session).starts_with("ERROR\n"));
    session.message(&message);
    assert_eq!(session.poll_transmit(), None);
}

#[test]
fn rule_14_nothing_follows_an_error() {
    let mut session = connected();
    session.error("code", "no", "", Some("r"));
    session.receipt("r");
    session.handle_timeout(START.after(1_000_000));
    assert_eq!(next_frame(&mut session), "ERROR\nmessage:no\nreceipt-id:r\ncontent-length:0\n\n\0");
    assert_eq!(session.poll_transmit(), None);
}
