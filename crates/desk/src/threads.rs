//! "Request thread": which conversation a visitor gets, and who serves it (`spec/bytedesk.md` §7.1, §8).

use std::sync::Arc;

use deskwire_broker::{Announce, CommitError};
use deskwire_model::{AgentProfile, AgentStatus, Conversation, Profile, ThreadStatus, ThreadType, Timestamp, Uid};
use deskwire_store::{NewConversation, Refusal, Visitor, Write, Written};

use crate::{
    Desk, DeskError,
    greeting::{Greeting, desk_itself},
    routing::{Candidate, Route, route},
};

/// A visitor asks to be served.
#[derive(Clone, Debug)]
pub struct ThreadRequest {
    /// Who asks.
    pub visitor: Visitor,
    /// Whether an agent or a workgroup is asked for.
    pub kind: ThreadType,
    /// The uid of the agent or workgroup.
    pub service: Uid,
    /// The channel the visitor came by.
    pub channel: String,
}

/// Who could serve a request.
struct Service {
    agents: Vec<AgentProfile>,
    /// Takes part from the start: the agent who is addressed by name.
    addressed: Option<Uid>,
}

impl Desk {
    /// Opens the conversation between a visitor and an agent or workgroup, or goes on with it, and gives it to an
    /// agent if one is connected, AVAILABLE and under capacity (invariant I10).
    ///
    /// # Errors
    /// [`DeskError::UnknownService`] when nobody has the uid that is asked for; [`DeskError::Commit`],
    /// [`DeskError::Store`].
    pub async fn request_thread(&self, request: ThreadRequest, now: Timestamp) -> Result<Greeting, DeskError> {
        let permit = Arc::clone(&self.decisions).acquire_owned().await.map_err(|_| CommitError::Stopping)?;
        // A decision that has begun is carried through, also when whoever asked goes away meanwhile: what is committed
        // must be remembered and told.
        let desk = self.clone();
        let decision = tokio::spawn(async move {
            let _permit = permit;
            desk.decide(request, now).await
        });
        let greeting = decision.await.map_err(|_| CommitError::Stopping)??;
        self.mark_greeted(&greeting).await?;
        Ok(greeting)
    }

    /// Finds or creates the conversation and, unless an agent has it already, looks for one.
    async fn decide(&self, request: ThreadRequest, now: Timestamp) -> Result<Greeting, DeskError> {
        let service = self.service(&request).await?;
        let conversation = self.open(&request, &service).await?;
        if conversation.status == ThreadStatus::Chatting {
            return self.tell(conversation, &self.resume(), now);
        }
        let uids: Vec<Uid> = service.agents.iter().map(|agent| agent.uid.clone()).collect();
        let counts = self.store.chatting_counts(&uids).await?;
        let candidates = service
            .agents
            .iter()
            .zip(counts)
            .map(|(agent, chatting)| Candidate {
                uid: agent.uid.clone(),
                ready: agent.status == AgentStatus::Available && self.presence.is_online(&agent.uid),
                chatting,
                capacity: agent.capacity,
            })
            .collect();
        match route(candidates) {
            Route::Assign(agents) => self.assign(conversation, &agents, &service, now).await,
            Route::Queue => self.wait(conversation, ThreadStatus::Queuing, now).await,
            Route::LeaveMessage => self.wait(conversation, ThreadStatus::Offline, now).await,
        }
    }

    /// Who serves what is asked for, within the visitor's organisation.
    async fn service(&self, request: &ThreadRequest) -> Result<Service, DeskError> {
        let org = &request.visitor.org;
        match request.kind {
            ThreadType::Agent => {
                let agent = self.agent(&request.service).await?.filter(|agent| agent.org == *org);
                let agent = agent.ok_or(DeskError::UnknownService)?;
                Ok(Service { addressed: Some(agent.uid.clone()), agents: vec![agent] })
            }
            ThreadType::Workgroup => {
                let workgroup = self.store.workgroup(&request.service).await?.filter(|group| group.org == *org);
                let workgroup = workgroup.ok_or(DeskError::UnknownService)?;
                Ok(Service { agents: workgroup.agents, addressed: None })
            }
        }
    }

