//! Agents who are there without a connection, as their network lets none through.

use std::time::Duration;

use deskwire_desk::{DeskError, PollingDevice};
use deskwire_model::{Principal, Uid};
use tokio::time::Instant;

use super::{AuthError, Gateway, SignedIn};
use crate::connection::timestamp;

impl Gateway {
    /// The device called `name` of an agent is there, and keeps its agent online for as long as is returned.
    ///
    /// # Errors
    /// [`AuthError::Revoked`] when its token has ended meanwhile, [`AuthError::Desk`].
    pub async fn keep_online(
        &self,
        agent: &Principal,
        signed_in: &SignedIn,
        name: Box<str>,
    ) -> Result<Duration, AuthError> {
        let device = PollingDevice { name, token: signed_in.token.clone() };
        let lease = self.desk.keep_online(agent, device.clone(), Instant::now(), timestamp()).await;
        let lease = lease.map_err(AuthError::Desk)?;
        // Who has signed out since the token was looked at did not find the device.
        if self.tokens.ended().covers(&agent.uid, &device.token) {
            self.leave_online(&agent.uid, &device.name).await.map_err(AuthError::Desk)?;
            return Err(AuthError::Revoked);
        }
        Ok(lease)
    }

    /// The device called `name` of an agent keeps it online no more.
    ///
    /// # Errors
    /// [`DeskError::Store`], [`DeskError::Commit`].
    pub async fn leave_online(&self, agent: &Uid, name: &str) -> Result<(), DeskError> {
        self.desk.end_polling(agent, |device| &*device.name == name, timestamp()).await
    }
}
