//! SUBSCRIBE and UNSUBSCRIBE.

use deskwire_wire::stomp::{AckMode, DurableName, SessionConfig, event::Event};

use crate::{FIRST, SECOND, config, connected, connected_with, events, feed, final_error};

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
    assert!(error.contains("subscription id is in use\nerror:protocol_error\nreceipt-id:r\n"), "{error:?}");
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
fn a_durable_subscription_is_asked_for_as_either_broker_wants_it() {
    for (headers, expected) in [
        ("", None),
        ("durable:true\n", None),
        ("durable:false\nauto-delete:false\n", None),
        ("durable:true\nauto-delete:false\n", Some(DurableName::Id(Some("i")))),
        ("persistent:true\n", Some(DurableName::Id(Some("i")))),
        ("durable-subscription-name:n\n", Some(DurableName::Name("n"))),
        ("durable-subscription-name:\n", None),
        ("activemq.subscriptionName:n\ndurable:true\n", Some(DurableName::Name("n"))),
    ] {
        let mut session = connected();
        feed(&mut session, &[&format!("SUBSCRIBE\nid:i\ndestination:/a\n{headers}\n")]);
        let Some(Event::Subscribe(subscribe)) = session.poll_event() else { panic!("no subscribe event") };
        assert_eq!(subscribe.durable(), expected, "{headers:?}");
    }
}

#[test]
fn a_durable_subscription_can_be_forgotten_without_being_live() {
    let mut session = connected();
    feed(&mut session, &["SUBSCRIBE\nid:live\ndestination:/a\n\n"]);
    assert_eq!(events(&mut session).len(), 1);
    feed(
        &mut session,
        &[
            "UNSUBSCRIBE\nid:gone\ndurable:true\nreceipt:r\n\n",
            "UNSUBSCRIBE\ndurable-subscription-name:n\n\n",
            "UNSUBSCRIBE\nid:live\ndurable:true\n\n",
        ],
    );
    let expected =
        ["forget Some(Id(Some(\"gone\"))) Some(\"r\")", "forget Some(Name(\"n\")) None", "unsubscribe 0 None"];
    assert_eq!(events(&mut session), expected);
}

#[test]
fn the_window_of_a_subscription_can_be_asked_for() {
    let mut session = connected_with(SessionConfig { max_unacked: 9, ..config() }, "1.2");
    feed(&mut session, &["SUBSCRIBE\nid:1\ndestination:/a\nprefetch-count:4\n\n"]);
    feed(&mut session, &["SUBSCRIBE\nid:2\ndestination:/a\nprefetch-count:40\n\n"]);
    assert_eq!((session.window(FIRST), session.window(SECOND)), (4, 9));
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
