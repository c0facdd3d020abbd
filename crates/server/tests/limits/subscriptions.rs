//! Subscriptions of one connection.

use deskwire_wire::{
    mqtt::{Packet, QoS, Suback, SubackCode},
    stomp::{Version, client::Unsubscribe},
};

use crate::{
    mqtt_client::{Mqtt, id},
    server::Server,
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
