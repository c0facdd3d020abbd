//! Work queues: who gets what, and what becomes of it when they go away.

use std::collections::BTreeSet;

use deskwire_wire::stomp::{Command, Frame, client::Send};

use crate::{acknowledgements::hears_nothing, server::Server, stomp_client::Stomp};

pub(crate) const QUEUE: &str = "/queue/work";
pub(crate) const PERSISTENT: &[(&str, &str)] = &[("persistent", "true")];
const INDIVIDUAL: &[(&str, &str)] = &[("ack", "client-individual")];

pub(crate) fn new(text: &str) -> (String, bool) {
    (text.to_owned(), false)
}

fn again(text: &str) -> (String, bool) {
    (text.to_owned(), true)
}

pub(crate) fn consumer(server: &Server, headers: &[(&str, &str)]) -> Stomp {
    let mut consumer = Stomp::service(server);
    consumer.subscribed("s", QUEUE, headers);
    consumer
}

fn ack_of(message: &Frame) -> &str {
    message.header("ack").unwrap_or_else(|| panic!("nothing to acknowledge: {message:?}"))
}

#[test]
fn consumers_take_turns() {
    let server = Server::start(&[]);
    let (mut a, mut b, mut sender) = (consumer(&server, &[]), consumer(&server, &[]), Stomp::service(&server));
    for text in ["1", "2", "3", "4"] {
        sender.posted(QUEUE, text, &[("color", "red")]);
    }
    for (consumer, texts) in [(&mut a, ["1", "3"]), (&mut b, ["2", "4"])] {
        for text in texts {
            let message = consumer.message();
            assert_eq!(message.body(), text.as_bytes());
            let header = |name| message.header(name);
            assert_eq!((header("destination"), header("color"), header("ack")), (Some(QUEUE), Some("red"), None));
            assert_eq!(header("redelivered"), Some("false"));
        }
        hears_nothing(consumer);
    }
}

#[test]
fn a_message_waits_for_its_consumer() {
    let server = Server::start(&[]);
    let mut sender = Stomp::service(&server);
    for text in ["1", "2"] {
        sender.posted(QUEUE, text, &[]);
    }
    let mut consumer = consumer(&server, &[]);
    assert_eq!([consumer.handed(), consumer.handed()], [new("1"), new("2")]);
    consumer.unsubscribed(&[("id", "s")]);
    sender.posted(QUEUE, "3", &[]);
    consumer.subscribed("t", "/queue/work", &[]);
    assert_eq!(consumer.handed(), new("3"), "what was handed over without acknowledgement is consumed");
}

#[test]
fn a_refused_message_goes_to_another_consumer() {
    let server = Server::start(&[]);
    let (mut a, mut b) = (consumer(&server, INDIVIDUAL), consumer(&server, INDIVIDUAL));
    Stomp::service(&server).posted(QUEUE, "1", &[]);
    let message = a.message();
    a.nack(ack_of(&message));
    let second = b.message();
    assert_eq!((second.body(), second.header("redelivered")), (&b"1"[..], Some("true")));
    assert_eq!(second.header("message-id"), message.header("message-id"), "it is the same message");
    b.ack(ack_of(&second));
    hears_nothing(&mut a);
}

#[test]
fn a_message_that_nobody_wants_is_dropped() {
    let server = Server::configured("QUEUES", &[("MAX_DELIVERIES", "3")]);
    let (mut consumer, mut sender) = (consumer(&server, INDIVIDUAL), Stomp::service(&server));
    sender.posted(QUEUE, "bad", &[]);
    for refusal in 0..3 {
        let message = consumer.message();
        assert_eq!(message.header("redelivered"), Some(if refusal == 0 { "false" } else { "true" }));
        consumer.nack(ack_of(&message));
    }
    sender.posted(QUEUE, "good", &[]);
    assert_eq!(consumer.handed(), new("good"));
    server.wait_for_metric("deskwire_queue_messages_dropped_total{reason=\"refused\"}", |dropped| dropped == 1.0);
    // The log is written behind the count.
    hears_nothing(&mut consumer);
    assert!(server.log().contains("refused too often"), "{}", server.log());
}

