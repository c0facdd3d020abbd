//! Agents at their seats: who is there, who takes a conversation by hand, and what supervisors do.

use deskwire_model::{
    AgentProfile, AgentStatus, Attendant, Conversation, LogId, Part, Principal, Role, ThreadStatus, Timestamp, Uid,
};
use deskwire_store::{Refusal, StoreError};

use crate::{
    Desk, DeskError,
    deciding::{ATTEMPTS, Decided, Plan},
    greeting::{Welcome, words},
};

impl Desk {
    /// Whether routing may give something to `agent`: it is online and AVAILABLE.
    pub(crate) fn is_ready(&self, agent: &AgentProfile) -> bool {
        agent.status == AgentStatus::Available && self.presence.is_online(&agent.uid)
    }

    /// Sets the availability of an agent, tells the organisation, and gives the agent what waits for it.
    ///
    /// # Errors
    /// [`DeskError::Store`], [`DeskError::Commit`].
    pub async fn set_agent_status(&self, uid: &Uid, status: AgentStatus, now: Timestamp) -> Result<(), DeskError> {
        self.store.set_agent_status(uid, status).await?;
        self.seat_changed(uid, now).await
    }

    /// A connection of a user has come or gone: if it is an agent's, its seat may be taken or empty now.
    ///
    /// # Errors
    /// [`DeskError::Store`], [`DeskError::Commit`].
    pub async fn presence_changed(&self, user: &Principal, now: Timestamp) -> Result<(), DeskError> {
        if user.role.is_staff() { self.seat_changed(&user.uid, now).await } else { Ok(()) }
    }

    pub(crate) async fn seat_changed(&self, uid: &Uid, now: Timestamp) -> Result<(), DeskError> {
        if let Some(agent) = self.store.agent(uid).await? {
            self.tell_presence(uid);
            self.wakes.agent(uid);
            self.tell_seat(&agent, now).await?;
        }
        Ok(())
    }

    /// Takes a conversation that nobody has by hand: from a queue or a pool, or one that was left a message in.
    ///
    /// # Errors
    /// [`DeskError::NotYours`] when it is not of a service of the agent's, [`DeskError::NotNow`] when somebody has it,
    /// [`DeskError::Refused`] at capacity; [`DeskError::Commit`], [`DeskError::Store`].
    pub async fn accept(&self, by: &Principal, log: LogId, now: Timestamp) -> Result<Decided, DeskError> {
        let agent = self.agent(&by.uid).await?.filter(|_| by.role.is_staff()).ok_or(DeskError::NotAllowed)?;
        let mut attempts = 0;
        loop {
            let snapshot = self.snapshot(log).await?;
            let conversation = &snapshot.conversation;
            if !self.is_of_its_service(by, conversation).await? {
                return Err(DeskError::NotYours);
            }
            if conversation.status == ThreadStatus::Chatting && conversation.agent.as_ref() == Some(&by.uid) {
                // A second click.
                return Ok(Decided { conversation: conversation.clone(), said: Vec::new() });
            }
            if conversation.status == ThreadStatus::Closed {
                return Err(DeskError::NotNow(conversation.status));
            }
            let was_waiting = conversation.status == ThreadStatus::Queuing;
            let welcome = Welcome::Accepted { agent: &by.uid, capacity: agent.capacity };
            let plan = self.welcoming(conversation, welcome, None).await?;
            attempts += 1;
            match self.carry_out(conversation, plan).await {
                Err(DeskError::Refused(Refusal::Fenced)) if attempts < ATTEMPTS => {}
                Ok(decided) => {
                    if was_waiting {
                        self.tell_candidates(&decided.conversation, "QUEUE_ACCEPT", now).await?;
                    }
                    return Ok(decided);
                }
                refused => return refused,
            }
        }
    }

    /// Whether `by` is one of those who serve for the conversation's service.
    async fn is_of_its_service(&self, by: &Principal, conversation: &Conversation) -> Result<bool, DeskError> {
        if by.org != conversation.org || conversation.notes_of.is_some() {
            return Ok(false);
        }
        let named = conversation.service == by.uid || by.role.supervises();
        Ok(named || self.store.workgroups_of(&by.uid).await?.contains(&conversation.service))
    }

    /// A supervisor takes a conversation, whoever has it.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for others, [`DeskError::NotNow`] when it is closed; [`DeskError::Commit`],
    /// [`DeskError::Store`].
    pub async fn take_over(&self, by: &Principal, log: LogId) -> Result<Decided, DeskError> {
        let mut attempts = 0;
        loop {
            let snapshot = self.snapshot(log).await?;
            let conversation = &snapshot.conversation;
            supervises(by, conversation)?;
            if conversation.status == ThreadStatus::Chatting && conversation.agent.as_ref() == Some(&by.uid) {
                return Ok(Decided { conversation: conversation.clone(), said: Vec::new() });
            }
            let plan = self.welcoming(conversation, Welcome::TakenOver(&by.uid), None).await?;
            attempts += 1;
            match self.carry_out(conversation, plan).await {
                Err(DeskError::Refused(Refusal::Fenced)) if attempts < ATTEMPTS => {}
                decided => return decided,
            }
        }
    }

