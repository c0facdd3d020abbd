//! Headers of SEND and MESSAGE that are properties of a message in every protocol, as in MQTT 5: where it is to be
//! answered, what an answer refers to, and when it expires. Others are headers and nothing else.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use deskwire_broker::Opaque;
use deskwire_model::{Destination, Timestamp, Topic};
use smallvec::SmallVec;

/// Where the answer to a message is to go. Only a topic is a property: it means something to others.
pub(super) const REPLY_TO: &str = "reply-to";
/// What the answer to a message refers to, as text.
const CORRELATION_ID: &str = "correlation-id";
/// The same in base64, where it is no text.
const CORRELATION_DATA: &str = "correlation-data";
/// From when on a message is not to be delivered, in milliseconds since 1970.
const EXPIRES: &str = "expires";

/// How the destinations of topics begin.
const TOPIC: &str = "/topic/";

/// The properties that a SEND has in its headers.
#[derive(Debug, Default)]
pub(super) struct Properties {
    response_topic: Option<Box<str>>,
    correlation: Option<Bytes>,
    expires: Option<Timestamp>,
}

impl Properties {
    /// Reads them from what `header` finds.
    pub(super) fn read<'a>(header: impl Fn(&str) -> Option<&'a str>) -> Self {
        let id = header(CORRELATION_ID).map(|id| Bytes::copy_from_slice(id.as_bytes()));
        let data = || Some(STANDARD.decode(header(CORRELATION_DATA)?).ok()?.into());
        // Clients of JMS write 0 for never.
        let expires = header(EXPIRES).and_then(|time| time.trim().parse().ok()).filter(|time| *time > 0);
        Self {
            response_topic: header(REPLY_TO).and_then(topic).map(|topic| topic.as_str().into()),
            correlation: id.or_else(data),
            expires: expires.map(Timestamp),
        }
    }

    /// Whether a header called `name` says no more than they do; blanks as in
    /// [`is_reserved`](deskwire_wire::stomp::server::is_reserved).
    pub(super) fn cover(&self, name: &str) -> bool {
        match name.trim() {
            REPLY_TO => self.response_topic.is_some(),
            CORRELATION_ID | CORRELATION_DATA => self.correlation.is_some(),
            EXPIRES => self.expires.is_some(),
            _ => false,
        }
    }

    /// `said` with them.
    pub(super) fn of(self, said: Opaque) -> Opaque {
        let said = said.answering(self.response_topic, self.correlation);
        match self.expires {
            Some(time) => said.expiring(time),
            None => said,
        }
    }
}

/// The topic that a destination names, if it is one.
fn topic(destination: &str) -> Option<Topic> {
    match Destination::parse(destination).ok()? {
        Destination::Topic(filter) => filter.exact(),
        _ => None,
    }
}

/// The headers that say the properties of a message; its sender's own of the same name are not to be heard.
pub(super) type Written<'a> = SmallVec<[(&'static str, Cow<'a, str>); 3]>;

/// Writes the properties of a message as headers.
pub(super) fn written(said: &Opaque) -> Written<'_> {
    let mut headers = Written::new();
    headers.extend(said.response_topic().and_then(destination).map(|text| (REPLY_TO, text.into())));
    headers.extend(said.correlation().map(|data| match std::str::from_utf8(data) {
        // No header has this one.
        Ok(text) if !text.contains('\0') => (CORRELATION_ID, text.into()),
        _ => (CORRELATION_DATA, STANDARD.encode(data).into()),
    }));
    headers.extend(said.expires().map(|Timestamp(time)| (EXPIRES, time.to_string().into())));
    headers
}