    /// The conversation of the request, created if there is none.
    async fn open(&self, request: &ThreadRequest, service: &Service) -> Result<Arc<Conversation>, DeskError> {
        let topic = request.kind.topic(&request.service, &request.visitor.uid);
        if let Some(conversation) = self.conversation(topic.as_str()).await? {
            return Ok(conversation);
        }
        let mut participants = vec![request.visitor.uid.clone()];
        participants.extend(service.addressed.clone());
        let write = Write::CreateConversation(NewConversation {
            uid: Uid::random(),
            org: request.visitor.org.clone(),
            topic,
            kind: request.kind,
            service: request.service.clone(),
            visitor: request.visitor.uid.clone(),
            visitor_profile: request.visitor.profile.clone(),
            channel: request.channel.clone(),
            participants,
        });
        let conversation = self.changed(write).await?;
        self.tell_joined(&request.visitor.uid, &conversation);
        if let Some(agent) = &service.addressed {
            self.tell_joined(agent, &conversation);
        }
        Ok(conversation)
    }

    /// Commits a change of a conversation and remembers what it is now.
    async fn changed(&self, write: Write) -> Result<Arc<Conversation>, DeskError> {
        match self.log.commit(write, Announce::Nobody).await? {
            Written::Conversation { conversation, .. } => Ok(self.remember(*conversation)),
            Written::Refused(refusal) => Err(refusal.into()),
            // Such a write has no other answer.
            _ => Err(CommitError::Store.into()),
        }
    }

    /// Gives the conversation to the first of `agents` who still has capacity.
    async fn assign(
        &self,
        conversation: Arc<Conversation>,
        agents: &[Candidate],
        service: &Service,
        now: Timestamp,
    ) -> Result<Greeting, DeskError> {
        for agent in agents {
            let write = Write::Assign {
                log: conversation.id,
                fence: conversation.fence,
                agent: agent.uid.clone(),
                capacity: agent.capacity,
            };
            match self.changed(write).await {
                Ok(assigned) => {
                    tracing::info!(
                        conversation = %assigned.id,
                        agent = %agent.uid,
                        chatting = agent.chatting,
                        "assigned: fewest open conversations"
                    );
                    self.tell_joined(&agent.uid, &assigned);
                    let profile = service.agents.iter().find(|a| a.uid == agent.uid).map(|a| a.profile.clone());
                    return self.welcome(assigned, &agent.uid, &profile.unwrap_or_default()).await;
                }
                Err(DeskError::Refused(Refusal::AtCapacity)) => {}
                Err(DeskError::Refused(Refusal::Fenced)) => return self.overtaken(conversation, now).await,
                Err(error) => return Err(error),
            }
        }
        self.wait(conversation, ThreadStatus::Queuing, now).await
    }

    /// Nobody takes it now: says so, once in the log and then for whoever asks again.
    async fn wait(
        &self,
        conversation: Arc<Conversation>,
        status: ThreadStatus,
        now: Timestamp,
    ) -> Result<Greeting, DeskError> {
        let was = conversation.status;
        let conversation = if was == status {
            conversation
        } else {
            match self.changed(Write::SetStatus { log: conversation.id, fence: conversation.fence, status }).await {
                Err(DeskError::Refused(Refusal::Fenced)) => return self.overtaken(conversation, now).await,
                changed => changed?,
            }
        };
        let words = self.no_agent_yet(&conversation, now).await?;
        if was == status {
            return self.tell(conversation, &words, now);
        }
        let principal = desk_itself(&conversation);
        self.log_and_tell(conversation, &principal, &Profile::default(), &words).await
    }

    /// Somebody else decided meanwhile, by the same rules: what they decided stands.
    async fn overtaken(&self, conversation: Arc<Conversation>, now: Timestamp) -> Result<Greeting, DeskError> {
        let current = match self.store.conversation_by_topic(&conversation.topic).await? {
            Some(current) => self.remember(current),
            None => conversation,
        };
        let words = match current.status {
            ThreadStatus::Queuing | ThreadStatus::Offline => self.no_agent_yet(&current, now).await?,
            _ => self.resume(),
        };
        self.tell(current, &words, now)
    }

    /// Tells the connections of `user` that it takes part from now on: some follow all its conversations.
    fn tell_joined(&self, user: &Uid, conversation: &Arc<Conversation>) {
        for (_, outbox) in self.sessions.of(user) {
            outbox.joined(Arc::clone(conversation));
        }
    }
}
