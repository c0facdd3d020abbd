//! What the client sends, packet by packet.

use super::inbound::Admission;
use super::outbound::{AfterPubrec, Stage};
use super::transmit::Transmit;
use super::{CloseReason, Event, Phase, Session};
use crate::mqtt::{Ack, Auth, Disconnect, Packet, PacketId, PacketType, PubackCode, PubrelCode};

impl Session {
    pub(super) fn packet(&mut self, packet: Packet) {
        if let Phase::Answering(answering) = &mut self.phase {
            answering.early.push_back(packet);
            return;
        }
        match packet {
            Packet::Connect(connect) => self.connect(connect),
            Packet::Publish(publish) => {
                let receive_maximum = match self.transmit.is_v5() {
                    true => self.config.receive_maximum.get(),
                    false => u16::MAX,
                };
                match self.inbound.publish(publish.delivery, &self.config, receive_maximum) {
                    Ok(Admission::New(ticket)) => self.events.push_back(Event::Publish { publish, ticket }),
                    Ok(Admission::Repeat) => self.put_answers(),
                    Err(reason) => self.close(reason),
                }
            }
            Packet::Pubrel(pubrel) => match self.inbound.release(pubrel.packet_id, &self.config, self.durable) {
                Ok(Some(ticket)) => self.events.push_back(Event::Released { packet_id: pubrel.packet_id, ticket }),
                Ok(None) => self.put_answers(),
                Err(reason) => self.close(reason),
            },
            Packet::Puback(puback) => self.settle(puback.packet_id, Stage::Puback, puback.code),
            Packet::Pubcomp(pubcomp) => self.settle(pubcomp.packet_id, Stage::Pubcomp, PubackCode::Success),
            Packet::Pubrec(pubrec) if pubrec.code.is_refusal() => {
                self.settle(pubrec.packet_id, Stage::Pubrec, pubrec.code);
            }
            Packet::Pubrec(pubrec) => self.received(pubrec.packet_id),
            Packet::Subscribe(subscribe) => self.events.push_back(Event::Subscribe(subscribe)),
            Packet::Unsubscribe(unsubscribe) => {
                self.events.push_back(Event::Unsubscribe(unsubscribe));
            }
            Packet::Pingreq => self.put(Transmit::pingresp),
            Packet::Disconnect(disconnect) => self.left(disconnect),
            Packet::Auth(Auth { .. }) => self.close(CloseReason::NotAuthenticating),
            // A decoder in the server's role refuses what only servers send.
            Packet::Connack(_) | Packet::Suback(_) | Packet::Unsuback(_) | Packet::Pingresp => {}
        }
    }

    fn received(&mut self, packet_id: PacketId) {
        let code = match self.outbound.received(packet_id, self.durable) {
            AfterPubrec::Pubrel => PubrelCode::Success,
            AfterPubrec::Unknown => PubrelCode::PacketIdentifierNotFound,
            AfterPubrec::Store(token) => return self.events.push_back(Event::Received { token, packet_id }),
            AfterPubrec::Nothing => return,
        };
        self.put(|transmit| transmit.pubrel(PacketType::Pubrel, Ack::new(packet_id, code)));
    }

    fn settle(&mut self, packet_id: PacketId, stage: Stage, code: PubackCode) {
        if let Some(token) = self.outbound.settle(packet_id, stage) {
            self.events.push_back(match code.is_refusal() {
                true => Event::Rejected { token, code },
                false => Event::Settled { token },
            });
        }
    }

    fn left(&mut self, disconnect: Disconnect) {
        if let Some(seconds) = disconnect.session_expiry {
            if seconds != 0 && self.session_expiry == 0 && self.config.session_expiry_max != 0 {
                return self.close(CloseReason::SessionProlonged);
            }
            self.session_expiry = seconds.min(self.config.session_expiry_max);
        }
        self.events.push_back(Event::Disconnect(disconnect));
        self.close(CloseReason::Disconnected);
    }

    pub(super) fn put_answers(&mut self) {
        while let Some(answer) = self.inbound.next_ready(self.transmit.is_v5()) {
            let id = answer.packet_id;
            if answer.packet == PacketType::Pubcomp {
                // Also for one that is not known (any more): a client that did not hear the first answer asks again, and
                // libraries take anything but success for the loss of a message that has arrived.
                self.put(|transmit| transmit.pubrel(PacketType::Pubcomp, Ack::success(id)));
            } else {
                let ack = Ack { packet_id: id, code: answer.code, properties: answer.properties };
                self.put(|transmit| transmit.puback(answer.packet, ack));
            }
        }
    }
}
