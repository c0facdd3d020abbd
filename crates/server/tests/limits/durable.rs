//! Durable subscriptions: what collects while its owner, or the server, is away.

use deskwire_wire::stomp::{
    Command,
    client::{Disconnect, Send},
};

use crate::{
    acknowledgements::hears_nothing,
    server::{SERVICE, Server},
    stomp_client::{Stomp, VERSION},
};

const TOPIC: &str = "/topic/news.local";
const DURABLE: &[(&str, &str)] = &[("durable", "true"), ("auto-delete", "false")];
const PERSISTENT: &[(&str, &str)] = &[("persistent", "true")];

fn reader(server: &Server, id: &str, headers: &[(&str, &str)]) -> Stomp {
    let mut reader = Stomp::service(server);
    reader.subscribed(id, TOPIC, &[DURABLE, headers].concat());
    reader
}

/// Ends a connection and waits until the server knows.
fn leave(mut reader: Stomp) {
    reader.say(|out| Disconnect { receipt: Some("bye") }.encode(VERSION, out));
    reader.receipt("bye");
    assert_eq!(reader.hear().closed(), 1000);
}

#[test]
fn messages_are_collected_while_their_reader_is_away() {
    let server = Server::start(&[]);
    leave(reader(&server, "r", &[]));
    let mut sender = Stomp::service(&server);
    let texts: Vec<_> = (0..9).map(|number| number.to_string()).collect();
    for (text, persistent) in texts.iter().zip([true, false].iter().cycle()) {
        let headers = if *persistent { PERSISTENT } else { &[] };
        sender.send(Send { destination: TOPIC, headers, body: text.as_bytes(), ..Default::default() });
    }
    sender.posted(TOPIC, "last", PERSISTENT);
    let mut back = reader(&server, "r", &[]);
    for text in &texts {
        assert_eq!(back.handed(), (text.clone(), false));
    }
    assert_eq!(back.handed(), ("last".to_owned(), false));
    sender.posted(TOPIC, "live", &[]);
    let live = back.message();
    assert_eq!((live.body(), live.header("destination")), (&b"live"[..], Some(TOPIC)));
    let mut other = reader(&server, "another", &[]);
    hears_nothing(&mut other);
}

#[test]
fn a_durable_subscription_survives_the_server() {
    let server = Server::start(&[]);
    let mut first = Stomp::service(&server);
    first.subscribed("r", "/topic/news.*", &[DURABLE, &[("ack", "client")]].concat());
    let mut plain = Stomp::service(&server);
    plain.subscribed("p", TOPIC, &[]);
    let mut sender = Stomp::service(&server);
    for text in ["1", "2", "3"] {
        sender.posted(TOPIC, text, PERSISTENT);
        assert_eq!(plain.message().body(), text.as_bytes(), "others hear it as ever");
    }
    let message = first.message();
    assert_eq!(message.header("destination"), Some(TOPIC), "where it was said");
    assert_eq!([first.handed(), first.handed()], ["2", "3"].map(|text| (text.to_owned(), false)));
    first.settle(Command::Ack, message.header("ack").unwrap(), &[("receipt", "acked")]);
    first.receipt("acked");
    // What is consumed leaves the store with the next commit.
    sender.posted(TOPIC, "4", PERSISTENT);

    let server = server.crashed();
    Stomp::service(&server).posted(TOPIC, "5", &[]);
    let mut back = Stomp::service(&server);
    back.subscribed("r", "/topic/news.*", DURABLE);
    let texts: Vec<_> = (0..4).map(|_| back.handed()).collect();
    let expected = [("2", true), ("3", true), ("4", true), ("5", false)].map(|(text, again)| (text.to_owned(), again));
    assert_eq!(texts, expected);
}

#[test]
fn a_reader_who_no_longer_wants_it_is_forgotten() {
    let server = Server::start(&[]);
    let mut sender = Stomp::service(&server);
    for live in [true, false] {
        let mut first = reader(&server, "r", &[]);
        if !live {
            leave(first);
            first = Stomp::service(&server);
        }
        first.unsubscribed(&[("id", "r"), ("durable", "true")]);
        sender.posted(TOPIC, "missed", PERSISTENT);
        let mut back = reader(&server, "r", &[]);
        hears_nothing(&mut back);
        back.unsubscribed(&[("id", "r")]);
        sender.posted(TOPIC, "kept", &[]);
        assert_eq!(reader(&server, "r", &[]).handed(), ("kept".to_owned(), false));
    }
}

#[test]
fn who_has_it_hears_that_it_is_forgotten() {
    let server = Server::start(&[]);
    let mut reader = reader(&server, "r", &[]);
    let mut other = Stomp::service(&server);
    other.unsubscribed(&[("id", "r"), ("durable", "true")]);
    reader.is_refused("another connection has ended the durable subscription", 1002);
    other.posted(TOPIC, "missed", PERSISTENT);
    hears_nothing(&mut self::reader(&server, "r", &[]));
}

