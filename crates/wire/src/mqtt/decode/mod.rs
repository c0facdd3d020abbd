//! Bytes to packets: the fixed header and the collecting of a packet here, what is inside in [`body`].

mod aliases;
mod body;
mod connect;
mod error;
mod fields;
mod properties;
mod subscribe;

use super::{Packet, PacketType, ProtocolVersion};
use aliases::Aliases;
use body::{Body, Reader};
pub use error::DecodeError;

/// Which end of the connection decodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Reads what clients send; the first packet must be CONNECT.
    Server,
    /// Reads what a server sends; the first packet must be CONNACK.
    Client,
}

/// What a decoder accepts at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one packet, fixed header included.
    pub max_packet: usize,
    /// Topic filters of one SUBSCRIBE or UNSUBSCRIBE.
    pub max_filters: usize,
    /// Bytes of the properties of one packet, and of a will (MQTT 5.0).
    pub max_properties: usize,
    /// User properties of one packet, and of a will (MQTT 5.0).
    pub max_user_properties: usize,
    /// The highest topic alias, and so the number of topics that are kept for the other end (MQTT 5.0).
    pub max_topic_alias: u16,
}

/// Turns a byte stream, cut anywhere, into [`Packet`]s.
///
/// A packet that lies complete in the input is decoded from there; of a packet that does not, the decoder keeps what
/// has come. Between packets it holds no heap memory but the topics that the other end has given an alias.
#[derive(Debug)]
pub struct Decoder {
    role: Role,
    limits: Limits,
    version: ProtocolVersion,
    highest: ProtocolVersion,
    /// Whether the packet that opens the connection (CONNECT or CONNACK) has begun.
    opened: bool,
    position: Position,
    /// The begun body; never longer than the header says, and empty unless `position` is `Body`.
    collected: Vec<u8>,
    aliases: Aliases,
}

/// What the next byte belongs to.
#[derive(Clone, Copy, Debug)]
enum Position {
    FirstByte,
    RemainingLength { header: Header, bytes: u8 },
    Body(Header),
}

#[derive(Clone, Copy, Debug)]
struct Header {
    packet: PacketType,
    flags: u8,
    remaining: usize,
}

impl Decoder {
    /// A decoder for one connection.
    #[must_use]
    pub fn new(role: Role, limits: Limits) -> Self {
        Self {
            role,
            limits,
            version: ProtocolVersion::default(),
            highest: ProtocolVersion::V5,
            opened: false,
            position: Position::FirstByte,
            collected: Vec::new(),
            aliases: Aliases::default(),
        }
    }

    /// The same decoder, to which a CONNECT of a later version than `highest` is one of an unknown level.
    #[must_use]
    pub fn up_to(mut self, highest: ProtocolVersion) -> Self {
        self.highest = highest;
        self
    }

    /// The same decoder for a client that has asked for `version`: nothing that a server sends says which one it is.
    #[must_use]
    pub fn speaking(mut self, version: ProtocolVersion) -> Self {
        self.version = version;
        self
    }

    /// The version of the connection: that of CONNECT as soon as it is known, MQTT 3.1.1 before.
    #[must_use]
    pub const fn version(&self) -> ProtocolVersion {
        self.version
    }

