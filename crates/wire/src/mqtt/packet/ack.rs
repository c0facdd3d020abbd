use super::{PacketId, PubackCode, PubrelCode};
use crate::mqtt::Text;

/// Name and value pairs in the order they were given; a name may come more than once (MQTT 5.0, 2.2.2.2).
pub type UserProperties = Vec<(Text, Text)>;

/// PUBACK, PUBREC, PUBREL or PUBCOMP (MQTT 5.0, 3.4 to 3.7). Before MQTT 5.0 only the identifier travels.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ack<Code> {
    /// That of the PUBLISH.
    pub packet_id: PacketId,
    /// How it went.
    pub code: Code,
    /// Explanations.
    pub properties: AckProperties,
}

/// PUBACK or PUBREC.
pub type Puback = Ack<PubackCode>;

/// PUBREL or PUBCOMP.
pub type Pubrel = Ack<PubrelCode>;

/// The properties of an acknowledgement, SUBACK and UNSUBACK included (MQTT 5.0, 3.4.2.2, 3.9.2.1, 3.11.2.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AckProperties {
    /// For people who look for what went wrong; programs do not read it.
    pub reason_string: Option<Text>,
    /// More of the kind.
    pub user: UserProperties,
}

impl<Code: Default> Ack<Code> {
    /// The acknowledgement of `packet_id` that says success and nothing else.
    #[must_use]
    pub fn success(packet_id: PacketId) -> Self {
        Self::new(packet_id, Code::default())
    }
}

impl<Code> Ack<Code> {
    /// The acknowledgement of `packet_id` with `code` and without properties.
    #[must_use]
    pub const fn new(packet_id: PacketId, code: Code) -> Self {
        Self { packet_id, code, properties: AckProperties::NONE }
    }
}

impl<Code: Default> From<PacketId> for Ack<Code> {
    fn from(packet_id: PacketId) -> Self {
        Self::success(packet_id)
    }
}

impl AckProperties {
    /// No properties.
    pub const NONE: Self = Self { reason_string: None, user: Vec::new() };

    /// The properties that say `reason`.
    #[must_use]
    pub const fn because(reason: Text) -> Self {
        Self { reason_string: Some(reason), user: Vec::new() }
    }

    pub(in crate::mqtt) fn is_empty(&self) -> bool {
        self.reason_string.is_none() && self.user.is_empty()
    }
}
