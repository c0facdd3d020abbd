//! The names of topics that clients write, on their way in. Here alone they are bounded by `limits.topic_levels`: what is
//! stored already stays readable when the bound is lowered.

use deskwire_model::{Destination, InvalidTopic, Topic, TopicFilter};

use super::Gateway;

impl Gateway {
    /// The topic that a client calls `text`, in MQTT form.
    ///
    /// # Errors
    /// [`InvalidTopic`] names the rule that is broken.
    pub fn topic(&self, text: &str) -> Result<Topic, InvalidTopic> {
        let topic = Topic::new(text)?;
        self.check_levels(topic.levels())?;
        Ok(topic)
    }

    /// The filter that a client means by `text`, in MQTT form.
    ///
    /// # Errors
    /// [`InvalidTopic`] names the rule that is broken.
    pub fn filter(&self, text: &str) -> Result<TopicFilter, InvalidTopic> {
        let filter = TopicFilter::new(text)?;
        self.check_levels(filter.levels())?;
        Ok(filter)
    }

    /// What a STOMP client means by `text`.
    ///
    /// # Errors
    /// [`InvalidTopic`] names the rule that is broken.
    pub fn destination(&self, text: &str) -> Result<Destination, InvalidTopic> {
        let destination = Destination::parse(text)?;
        self.check_levels(destination.levels())?;
        Ok(destination)
    }

    fn check_levels(&self, levels: usize) -> Result<(), InvalidTopic> {
        if levels > self.config.limits.topic_levels { Err(InvalidTopic::TooDeep) } else { Ok(()) }
    }
}
