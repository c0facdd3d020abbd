//! CONNECT of MQTT 5.0 and its answers.

use std::num::{NonZeroU16, NonZeroU32};
use std::sync::Arc;

use deskwire_wire::mqtt::{
    Acceptance, CloseReason, Connack, ConnackCode, DecodeError, Decoder, Disconnect, DisconnectCode, Packet,
    ProtocolVersion, Refusal, Role, SESSION_NEVER_EXPIRES, Session, Text,
};

use crate::{LIMITS, START, answers_v5, asking_v5, config, connect_v5, events, send_v5, sent};

fn text(value: &str) -> Text {
    Text::new(value).unwrap()
}

fn connack(session: &mut Session) -> Connack {
    match answers_v5(session).as_slice() {
        [Packet::Connack(connack)] => connack.as_ref().clone(),
        other => panic!("not a CONNACK: {other:?}"),
    }
}

#[test]
fn connack_announces_what_the_server_takes() {
    let mut session = asking_v5(config(), |_| {});
    session.accept(Acceptance::new(true));
    let mut expected = Connack::accepted(true);
    expected.properties.receive_maximum = NonZeroU16::new(4);
    expected.properties.maximum_packet_size = NonZeroU32::new(512);
    expected.properties.topic_alias_maximum = Some(3);
    assert_eq!(connack(&mut session), expected);
    assert_eq!(session.version(), ProtocolVersion::V5);
}

#[test]
fn what_is_granted_otherwise_than_asked_is_said() {
    let mut config = config();
    config.keep_alive_max = 30;
    // (session expiry asked, keep alive asked, session expiry told, keep alive told)
    for (expiry, keep_alive, told_expiry, told_keep_alive) in [
        (None, 30, None, None),
        (Some(3_600), 10, None, None),
        (Some(3_601), 60, Some(3_600), Some(30)),
        (Some(SESSION_NEVER_EXPIRES), 0, Some(3_600), Some(30)),
    ] {
        let mut session = asking_v5(config.clone(), |connect| {
            connect.properties.session_expiry = expiry;
            connect.keep_alive = keep_alive;
        });
        session.accept(Acceptance::new(false));
        let properties = connack(&mut session).properties;
        assert_eq!(properties.session_expiry, told_expiry);
        assert_eq!(properties.server_keep_alive, told_keep_alive, "[MQTT-3.1.2-21]");
        assert_eq!(session.session_expiry(), told_expiry.or(expiry).unwrap_or(0));
        let silence = 1_500 * u64::from(told_keep_alive.unwrap_or(keep_alive));
        assert_eq!(session.poll_timeout(), Some(START.after(silence)), "[MQTT-3.1.2-22]");
    }
}

/// [MQTT-3.1.3-6], [MQTT-3.2.2-16], [MQTT-3.1.2-28]
#[test]
fn what_the_application_grants_is_said() {
    for wanted in [true, false] {
        let mut session = asking_v5(config(), |connect| {
            connect.client_id = Text::default();
            connect.properties.request_response_information = Some(wanted);
        });
        let mut acceptance = Acceptance::new(false);
        acceptance.assigned_client_id = Some(text("yours"));
        acceptance.response_information = Some(text("answers/yours"));
        acceptance.user = vec![(text("k"), text("v"))];
        session.accept(acceptance);
        let properties = connack(&mut session).properties;
        assert_eq!(properties.assigned_client_id, Some(text("yours")));
        assert_eq!(properties.response_information, wanted.then(|| text("answers/yours")));
        assert_eq!(properties.user, [(text("k"), text("v"))]);
    }
}

/// [MQTT-3.2.2-19], [MQTT-3.2.2-20], [MQTT-3.1.2-24]
#[test]
fn connack_fits_the_client() {
    let accepted = |maximum| {
        let mut session =
            asking_v5(config(), |connect| connect.properties.maximum_packet_size = NonZeroU32::new(maximum));
        let mut acceptance = Acceptance::new(false);
        acceptance.user = vec![(text("key"), text("value"))];
        session.accept(acceptance);
        session
    };
    assert_eq!(connack(&mut accepted(29)).properties.user.len(), 1);
    assert_eq!(connack(&mut accepted(28)).properties.user.len(), 0);
    assert!(connack(&mut accepted(16)).properties.receive_maximum.is_some());
    let mut session = accepted(15);
    assert_eq!(sent(&mut session), b"");
    assert_eq!(session.is_closing(), Some(&CloseReason::AnswerTooLarge));
}

#[test]
fn refused() {
    let mut session = asking_v5(config(), |_| {});
    let mut refusal = Refusal::from(ConnackCode::ServerMoved);
    refusal.reason_string = Some(text("moved"));
    refusal.server_reference = Some(text("other:1883"));
    session.refuse(refusal);
    let connack = connack(&mut session);
    assert_eq!((connack.session_present, connack.code), (false, ConnackCode::ServerMoved));
    assert_eq!(connack.properties.reason_string, Some(text("moved")));
    assert_eq!(connack.properties.server_reference, Some(text("other:1883")));
    assert_eq!(session.is_closing(), Some(&CloseReason::Refused(ConnackCode::ServerMoved)));
    session.disconnect(Disconnect::default());
    assert_eq!(sent(&mut session), b"", "no DISCONNECT behind a refusal [MQTT-3.14.0-1]");
}

