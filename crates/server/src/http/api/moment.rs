//! Moments as clients spell them.

use deskwire_model::Timestamp;
use jiff::{civil::DateTime, tz::TimeZone};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::http::AppError;

/// A moment in a JSON document: milliseconds since 1970, or text that [`read`] understands.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Moment {
    /// Milliseconds since 1970.
    Millis(i64),
    /// Text; empty for none.
    Text(String),
}

impl Moment {
    /// The moment that the member `field` names, if it names one.
    pub(super) fn of(field: &str, moment: Option<&Self>, zone: &TimeZone) -> Result<Option<Timestamp>, AppError> {
        match moment {
            None => Ok(None),
            Some(Self::Millis(millis)) => Ok(Some(Timestamp(*millis))),
            Some(Self::Text(text)) if text.trim().is_empty() => Ok(None),
            Some(Self::Text(text)) => read(field, text, zone).map(Some),
        }
    }
}

/// Milliseconds since 1970, or a day, with or without a time, in the desk's time zone.
pub(super) fn read(field: &str, text: &str, zone: &TimeZone) -> Result<Timestamp, AppError> {
    let text = text.trim();
    if let Ok(milliseconds) = text.parse() {
        return Ok(Timestamp(milliseconds));
    }
    let local = text.parse::<DateTime>().and_then(|local| zone.to_timestamp(local));
    let instant = text.parse::<jiff::Timestamp>().or(local);
    instant
        .map(|instant| Timestamp(instant.as_millisecond()))
        .map_err(|_| AppError::Refused(format!("{field} must be milliseconds or yyyy-MM-dd HH:mm:ss")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_three_spellings() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        for (text, expected) in [
            ("1700000000000", 1_700_000_000_000),
            ("2023-11-15 06:13:20", 1_700_000_000_000),
            ("2023-11-14T22:13:20Z", 1_700_000_000_000),
            ("2023-11-15", 1_699_977_600_000),
        ] {
            assert_eq!(read("since", text, &zone).unwrap(), Timestamp(expected), "{text}");
        }
        assert!(read("since", "yesterday", &zone).is_err());
    }

    #[test]
    fn a_member_is_a_number_or_text_or_nothing() {
        for (json, expected) in [("null", None), ("7", Some(7)), ("\"7\"", Some(7)), ("\" \"", None)] {
            let moment: Option<Moment> = serde_json::from_str(json).unwrap();
            let read = Moment::of("endTime", moment.as_ref(), &TimeZone::UTC).unwrap();
            assert_eq!(read, expected.map(Timestamp), "{json}");
        }
    }
}
