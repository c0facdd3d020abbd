//! Visitors and agents as such, whatever conversations they have.

use deskwire_model::{AgentProfile, Principal, Role, Uid};
use deskwire_store::Visitor;

use crate::{Desk, DeskError};

impl Desk {
    /// The visitor called `uid`.
    ///
    /// # Errors
    /// [`DeskError::UnknownVisitor`], [`DeskError::Store`].
    pub async fn visitor(&self, uid: &Uid) -> Result<Visitor, DeskError> {
        self.store.visitor(uid).await?.ok_or(DeskError::UnknownVisitor)
    }

    /// The agent called `uid`, if there is one.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn agent(&self, uid: &Uid) -> Result<Option<AgentProfile>, DeskError> {
        Ok(self.store.agent(uid).await?)
    }

    /// The organisation of the agent or visitor called `uid`, if there is one.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn organisation_of(&self, uid: &Uid) -> Result<Option<Uid>, DeskError> {
        if let Some(agent) = self.store.agent(uid).await? {
            return Ok(Some(agent.org));
        }
        Ok(self.store.visitor(uid).await?.map(|visitor| visitor.org))
    }

    /// The agent with this user name and its password hash, if there is one.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn agent_login(&self, username: &str) -> Result<Option<(AgentProfile, String)>, DeskError> {
        Ok(self.store.agent_by_username(None, username).await?)
    }

    /// The principal of a visitor.
    #[must_use]
    pub fn visitor_principal(visitor: &Visitor) -> Principal {
        Principal { org: visitor.org.clone(), uid: visitor.uid.clone(), role: Role::Visitor }
    }
}
