//! The paths that speak MQTT: both in the same way, each to its own pages.

use std::path::Path;

use crate::{
    mqtt_client::Mqtt,
    server::{PROGRAM, SERVICE, Server},
};

const PATHS: [&str; 2] = ["/mqtt", "/websocket"];

/// The status of the answer to an upgrade that a page of `origin` asks for with `subprotocol`.
fn asked(server: &Server, path: &str, subprotocol: &str, origin: &str) -> u16 {
    // Nobody speaks this version: whoever passes everything else is told so.
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n\
         Sec-WebSocket-Version: 12\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\
         Sec-WebSocket-Protocol: {subprotocol}\r\nOrigin: {origin}\r\n\r\n"
    );
    server.exchange(&request).status
}

#[test]
fn mqtt_is_spoken_under_both_paths() {
    let server = Server::start(&[]);
    for path in PATHS {
        let mut mqtt = Mqtt::open_at(&server, path).connected(path, SERVICE.0, SERVICE.1);
        mqtt.subscribe_unacknowledged(1, "both");
        mqtt.packet();
        mqtt.publish(2, "both", path);
        mqtt.packet();
        assert_eq!(mqtt.publication().payload, path);
        assert_eq!(asked(&server, path, "v12.stomp", "https://any.example"), 400, "{path} without MQTT");
    }
}

#[test]
fn each_path_has_its_own_origins() {
    let lists =
        "[origins]\nallowed = ['https://shop.example']\n[origins.endpoints]\n'/mqtt' = ['https://iot.example']\n";
    let server = Server::of_program(Path::new(PROGRAM), lists);
    for (path, origin, status) in [
        ("/mqtt", "https://iot.example", 426),
        ("/mqtt", "https://shop.example", 403),
        ("/websocket", "https://shop.example", 426),
        ("/websocket", "https://iot.example", 403),
    ] {
        assert_eq!(asked(&server, path, "mqtt", origin), status, "{path} for {origin}");
    }
}
