//! Reason codes: their numbers, names and forms in the versions.

use deskwire_wire::mqtt::{
    AuthCode, ConnackCode, DecodeError, DisconnectCode, PubackCode, PubrelCode, SubackCode, TopicError, UnsubackCode,
};

#[test]
fn numbers_stand_for_codes_and_back() {
    macro_rules! check {
        ($($code:ident: $count:literal),+) => {$(
            let codes: Vec<_> = (0..=u8::MAX).filter_map($code::from_byte).collect();
            assert_eq!(codes.len(), $count, stringify!($code));
            for code in codes {
                assert_eq!($code::from_byte(code.to_byte()), Some(code));
            }
        )+};
    }
    check!(
        ConnackCode: 22,
        PubackCode: 9,
        PubrelCode: 2,
        SubackCode: 12,
        UnsubackCode: 7,
        DisconnectCode: 30,
        AuthCode: 3
    );
}

#[test]
fn names_are_the_standards() {
    assert_eq!(ConnackCode::ClientIdentifierNotValid.name(), "Client Identifier not valid");
    assert_eq!(PubackCode::NoMatchingSubscribers.name(), "No matching subscribers");
    assert_eq!(PubrelCode::PacketIdentifierNotFound.name(), "Packet Identifier not found");
    assert_eq!(UnsubackCode::NoSubscriptionExisted.name(), "No subscription existed");
    assert_eq!(DisconnectCode::Normal.name(), "Normal disconnection");
    assert_eq!(AuthCode::Reauthenticate.name(), "Re-authenticate");
}

#[test]
fn earlier_versions_hear_the_nearest_return_code() {
    for (code, byte) in [
        (ConnackCode::Success, 0),
        (ConnackCode::UnsupportedProtocolVersion, 1),
        (ConnackCode::ClientIdentifierNotValid, 2),
        (ConnackCode::ServerUnavailable, 3),
        (ConnackCode::BadUserNameOrPassword, 4),
        (ConnackCode::NotAuthorized, 5),
    ] {
        assert_eq!(code.return_code(), byte);
        assert_eq!(ConnackCode::from_return_code(byte), Some(code));
    }
    assert_eq!(ConnackCode::from_return_code(6), None);
    assert_eq!(ConnackCode::Banned.return_code(), 5);
    assert_eq!(ConnackCode::BadAuthenticationMethod.return_code(), 4);
    assert_eq!(ConnackCode::ServerBusy.return_code(), 3);
}

#[test]
fn what_a_decoder_refuses_has_a_code() {
    use DecodeError as E;
    for (error, disconnect, connack) in [
        (E::Truncated, DisconnectCode::MalformedPacket, ConnackCode::MalformedPacket),
        (E::NoFilters, DisconnectCode::ProtocolError, ConnackCode::ProtocolError),
        (E::TooLarge { length: 2, limit: 1 }, DisconnectCode::PacketTooLarge, ConnackCode::PacketTooLarge),
        (E::TooManyUserProperties(1), DisconnectCode::QuotaExceeded, ConnackCode::QuotaExceeded),
        (E::TopicAlias(9), DisconnectCode::TopicAliasInvalid, ConnackCode::MalformedPacket),
        (E::UnknownTopicAlias(9), DisconnectCode::ProtocolError, ConnackCode::ProtocolError),
        (E::ProtocolLevel(9), DisconnectCode::MalformedPacket, ConnackCode::UnsupportedProtocolVersion),
        (E::TopicName(TopicError::Wildcard), DisconnectCode::MalformedPacket, ConnackCode::TopicNameInvalid),
    ] {
        assert_eq!((error.disconnect_code(), error.connack_code()), (disconnect, connack), "{error}");
    }
}