#[test]
fn what_a_cut_consumer_had_goes_to_the_next_in_order() {
    let server = Server::start(&[]);
    let (mut lost, mut sender) = (consumer(&server, &[("ack", "client")]), Stomp::service(&server));
    for text in ["1", "2", "3", "4"] {
        sender.posted(QUEUE, text, &[]);
    }
    let messages: Vec<_> = (0..4).map(|_| lost.message()).collect();
    // All up to the second.
    lost.settle(Command::Ack, ack_of(&messages[1]), &[("receipt", "acked")]);
    lost.receipt("acked");
    drop(lost);
    let mut next = consumer(&server, &[]);
    assert_eq!([next.handed(), next.handed()], [again("3"), again("4")]);
    sender.posted(QUEUE, "5", &[]);
    assert_eq!(next.handed(), new("5"));
}

#[test]
fn an_unsubscribed_consumer_gives_back_what_it_has() {
    let server = Server::start(&[]);
    let (mut first, mut sender) = (consumer(&server, INDIVIDUAL), Stomp::service(&server));
    sender.posted(QUEUE, "1", &[]);
    let message = first.message();
    first.unsubscribed(&[("id", "s")]);
    // It is no longer the first one's to settle.
    first.ack(ack_of(&message));
    assert_eq!(consumer(&server, &[]).handed(), again("1"));
}

#[test]
fn persistent_messages_survive_the_server() {
    let server = Server::start(&[]);
    let mut consumer = consumer(&server, &[("ack", "client-individual"), ("prefetch-count", "1")]);
    let mut sender = Stomp::service(&server);
    for text in ["1", "2", "3"] {
        sender.posted(QUEUE, text, &[("persistent", "true"), ("color", "red: ä")]);
    }
    sender.posted(QUEUE, "transient", &[]);
    let message = consumer.message();
    consumer.settle(Command::Ack, ack_of(&message), &[("receipt", "acked")]);
    // The next message and the receipt come in either order.
    let mut frames = [consumer.frame(), consumer.frame()];
    frames.sort_by_key(|frame| frame.command() == Command::Message);
    assert_eq!(frames[0].header("receipt-id"), Some("acked"));
    // What is consumed leaves the store with the next commit.
    sender.posted(QUEUE, "4", PERSISTENT);

    let server = server.crashed();
    let mut consumer = Stomp::service(&server);
    consumer.subscribed("s", QUEUE, &[]);
    let kept: Vec<_> = (0..3).map(|_| consumer.message()).collect();
    let texts: Vec<_> = kept.iter().map(Frame::body).collect();
    assert_eq!(texts, [b"2", b"3", b"4"]);
    assert_eq!(kept[0].header("color"), Some("red: ä"));
    assert!(kept.iter().all(|message| message.header("redelivered") == Some("true")), "nobody knows");
    Stomp::service(&server).posted(QUEUE, "5", &[]);
    assert_eq!(consumer.handed(), new("5"));
    let server = server.restarted(&[]);
    Stomp::service(&server).posted(QUEUE, "6", &[]);
    let mut consumer = Stomp::service(&server);
    consumer.subscribed("s", QUEUE, &[]);
    assert_eq!(consumer.handed(), new("6"), "the others were consumed");
}

#[test]
fn what_was_acknowledged_with_a_receipt_never_comes_again() {
    for command in [Command::Ack, Command::Disconnect] {
        // Without a receipt the end of a message is written much later.
        let server = Server::start(&[("CURSOR_DELAY_MS", "10000")]);
        let mut sender = Stomp::service(&server);
        let mut consumer = consumer(&server, INDIVIDUAL);
        for text in ["1", "2"] {
            sender.posted(QUEUE, text, PERSISTENT);
        }
        let message = consumer.message();
        if command == Command::Ack {
            consumer.settle(Command::Ack, ack_of(&message), &[("receipt", "done")]);
        } else {
            consumer.settle(Command::Ack, ack_of(&message), &[]);
            consumer.say(|out| out.extend_from_slice(b"DISCONNECT\nreceipt:done\n\n\0"));
        }
        let receipt = loop {
            let frame = consumer.frame();
            if frame.command() != Command::Message {
                break frame;
            }
        };
        assert_eq!((receipt.command(), receipt.header("receipt-id")), (Command::Receipt, Some("done")), "{receipt:?}");
        let server = server.crashed();
        let mut consumer = Stomp::service(&server);
        consumer.subscribed("s", QUEUE, &[]);
        assert_eq!(consumer.handed(), again("2"), "{command:?}");
        hears_nothing(&mut consumer);
    }
}

