//! Visitors who send faster than they may: their sockets are read more slowly, and nothing is lost.

use deskwire_wire::stomp::Command;

use crate::{
    server::Server,
    stomp_client::{Stomp, seq},
};

/// SUBSCRIBE has its price too.
const SUBSCRIBED: u32 = 1;
const WAITING: u32 = 3;
const AT_ONCE: u32 = 5;

#[test]
fn a_visitor_is_read_only_as_fast_as_it_may_send() {
    let server = Server::start(&[("VISITOR_MESSAGES_PER_SECOND", "1")]);
    let mut agent = Stomp::agent(&server);
    let visitor = server.visitor();
    let mut stomp = Stomp::visitor(&server, &visitor);
    stomp.subscribed("s", &format!("/topic/{}", visitor.topic), &[]);
    let mut seen = Vec::new();
    for number in 1..=WAITING {
        let name = format!("m{number}");
        stomp.text(&visitor, "TEXT", &name, "hello");
        let frames = [stomp.frame(), stomp.frame()];
        seen.extend(frames.iter().filter(|frame| frame.command() == Command::Message).map(seq));
        assert!(frames.iter().any(|frame| frame.header("receipt-id") == Some(&name)), "{frames:?}");
        // With one message a second each uses up the budget, unless it was read before there was one.
        server.has_counted("rate", SUBSCRIBED + number);
    }
    for number in 0..AT_ONCE {
        stomp.text(&visitor, "TEXT", &format!("n{number}"), "hello");
    }
    let mut receipts = Vec::new();
    for _ in 0..2 * AT_ONCE {
        let frame = stomp.frame();
        match frame.header("receipt-id") {
            Some(receipt) => receipts.push(receipt.to_owned()),
            None => seen.push(seq(&frame)),
        }
    }
    assert_eq!(receipts, (0..AT_ONCE).map(|number| format!("n{number}")).collect::<Vec<_>>());
    // WELCOME is the first entry and came with the answer of the thread request.
    assert_eq!(seen, (2..2 + u64::from(WAITING + AT_ONCE)).collect::<Vec<_>>());
    for name in ["a1", "a2"] {
        agent.text(&visitor, "TEXT", name, "hello");
        agent.receipt(name);
    }
}
