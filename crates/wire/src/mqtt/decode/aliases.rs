use std::collections::BTreeMap;
use std::num::NonZeroU16;

use super::DecodeError;
use crate::mqtt::{Text, TopicName};

/// The topics to which the other end has given numbers, for as long as the connection lasts (MQTT 5.0, 3.3.2.3.4): at most
/// [`Limits::max_topic_alias`](super::Limits::max_topic_alias), of 64 KiB each.
#[derive(Debug, Default)]
pub(super) struct Aliases(BTreeMap<NonZeroU16, TopicName>);

impl Aliases {
    /// The topic of a PUBLISH that carries `topic` and `alias`.
    pub(super) fn resolve(
        &mut self,
        topic: Text,
        alias: Option<NonZeroU16>,
        max_alias: u16,
    ) -> Result<TopicName, DecodeError> {
        let Some(alias) = alias else {
            return TopicName::try_from(topic).map_err(DecodeError::TopicName);
        };
        if alias.get() > max_alias {
            return Err(DecodeError::TopicAlias(alias.get()));
        }
        if topic.is_empty() {
            return self.0.get(&alias).cloned().ok_or(DecodeError::UnknownTopicAlias(alias.get()));
        }
        // A copy, because the topic is a slice of its packet and would keep all of it.
        let name = TopicName::new(topic.as_str()).map_err(DecodeError::TopicName)?;
        self.0.insert(alias, name.clone());
        Ok(name)
    }
}