#[test]
fn a_transient_message_does_not_overtake_a_persistent_one() {
    let server = Server::start(&[]);
    let (mut consumer, mut sender) = (consumer(&server, &[]), Stomp::service(&server));
    let texts: Vec<_> = (0..40).map(|number| number.to_string()).collect();
    for (text, persistent) in texts.iter().zip([true, false, false].iter().cycle()) {
        let headers = if *persistent { PERSISTENT } else { &[] };
        sender.send(Send { destination: QUEUE, headers, body: text.as_bytes(), ..Default::default() });
    }
    for text in &texts {
        assert_eq!(consumer.handed(), new(text));
    }
}

#[test]
fn a_message_that_is_too_late_reaches_nobody() {
    let server = Server::start(&[]);
    let (late, never) = (&[("expires", "1000")][..], &[("expires", "0")][..]);
    let mut sender = Stomp::service(&server);
    let mut listener = Stomp::service(&server);
    listener.subscribed("l", "/topic/news", &[]);
    for destination in [QUEUE, "/topic/news"] {
        sender.posted(destination, "late", late);
        sender.posted(destination, "in time", never);
    }
    assert_eq!(consumer(&server, &[]).handed(), new("in time"));
    assert_eq!(listener.message().body(), b"in time");
    assert_eq!(server.metric("deskwire_queue_messages_dropped_total{reason=\"expired\"}"), 1.0);
}

#[test]
fn a_full_queue_refuses_its_sender_alone() {
    for keys in [&[("MESSAGES", "2")][..], &[("BYTES", "1024")], &[("TOTAL_BYTES", "1024")]] {
        let server = Server::configured("QUEUES", keys);
        let mut sender = Stomp::service(&server);
        let text = |first: char| format!("{first}{}", "x".repeat(200));
        sender.posted(QUEUE, &text('1'), &[]);
        sender.posted(QUEUE, &text('2'), PERSISTENT);
        sender.send(Send {
            destination: QUEUE,
            receipt: Some("3"),
            headers: PERSISTENT,
            body: &[b'x'; 600],
            ..Default::default()
        });
        let error = sender.frame();
        assert_eq!((error.command(), error.header("receipt-id")), (Command::Error, Some("3")), "{keys:?}");
        assert!(error.header("message").unwrap().contains("the queue is full"), "{error:?}");
        server.has_counted("queues", 1);
        let mut consumer = consumer(&server, &[]);
        assert_eq!([consumer.handed(), consumer.handed()], [new(&text('1')), new(&text('2'))]);
        Stomp::service(&server).posted(QUEUE, &text('4'), &[]);
        assert_eq!(consumer.handed(), new(&text('4')));
    }
}

#[test]
fn queues_have_a_bound_and_go_when_they_are_empty() {
    let server = Server::configured("QUEUES", &[("MAX_QUEUES", "1")]);
    let mut sender = Stomp::service(&server);
    let mut consumer = consumer(&server, &[]);
    sender.post("/queue/other", "1", &[]);
    sender.is_refused("too many queues", 1002);
    consumer.unsubscribed(&[("id", "s")]);
    Stomp::service(&server).posted("/queue/other", "2", &[]);
    server.has_counted("queues", 1);
}

#[test]
fn a_consumer_gets_what_it_selects() {
    let server = Server::start(&[]);
    let mut red = consumer(&server, &[("selector", "color = 'red' AND size = 5")]);
    let mut others = Stomp::service(&server);
    others.subscribed("l", "/topic/news", &[("selector", "color='red'")]);
    let mut sender = Stomp::service(&server);
    for destination in [QUEUE, "/topic/news"] {
        sender.posted(destination, "blue", &[("color", "blue"), ("size", "5")]);
        sender.posted(destination, "red", &[("color", "red"), ("size", "5")]);
    }
    assert_eq!(red.handed(), new("red"));
    hears_nothing(&mut red);
    assert_eq!(others.message().body(), b"red");
    hears_nothing(&mut others);
    assert_eq!(consumer(&server, &[]).handed(), new("blue"));
    for (destination, selector) in [(QUEUE, "color LIKE 'r%'"), ("/topic/news", "size > 4")] {
        let mut refused = Stomp::service(&server);
        refused.subscribe("s", destination, &[("selector", selector)]);
        refused.is_refused("a selector is name = 'value'", 1002);
    }
}

#[test]
fn nobody_hears_its_own_words_who_does_not_want_to() {
    let server = Server::start(&[]);
    let mut speaker = consumer(&server, &[("no-local", "true")]);
    speaker.subscribed("l", "/topic/news", &[("no-local", "true")]);
    for destination in [QUEUE, "/topic/news"] {
        speaker.posted(destination, "mine", &[]);
    }
    hears_nothing(&mut speaker);
    let mut other = Stomp::service(&server);
    for destination in [QUEUE, "/topic/news"] {
        other.posted(destination, "theirs", &[]);
        assert_eq!(speaker.message().body(), b"theirs");
    }
    other.subscribed("s", QUEUE, &[]);
    assert_eq!(other.handed(), new("mine"));
}

