use bytes::Bytes;

use super::peer::Peer;
use crate::mqtt::{
    Ack, AckProperties, Connack, Disconnect, EncodeError, Encoder, PacketType, ProtocolVersion, PubackCode, PubrelCode,
    Suback, Unsuback,
};

/// The control packets that are to be sent next, and what the client can take.
///
/// An explanation (reason string, user properties) is left out when the client does not want any [MQTT-3.1.2-29] or does not
/// take a packet of that size [MQTT-3.2.2-19], [MQTT-3.4.2-2], [MQTT-3.9.2-1], [MQTT-3.14.2-3].
#[derive(Debug, Default)]
pub(super) struct Transmit {
    out: Vec<u8>,
    /// Whether nothing may follow any more.
    ended: bool,
    pub(super) encoder: Encoder,
    pub(super) peer: Peer,
}

/// What became of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(super) enum Put {
    Written,
    /// The client takes no packet that is as large as this one has to be.
    TooLarge,
}

impl Transmit {
    pub(super) fn take(&mut self) -> Option<Bytes> {
        (!self.out.is_empty()).then(|| Bytes::from(std::mem::take(&mut self.out)))
    }

    /// Nothing is written from now on.
    pub(super) fn end(&mut self) {
        self.ended = true;
    }

    pub(super) fn len(&self) -> usize {
        self.out.len()
    }

    pub(super) fn shrink(&mut self) {
        self.out.shrink_to_fit();
    }

    pub(super) fn is_v5(&self) -> bool {
        self.encoder.version() == ProtocolVersion::V5
    }

    pub(super) fn connack(&mut self, connack: Connack) -> Result<Put, EncodeError> {
        let cut = |connack: &mut Connack| {
            connack.properties.reason_string = None;
            connack.properties.user.clear();
        };
        self.put(connack, cut, |encoder, out, connack| encoder.put_connack(out, connack))
    }

    pub(super) fn pingresp(&mut self) -> Result<Put, EncodeError> {
        self.put(
            (),
            |()| (),
            |encoder, out, ()| {
                encoder.put_pingresp(out);
                Ok(())
            },
        )
    }

    /// PUBACK or PUBREC.
    pub(super) fn puback(&mut self, packet: PacketType, ack: Ack<PubackCode>) -> Result<Put, EncodeError> {
        self.ack(packet, ack, PubackCode::to_byte)
    }

    /// PUBREL or PUBCOMP.
    pub(super) fn pubrel(&mut self, packet: PacketType, ack: Ack<PubrelCode>) -> Result<Put, EncodeError> {
        self.ack(packet, ack, PubrelCode::to_byte)
    }

    fn ack<Code: Copy>(
        &mut self,
        packet: PacketType,
        mut ack: Ack<Code>,
        to_byte: impl Fn(Code) -> u8,
    ) -> Result<Put, EncodeError> {
        self.explain(&mut ack.properties);
        let cut = |ack: &mut Ack<Code>| ack.properties = AckProperties::NONE;
        self.put(ack, cut, |encoder, out, ack| encoder.put_ack(out, packet, ack, &to_byte))
    }

    pub(super) fn suback(&mut self, mut suback: Suback) -> Result<Put, EncodeError> {
        self.explain(&mut suback.properties);
        let cut = |suback: &mut Suback| suback.properties = AckProperties::NONE;
        self.put(suback, cut, |encoder, out, suback| encoder.put_suback(out, suback))
    }

    pub(super) fn unsuback(&mut self, mut unsuback: Unsuback) -> Result<Put, EncodeError> {
        self.explain(&mut unsuback.properties);
        let cut = |unsuback: &mut Unsuback| unsuback.properties = AckProperties::NONE;
        self.put(unsuback, cut, |encoder, out, unsuback| encoder.put_unsuback(out, unsuback))
    }

    pub(super) fn disconnect(&mut self, disconnect: Disconnect) -> Result<Put, EncodeError> {
        let cut = |disconnect: &mut Disconnect| {
            disconnect.reason_string = None;
            disconnect.user.clear();
        };
        self.put(disconnect, cut, |encoder, out, disconnect| encoder.put_disconnect(out, disconnect))
    }

    fn explain(&self, properties: &mut AckProperties) {
        if !self.peer.problem_information {
            *properties = AckProperties::NONE;
        }
    }

    /// Writes a packet, and if it is too large once more with its explanation cut off.
    fn put<P>(
        &mut self,
        mut packet: P,
        cut: impl Fn(&mut P),
        write: impl Fn(Encoder, &mut Vec<u8>, &P) -> Result<(), EncodeError>,
    ) -> Result<Put, EncodeError> {
        if self.ended {
            return Ok(Put::Written);
        }
        let start = self.out.len();
        for _ in 0..2 {
            write(self.encoder, &mut self.out, &packet)?;
            if self.peer.takes(self.out.len() - start) {
                return Ok(Put::Written);
            }
            self.out.truncate(start);
            cut(&mut packet);
        }
        Ok(Put::TooLarge)
    }
}