    /// Applies other limits from the next packet header on.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Heap memory the decoder holds for a packet that is not complete, in bytes: at most [`Limits::max_packet`].
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.collected.capacity()
    }

    /// Takes the next packet off the front of `input`; `None` when the packet is not complete, and then all input has
    /// been taken.
    ///
    /// # Errors
    /// [`DecodeError`]. The stream has lost its packet boundaries: the connection has to be closed
    /// [MQTT-4.13.1-1] and the decoder dropped.
    pub fn decode(&mut self, input: &mut &[u8]) -> Result<Option<Packet>, DecodeError> {
        let Some(header) = self.header(input)? else {
            return Ok(None);
        };
        let Some(body) = self.body(header, input) else {
            return Ok(None);
        };
        self.position = Position::FirstByte;
        let reader = Reader {
            role: self.role,
            limits: &self.limits,
            highest: self.highest,
            version: &mut self.version,
            aliases: &mut self.aliases,
        };
        reader.packet(header.packet, header.flags, body).map(Some)
    }

    fn header(&mut self, input: &mut &[u8]) -> Result<Option<Header>, DecodeError> {
        loop {
            if let Position::Body(header) = self.position {
                return Ok(Some(header));
            }
            let Some((&byte, rest)) = input.split_first() else {
                return Ok(None);
            };
            *input = rest;
            self.position = match self.position {
                Position::RemainingLength { header, bytes } => self.length_byte(header, bytes, byte)?,
                Position::FirstByte | Position::Body(_) => {
                    let (packet, flags) = self.first_byte(byte)?;
                    Position::RemainingLength { header: Header { packet, flags, remaining: 0 }, bytes: 0 }
                }
            };
        }
    }

    /// Refuses what cannot be right before anything of the packet is kept.
    fn first_byte(&mut self, byte: u8) -> Result<(PacketType, u8), DecodeError> {
        let packet = PacketType::from_first_byte(byte)
            .filter(|packet| *packet != PacketType::Auth || self.version == ProtocolVersion::V5)
            .ok_or(DecodeError::ReservedType(byte >> 4))?;
        let flags = byte & 0x0F;
        if !self.role.receives(packet, self.version) {
            return Err(DecodeError::Direction(packet));
        }
        match (self.opened, packet == self.role.opening()) {
            (false, false) => return Err(DecodeError::FirstPacket(packet)),
            (true, true) => return Err(DecodeError::Repeated(packet)),
            _ => self.opened = true,
        }
        if !self.flags_are_valid(packet, flags) {
            return Err(DecodeError::Flags { packet, flags });
        }
        Ok((packet, flags))
    }

    fn flags_are_valid(&self, packet: PacketType, flags: u8) -> bool {
        const DUP: u8 = 0b1000;
        match packet {
            PacketType::Publish => true,
            // MQTT 3.1 (3.6, 3.8, 3.10) has DUP on every packet that it sends with QoS 1.
            PacketType::Pubrel | PacketType::Subscribe | PacketType::Unsubscribe
                if self.version == ProtocolVersion::V3_1 =>
            {
                flags & !DUP == packet.flags()
            }
            _ => flags == packet.flags(),
        }
    }

    fn length_byte(&self, mut header: Header, bytes: u8, byte: u8) -> Result<Position, DecodeError> {
        header.remaining |= usize::from(byte & 0x7F) << (7 * bytes);
        let bytes = bytes + 1;
        if byte & 0x80 != 0 {
            if bytes == 4 {
                return Err(DecodeError::RemainingLength);
            }
            return Ok(Position::RemainingLength { header, bytes });
        }
        if byte == 0 && bytes > 1 && self.version == ProtocolVersion::V5 {
            return Err(DecodeError::PaddedInteger);
        }
        let length = 1 + usize::from(bytes) + header.remaining;
        if length > self.limits.max_packet {
            return Err(DecodeError::TooLarge { length, limit: self.limits.max_packet });
        }
        Ok(Position::Body(header))
    }

    /// The body when it is complete; otherwise keeps all of `input`.
    fn body<'input>(&mut self, header: Header, input: &mut &'input [u8]) -> Option<Body<'input>> {
        let missing = header.remaining - self.collected.len();
        let Some((arrived, rest)) = input.split_at_checked(missing) else {
            self.collect(std::mem::take(input), header.remaining);
            return None;
        };
        *input = rest;
        if self.collected.is_empty() {
            return Some(Body::InInput(arrived));
        }
        self.collect(arrived, header.remaining);
        Some(Body::Collected(std::mem::take(&mut self.collected)))
    }

    /// Grows by doubling like any vector, but never beyond the packet: what a header claims costs nothing until it comes.
    fn collect(&mut self, bytes: &[u8], packet_end: usize) {
        let needed = self.collected.len() + bytes.len();
        if needed > self.collected.capacity() {
            let capacity = needed.max(2 * self.collected.capacity()).min(packet_end);
            self.collected.reserve_exact(capacity - self.collected.len());
        }
        self.collected.extend_from_slice(bytes);
    }
}

impl Role {
    /// The packet that opens the connection as this end sees it.
    const fn opening(self) -> PacketType {
        match self {
            Self::Server => PacketType::Connect,
            Self::Client => PacketType::Connack,
        }
    }

    /// Whether the other end may send `packet` (MQTT 3.1.1, table 2.1; MQTT 5.0, table 2-1).
    const fn receives(self, packet: PacketType, version: ProtocolVersion) -> bool {
        use PacketType as P;
        match packet {
            P::Publish | P::Puback | P::Pubrec | P::Pubrel | P::Pubcomp | P::Auth => true,
            P::Disconnect => matches!((self, version), (Self::Server, _) | (_, ProtocolVersion::V5)),
            P::Connect | P::Subscribe | P::Unsubscribe | P::Pingreq => matches!(self, Self::Server),
            P::Connack | P::Suback | P::Unsuback | P::Pingresp => matches!(self, Self::Client),
        }
    }
}