/// [MQTT-3.1.2-2], 3.1.2.2
#[test]
fn versions() {
    let v5_refusal: &[u8] = b"\x20\x03\x00\x84\x00";
    let v3_refusal: &[u8] = b"\x20\x02\x00\x01";
    for (highest, level, answer) in [
        (ProtocolVersion::V5, 6, v5_refusal),
        (ProtocolVersion::V5, 0x85, v3_refusal),
        (ProtocolVersion::V5, 0x86, v5_refusal),
        (ProtocolVersion::V5, 3, v3_refusal),
        (ProtocolVersion::V5, 0x84, v3_refusal),
        (ProtocolVersion::V3_1_1, 5, v3_refusal),
        (ProtocolVersion::V3_1_1, 6, v3_refusal),
    ] {
        let mut config = config();
        config.highest_version = highest;
        let mut session = Session::new(Arc::new(config), START);
        session.receive(&[b"\x10\x0d\x00\x04MQTT", [level].as_slice(), b"\x02\x00\x00\x00\x00\x00"].concat(), START);
        assert_eq!(sent(&mut session), answer, "level {level:#x} where {highest:?} is spoken");
        assert_eq!(session.is_closing(), Some(&CloseReason::Malformed(DecodeError::ProtocolLevel(level))));
        assert_eq!(events(&mut session), []);
    }
}

/// [MQTT-4.12.0-1]
#[test]
fn authentication_in_steps_is_not_spoken() {
    let mut session = Session::new(Arc::new(config()), START);
    let method = |connect: &mut deskwire_wire::mqtt::Connect| {
        connect.properties.authentication_method = Some(text("SCRAM-SHA-1"));
    };
    send_v5(&mut session, &[connect_v5(method)]);
    assert_eq!(connack(&mut session).code, ConnackCode::BadAuthenticationMethod);
    assert_eq!(session.is_closing(), Some(&CloseReason::Refused(ConnackCode::BadAuthenticationMethod)));
}

/// [MQTT-3.1.4-1]: once it is known that the client speaks MQTT 5.0, it is told what is wrong with its CONNECT.
#[test]
fn malformed_connect_is_answered() {
    for (rest, code) in [
        (b"\x03\x00\x00\x00\x00\x00" as &[u8], ConnackCode::MalformedPacket),
        (b"\x02\x00\x00\x03\x21\x00\x00\x00\x00", ConnackCode::ProtocolError),
        (b"\x06\x00\x00\x00\x00\x00\x00\x00\x01#\x00\x00", ConnackCode::TopicNameInvalid),
    ] {
        let body = [b"\x00\x04MQTT\x05", rest].concat();
        let mut session = Session::new(Arc::new(config()), START);
        session.receive(&[&[0x10, body.len() as u8], body.as_slice()].concat(), START);
        assert_eq!(connack(&mut session).code, code);
        assert!(matches!(session.is_closing(), Some(CloseReason::Malformed(_))));
    }
}

/// [MQTT-3.14.0-1]: what is wrong with packets that were sent along with CONNECT is said behind CONNACK.
#[test]
fn errors_behind_connect_wait_for_connack() {
    let mut session = asking_v5(config(), |_| {});
    session.receive(b"\xc0\x00\x00", START);
    assert_eq!(sent(&mut session), b"");
    session.accept(Acceptance::new(false));
    let answers = answers_v5(&mut session);
    let malformed = Disconnect::new(DisconnectCode::MalformedPacket);
    assert!(matches!(&answers[..2], [Packet::Connack(_), Packet::Pingresp]));
    assert_eq!(answers[2..], [Packet::Disconnect(malformed)]);
}

#[test]
fn a_session_speaks_each_version() {
    let config = Arc::new(config());
    for (bytes, version) in [
        (b"\x10\x0f\x00\x06MQIsdp\x03\x02\x00\x00\x00\x01c" as &[u8], ProtocolVersion::V3_1),
        (b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x00\x00\x01c", ProtocolVersion::V3_1_1),
        (b"\x10\x0e\x00\x04MQTT\x05\x02\x00\x00\x00\x00\x01c", ProtocolVersion::V5),
    ] {
        let mut session = Session::new(Arc::clone(&config), START);
        session.receive(bytes, START);
        session.accept(Acceptance::new(false));
        assert_eq!(session.version(), version);
        let mut decoder = Decoder::new(Role::Client, LIMITS).speaking(version);
        assert!(matches!(decoder.decode(&mut sent(&mut session).as_slice()), Ok(Some(Packet::Connack(_)))));
    }
}