#[test]
fn what_is_forgotten_is_what_the_subscription_was() {
    let server = Server::start(&[]);
    leave(reader(&server, "r", &[]));
    let (mut client, mut sender) = (Stomp::service(&server), Stomp::service(&server));
    client.subscribed("r", "/queue/work", &[]);
    client.unsubscribed(&[("id", "r"), ("durable", "true")]);
    sender.posted(TOPIC, "kept", &[]);
    client.subscribed("any", TOPIC, &[("durable-subscription-name", "r")]);
    assert_eq!(client.handed(), ("kept".to_owned(), false), "the queue's consumer was no durable subscription");
    client.unsubscribed(&[("id", "any"), ("durable", "true")]);
    sender.posted(TOPIC, "missed", &[]);
    hears_nothing(&mut reader(&server, "r", &[]));
}

#[test]
fn another_connection_takes_over() {
    let server = Server::start(&[]);
    let mut old = reader(&server, "r", &[("ack", "client")]);
    let mut sender = Stomp::service(&server);
    sender.posted(TOPIC, "1", &[]);
    assert_eq!(old.handed(), ("1".to_owned(), false));
    let mut new = reader(&server, "r", &[]);
    assert_eq!(new.handed(), ("1".to_owned(), true));
    old.is_refused("another connection has resumed", 1002);
    sender.posted(TOPIC, "2", &[]);
    assert_eq!(new.handed(), ("2".to_owned(), false), "the old one leaving takes nothing away");
    new.subscribe("q", TOPIC, &[("durable-subscription-name", "r")]);
    new.is_refused("this connection uses the durable subscription already", 1002);
}

#[test]
fn clients_of_artemis_have_names_of_their_own() {
    let server = Server::start(&[]);
    let connect = |client: &str| {
        let mut stomp = Stomp::open(&server);
        stomp.connect(SERVICE.0, Some(SERVICE.1), &[("client-id", client)]);
        assert_eq!(stomp.frame().command(), Command::Connected);
        stomp
    };
    for client in ["a", "b"] {
        let mut reader = connect(client);
        reader.subscribed("s", TOPIC, &[("durable-subscription-name", "n")]);
        leave(reader);
    }
    connect("a").unsubscribed(&[("durable-subscription-name", "n")]);
    let mut sender = Stomp::service(&server);
    sender.posted(TOPIC, "1", &[]);
    let mut b = connect("b");
    b.subscribed("any", TOPIC, &[("durable-subscription-name", "n")]);
    assert_eq!(b.handed(), ("1".to_owned(), false));
    let mut a = connect("a");
    a.subscribed("any", TOPIC, &[("durable-subscription-name", "n")]);
    hears_nothing(&mut a);
}

#[test]
fn only_what_is_selected_is_collected() {
    let server = Server::start(&[]);
    let red = &[("selector", "color = 'red'")][..];
    leave(reader(&server, "r", red));
    let mut sender = Stomp::service(&server);
    sender.posted(TOPIC, "blue", &[("color", "blue"), ("persistent", "true")]);
    sender.posted(TOPIC, "red", &[("color", "red"), ("persistent", "true")]);
    let server = server.crashed();
    let mut back = reader(&server, "r", red);
    assert_eq!(back.handed(), ("red".to_owned(), true));
    hears_nothing(&mut back);
    leave(back);
    let mut sender = Stomp::service(&server);
    sender.posted(TOPIC, "red", &[("color", "red")]);
    let mut all = reader(&server, "r", &[]);
    hears_nothing(&mut all);
    sender.posted(TOPIC, "blue", &[("color", "blue")]);
    assert_eq!(all.handed(), ("blue".to_owned(), false), "who chooses otherwise begins anew");
}

#[test]
fn ones_own_words_are_not_kept_for_later() {
    let server = Server::start(&[]);
    let mut speaker = reader(&server, "r", &[("no-local", "true")]);
    speaker.posted(TOPIC, "mine", &[]);
    Stomp::service(&server).posted(TOPIC, "theirs", &[]);
    assert_eq!(speaker.handed(), ("theirs".to_owned(), false));
    leave(speaker);
    let mut back = reader(&server, "r", &[("no-local", "true")]);
    hears_nothing(&mut back);
}

#[test]
fn an_account_has_only_so_many_and_they_hold_only_so_much() {
    let server = Server::configured("QUEUES", &[("DURABLE_PER_ACCOUNT", "1"), ("MESSAGES", "2")]);
    leave(reader(&server, "r", &[]));
    let mut refused = Stomp::service(&server);
    refused.subscribe("q", TOPIC, DURABLE);
    refused.is_refused("too many durable subscriptions", 1002);
    let mut sender = Stomp::service(&server);
    for text in ["1", "2", "3"] {
        sender.posted(TOPIC, text, PERSISTENT);
    }
    let mut back = reader(&server, "r", &[]);
    assert_eq!([back.handed().0, back.handed().0], ["2", "3"], "the oldest goes");
    assert_eq!(server.metric("deskwire_queue_messages_dropped_total{reason=\"overflow\"}"), 1.0);
}

#[test]
fn a_durable_subscription_needs_the_right_of_a_plain_one() {
    let server = Server::start(&[]);
    let mut agent = Stomp::agent(&server);
    agent.subscribe("r", TOPIC, DURABLE);
    agent.is_refused("not allowed", 1002);
    let visitor = server.visitor();
    let mut own = Stomp::visitor(&server, &visitor);
    own.subscribe("r", &format!("/topic/user.{}", visitor.uid), DURABLE);
    own.is_refused("durable subscriptions are for service accounts", 1002);
}
