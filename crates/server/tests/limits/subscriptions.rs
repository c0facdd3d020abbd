//! Subscriptions of one connection.

use std::path::Path;

use deskwire_wire::{
    mqtt::{Packet, QoS, Suback, SubackCode},
    stomp::{
        Version,
        client::{Send, Unsubscribe},
    },
};

use crate::{
    acknowledgements::hears_nothing,
    mqtt_client::{Mqtt, id},
    server::{PROGRAM, Server},
    stomp_client::Stomp,
};

const GRANTED: SubackCode = SubackCode::Granted(QoS::AtLeastOnce);

#[test]
fn a_stomp_connection_with_too_many_subscriptions_is_cut() {
    let server = Server::start(&[("SUBSCRIPTIONS_PER_CONNECTION", "2")]);
    let mut other = Stomp::service(&server);
    let mut stomp = Stomp::service(&server);
    for id in ["a", "b"] {
        stomp.subscribed(id, "/topic/x", &[]);
    }
    stomp.say(|out| Unsubscribe { id: "a", receipt: Some("end") }.encode(Version::V12, out));
    stomp.receipt("end");
    stomp.subscribed("c", "/topic/x", &[]);
    stomp.subscribe("d", "/topic/x", &[]);
    stomp.is_refused("more than 2 subscriptions", 1002);
    other.is_served();
    server.has_counted("subscriptions", 1);
}

#[test]
fn a_stomp_connection_with_too_many_temporary_queues_is_cut() {
    let server = Server::start(&[("TEMPORARY_QUEUES_PER_CONNECTION", "2")]);
    let mut other = Stomp::service(&server);
    let mut stomp = Stomp::service(&server);
    stomp.subscribed("own", "/temp-queue/own", &[]);
    for queue in ["own", "a", "b", "a"] {
        request(&mut stomp, queue);
        stomp.receipt(queue);
    }
    request(&mut stomp, "c");
    stomp.is_refused("too many temporary queues", 1002);
    other.is_served();
    server.has_counted("subscriptions", 1);
}

#[test]
fn a_stomp_connection_follows_all_conversations_four_times_at_most() {
    let server = Server::start(&[]);
    let mut stomp = Stomp::agent(&server);
    for id in ["a", "b", "c", "d"] {
        stomp.subscribed(id, "/user/queue/messages", &[]);
    }
    stomp.say(|out| Unsubscribe { id: "a", receipt: Some("end") }.encode(Version::V12, out));
    stomp.receipt("end");
    stomp.subscribed("e", "/user/queue/messages", &[]);
    stomp.subscribe("f", "/user/queue/messages", &[]);
    stomp.is_refused("too many subscriptions to all conversations", 1002);
    server.has_counted("subscriptions", 1);
}

#[test]
fn a_temporary_queue_lasts_as_long_as_a_subscription_to_it() {
    let server = Server::start(&[]);
    let mut stomp = Stomp::service(&server);
    for id in ["a", "b"] {
        stomp.subscribed(id, "/temp-queue/own", &[]);
    }
    stomp.unsubscribed(&[("id", "b")]);
    stomp.post("/temp-queue/own", "answer", &[]);
    // The receipt passes deliveries by.
    stomp.receipt("answer");
    assert_eq!(stomp.message().header("subscription"), Some("a"));
    stomp.unsubscribed(&[("id", "a")]);
    stomp.posted("/temp-queue/own", "nobody", &[]);
    hears_nothing(&mut stomp);
}

#[test]
fn a_shared_subscription_needs_the_right_to_its_filter() {
    let account = "[[service_accounts]]\nname = 'narrow'\nsecret = 'word'\nsubscribe = ['a/#', '$share/#']\n";
    let server = Server::of_program(Path::new(PROGRAM), account);
    let mut mqtt = Mqtt::open(&server).connected("c", "narrow", "word");
    let refused = ["b", "#", "+/b", "org/agent/x", "user/x", "$SYS/sessions"];
    let filters: Vec<_> = refused.iter().chain(&["a/b"]).map(|filter| format!("$share/g/{filter}")).collect();
    mqtt.subscribe(1, &filters.iter().map(String::as_str).collect::<Vec<_>>());
    let codes = refused.iter().map(|_| SubackCode::Failure).chain([GRANTED]).collect();
    assert_eq!(mqtt.packet(), Packet::Suback(Suback::new(id(1), codes)));
    let mut agent = Mqtt::agent(&server);
    let visitor = server.visitor();
    agent.publication();
    agent.subscribe(1, &[&format!("$share/g/{}", visitor.topic)]);
    assert_eq!(agent.packet(), Packet::Suback(Suback::new(id(1), vec![SubackCode::Failure])));
}

/// A SEND to be answered on a temporary queue, after which its receipt is called.
fn request(stomp: &mut Stomp, queue: &str) {
    let reply_to = format!("/temp-queue/{queue}");
    let headers = [("reply-to", reply_to.as_str())];
    stomp.send(Send { destination: "/topic/x", receipt: Some(queue), headers: &headers, ..Default::default() });
}

#[test]
fn an_mqtt_client_is_told_which_subscription_is_too_many() {
    let server = Server::start(&[("SUBSCRIPTIONS_PER_CONNECTION", "2")]);
    let mut other = Stomp::service(&server);
    let mut mqtt = Mqtt::service(&server);
    for (packet_id, filters, codes) in [
        (1, &["a"][..], vec![GRANTED]),
        (2, &["b", "c"], vec![GRANTED, SubackCode::Failure]),
        (3, &["a"], vec![GRANTED]),
    ] {
        mqtt.subscribe(packet_id, filters);
        assert_eq!(mqtt.packet(), Packet::Suback(Suback::new(id(packet_id), codes)), "{filters:?}");
    }
    server.has_counted("subscriptions", 1);
    mqtt.subscribe(4, &["d", "e", "f"]);
    assert_eq!(mqtt.hear().closed(), 1002, "a packet with more filters than all subscriptions");
    other.is_served();
}
