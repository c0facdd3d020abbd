//! MQTT sessions that outlive their connection.

use deskwire_model::{TopicFilter, Uid};
use deskwire_store::{MqttSubscription, StoreError, StoredMqttSession};

use crate::{Desk, DeskError};

/// A persistent MQTT session at the start of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedSession {
    /// Whether the user had it before: it resumes where its cursors stand.
    pub existed: bool,
    /// Its subscriptions, with their maximum QoS.
    pub subscriptions: Vec<(TopicFilter, u8)>,
}

impl Desk {
    /// Begins or resumes a persistent MQTT session. One of another user is dropped: nobody inherits what another user
    /// subscribed to (invariant I9).
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn open_session(&self, client_id: &str, user: &Uid) -> Result<OpenedSession, DeskError> {
        match self.session(client_id).await?.filter(|known| known.user == *user) {
            Some(known) => {
                self.store.resume_mqtt_session(known.id, u32::MAX).await?;
                let stored = known.subscriptions.into_iter();
                let subscriptions = stored
                    .filter_map(|stored| Some((TopicFilter::new(&stored.filter).ok()?, stored.options)))
                    .collect();
                Ok(OpenedSession { existed: true, subscriptions })
            }
            None => {
                self.store.create_mqtt_session(client_id, user, u32::MAX).await?;
                Ok(OpenedSession { existed: false, subscriptions: Vec::new() })
            }
        }
    }

    /// Forgets a persistent MQTT session, if there is one.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn drop_session(&self, client_id: &str) -> Result<(), DeskError> {
        if let Some(known) = self.session(client_id).await? {
            self.store.drop_mqtt_session(known.id).await?;
        }
        Ok(())
    }

    /// Keeps a subscription of a persistent MQTT session.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn save_subscription(&self, client_id: &str, filter: &TopicFilter, qos: u8) -> Result<(), DeskError> {
        let known = self.session(client_id).await?.ok_or(StoreError::Missing)?;
        let subscription = MqttSubscription { filter: filter.as_str().into(), options: qos, subscription_id: None };
        Ok(self.store.save_mqtt_subscription(known.id, &subscription).await?)
    }

    /// Forgets a subscription of a persistent MQTT session.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn drop_subscription(&self, client_id: &str, filter: &TopicFilter) -> Result<(), DeskError> {
        if let Some(known) = self.session(client_id).await? {
            self.store.drop_mqtt_subscription(known.id, filter.as_str()).await?;
        }
        Ok(())
    }

    async fn session(&self, client_id: &str) -> Result<Option<StoredMqttSession>, StoreError> {
        let sessions = self.store.mqtt_sessions().await?;
        Ok(sessions.into_iter().find(|session| *session.client_id == *client_id))
    }
}
