//! What holds for all packets of MQTT 3.1.1 and 5.0, all splits and all bytes.

use deskwire_wire::mqtt::{Decoder, Encoder, Limits, Packet, ProtocolVersion, Role};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::{arbitrary, arbitrary_v5, decode_pieces, decoder_with, opened_with, reader_of};

const LIMITS: Limits =
    Limits { max_packet: 4096, max_filters: 8, max_properties: 4096, max_user_properties: 8, max_topic_alias: 4 };

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Server), Just(Role::Client)]
}

/// A version, and what it has of something.
fn of_any_version<P: Strategy, Q: Strategy<Value = P::Value>>(
    v3: P,
    v5: Q,
) -> impl Strategy<Value = (ProtocolVersion, P::Value)> {
    prop_oneof![
        v3.prop_map(|value| (ProtocolVersion::V3_1_1, value)),
        v5.prop_map(|value| (ProtocolVersion::V5, value)),
    ]
}

fn packet() -> impl Strategy<Value = (ProtocolVersion, Packet)> {
    of_any_version(arbitrary::packet(), arbitrary_v5::packet())
}

fn packets_after_opening(most: usize) -> impl Strategy<Value = (ProtocolVersion, Vec<Packet>)> {
    let packets = 1..most;
    of_any_version(
        vec(arbitrary::packet_after_opening(), packets.clone()),
        vec(arbitrary_v5::packet_after_opening(), packets),
    )
}

fn encoded(version: ProtocolVersion, packets: &[Packet]) -> Vec<u8> {
    let mut out = Vec::new();
    for packet in packets {
        Encoder::new(version).put(&mut out, packet).unwrap();
    }
    out
}

/// Whether a peer in `role` may get `packet`. Messages go both ways, unless they say for which subscriptions.
fn goes_to(role: Role, packet: &Packet) -> bool {
    match packet {
        Packet::Publish(publish) => publish.subscription_ids.is_empty() || role == Role::Client,
        packet => reader_of(packet) == role,
    }
}

/// `bytes` cut at every index of `cuts`.
fn cut<'a>(bytes: &'a [u8], cuts: &[Index]) -> Vec<&'a [u8]> {
    let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    ends.push(bytes.len());
    ends.sort_unstable();
    let mut start = 0;
    ends.into_iter().map(|end| &bytes[std::mem::replace(&mut start, end)..end]).collect()
}

/// Bytes that get past the first checks more often than uniform ones do.
fn nearly_mqtt() -> impl Strategy<Value = (ProtocolVersion, Vec<u8>)> {
    let flip = (any::<Index>(), any::<u8>());
    (packets_after_opening(4), vec(flip, 0..4)).prop_map(|((version, packets), flips)| {
        let mut bytes = encoded(version, &packets);
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        (version, bytes)
    })
}

proptest! {
    #[test]
    fn decoding_undoes_encoding((version, packet) in packet()) {
        let bytes = encoded(version, std::slice::from_ref(&packet));
        let mut decoder = decoder_with(version, &packet, LIMITS);
        prop_assert_eq!(decode_pieces(&mut decoder, [bytes.as_slice()]), Ok(vec![packet]));
        prop_assert_eq!(decoder.buffered(), 0);
    }

    #[test]
    fn a_split_changes_nothing(
        role in role(),
        (version, packets) in packets_after_opening(8),
        cuts in vec(any::<Index>(), 0..20),
    ) {
        let packets: Vec<_> = packets
            .into_iter()
            .filter(|packet| goes_to(role, packet))
            .collect();
        let bytes = encoded(version, &packets);
        let mut decoder = opened_with(version, role, LIMITS);
        prop_assert_eq!(decode_pieces(&mut decoder, cut(&bytes, &cuts)), Ok(packets));
        prop_assert_eq!(decoder.buffered(), 0);
    }

    #[test]
    fn a_split_does_not_change_an_error((version, bytes) in nearly_mqtt(), cuts in vec(any::<Index>(), 0..8)) {
        let whole = decode_pieces(&mut opened_with(version, Role::Server, LIMITS), [bytes.as_slice()]);
        let split = decode_pieces(&mut opened_with(version, Role::Server, LIMITS), cut(&bytes, &cuts));
        prop_assert_eq!(whole, split);
    }

    #[test]
    fn what_is_accepted_is_written_the_same((version, bytes) in nearly_mqtt()) {
        if let Ok(packets) = decode_pieces(&mut opened_with(version, Role::Server, LIMITS), [bytes.as_slice()]) {
            let again = encoded(version, &packets);
            prop_assert_eq!(decode_pieces(&mut opened_with(version, Role::Server, LIMITS), [again.as_slice()]), Ok(packets));
        }
    }

    #[test]
    fn no_bytes_panic_or_pile_up(
        role in role(),
        fresh in any::<bool>(),
        max_packet in 0..300usize,
        (version, bytes) in prop_oneof![of_any_version(vec(any::<u8>(), 0..600), vec(any::<u8>(), 0..600)), nearly_mqtt()],
        cuts in vec(any::<Index>(), 0..8),
    ) {
        let limits = Limits { max_packet, max_filters: 4, ..LIMITS };
        let mut decoder =
            if fresh { Decoder::new(role, limits).speaking(version) } else { opened_with(version, role, limits) };
        for mut piece in cut(&bytes, &cuts) {
            loop {
                let decoded = decoder.decode(&mut piece);
                prop_assert!(decoder.buffered() <= max_packet);
                match decoded {
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    Err(error) => {
                        prop_assert!(!error.to_string().is_empty());
                        return Ok(());
                    }
                }
            }
        }
    }

    #[test]
    fn memory_follows_what_came_not_what_was_claimed(came in 0..200usize) {
        let limits = Limits { max_packet: 1 << 20, ..LIMITS };
        let mut decoder = opened_with(ProtocolVersion::V3_1_1, Role::Server, limits);
        let mut header: &[u8] = b"\x30\xf0\xff\x3f";
        prop_assert!(matches!(decoder.decode(&mut header), Ok(None)));
        for byte in vec![b'x'; came] {
            let mut input = std::slice::from_ref(&byte);
            prop_assert!(matches!(decoder.decode(&mut input), Ok(None)));
        }
        prop_assert!(decoder.buffered() <= 2 * came.max(8));
    }
}
