//! MQTT sessions that outlive their connection.

use deskwire_model::{TopicFilter, Uid};
use deskwire_store::OpenedSession;

use crate::{Desk, DeskError};

impl Desk {
    /// Begins or resumes a persistent MQTT session.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn open_session(&self, client_id: &str, user: &Uid) -> Result<OpenedSession, DeskError> {
        Ok(self.store.open_mqtt_session(client_id, user).await?)
    }

    /// Forgets a persistent MQTT session, if there is one.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn drop_session(&self, client_id: &str) -> Result<(), DeskError> {
        Ok(self.store.drop_mqtt_session(client_id).await?)
    }

    /// Keeps a subscription of a persistent MQTT session.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn save_subscription(&self, client_id: &str, filter: &TopicFilter, qos: u8) -> Result<(), DeskError> {
        Ok(self.store.save_mqtt_subscription(client_id, filter, qos).await?)
    }

    /// Forgets a subscription of a persistent MQTT session.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn drop_subscription(&self, client_id: &str, filter: &TopicFilter) -> Result<(), DeskError> {
        Ok(self.store.drop_mqtt_subscription(client_id, filter).await?)
    }
}
