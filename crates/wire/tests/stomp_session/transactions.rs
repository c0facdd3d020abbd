//! BEGIN, COMMIT and ABORT.

use deskwire_wire::stomp::{Refusal, SessionConfig};

use crate::{FIRST, config, connected, connected_with, events, feed, final_error, message, subscribed};

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
    assert_eq!(events(&mut session), ["receipt b", "receipt 1", "receipt 2", "send out Some(\"3\")"]);
    feed(&mut session, &["COMMIT\ntransaction:t\nreceipt:c\n\n"]);
    assert_eq!(events(&mut session), ["send in None", "ack 0 1", "receipt c"]);
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
    let bounded =
        SessionConfig { max_transactions: 2, max_transaction_frames: 2, max_transaction_bytes: 200, ..config() };
    let begin = "BEGIN\ntransaction:t\n\n";
    let send = "SEND\ndestination:/a\ntransaction:t\n\nx";
    let big = format!("{send}{}", "x".repeat(150));
    let cases: [(&[&str], Refusal); 8] = [
        (&[begin, begin], Refusal::DuplicateTransaction),
        (&[send], Refusal::UnknownTransaction),
        (&["ACK\nid:1\ntransaction:t\n\n"], Refusal::UnknownTransaction),
        (&["COMMIT\ntransaction:t\n\n"], Refusal::UnknownTransaction),
        (&["ABORT\ntransaction:t\n\n"], Refusal::UnknownTransaction),
        (&[begin, "BEGIN\ntransaction:2\n\n", "BEGIN\ntransaction:3\n\n"], Refusal::TooManyTransactions { limit: 2 }),
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
    let mut session = connected_with(SessionConfig { max_transaction_bytes: 200, ..config() }, "1.2");
    let send = format!("SEND\ndestination:/a\ntransaction:t\n\n{}", "x".repeat(100));
    for end in ["COMMIT", "ABORT", "COMMIT"] {
        feed(&mut session, &["BEGIN\ntransaction:t\n\n", &send, &format!("{end}\ntransaction:t\n\n")]);
        assert!(!session.is_closing());
    }
}
