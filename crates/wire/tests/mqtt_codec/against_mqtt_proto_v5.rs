//! Our codec of MQTT 5.0 against mqtt-proto's: what we write they read, and what they write of it we read as the packet it
//! was.

use deskwire_wire::mqtt::{DisconnectCode, Encoder, Limits, MessageProperties, Packet, PayloadFormat, ProtocolVersion};
use mqtt_proto::v5;
use proptest::prelude::*;

use crate::arbitrary_v5::packet;
use crate::{decode_pieces, decoder_for_v5};

const LIMITS: Limits = Limits {
    max_packet: 1 << 16,
    max_filters: 8,
    max_properties: 1 << 16,
    max_user_properties: 8,
    max_topic_alias: u16::MAX,
};

fn written_by_us(packet: &Packet) -> Vec<u8> {
    let mut out = Vec::new();
    Encoder::new(ProtocolVersion::V5).put(&mut out, packet).unwrap();
    out
}

/// What they write after they have read `bytes`; `None` if they refuse them.
fn through_them(bytes: &[u8]) -> Option<Vec<u8>> {
    let packet = v5::Packet::decode(bytes).ok().flatten()?;
    Some(packet.encode().unwrap().as_ref().to_vec())
}

/// Whether they have a value for `packet`.
fn they_know(packet: &Packet) -> bool {
    // They look into payloads that are said to be UTF-8, which [MQTT-3.3.2-4] leaves to the receiver.
    let format = |properties: &MessageProperties| properties.payload_format != Some(PayloadFormat::Utf8);
    match packet {
        Packet::Connect(connect) => connect.will.as_ref().is_none_or(|will| format(&will.properties)),
        // A message may belong to several subscriptions [MQTT-3.3.4-4]; they have one.
        Packet::Publish(publish) => publish.subscription_ids.len() < 2 && format(&publish.properties),
        // Table 2-6 has this code too.
        Packet::Disconnect(disconnect) => disconnect.code != DisconnectCode::BadAuthenticationMethod,
        // They do not know the short form of AUTH (3.15.2.1), nor one without a method.
        Packet::Auth(auth) => auth.method.is_some(),
        _ => true,
    }
}

proptest! {
    #[test]
    fn both_read_what_the_other_writes(packet in packet().prop_filter("see above", they_know)) {
        let theirs = through_them(&written_by_us(&packet));
        prop_assert!(theirs.is_some(), "they refuse it");
        let ours = decode_pieces(&mut decoder_for_v5(&packet, LIMITS), [theirs.unwrap().as_slice()]);
        prop_assert_eq!(ours, Ok(vec![packet]));
    }

    /// One byte of a packet is changed: whatever we still accept, they accept as the same packet.
    #[test]
    fn we_accept_no_damaged_packet_that_they_refuse(
        packet in packet(),
        at in any::<prop::sample::Index>(),
        value in any::<u8>(),
    ) {
        let mut bytes = written_by_us(&packet);
        let at = at.index(bytes.len());
        bytes[at] = value;
        if let Ok(ours) = decode_pieces(&mut decoder_for_v5(&packet, LIMITS), [bytes.as_slice()])
            && let [only] = ours.as_slice()
            && they_know(only)
        {
            let theirs = through_them(&bytes);
            prop_assert!(theirs.is_some(), "they refuse {:?}", only);
            let again = decode_pieces(&mut decoder_for_v5(&packet, LIMITS), [theirs.unwrap().as_slice()]);
            prop_assert_eq!(again, Ok(ours));
        }
    }
}