/// The destination of a topic, unless STOMP means another one by it: in MQTT a dot does not separate.
fn destination(name: &str) -> Option<String> {
    let text = format!("{TOPIC}{name}");
    topic(&text).is_some_and(|topic| topic.as_str() == name).then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, option, prelude::*};

    use super::*;

    fn read(headers: &[(&str, &str)]) -> (Opaque, Vec<bool>) {
        let properties = Properties::read(|name| headers.iter().find(|(own, _)| *own == name).map(|(_, value)| *value));
        let covered = headers.iter().map(|(name, _)| properties.cover(name)).collect();
        (properties.of(Opaque::default()), covered)
    }

    #[test]
    fn the_headers_of_a_send_are_understood() {
        let none = (None, None, None);
        for (headers, expected, covered) in [
            (&[("a", "b")][..], none, &[false][..]),
            (&[("reply-to", "/topic/a/b")], (Some("a/b"), None, None), &[true]),
            (&[("reply-to", "/topic/a.b")], (Some("a/b"), None, None), &[true]),
            (&[("reply-to", "/topic/a.*")], none, &[false]),
            (&[("reply-to", "/queue/a")], none, &[false]),
            (&[("reply-to", "/reply-queue/token")], none, &[false]),
            (&[("reply-to", "anything")], none, &[false]),
            (&[("correlation-id", "7 ä")], (None, Some("7 ä".as_bytes()), None), &[true]),
            (&[("correlation-id", "")], (None, Some(b""), None), &[true]),
            (&[("correlation-data", "/wA=")], (None, Some(&[0xff, 0]), None), &[true]),
            (&[("correlation-data", "no base64")], none, &[false]),
            (&[("correlation-data", "/wA="), ("correlation-id", "7")], (None, Some(b"7"), None), &[true, true]),
            (&[("expires", " 12 ")], (None, None, Some(12)), &[true]),
            (&[("expires", "12"), ("expires", "13"), (" expires", "14")], (None, None, Some(12)), &[true, true, true]),
            (&[("expires", "0")], none, &[false]),
            (&[("expires", "-1")], none, &[false]),
            (&[("expires", "soon")], none, &[false]),
        ] {
            let (said, found) = read(headers);
            let correlation = said.correlation().map(|data| &data[..]);
            let seen = (said.response_topic(), correlation, said.expires().map(|Timestamp(time)| time));
            assert_eq!((seen, &found[..]), (expected, covered), "{headers:?}");
        }
    }

    #[test]
    fn a_message_says_its_properties_in_headers() {
        let data = |data: &'static [u8]| Some(Bytes::from_static(data));
        let answering =
            |topic: Option<&str>, correlation| Opaque::default().answering(topic.map(Into::into), correlation);
        for (said, expected) in [
            (Opaque::default(), &[][..]),
            (answering(Some("a/b"), None), &[("reply-to", "/topic/a/b")]),
            (answering(Some("a.b"), None), &[]),
            (answering(Some("a//b"), None), &[]),
            (answering(Some("a/**"), None), &[]),
            (answering(None, data(b"7:\n")), &[("correlation-id", "7:\n")]),
            (answering(None, data(&[0xff, 0])), &[("correlation-data", "/wA=")]),
            (answering(None, data(b"a\0")), &[("correlation-data", "YQA=")]),
            (Opaque::default().expiring(Timestamp(12)), &[("expires", "12")]),
        ] {
            let headers = written(&said);
            let seen: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_ref())).collect();
            assert_eq!(seen, expected, "{said:?}");
        }
    }

    proptest! {
        #[test]
        fn what_a_message_says_can_be_sent_on(
            topic in option::of("[a-z]{1,3}(/[a-z]{1,3}){0,3}"),
            correlation in option::of(vec(any::<u8>(), 0..9)),
            text in option::of(any::<String>()),
            expires in option::of(1..i64::MAX),
        ) {
            let correlation = text.map(String::into_bytes).or(correlation).map(Bytes::from);
            let mut said = Opaque::default().answering(topic.map(Into::into), correlation);
            if let Some(time) = expires {
                said = said.expiring(Timestamp(time));
            }
            let headers = written(&said);
            let pairs: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_ref())).collect();
            let (again, covered) = read(&pairs);
            prop_assert!(covered.into_iter().all(|covered| covered));
            prop_assert_eq!(again.response_topic(), said.response_topic());
            prop_assert_eq!(again.correlation(), said.correlation());
            prop_assert_eq!(again.expires(), said.expires());
        }
    }
}
