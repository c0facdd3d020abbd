//! How a client of MQTT 5.0 is told why it is refused. Earlier versions have one failure for SUBSCRIBE and none for PUBLISH.

use deskwire_desk::DeskError;
use deskwire_model::ErrorCode;
use deskwire_wire::mqtt::{AckProperties, PubackCode, SubackCode, Text};

use crate::gateway::Refused;

/// The reason of a refusal, for people, and its stable name as the user property `error`.
pub(super) fn because(code: ErrorCode, reason: &str) -> AckProperties {
    let mut said = Text::new(reason).map_or(AckProperties::NONE, AckProperties::because);
    said.user.extend(Text::new("error").ok().zip(Text::new(code.as_str()).ok()));
    said
}

/// What PUBACK or PUBREC says.
pub(super) const fn puback(refused: &Refused) -> PubackCode {
    match refused {
        Refused::Topic(_) => PubackCode::TopicNameInvalid,
        Refused::NotAllowed(_) | Refused::Vetoed(_) => PubackCode::NotAuthorized,
        Refused::TooMany(_) | Refused::Queue(_) | Refused::Retain(_) => PubackCode::QuotaExceeded,
        Refused::Desk(DeskError::Dialect(_)) => PubackCode::PayloadFormatInvalid,
        _ => PubackCode::ImplementationSpecificError,
    }
}

/// What SUBACK says.
pub(super) const fn suback(refused: &Refused) -> SubackCode {
    match refused {
        Refused::Topic(_) => SubackCode::TopicFilterInvalid,
        Refused::NotAllowed(_) | Refused::Vetoed(_) => SubackCode::NotAuthorized,
        Refused::TooMany(_) => SubackCode::QuotaExceeded,
        _ => SubackCode::Failure,
    }
}
