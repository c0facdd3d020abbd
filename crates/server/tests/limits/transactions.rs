//! STOMP transactions: how many, how long, how large.

use deskwire_wire::stomp::{Command, client::Send};

use crate::{server::Server, stomp_client::Stomp};

fn send_in(stomp: &mut Stomp, transaction: &str, receipt: &str, body: &[u8]) {
    let (transaction, receipt) = (Some(transaction), Some(receipt));
    stomp.send(Send { destination: "/topic/x", transaction, receipt, body, ..Default::default() });
}

#[test]
fn transactions_are_counted() {
    let server = Server::start(&[("TRANSACTIONS_PER_CONNECTION", "2")]);
    let mut other = Stomp::service(&server);
    let mut stomp = Stomp::service(&server);
    for (command, id) in [(Command::Begin, "a"), (Command::Begin, "b"), (Command::Abort, "a"), (Command::Begin, "c")] {
        stomp.transaction(command, id);
        stomp.receipt(id);
    }
    stomp.transaction(Command::Begin, "d");
    stomp.is_refused("more than 2 open transactions", 1002);
    other.is_served();
    server.has_counted("transactions", 1);
}

#[test]
fn frames_of_a_transaction_are_counted() {
    let server = Server::start(&[("FRAMES_PER_TRANSACTION", "2")]);
    let mut other = Stomp::service(&server);
    let mut stomp = Stomp::service(&server);
    stomp.subscribed("s", "/topic/x", &[]);
    for transaction in ["first", "second"] {
        stomp.transaction(Command::Begin, transaction);
        stomp.receipt(transaction);
        for frame in ["1", "2"] {
            send_in(&mut stomp, transaction, frame, frame.as_bytes());
            stomp.receipt(frame);
        }
        if transaction == "first" {
            stomp.transaction(Command::Commit, transaction);
            let mut frames: Vec<_> = (0..3).map(|_| stomp.frame()).collect();
            frames.retain(|frame| frame.command() == Command::Message);
            assert_eq!(frames.iter().map(|frame| frame.body()).collect::<Vec<_>>(), [b"1", b"2"]);
        }
    }
    send_in(&mut stomp, "second", "3", b"3");
    stomp.is_refused("transaction is too large", 1002);
    other.is_served();
    server.has_counted("transactions", 1);
}

#[test]
fn bytes_of_all_transactions_are_counted() {
    let server = Server::start(&[("BYTES_PER_TRANSACTION", "2048")]);
    let mut other = Stomp::service(&server);
    let mut stomp = Stomp::service(&server);
    for transaction in ["a", "b"] {
        stomp.transaction(Command::Begin, transaction);
        stomp.receipt(transaction);
    }
    send_in(&mut stomp, "a", "1", &[b'x'; 1200]);
    stomp.receipt("1");
    stomp.transaction(Command::Commit, "a");
    stomp.receipt("a");
    send_in(&mut stomp, "b", "2", &[b'x'; 1200]);
    stomp.receipt("2");
    send_in(&mut stomp, "b", "3", &[b'x'; 1200]);
    stomp.is_refused("transaction is too large", 1002);
    other.is_served();
    server.has_counted("transactions", 1);
}
