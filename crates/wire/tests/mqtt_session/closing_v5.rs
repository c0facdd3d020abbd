//! How sessions of MQTT 5.0 end: with DISCONNECT and a reason (4.13).

use std::num::NonZeroU32;

use deskwire_wire::mqtt::{
    Auth, AuthCode, CloseReason, Delivery, Disconnect, DisconnectCode, Event, Packet, SESSION_NEVER_EXPIRES, Text,
};

use crate::{START, answers_v5, config, events, id, open, open_v5, publish, send, send_v5, sent, tickets};

fn disconnect(code: DisconnectCode) -> Packet {
    Packet::Disconnect(Disconnect::new(code))
}

fn text(value: &str) -> Text {
    Text::new(value).unwrap()
}

#[test]
fn errors_are_told() {
    let auth = Auth::new(AuthCode::ContinueAuthentication);
    let message = publish(Delivery::AtLeastOnce(id(1)));
    let prolong = {
        let mut packet = Disconnect::default();
        packet.session_expiry = Some(1);
        Packet::Disconnect(packet)
    };
    for (packets, reason, code) in [
        (vec![Packet::Auth(auth)], CloseReason::NotAuthenticating, DisconnectCode::ProtocolError),
        // [MQTT-3.3.4-7]
        (vec![message; 5], CloseReason::ReceiveMaximumExceeded, DisconnectCode::ReceiveMaximumExceeded),
        // 3.14.2.2.2
        (vec![prolong], CloseReason::SessionProlonged, DisconnectCode::ProtocolError),
        (vec![Packet::Pubrel(id(1).into()); 1], CloseReason::TooManyUnanswered, DisconnectCode::QuotaExceeded),
    ] {
        let mut config = config();
        if reason == CloseReason::TooManyUnanswered {
            config.max_unanswered = 0;
        }
        let mut session = open_v5(config, |_| {});
        send_v5(&mut session, &packets);
        assert_eq!(session.is_closing(), Some(&reason));
        assert!(!events(&mut session).iter().any(|event| matches!(event, Event::Disconnect(_))), "the will is due");
        assert_eq!(answers_v5(&mut session), [disconnect(code)], "{reason}");
    }
}

/// [MQTT-3.14.4-1]
#[test]
fn disconnect_comes_behind_the_answers_and_nothing_behind_disconnect() {
    let mut session = open_v5(config(), |_| {});
    let said = |number| publish(Delivery::AtLeastOnce(id(number)));
    send_v5(&mut session, &[said(1), said(2), Packet::Auth(Auth::new(AuthCode::Reauthenticate))]);
    assert_eq!(sent(&mut session), b"", "two messages are to be answered before");
    let tickets = tickets(&mut session);
    session.published(tickets[0]);
    assert_eq!(answers_v5(&mut session), [Packet::Puback(id(1).into()), disconnect(DisconnectCode::ProtocolError)]);
    session.published(tickets[1]);
    assert_eq!(sent(&mut session), b"");
}

/// [MQTT-4.13.1-1]
#[test]
fn what_cannot_be_decoded_is_told() {
    for (bytes, code) in [
        (b"\x00" as &[u8], DisconnectCode::MalformedPacket),
        (b"\x30\x80\x04", DisconnectCode::PacketTooLarge),
        (b"\x30\x07\x00\x01a\x03\x23\x00\x04", DisconnectCode::TopicAliasInvalid),
        (b"\x30\x06\x00\x00\x03\x23\x00\x01", DisconnectCode::ProtocolError),
        (b"\x82\x03\x00\x01\x00", DisconnectCode::ProtocolError),
    ] {
        let mut session = open_v5(config(), |_| {});
        session.receive(bytes, START);
        assert_eq!(answers_v5(&mut session), [disconnect(code)], "{bytes:?}");
    }
}

#[test]
fn silence_is_told() {
    let mut session = open_v5(config(), |connect| connect.keep_alive = 10);
    session.handle_timeout(START.after(15_000));
    assert_eq!(answers_v5(&mut session), [disconnect(DisconnectCode::KeepAliveTimeout)]);
}

#[test]
fn the_application_disconnects() {
    let mut session = open_v5(config(), |_| {});
    let mut farewell = Disconnect::new(DisconnectCode::SessionTakenOver);
    farewell.reason_string = Some(text("somebody else is you"));
    session.disconnect(farewell.clone());
    assert_eq!(answers_v5(&mut session), [Packet::Disconnect(farewell.clone())]);
    assert_eq!(session.is_closing(), Some(&CloseReason::Dismissed(DisconnectCode::SessionTakenOver)));
    session.disconnect(Disconnect::new(DisconnectCode::ServerBusy));
    assert_eq!(sent(&mut session), b"", "once");

    let mut earlier = open(config());
    earlier.disconnect(farewell);
    assert_eq!(sent(&mut earlier), b"", "servers of MQTT 3 have no DISCONNECT");
    assert!(earlier.is_closing().is_some());
}

/// [MQTT-3.14.2-3], [MQTT-3.14.2-4]
#[test]
fn explanations_fit_the_client() {
    let mut session = open_v5(config(), |connect| connect.properties.maximum_packet_size = NonZeroU32::new(32));
    let mut farewell = Disconnect::new(DisconnectCode::ServerShuttingDown);
    farewell.reason_string = Some(text("this server is going to be back in a minute"));
    farewell.user = vec![(text("k"), text("v"))];
    session.disconnect(farewell);
    assert_eq!(answers_v5(&mut session), [disconnect(DisconnectCode::ServerShuttingDown)]);
}

/// [MQTT-3.14.4-3]: only code 0 takes the will back.
#[test]
fn clients_leave_with_or_without_their_will() {
    for (code, keeps) in [(DisconnectCode::Normal, false), (DisconnectCode::WithWill, true)] {
        let mut session = open_v5(config(), |connect| connect.properties.session_expiry = Some(10));
        let mut leaving = Disconnect::new(code);
        leaving.session_expiry = Some(20);
        send_v5(&mut session, &[Packet::Disconnect(leaving.clone())]);
        assert_eq!(events(&mut session), [Event::Disconnect(leaving.clone())]);
        assert_eq!(leaving.keeps_will(), keeps);
        assert_eq!(session.is_closing(), Some(&CloseReason::Disconnected));
        assert_eq!(session.session_expiry(), 20, "DISCONNECT has the last word (3.14.2.2.2)");
        assert_eq!(sent(&mut session), b"");
    }
}

#[test]
fn a_changed_expiry_is_bounded_too() {
    let mut session = open_v5(config(), |connect| connect.properties.session_expiry = Some(10));
    let mut leaving = Disconnect::default();
    leaving.session_expiry = Some(SESSION_NEVER_EXPIRES);
    send_v5(&mut session, &[Packet::Disconnect(leaving)]);
    assert_eq!(session.session_expiry(), 3_600);
}

#[test]
fn earlier_clients_are_told_nothing() {
    let mut session = open(config());
    session.receive(b"\xf0", START);
    assert!(matches!(session.is_closing(), Some(CloseReason::Malformed(_))));
    assert_eq!(sent(&mut session), b"");
    let mut session = open(config());
    send(&mut session, &[Packet::Pingreq]);
    assert_eq!(sent(&mut session), b"\xd0\x00");
}
