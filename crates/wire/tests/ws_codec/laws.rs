use deskwire_wire::ws::{
    CloseCode, CloseFrame, Opcode, Role, put_close, put_frame, put_masked_close, put_masked_frame,
};
use proptest::prelude::*;

use crate::transcript::{Said, Transcript, binary, decode, decode_in_pieces, text};

const LIMIT: usize = 70_000;

fn said() -> impl Strategy<Value = Said> {
    let control = prop::collection::vec(any::<u8>(), 0..=125);
    prop_oneof![
        3 => ".{0,300}".prop_map(|content| text(&content)),
        3 => prop::collection::vec(any::<u8>(), 0..300).prop_map(|content| binary(&content)),
        1 => (65_500..LIMIT).prop_map(|len| binary(&vec![0x5a; len])),
        1 => control.clone().prop_map(Said::Ping),
        1 => control.prop_map(Said::Pong),
    ]
}

pub(crate) fn close() -> impl Strategy<Value = Option<CloseFrame>> {
    let code = prop_oneof![1000..=1003_u16, 1007..=1013_u16, 3000..=4999_u16];
    let frame = (code, ".{0,30}")
        .prop_map(|(code, reason)| CloseFrame { code: CloseCode::new(code).expect("a code that may be sent"), reason });
    prop::option::of(frame)
}

fn conversation() -> impl Strategy<Value = Vec<Said>> {
    (prop::collection::vec(said(), 0..8), prop::option::of(close())).prop_map(|(mut conversation, close)| {
        conversation.extend(close.map(Said::Close));
        conversation
    })
}

/// Encodes as the end that masks with `mask`, or as a server.
pub(crate) fn encode(conversation: &[Said], mask: Option<[u8; 4]>) -> Vec<u8> {
    let mut out = Vec::new();
    for said in conversation {
        let (opcode, payload) = match said {
            Said::Message(kind, payload) => (Opcode::from(*kind), payload.as_slice()),
            Said::Ping(payload) => (Opcode::Ping, payload.as_slice()),
            Said::Pong(payload) => (Opcode::Pong, payload.as_slice()),
            Said::Close(None) => (Opcode::Close, [].as_slice()),
            Said::Close(Some(CloseFrame { code, reason })) => {
                match mask {
                    Some(mask) => put_masked_close(&mut out, *code, reason, mask),
                    None => put_close(&mut out, *code, reason),
                }
                continue;
            }
        };
        match mask {
            Some(mask) => put_masked_frame(&mut out, opcode, payload, mask),
            None => put_frame(&mut out, opcode, payload),
        }
    }
    out
}

/// A frame as a hostile or careless client may send it: any head, mostly a possible one.
pub(crate) fn frame() -> impl Strategy<Value = Vec<u8>> {
    let opcode = prop_oneof![8 => prop::sample::select(&[0_u8, 0, 1, 2, 9, 10][..]), 1 => 0..16_u8];
    let reserved = prop_oneof![30 => Just(0), 1 => 0..8_u8];
    let payload = prop_oneof![
        4 => "[a€🦀]{0,5}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..140),
        // A text cut at any byte.
        2 => ("[€🦀]{1,5}", any::<prop::sample::Index>()).prop_map(|(text, end)| text.as_bytes()[..end.index(text.len())].to_vec()),
    ];
    (any::<bool>(), reserved, opcode, payload, any::<[u8; 4]>()).prop_map(|(last, reserved, opcode, payload, mask)| {
        let mut frame = Vec::new();
        put_masked_frame(&mut frame, Opcode::Binary, &payload, mask);
        frame[0] = u8::from(last) << 7 | reserved << 4 | opcode;
        frame
    })
}

fn stream() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => prop::collection::vec(frame(), 0..12).prop_map(|frames| frames.concat()),
        1 => prop::collection::vec(any::<u8>(), 0..200),
    ]
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded(
        conversation in conversation(),
        mask: [u8; 4],
        cuts in prop::collection::vec(1..5_000_usize, 1..8),
    ) {
        let expected = Transcript::of(conversation.as_slice());
        let from_server = encode(&conversation, None);
        prop_assert_eq!(&decode_in_pieces(Role::Client, LIMIT, &from_server, &cuts), &expected);
        let from_client = encode(&conversation, Some(mask));
        prop_assert_eq!(&decode_in_pieces(Role::Server, LIMIT, &from_client, &cuts), &expected);
    }

    #[test]
    fn the_split_of_a_stream_changes_nothing(
        stream in stream(),
        max_message in prop_oneof![Just(LIMIT), 0..40_usize],
        cuts in prop::collection::vec(1..20_usize, 1..8),
    ) {
        for role in [Role::Server, Role::Client] {
            let whole = decode(role, max_message, &stream);
            prop_assert_eq!(&decode_in_pieces(role, max_message, &stream, &cuts), &whole);
            prop_assert_eq!(&decode_in_pieces(role, max_message, &stream, &[1]), &whole);
        }
    }
}
