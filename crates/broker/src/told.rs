//! What is said on live topics, as nodes tell it to each other.

use bytes::Bytes;
use deskwire_cluster::NodeId;
use deskwire_model::{InvalidTopic, InvalidUid, SessionId, Timestamp, Topic, Uid};
use prost::Message;

use crate::publication::{Assurance, Opaque, Share};

/// Why what another node has told is not understood.
#[derive(Debug, thiserror::Error)]
pub enum ToldError {
    /// It is not what a node of this release writes.
    #[error("it cannot be read: {0}")]
    Malformed(#[from] prost::DecodeError),
    /// Its topic is none.
    #[error("its topic is none: {0}")]
    Topic(#[from] InvalidTopic),
    /// Its organisation is none.
    #[error("its organisation is none: {0}")]
    Organisation(#[from] InvalidUid),
}

/// An opaque message with its topic. Fields may be added; their numbers are never used again.
#[derive(Clone, PartialEq, Message)]
struct Told {
    #[prost(string, tag = "1")]
    topic: String,
    #[prost(bytes = "bytes", tag = "2")]
    body: Bytes,
    #[prost(string, optional, tag = "3")]
    content_type: Option<String>,
    #[prost(message, repeated, tag = "4")]
    headers: Vec<Header>,
    #[prost(sint64, optional, tag = "5")]
    expires: Option<i64>,
    #[prost(uint32, tag = "6")]
    assurance: u32,
    #[prost(bool, tag = "7")]
    is_declared_text: bool,
    #[prost(bool, tag = "8")]
    is_retained: bool,
    #[prost(bool, tag = "9")]
    is_confined: bool,
    #[prost(string, optional, tag = "10")]
    response_topic: Option<String>,
    #[prost(bytes = "bytes", optional, tag = "11")]
    correlation: Option<Bytes>,
    #[prost(fixed64, optional, tag = "12")]
    origin: Option<u64>,
    /// The organisation whose users alone may have it.
    #[prost(string, optional, tag = "13")]
    org: Option<String>,
    /// The groups of shared subscriptions that have it on a node.
    #[prost(message, repeated, tag = "14")]
    shares: Vec<ToldShare>,
}

#[derive(Clone, PartialEq, Message)]
struct ToldShare {
    #[prost(string, tag = "1")]
    group: String,
    #[prost(string, tag = "2")]
    node: String,
}

#[derive(Clone, PartialEq, Message)]
struct Header {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}

/// Writes what is said on `topic`, for users of `org` alone if that is named.
pub(crate) fn write(topic: &Topic, said: &Opaque, org: Option<&Uid>, shares: &[Share]) -> Bytes {
    let header = |(name, value): (&str, &str)| Header { name: name.into(), value: value.into() };
    let share = |Share { group, node }: &Share| ToldShare { group: (&**group).into(), node: node.as_str().into() };
    let told = Told {
        topic: topic.as_str().into(),
        body: said.body().clone(),
        content_type: said.content_type().map(Into::into),
        headers: said.headers().map(header).collect(),
        expires: said.expires().map(|time| time.0),
        assurance: said.assurance() as u32,
        is_declared_text: said.is_declared_text(),
        is_retained: said.is_retained(),
        is_confined: said.is_confined(),
        response_topic: said.response_topic().map(Into::into),
        correlation: said.correlation().cloned(),
        origin: said.origin().map(SessionId::number),
        org: org.map(|org| org.as_str().into()),
        shares: shares.iter().map(share).collect(),
    };
    told.encode_to_vec().into()
}

/// What was said on which topic, for users of which organisation alone if for those of one, and who shares it.
type Heard = (Topic, Opaque, Option<Uid>, Box<[Share]>);

/// Reads what another node has written.
///
/// # Errors
/// [`ToldError`].
pub(crate) fn read(bytes: Bytes) -> Result<Heard, ToldError> {
    let told = Told::decode(bytes)?;
    let headers = told.headers.into_iter().map(|header| (header.name.into(), header.value.into())).collect();
    let assurance = Assurance::from_level(u8::try_from(told.assurance).unwrap_or(u8::MAX));
    let mut said = Opaque::new(told.body, told.content_type.map(Into::into), headers)
        .assured(assurance)
        .answering(told.response_topic.map(Into::into), told.correlation);
    if let Some(time) = told.expires {
        said = said.expiring(Timestamp(time));
    }
    if told.is_declared_text {
        said = said.declared_text();
    }
    if told.is_retained {
        said = said.retained();
    }
    if told.is_confined {
        said = said.confined();
    }
    if let Some(origin) = told.origin {
        said = said.said_by(SessionId::from_number(origin));
    }
    let org = told.org.map(|org| Uid::new(&org)).transpose()?;
    // A node that is none is not this one.
    let share = |told: ToldShare| Some(Share { group: told.group.into(), node: NodeId::parse(&told.node).ok()? });
    let shares = told.shares.into_iter().filter_map(share).collect();
    Ok((Topic::told(&told.topic)?, said, org, shares))
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, option, prelude::*};

    use super::*;

    fn any_said() -> impl Strategy<Value = Opaque> {
        let text = || any::<String>().prop_map(Into::into);
        let data = || vec(any::<u8>(), 0..9).prop_map(Bytes::from);
        let said = (data(), option::of(text()), vec((text(), text()), 0..3));
        let rest = (option::of(any::<i64>()), 0..3_u8, any::<[bool; 3]>(), option::of(any::<u64>()));
        (said, rest, option::of(text()), option::of(data())).prop_map(|(said, rest, topic, correlation)| {
            let ((body, content_type, headers), (expires, qos, [text, retained, confined], origin)) = (said, rest);
            let mut said = Opaque::new(body, content_type, headers).assured(Assurance::from_level(qos));
            said = said.answering(topic, correlation);
            said = if text { said.declared_text() } else { said };
            said = if retained { said.retained() } else { said };
            said = if confined { said.confined() } else { said };
            said = expires.into_iter().fold(said, |said, time| said.expiring(Timestamp(time)));
            origin.into_iter().fold(said, |said, origin| said.said_by(SessionId::from_number(origin)))
        })
    }

    proptest! {
        #[test]
        fn what_is_told_is_heard_as_it_was_said(said in any_said(), private in any::<bool>(), named in any::<bool>()) {
            let topic = Topic::new("a/b").unwrap();
            let topic = if private { Topic::of_session(SessionId::random(), &topic) } else { topic };
            let org = named.then(|| Uid::new("acme").unwrap());
            let node = NodeId::starting("n").unwrap();
            let shares = [Share { group: "$share/g/a".into(), node }];
            let (at, heard, of, shared) = read(write(&topic, &said, org.as_ref(), &shares)).unwrap();
            prop_assert_eq!(&*shared, &shares);
            prop_assert_eq!((at, of), (topic, org));
            prop_assert_eq!(format!("{heard:?}"), format!("{said:?}"));
        }

        #[test]
        fn what_is_cut_off_is_no_panic(said in any_said(), at in any::<prop::sample::Index>()) {
            let written = write(&Topic::new("a").unwrap(), &said, None, &[]);
            // A part may be a message of its own, or not.
            let _ = read(written.slice(..at.index(written.len() + 1)));
        }
    }
}
