//! Organisations, agents, workgroups, visitors.

use deskwire_model::{AgentProfile, AgentStatus, Profile, Role, Uid};

use super::Store;
use crate::{StoreError, Visitor, Workgroup};

/// Organisations, agents, workgroups, visitors.
impl Store {
    /// Whether there is an organisation called `uid`.
    pub async fn organisation_exists(&self, uid: &Uid) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite(db) => db.organisation_exists(uid).await,
        }
    }

    /// Creates an organisation.
    ///
    /// # Errors
    /// [`StoreError::Exists`].
    pub async fn create_organisation(&self, uid: &Uid, name: &str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.create_organisation(uid, name).await,
        }
    }

    /// The agent called `uid`.
    pub async fn agent(&self, uid: &Uid) -> Result<Option<AgentProfile>, StoreError> {
        match self {
            Self::Sqlite(db) => db.agent(uid).await,
        }
    }

    /// The agent who logs in as `username`, with its password hash, unless it may not sign in. Without an organisation, a
    /// name that several organisations know names nobody.
    pub async fn agent_by_username(
        &self,
        org: Option<&Uid>,
        username: &str,
    ) -> Result<Option<(AgentProfile, String)>, StoreError> {
        match self {
            Self::Sqlite(db) => db.agent_by_username(org, username).await,
        }
    }

    /// Creates an agent.
    ///
    /// # Errors
    /// [`StoreError::Exists`] for a uid that is known or a username that its organisation knows,
    /// [`StoreError::Missing`] for an unknown organisation.
    pub async fn create_agent(&self, agent: &AgentProfile, password_hash: &str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.create_agent(agent, password_hash).await,
        }
    }

    /// Sets an agent's availability.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn set_agent_status(&self, uid: &Uid, status: AgentStatus) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.set_agent_status(uid, status).await,
        }
    }

    /// Sets an agent's role and how many conversations it takes at a time.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn set_agent_duty(&self, uid: &Uid, role: Role, capacity: u32) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.set_agent_duty(uid, role, capacity).await,
        }
    }

    /// Sets the share of an agent in a workgroup.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when it is not of the workgroup.
    pub async fn set_weight(&self, workgroup: &Uid, agent: &Uid, weight: u32) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.set_weight(workgroup, agent, weight).await,
        }
    }

    /// The workgroups that an agent is of.
    pub async fn workgroups_of(&self, agent: &Uid) -> Result<Vec<Uid>, StoreError> {
        match self {
            Self::Sqlite(db) => db.workgroups_of(agent).await,
        }
    }

    /// The agents of an organisation, by uid.
    pub async fn agents_of(&self, org: &Uid) -> Result<Vec<AgentProfile>, StoreError> {
        match self {
            Self::Sqlite(db) => db.agents_of(org).await,
        }
    }

    /// The workgroup called `uid`, with its agents.
    pub async fn workgroup(&self, uid: &Uid) -> Result<Option<Workgroup>, StoreError> {
        match self {
            Self::Sqlite(db) => db.workgroup(uid).await,
        }
    }

    /// Creates a workgroup of `agents`, in their order.
    ///
    /// # Errors
    /// [`StoreError::Exists`] for a uid that is known or an agent named twice, [`StoreError::Missing`] for an unknown
    /// organisation or an agent that is not of it.
    pub async fn create_workgroup(&self, uid: &Uid, org: &Uid, name: &str, agents: &[Uid]) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.create_workgroup(uid, org, name, agents).await,
        }
    }

    /// Sets how an agent shows itself.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn set_agent_profile(&self, uid: &Uid, profile: &Profile) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.set_agent_profile(uid, profile).await,
        }
    }

    /// The workgroups of an organisation, by uid.
    pub async fn workgroups_of_organisation(&self, org: &Uid) -> Result<Vec<Uid>, StoreError> {
        match self {
            Self::Sqlite(db) => db.workgroups_of_organisation(org).await,
        }
    }

    /// Sets the name of a workgroup and, if there are some, all of its agents in their order; who stays keeps its share.
    ///
    /// # Errors
    /// [`StoreError::Exists`] for an agent named twice, [`StoreError::Missing`] for an unknown workgroup or an agent that is
    /// not of its organisation.
    pub async fn change_workgroup(&self, uid: &Uid, name: &str, agents: Option<&[Uid]>) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.change_workgroup(uid, name, agents).await,
        }
    }

    /// The visitor called `uid`.
    pub async fn visitor(&self, uid: &Uid) -> Result<Option<Visitor>, StoreError> {
        match self {
            Self::Sqlite(db) => db.visitor(uid).await,
        }
    }
}
