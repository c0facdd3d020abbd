//! Visitors and agents as such, whatever conversations they have.

use deskwire_model::{AgentProfile, Principal, Profile, Role, Uid};
use deskwire_store::{Visitor, Workgroup};

use crate::{Desk, DeskError, seats::taken};

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

    /// The principal of a visitor.
    #[must_use]
    pub fn visitor_principal(visitor: &Visitor) -> Principal {
        Principal { org: visitor.org.clone(), uid: visitor.uid.clone(), role: Role::Visitor }
    }
}

/// Longest name and address of a picture, in bytes.
const MAX_NICKNAME: usize = 128;
const MAX_AVATAR: usize = 2048;
/// Most agents of a workgroup.
const MAX_MEMBERS: usize = 10_000;

/// Colleagues and workgroups.
impl Desk {
    /// The agents of the organisation of `by`, by uid.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for visitors, [`DeskError::Store`].
    pub async fn colleagues(&self, by: &Principal) -> Result<Vec<AgentProfile>, DeskError> {
        if !by.role.is_staff() {
            return Err(DeskError::NotAllowed);
        }
        Ok(self.store.agents_of(&by.org).await?)
    }

    /// Changes how an agent shows itself: itself, or for administrators any of the organisation.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`], [`DeskError::UnknownService`], [`DeskError::Unclear`], [`DeskError::Store`].
    pub async fn change_profile(
        &self,
        by: &Principal,
        uid: &Uid,
        change: impl FnOnce(&mut Profile) + Send,
    ) -> Result<AgentProfile, DeskError> {
        if !by.role.is_staff() || (by.uid != *uid && by.role != Role::Admin) {
            return Err(DeskError::NotAllowed);
        }
        let agent = self.store.agent(uid).await?.filter(|agent| agent.org == by.org);
        let mut agent = agent.ok_or(DeskError::UnknownService)?;
        change(&mut agent.profile);
        if agent.profile.nickname.len() > MAX_NICKNAME || agent.profile.avatar.len() > MAX_AVATAR {
            return Err(DeskError::Unclear("nickname has at most 128 bytes, avatar at most 2048"));
        }
        self.store.set_agent_profile(uid, &agent.profile).await?;
        self.forget_profile(uid);
        Ok(agent)
    }

    /// A workgroup of the organisation of `by`.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for visitors, [`DeskError::UnknownService`], [`DeskError::Store`].
    pub async fn workgroup(&self, by: &Principal, uid: &Uid) -> Result<Workgroup, DeskError> {
        if !by.role.is_staff() {
            return Err(DeskError::NotAllowed);
        }
        let found = self.store.workgroup(uid).await?.filter(|found| found.org == by.org);
        found.ok_or(DeskError::UnknownService)
    }

    /// The workgroups of the organisation of `by`, by uid.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for visitors, [`DeskError::Store`].
    pub async fn workgroups(&self, by: &Principal) -> Result<Vec<Workgroup>, DeskError> {
        if !by.role.is_staff() {
            return Err(DeskError::NotAllowed);
        }
        let mut found = Vec::new();
        for uid in self.store.workgroups_of_organisation(&by.org).await? {
            found.extend(self.store.workgroup(&uid).await?);
        }
        Ok(found)
    }

    /// Changes name and agents of a workgroup of the administrator's organisation; what is none stays.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`], [`DeskError::UnknownService`], [`DeskError::Taken`] for an agent named twice,
    /// [`DeskError::Unclear`], [`DeskError::Store`].
    pub async fn change_workgroup(
        &self,
        by: &Principal,
        uid: &Uid,
        name: Option<String>,
        agents: Option<Vec<Uid>>,
    ) -> Result<Workgroup, DeskError> {
        if by.role != Role::Admin {
            return Err(DeskError::NotAllowed);
        }
        let known = self.workgroup(by, uid).await?;
        let name = name.unwrap_or(known.name);
        let too_many = agents.as_ref().is_some_and(|agents| agents.len() > MAX_MEMBERS);
        if name.len() > MAX_NICKNAME || too_many {
            return Err(DeskError::Unclear("a name has at most 128 bytes, a workgroup at most 10000 agents"));
        }
        taken(self.store.change_workgroup(uid, &name, agents.as_deref()).await)?;
        self.wake(uid);
        self.workgroup(by, uid).await
    }
}
