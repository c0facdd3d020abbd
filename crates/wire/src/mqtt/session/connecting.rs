//! CONNECT and its answer (3.1, 3.2).

use std::collections::VecDeque;

use super::answers::{Acceptance, Refusal};
use super::outbound::Stage;
use super::peer::Peer;
use super::{CloseReason, Event, Phase, Session};
use crate::mqtt::{Ack, Connack, ConnackCode, Connect, DecodeError, Encoder, Packet, PacketType, ProtocolVersion};

/// What is kept until CONNECT is answered.
#[derive(Debug)]
pub(super) struct Answering {
    /// What came behind CONNECT.
    pub(super) early: VecDeque<Packet>,
    /// Bytes that came behind CONNECT.
    pub(super) early_bytes: usize,
    /// Keep alive and session expiry in seconds that the client asked for and may not get.
    asked_keep_alive: u16,
    asked_session_expiry: u32,
}

impl Session {
    /// Accepts the client; the keep alive runs from the last bytes that came. Without a CONNECT to answer this does
    /// nothing.
    pub fn accept(&mut self, acceptance: Acceptance) {
        let Phase::Answering(answering) = &mut self.phase else {
            return;
        };
        let early = std::mem::take(&mut answering.early);
        let (keep_alive, session_expiry) = (answering.asked_keep_alive, answering.asked_session_expiry);
        let end_of_input = self.closing.take();
        self.durable = acceptance.durable;
        let connack = self.connack(acceptance, keep_alive, session_expiry);
        self.put(|transmit| transmit.connack(connack));
        if self.closing.is_some() {
            self.phase = Phase::Refused;
            return;
        }
        self.phase = Phase::Open;
        let repeated: Vec<_> = self.inflight().filter(|message| message.stage == Stage::Pubcomp).collect();
        for message in repeated {
            self.put(|transmit| transmit.pubrel(PacketType::Pubrel, Ack::success(message.packet_id)));
        }
        for packet in early {
            if self.closing.is_none() {
                self.packet(packet);
            }
        }
        if let Some(reason) = end_of_input {
            self.close(reason);
        }
    }

    /// Refuses the client and closes [MQTT-3.2.2-7]. Without a CONNECT to answer this does nothing.
    pub fn refuse(&mut self, refusal: impl Into<Refusal>) {
        if matches!(self.phase, Phase::Answering(_)) {
            let refusal = refusal.into();
            let reason = CloseReason::Refused(refusal.code);
            self.refuse_connect(refusal, reason);
        }
    }

    pub(super) fn connect(&mut self, connect: Box<Connect>) {
        self.decoder.set_limits(self.config.limits);
        self.transmit.encoder = Encoder::new(connect.protocol);
        self.transmit.peer = Peer::new(&connect, &self.config);
        self.keep_alive = self.config.keep_alive(connect.keep_alive);
        self.session_expiry = match connect.protocol {
            ProtocolVersion::V5 => connect.session_expiry().min(self.config.session_expiry_max),
            _ => connect.session_expiry(),
        };
        let code = if connect.properties.authentication_method.is_some() {
            // None is spoken here [MQTT-4.12.0-1].
            ConnackCode::BadAuthenticationMethod
        } else if connect.client_id.is_empty() && !may_be_nameless(&connect) {
            ConnackCode::ClientIdentifierNotValid
        } else {
            self.phase = Phase::Answering(Box::new(Answering {
                early: VecDeque::new(),
                early_bytes: 0,
                asked_keep_alive: connect.keep_alive,
                asked_session_expiry: connect.session_expiry(),
            }));
            return self.events.push_back(Event::Connect(connect));
        };
        self.refuse_connect(code.into(), CloseReason::Refused(code));
    }

    /// The answer that tells a client of MQTT 5.0 what it gets where that is not what it asked for or may assume.
    fn connack(&self, acceptance: Acceptance, asked_keep_alive: u16, asked_session_expiry: u32) -> Connack {
        let config = &self.config;
        let response_information = acceptance.response_information.filter(|_| self.transmit.peer.response_information);
        let mut connack = Connack::accepted(acceptance.session_present);
        let properties = &mut connack.properties;
        properties.session_expiry = (self.session_expiry != asked_session_expiry).then_some(self.session_expiry);
        properties.receive_maximum = Some(config.receive_maximum).filter(|maximum| maximum.get() != u16::MAX);
        properties.maximum_packet_size =
            u32::try_from(config.limits.max_packet).ok().and_then(|max| max.try_into().ok());
        properties.topic_alias_maximum = Some(config.limits.max_topic_alias).filter(|maximum| *maximum != 0);
        properties.server_keep_alive = (self.keep_alive != asked_keep_alive).then_some(self.keep_alive);
        properties.assigned_client_id = acceptance.assigned_client_id;
        properties.response_information = response_information;
        properties.user = acceptance.user;
        connack
    }

    pub(super) fn malformed(&mut self, error: DecodeError) {
        let reason = CloseReason::Malformed(error);
        self.transmit.encoder = Encoder::new(self.decoder.version());
        let code = error.connack_code();
        match (&self.phase, error) {
            (Phase::Connecting, DecodeError::ProtocolLevel(level)) => {
                // The upper bit marks the bridges of some servers, which otherwise keep to the level below it.
                if level & 0x7F > 5 && self.config.highest_version == ProtocolVersion::V5 {
                    self.transmit.encoder = Encoder::new(ProtocolVersion::V5);
                }
                self.refuse_connect(code.into(), reason);
            }
            (Phase::Connecting, _) if self.transmit.is_v5() => self.refuse_connect(code.into(), reason),
            _ => self.close(reason),
        }
    }

    fn refuse_connect(&mut self, refusal: Refusal, reason: CloseReason) {
        self.phase = Phase::Refused;
        let mut connack = Connack::without_session(refusal.code);
        connack.properties.reason_string = refusal.reason_string;
        connack.properties.server_reference = refusal.server_reference;
        self.put(|transmit| transmit.connack(connack));
        self.close(reason);
    }
}

/// Whether an empty client identifier is well: MQTT 3.1 has none (3.1), 3.1.1 has them with a clean session [MQTT-3.1.3-8 of
/// 3.1.1], and 5.0 gives the client a name [MQTT-3.1.3-6].
fn may_be_nameless(connect: &Connect) -> bool {
    match connect.protocol {
        ProtocolVersion::V3_1 => false,
        ProtocolVersion::V3_1_1 => connect.clean_start,
        ProtocolVersion::V5 => true,
    }
}
