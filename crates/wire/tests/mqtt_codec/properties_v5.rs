//! What holds for all packets of MQTT 5.0, all splits and all bytes.

use deskwire_wire::mqtt::{Decoder, Encoder, Limits, Packet, ProtocolVersion, Role};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::arbitrary_v5::{packet, packet_after_opening};
use crate::{decode_pieces, decoder_for_v5, opened_v5, reader_of};

const LIMITS: Limits =
    Limits { max_packet: 4096, max_filters: 8, max_properties: 4096, max_user_properties: 8, max_topic_alias: 4 };

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Server), Just(Role::Client)]
}

fn encoded(packets: &[Packet]) -> Vec<u8> {
    let mut out = Vec::new();
    for packet in packets {
        Encoder::new(ProtocolVersion::V5).put(&mut out, packet).unwrap();
    }
    out
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
fn nearly_mqtt() -> impl Strategy<Value = Vec<u8>> {
    let flip = (any::<Index>(), any::<u8>());
    (vec(packet_after_opening(), 1..4), vec(flip, 0..4)).prop_map(|(packets, flips)| {
        let mut bytes = encoded(&packets);
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        bytes
    })
}

proptest! {
    #[test]
    fn decoding_undoes_encoding(packet in packet()) {
        let bytes = encoded(std::slice::from_ref(&packet));
        let mut decoder = decoder_for_v5(&packet, LIMITS);
        prop_assert_eq!(decode_pieces(&mut decoder, [bytes.as_slice()]), Ok(vec![packet]));
        prop_assert_eq!(decoder.buffered(), 0);
    }

    #[test]
    fn a_split_changes_nothing(
        role in role(),
        packets in vec(packet_after_opening(), 1..8),
        cuts in vec(any::<Index>(), 0..20),
    ) {
        let packets: Vec<_> = packets
            .into_iter()
            .filter(|packet| reader_of(packet) == role)
            .collect();
        let bytes = encoded(&packets);
        let mut decoder = opened_v5(role, LIMITS);
        prop_assert_eq!(decode_pieces(&mut decoder, cut(&bytes, &cuts)), Ok(packets));
        prop_assert_eq!(decoder.buffered(), 0);
    }

    #[test]
    fn a_split_does_not_change_an_error(bytes in nearly_mqtt(), cuts in vec(any::<Index>(), 0..8)) {
        let whole = decode_pieces(&mut opened_v5(Role::Server, LIMITS), [bytes.as_slice()]);
        let split = decode_pieces(&mut opened_v5(Role::Server, LIMITS), cut(&bytes, &cuts));
        prop_assert_eq!(whole, split);
    }

    #[test]
    fn what_is_accepted_is_written_the_same(bytes in nearly_mqtt()) {
        if let Ok(packets) = decode_pieces(&mut opened_v5(Role::Server, LIMITS), [bytes.as_slice()]) {
            let again = encoded(&packets);
            prop_assert_eq!(decode_pieces(&mut opened_v5(Role::Server, LIMITS), [again.as_slice()]), Ok(packets));
        }
    }

    #[test]
    fn no_bytes_panic_or_pile_up(
        role in role(),
        fresh in any::<bool>(),
        max_packet in 0..300usize,
        bytes in prop_oneof![vec(any::<u8>(), 0..600), nearly_mqtt()],
        cuts in vec(any::<Index>(), 0..8),
    ) {
        let limits = Limits { max_packet, max_filters: 4, ..LIMITS };
        let mut decoder = if fresh { Decoder::new(role, limits).speaking(ProtocolVersion::V5) } else { opened_v5(role, limits) };
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
}