#[test]
fn prefetch_leaves_the_rest_to_others() {
    let server = Server::start(&[]);
    let mut first = consumer(&server, &[("ack", "client-individual"), ("prefetch-count", "1")]);
    let mut sender = Stomp::service(&server);
    for text in ["1", "2", "3"] {
        sender.posted(QUEUE, text, &[]);
    }
    let one = first.message();
    hears_nothing(&mut first);
    let mut second = consumer(&server, &[]);
    assert_eq!([second.handed(), second.handed()], [new("2"), new("3")]);
    first.settle(Command::Ack, ack_of(&one), &[("receipt", "acked")]);
    first.receipt("acked");
    sender.posted(QUEUE, "4", &[]);
    sender.posted(QUEUE, "5", &[]);
    let texts = BTreeSet::from([first.handed(), second.handed()]);
    assert_eq!(texts, BTreeSet::from([new("4"), new("5")]));
}

#[test]
fn a_consumer_that_does_not_read_harms_nobody() {
    const MESSAGES: usize = 200;
    let server = Server::start(&[]);
    let (stuck, mut sender) = (consumer(&server, &[("ack", "client")]), Stomp::service(&server));
    let mut texts: BTreeSet<_> = (0..MESSAGES).map(|number| format!("{number:0>60000}")).collect();
    let mut other = consumer(&server, &[]);
    let mut redelivered = false;
    let mut stuck = Some(stuck);
    for text in texts.clone() {
        sender.send(Send { destination: QUEUE, receipt: Some("r"), body: text.as_bytes(), ..Default::default() });
        sender.receipt("r");
    }
    while !texts.is_empty() {
        if texts.len() == MESSAGES - 20 {
            // What it was handed comes back.
            stuck = None;
        }
        let (text, again) = other.handed();
        redelivered |= again;
        assert!(texts.remove(&text), "it came twice");
    }
    assert!(stuck.is_none() && redelivered);
    assert_eq!(server.metric("deskwire_outbox_overflows_total"), 0.0);
}

#[test]
fn settling_waits_for_its_transaction() {
    let server = Server::start(&[]);
    let (mut a, mut sender) = (consumer(&server, INDIVIDUAL), Stomp::service(&server));
    for text in ["1", "2"] {
        sender.posted(QUEUE, text, &[]);
    }
    let (one, two) = (a.message(), a.message());
    a.transaction(Command::Begin, "t");
    a.receipt("t");
    a.settle(Command::Ack, ack_of(&one), &[("transaction", "t")]);
    a.settle(Command::Nack, ack_of(&two), &[("transaction", "t")]);
    hears_nothing(&mut a);
    a.transaction(Command::Commit, "t");
    // What goes back is handed out at once, and the receipt waits for the disk.
    let frames = [a.frame(), a.frame()];
    assert!(frames.iter().any(|frame| frame.header("receipt-id") == Some("t")), "{frames:?}");
    let handed = frames.iter().find(|frame| frame.command() == Command::Message).expect("it was refused");
    assert_eq!((handed.body(), handed.header("redelivered")), (&b"2"[..], Some("true")));

    a.transaction(Command::Begin, "u");
    a.receipt("u");
    a.settle(Command::Ack, ack_of(&two), &[("transaction", "u")]);
    a.transaction(Command::Abort, "u");
    a.receipt("u");
    drop(a);
    assert_eq!(consumer(&server, &[]).handed(), again("2"));
}

#[test]
fn a_queue_for_everyone_keeps_nothing() {
    let server = Server::configured("QUEUES", &[("FANOUT", "[\"queue/news/#\"]")]);
    let mut sender = Stomp::service(&server);
    sender.posted("/queue/news.local", "missed", &[]);
    let mut readers = [Stomp::service(&server), Stomp::service(&server)];
    for reader in &mut readers {
        reader.subscribed("s", "/queue/news.local", &[]);
    }
    sender.posted("/queue/news.local", "heard", &[]);
    for reader in &mut readers {
        let message = reader.message();
        assert_eq!((message.body(), message.header("redelivered")), (&b"heard"[..], None));
        assert_eq!(message.header("destination"), Some("/queue/news.local"));
    }
}
