//! The MQTT codec: tables of bytes, properties over arbitrary packets and bytes, and comparisons with other codecs.

#![expect(clippy::unwrap_used, reason = "a test that cannot make its own input is to fail")]

mod against_mqtt_proto;
mod against_mqtt_proto_v5;
mod against_rmqtt;
mod against_rmqtt_v5;
mod arbitrary;
mod arbitrary_v5;
mod malformed;
mod malformed_v5;
mod properties;
mod reasons;
mod topics;
mod valid;
mod valid_v5;

use deskwire_wire::mqtt::{Connect, DecodeError, Decoder, Limits, Packet, ProtocolVersion, Role, Text};

const LIMITS: Limits =
    Limits { max_packet: 1024, max_filters: 8, max_properties: 512, max_user_properties: 4, max_topic_alias: 4 };

/// `CONNECT` of MQTT 3.1.1, clean session, client `c`.
const CONNECT: &[u8] = b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x00\x00\x01c";
/// `CONNECT` of MQTT 5.0, clean start, client `c`.
const CONNECT_V5: &[u8] = b"\x10\x0e\x00\x04MQTT\x05\x02\x00\x00\x00\x00\x01c";
/// `CONNACK` of MQTT 5.0, accepted.
const CONNACK_V5: &[u8] = b"\x20\x03\x00\x00\x00";
/// `CONNACK`, accepted.
const CONNACK: &[u8] = b"\x20\x02\x00\x00";

/// A decoder that has got past the packet that opens a connection.
fn opened(role: Role, limits: Limits) -> Decoder {
    opened_with(ProtocolVersion::V3_1_1, role, limits)
}

/// As [`opened`], of MQTT 5.0.
fn opened_v5(role: Role, limits: Limits) -> Decoder {
    opened_with(ProtocolVersion::V5, role, limits)
}

fn opened_with(version: ProtocolVersion, role: Role, limits: Limits) -> Decoder {
    let mut decoder = Decoder::new(role, Limits { max_packet: 64, ..limits }).speaking(version);
    let mut opening = match (role, version) {
        (Role::Server, ProtocolVersion::V5) => CONNECT_V5,
        (Role::Server, _) => CONNECT,
        (Role::Client, ProtocolVersion::V5) => CONNACK_V5,
        (Role::Client, _) => CONNACK,
    };
    assert!(matches!(decoder.decode(&mut opening), Ok(Some(_))));
    decoder.set_limits(limits);
    decoder
}

/// Everything that `decoder` makes of `pieces`, fed one after the other.
fn decode_pieces<'a>(
    decoder: &mut Decoder,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Vec<Packet>, DecodeError> {
    let mut packets = Vec::new();
    for mut piece in pieces {
        while let Some(packet) = decoder.decode(&mut piece)? {
            packets.push(packet);
        }
        assert!(piece.is_empty(), "input is left although no packet came");
    }
    Ok(packets)
}

/// The role that reads `packet`; acknowledgements and messages go both ways.
fn reader_of(packet: &Packet) -> Role {
    match packet {
        Packet::Publish(publish) if !publish.subscription_ids.is_empty() => Role::Client,
        Packet::Disconnect(disconnect) if disconnect.server_reference.is_some() => Role::Client,
        Packet::Connack(_) | Packet::Suback(_) | Packet::Unsuback(_) | Packet::Pingresp => Role::Client,
        _ => Role::Server,
    }
}

/// The user name of a CONNECT, if it has one.
fn username(connect: &Connect) -> Option<&str> {
    connect.login.as_ref()?.username.as_ref().map(Text::as_str)
}

fn opens_connection(packet: &Packet) -> bool {
    matches!(packet, Packet::Connect(_) | Packet::Connack(_))
}

/// A decoder that may get `packet` next.
fn decoder_for(packet: &Packet, limits: Limits) -> Decoder {
    decoder_with(ProtocolVersion::V3_1_1, packet, limits)
}

/// As [`decoder_for`], of MQTT 5.0.
fn decoder_for_v5(packet: &Packet, limits: Limits) -> Decoder {
    decoder_with(ProtocolVersion::V5, packet, limits)
}

fn decoder_with(version: ProtocolVersion, packet: &Packet, limits: Limits) -> Decoder {
    let role = reader_of(packet);
    if opens_connection(packet) {
        Decoder::new(role, limits).speaking(version)
    } else {
        opened_with(version, role, limits)
    }
}
