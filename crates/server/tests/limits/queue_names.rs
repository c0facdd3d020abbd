//! Who names queues and their messages, and what senders and consumers may write into headers.

use std::collections::BTreeSet;

use crate::{
    acknowledgements::hears_nothing,
    queues::{PERSISTENT, QUEUE, consumer, new},
    server::Server,
    stomp_client::Stomp,
};

#[test]
fn only_service_accounts_use_queues() {
    let server = Server::start(&[]);
    let mut agent = Stomp::agent(&server);
    agent.subscribe("s", QUEUE, &[]);
    agent.is_refused("not allowed", 1002);
    let mut visitor = Stomp::visitor(&server, &server.visitor());
    visitor.post(QUEUE, "1", &[]);
    visitor.is_refused("not allowed", 1002);
}

#[test]
fn a_queue_is_called_by_one_name() {
    let server = Server::start(&[]);
    for pattern in ["/queue/**", "/queue/*", "/queue/work.#", "/queue/work/+", "/user/queue/**", "/user/queue/*"] {
        let mut eavesdropper = Stomp::service(&server);
        eavesdropper.subscribe("s", pattern, &[]);
        eavesdropper.is_refused("wildcard", 1002);
    }
    let (mut consumer, mut sender) = (consumer(&server, &[]), Stomp::service(&server));
    let mut live = Stomp::service(&server);
    live.subscribed("l", "/topic/**", &[]);
    sender.posted("/queue/work", "1", &[]);
    assert_eq!(consumer.handed(), new("1"));
    hears_nothing(&mut live);
}

#[test]
fn times_and_windows_out_of_range_are_as_if_they_were_not_there() {
    let server = Server::start(&[("UNACKNOWLEDGED_PER_SUBSCRIPTION", "2")]);
    let mut sender = Stomp::service(&server);
    for (text, expires) in
        [("a", "-1"), ("b", "0"), ("c", "99999999999999999999"), ("d", "soon"), ("e", "9223372036854775807")]
    {
        sender.posted(QUEUE, text, &[("expires", expires), ("persistent", "true")]);
    }
    sender.posted(QUEUE, "late", &[("expires", "1")]);
    for window in ["0", "-1", "99999999999999999999", "", "many"] {
        let mut consumer = consumer(&server, &[("ack", "client"), ("prefetch-count", window)]);
        assert_eq!([consumer.message(), consumer.message()].map(|message| message.body().to_vec()), [b"a", b"b"]);
        hears_nothing(&mut consumer);
        consumer.unsubscribed(&[("id", "s")]);
    }
    let mut consumer = consumer(&server, &[]);
    let texts: Vec<_> = (0..5).map(|_| consumer.handed().0).collect();
    assert_eq!(texts, ["a", "b", "c", "d", "e"]);
    hears_nothing(&mut consumer);
}

#[test]
fn a_message_has_its_name_for_itself_after_a_restart_too() {
    let mut server = Server::start(&[]);
    let mut names = BTreeSet::new();
    for round in 0..3 {
        let (mut consumer, mut sender) = (consumer(&server, &[]), Stomp::service(&server));
        sender.posted(QUEUE, "1", PERSISTENT);
        let name = consumer.message().header("message-id").unwrap().to_owned();
        assert!(names.insert(name), "round {round}: {names:?}");
        server = server.restarted(&[]);
    }
}

#[test]
fn what_a_message_says_to_all_protocols_survives_a_restart() {
    let server = Server::start(&[]);
    let mut sender = Stomp::service(&server);
    let (topic, queue) = (("reply-to", "/topic/a.b"), ("reply-to", "/queue/answers"));
    let (text, data) = (("correlation-id", "7:\u{e4}"), ("correlation-data", "/wA="));
    let expires = ("expires", "99999999999999");
    sender.posted(QUEUE, "1", &[PERSISTENT, &[topic, text, expires]].concat());
    sender.posted(QUEUE, "2", &[PERSISTENT, &[queue, data]].concat());
    sender.posted(QUEUE, "3", PERSISTENT);
    let server = server.restarted(&[]);
    let mut consumer = consumer(&server, &[("selector", "expires = 99999999999999 AND reply-to = '/topic/a/b'")]);
    let names = ["reply-to", "correlation-id", "correlation-data", "expires"];
    let said = |consumer: &mut Stomp| {
        let message = consumer.message();
        names.map(|name| message.header(name).map(str::to_owned))
    };
    let expected = |values: [Option<&str>; 4]| values.map(|value| value.map(str::to_owned));
    assert_eq!(said(&mut consumer), expected([Some("/topic/a/b"), Some("7:\u{e4}"), None, Some(expires.1)]));
    hears_nothing(&mut consumer);
    consumer.unsubscribed(&[("id", "s")]);
    consumer.subscribed("s", QUEUE, &[]);
    assert_eq!(said(&mut consumer), expected([Some(queue.1), None, Some(data.1), None]));
    assert_eq!(said(&mut consumer), expected([None; 4]));
}

#[test]
fn a_sender_does_not_write_our_headers() {
    let server = Server::start(&[]);
    let (mut consumer, mut sender) = (consumer(&server, &[]), Stomp::service(&server));
    sender.posted(QUEUE, "1", &[("redelivered", "true"), (" redelivered ", "true"), ("seq", "7"), ("ack", "x")]);
    let message = consumer.message();
    assert_eq!(message.headers().filter(|(name, _)| name.contains("redelivered")).count(), 1);
    let header = |name| message.header(name);
    assert_eq!((header("redelivered"), header("seq"), header("ack")), (Some("false"), None, None));
}
