//! ACK, NACK and the window of unacknowledged messages.

use deskwire_wire::stomp::{AckId, DeliverError, SubscriptionKey, event::Event};

use crate::{FIRST, SECOND, events, feed, message, subscribed};

#[test]
fn rule_16_acknowledging_modes_have_an_ack_header() {
    let mut session = subscribed("1.2", &["auto", "client", "client-individual"]);
    assert_eq!(session.deliver(FIRST, message(1)), Ok(None));
    for key in [SECOND, SubscriptionKey(2)] {
        let ack = AckId { message: message(1), subscription: key };
        assert_eq!(session.deliver(key, message(1)), Ok(Some(ack)));
    }
    assert_eq!(session.deliver(SubscriptionKey(3), message(1)), Err(DeliverError::UnknownSubscription));
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
    assert_eq!(session.unsettled(SECOND).collect::<Vec<_>>(), [message(3), message(4)]);
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
    assert_eq!(events(&mut session), ["receipt r1", "ack 0 1", "receipt r2"]);
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
    assert_eq!(session.deliver(FIRST, message(6)), Err(DeliverError::WindowFull));
    feed(&mut session, &["ACK\nid:9-1-0\n\n"]);
    assert!(session.window_open(FIRST));
}

#[test]
fn prefetch_count_lowers_the_window() {
    for (count, window) in [("2", 2), ("100", 5), ("0", 5), ("many", 5)] {
        let mut session = subscribed("1.2", &[]);
        let subscribe = format!("SUBSCRIBE\nid:1\ndestination:/a\nack:client\nprefetch-count:{count}\n\n");
        feed(&mut session, &[&subscribe]);
        let sent = (1..10).take_while(|number| session.deliver(FIRST, message(*number)).is_ok()).count();
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
