//! Our codec of MQTT 5.0 against rmqtt-codec's: what we write they read, and what they write of it we read as the packet it
//! was.

use bytes::BytesMut;
use deskwire_wire::mqtt::{DisconnectCode, Encoder, Limits, Packet, PayloadFormat, ProtocolVersion};
use proptest::prelude::*;
use rmqtt_codec::v5;
use tokio_util::codec::{Decoder as _, Encoder as _};

use crate::arbitrary_v5::packet;
use crate::{decode_pieces, decoder_for_v5};

const LIMITS: Limits = Limits {
    max_packet: 1 << 16,
    max_filters: 8,
    max_properties: 1 << 16,
    max_user_properties: 8,
    max_topic_alias: u16::MAX,
};

fn written_by_us(packet: &Packet) -> BytesMut {
    let mut out = Vec::new();
    Encoder::new(ProtocolVersion::V5).put(&mut out, packet).unwrap();
    out.as_slice().into()
}

/// What they write after they have read `bytes`; `None` if they refuse them.
fn through_them(mut bytes: BytesMut) -> Option<BytesMut> {
    let (packet, _) = v5::Codec::new(0, 0).decode(&mut bytes).ok().flatten()?;
    let mut out = BytesMut::new();
    v5::Codec::new(0, 0).encode(packet, &mut out).unwrap();
    Some(out)
}

/// Whether they have a value for `packet`.
fn they_know(packet: &Packet) -> bool {
    let expires = |seconds: Option<u32>| seconds != Some(0);
    match packet {
        // [MQTT-3.1.3-6] lets any client come without a name; they have it only with Clean Start.
        Packet::Connect(connect) => {
            (connect.clean_start || !connect.client_id.is_empty())
                && connect.will.as_ref().is_none_or(|will| expires(will.message_expiry))
        }
        // A message may expire at once; they have no 0.
        Packet::Publish(publish) => expires(publish.message_expiry),
        // Table 3-10 has these too.
        Packet::Disconnect(disconnect) => {
            !matches!(disconnect.code, DisconnectCode::WithWill | DisconnectCode::WildcardSubscriptionsNotSupported)
        }
        _ => true,
    }
}

/// `packet` without the properties that say what their absence says, which they leave out.
fn normal(mut packet: Packet) -> Packet {
    match &mut packet {
        Packet::Connect(connect) => {
            let properties = &mut connect.properties;
            properties.session_expiry = properties.session_expiry.filter(|seconds| *seconds != 0);
            properties.topic_alias_maximum = properties.topic_alias_maximum.filter(|maximum| *maximum != 0);
            properties.request_problem_information = properties.request_problem_information.filter(|wanted| !wanted);
            properties.request_response_information = properties.request_response_information.filter(|wanted| *wanted);
        }
        Packet::Connack(connack) => {
            let properties = &mut connack.properties;
            properties.receive_maximum = properties.receive_maximum.filter(|maximum| maximum.get() != u16::MAX);
            properties.topic_alias_maximum = properties.topic_alias_maximum.filter(|maximum| *maximum != 0);
            for available in [
                &mut properties.retain_available,
                &mut properties.wildcard_subscription_available,
                &mut properties.subscription_ids_available,
                &mut properties.shared_subscription_available,
            ] {
                *available = available.filter(|available| !available);
            }
        }
        Packet::Publish(publish) => {
            let format = &mut publish.properties.payload_format;
            *format = format.filter(|format| *format == PayloadFormat::Utf8);
        }
        _ => {}
    }
    packet
}

proptest! {
    #[test]
    fn both_read_what_the_other_writes(packet in packet().prop_filter("see above", they_know)) {
        let theirs = through_them(written_by_us(&packet));
        prop_assert!(theirs.is_some(), "they refuse it");
        let ours = decode_pieces(&mut decoder_for_v5(&packet, LIMITS), [&*theirs.unwrap()]);
        prop_assert_eq!(ours, Ok(vec![normal(packet)]));
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
        if let Ok(ours) = decode_pieces(&mut decoder_for_v5(&packet, LIMITS), [&*bytes])
            && let [only] = ours.as_slice()
            && they_know(only)
        {
            let theirs = through_them(bytes);
            prop_assert!(theirs.is_some(), "they refuse {:?}", only);
            let again = decode_pieces(&mut decoder_for_v5(&packet, LIMITS), [&*theirs.unwrap()]);
            prop_assert_eq!(again, Ok(vec![normal(only.clone())]));
        }
    }
}