    /// A supervisor follows a conversation on all its connections until it is closed, or does so no more.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for others, [`DeskError::NotNow`] when it is closed; [`DeskError::Commit`],
    /// [`DeskError::Store`].
    pub async fn watch(&self, by: &Principal, log: LogId, watches: bool) -> Result<Decided, DeskError> {
        self.change(log, |snapshot| {
            supervises(by, &snapshot.conversation)?;
            let Conversation { status, .. } = *snapshot.conversation;
            let part = snapshot.conversation.part_of(&by.uid);
            Ok(match (watches, part) {
                (true, _) if status == ThreadStatus::Closed => return Err(DeskError::NotNow(status)),
                (true, None) => {
                    Plan { joins: vec![Attendant { user: by.uid.clone(), part: Part::Watcher }], ..Plan::default() }
                }
                (false, Some(Part::Watcher)) => Plan { leaves: vec![by.uid.clone()], ..Plan::default() },
                _ => Plan::default(),
            })
        })
        .await
    }

    /// The conversations of the organisation in `status`, or all that are not closed, the newest first; bounded by the
    /// configuration.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for others than supervisors, [`DeskError::Store`].
    pub async fn all_conversations(
        &self,
        by: &Principal,
        status: Option<ThreadStatus>,
    ) -> Result<Vec<std::sync::Arc<Conversation>>, DeskError> {
        if !by.role.supervises() {
            return Err(DeskError::NotAllowed);
        }
        let limit = self.config.open_per_agent;
        let found = self.store.conversations_of_organisation(&by.org, status, limit).await?;
        Ok(found.into_iter().map(|conversation| self.remember(conversation)).collect())
    }

    /// The conversations that wait for the services of an agent, those that wait longest first.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for others than agents, [`DeskError::Store`].
    pub async fn waiting_for(&self, by: &Principal) -> Result<Vec<std::sync::Arc<Conversation>>, DeskError> {
        if !by.role.is_staff() {
            return Err(DeskError::NotAllowed);
        }
        let mut services = self.store.workgroups_of(&by.uid).await?;
        services.push(by.uid.clone());
        let waiting = self.store.waiting(&services, self.config.open_per_agent).await?;
        Ok(waiting.into_iter().map(|conversation| self.remember(conversation)).collect())
    }

    /// Creates an agent of the administrator's organisation, who logs in with the password of this hash.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for others, [`DeskError::Taken`] when the uid or the user name is known,
    /// [`DeskError::Store`].
    pub async fn create_agent(
        &self,
        by: &Principal,
        agent: &AgentProfile,
        password_hash: &str,
    ) -> Result<(), DeskError> {
        if by.role != Role::Admin || by.org != agent.org {
            return Err(DeskError::NotAllowed);
        }
        taken(self.store.create_agent(agent, password_hash).await)
    }

    /// Creates a workgroup of the administrator's organisation.
    ///
    /// # Errors
    /// As [`Self::create_agent`]; [`DeskError::UnknownService`] when one of `agents` is not of the organisation.
    pub async fn create_workgroup(
        &self,
        by: &Principal,
        uid: &Uid,
        name: &str,
        agents: &[Uid],
    ) -> Result<(), DeskError> {
        if by.role != Role::Admin {
            return Err(DeskError::NotAllowed);
        }
        taken(self.store.create_workgroup(uid, &by.org, name, agents).await)
    }

    /// Sets role and capacity of an agent.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for others than administrators, [`DeskError::UnknownService`], [`DeskError::Store`].
    pub async fn set_duty(&self, by: &Principal, agent: &Uid, role: Role, capacity: u32) -> Result<(), DeskError> {
        if !role.is_staff() {
            return Err(DeskError::Unclear("role must be AGENT, SUPERVISOR or ADMIN"));
        }
        self.administers(by, agent).await?;
        match self.store.set_agent_duty(agent, role, capacity).await {
            Err(StoreError::Missing) => Err(DeskError::UnknownService),
            done => {
                self.wakes.agent(agent);
                Ok(done?)
            }
        }
    }

    /// Sets the share of an agent in a workgroup.
    ///
    /// # Errors
    /// As [`Self::set_duty`].
    pub async fn set_weight(&self, by: &Principal, workgroup: &Uid, agent: &Uid, weight: u32) -> Result<(), DeskError> {
        self.administers(by, workgroup).await?;
        match self.store.set_weight(workgroup, agent, weight).await {
            Err(StoreError::Missing) => Err(DeskError::UnknownService),
            done => Ok(done?),
        }
    }

    /// Whether `by` may change the agent or workgroup `uid`.
    pub(crate) async fn administers(&self, by: &Principal, uid: &Uid) -> Result<(), DeskError> {
        if by.role != Role::Admin {
            return Err(DeskError::NotAllowed);
        }
        self.target(by, uid).await.map(drop)
    }

    /// Tells whoever wrote an answer that somebody had said something it did not know of (`seen` is what it knew).
    pub(crate) async fn warn_of_collision(
        &self,
        writer: &Principal,
        conversation: &Conversation,
        now: Timestamp,
    ) -> Result<(), DeskError> {
        let notice = words("NOTICE", "somebody has said something that you had not seen when you answered");
        self.tell_user(&writer.uid, conversation, &notice, now).await
    }
}

pub(crate) fn taken(created: Result<(), StoreError>) -> Result<(), DeskError> {
    match created {
        Err(StoreError::Exists) => Err(DeskError::Taken),
        Err(StoreError::Missing) => Err(DeskError::UnknownService),
        created => Ok(created?),
    }
}

fn supervises(by: &Principal, conversation: &Conversation) -> Result<(), DeskError> {
    if by.org != conversation.org || conversation.notes_of.is_some() {
        return Err(DeskError::NotYours);
    }
    if by.role.supervises() { Ok(()) } else { Err(DeskError::NotAllowed) }
}
