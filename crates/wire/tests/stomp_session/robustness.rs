//! Memory, and frames in any order.

use deskwire_wire::stomp::{Session, event::Event};
use proptest::{collection::vec, prelude::*, sample};

use crate::{FIRST, START, config, message, session_with};

#[test]
fn an_idle_session_is_small() {
    assert!(size_of::<Session>() <= 512, "{}", size_of::<Session>());
}

#[test]
fn a_session_that_holds_more_than_a_frame_says_so_until_it_is_taken() {
    let most = config().limits.max_frame as usize;
    let mut session = session_with(config());
    session.receive(b"CONNECT\naccept-version:1.2\n\n\0", START);
    session.accept(None, "s", START);
    let id = "r".repeat(1000);
    let mut receipts = 0;
    while !session.is_backed_up() {
        session.receipt(&id);
        receipts += 1;
    }
    assert!(receipts > most / 1100 && receipts <= most / 1000 + 1, "{receipts} of {most} octets");
    while session.poll_transmit().is_some() {}
    assert!(!session.is_backed_up());
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
