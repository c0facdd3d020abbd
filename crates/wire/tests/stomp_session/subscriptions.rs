//! SUBSCRIBE and UNSUBSCRIBE.

use deskwire_wire::stomp::{AckMode, SessionConfig, event::Event};

use crate::{FIRST, config, connected, connected_with, events, feed, final_error};

#[test]
fn rule_20_subscription_ids_come_back_byte_for_byte() {
    let mut session = connected();
    feed(&mut session, &["SUBSCRIBE\nid:/topic/a b\ndestination:/topic/a\nreceipt:r\n\n"]);
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
    feed(&mut session, &[subscribe, "UNSUBSCRIBE\nid:1\n\n", subscribe]);
    assert_eq!(events(&mut session), ["subscribe 0 /a", "unsubscribe 0 None", "subscribe 1 /a"]);
    feed(&mut session, &["SUBSCRIBE\nid:1\ndestination:/b\nreceipt:r\n\n"]);
    let error = final_error(&mut session);
    assert!(error.contains("subscription id is in use\nreceipt-id:r\n"), "{error:?}");
}

#[test]
fn subscriptions_are_limited() {
    let mut session = connected_with(SessionConfig { max_subscriptions: 1, ..config() }, "1.2");
    feed(&mut session, &["SUBSCRIBE\nid:1\ndestination:/a\n\n", "SUBSCRIBE\nid:2\ndestination:/a\n\n"]);
    assert!(final_error(&mut session).contains("more than 1 subscriptions"));
}

#[test]
fn unsubscribe_of_an_unknown_id_is_answered() {
    let mut session = connected();
    feed(&mut session, &["UNSUBSCRIBE\nid:nothing\n\n", "UNSUBSCRIBE\nid:nothing\nreceipt:r\n\n"]);
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
    assert_eq!(events(&mut session), ["subscribe 0 /a", "subscribe 1 /a", "unsubscribe 0 None", "unsubscribe 1 None"]);
}
