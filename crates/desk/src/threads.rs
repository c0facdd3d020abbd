//! "Request thread": which conversation a visitor gets, and who serves it (`spec/bytedesk.md` §7.1, §8).

use std::sync::Arc;

use bytes::Bytes;
use deskwire_broker::{Announce, CommitError};
use deskwire_model::{
    AgentProfile, AgentStatus, Conversation, MessageType, MessageUid, Principal, Profile, Role, Seq, ThreadStatus,
    ThreadType, Timestamp, Uid,
    dialect::{self, DialectError, Rendition},
};
use deskwire_store::{NewConversation, Refusal, Upto, Visitor, Write, Written};
use serde_json::json;

use crate::{
    Desk, DeskError,
    ingress::Speaker,
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

/// The answer: a message whose `thread` is the conversation to use.
#[derive(Clone, Debug)]
pub struct Greeting {
    /// The conversation.
    pub conversation: Arc<Conversation>,
    /// WELCOME, CONTINUE, QUEUE or LEAVE_MSG in the `message-json` dialect.
    pub message: Bytes,
    /// The position of the message, if it is an entry.
    seq: Option<Seq>,
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
        self.greeted(&greeting).await?;
        Ok(greeting)
    }

    /// The visitor has the entry of a greeting with the answer: one who had everything before it does not get it again
    /// on the topic (DESIGN §1, cursor rules).
    async fn greeted(&self, greeting: &Greeting) -> Result<(), DeskError> {
        let (conversation, Some(seq)) = (&greeting.conversation, greeting.seq) else { return Ok(()) };
        let user = conversation.visitor.clone();
        let had = self.cursor(conversation.id, &user, "").await?;
        if had.is_some_and(|had| had.next() == seq) {
            let device = Some(Box::default());
            let write = Write::Read { log: conversation.id, user, device, upto: Upto::Seq(seq) };
            self.log.commit(write, Announce::Nobody).await?;
        }
        Ok(())
    }

    async fn decide(&self, request: ThreadRequest, now: Timestamp) -> Result<Greeting, DeskError> {
        let service = self.service(&request).await?;
        let conversation = self.open(&request, &service).await?;
        if conversation.status == ThreadStatus::Chatting {
            return self.unlogged(&conversation, "CONTINUE", self.config.texts.resume.clone(), now);
        }
        let uids: Vec<Uid> = service.agents.iter().map(|agent| agent.uid.clone()).collect();
        let counts = self.store.chatting_counts(&uids).await?;
        let candidates = service
            .agents
            .iter()
            .zip(counts)
            .map(|(agent, chatting)| Candidate {
                uid: agent.uid.clone(),
                ready: agent.status == AgentStatus::Available && self.sessions.is_online(&agent.uid),
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
        if let Some(agent) = &service.addressed {
            self.tell_agent(agent, &conversation);
        }
        Ok(conversation)
    }

    /// Commits a change of a conversation.
    async fn changed(&self, write: Write) -> Result<Arc<Conversation>, DeskError> {
        match self.log.commit(write, Announce::Nobody).await? {
            Written::Conversation { conversation, .. } => Ok(self.remember(*conversation)),
            Written::Refused(refusal) => Err(refusal.into()),
            _ => Err(DeskError::NotYours),
        }
    }

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
                    self.tell_agent(&agent.uid, &assigned);
                    let profile = service.agents.iter().find(|a| a.uid == agent.uid).map(|a| a.profile.clone());
                    return self.welcome(assigned, &agent.uid, profile.unwrap_or_default(), now).await;
                }
                Err(DeskError::Refused(Refusal::AtCapacity)) => {}
                Err(DeskError::Refused(Refusal::Fenced)) => return self.overtaken(conversation, now).await,
                Err(error) => return Err(error),
            }
        }
        self.wait(conversation, ThreadStatus::Queuing, now).await
    }

    async fn welcome(
        &self,
        conversation: Arc<Conversation>,
        agent: &Uid,
        profile: Profile,
        now: Timestamp,
    ) -> Result<Greeting, DeskError> {
        let content = json!({ "content": self.config.texts.welcome, "faqs": [] }).to_string();
        let principal = Principal { org: conversation.org.clone(), uid: agent.clone(), role: Role::Agent };
        self.logged(conversation, &principal, &profile, "WELCOME", content, now).await
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
        let (kind, content) = self.no_agent_yet(&conversation, now).await?;
        if was == status {
            return self.unlogged(&conversation, kind, content, now);
        }
        let principal = desk_itself(&conversation);
        self.logged(conversation, &principal, &Profile::default(), kind, content, now).await
    }

    /// What a visitor is told while no agent has its conversation.
    async fn no_agent_yet(
        &self,
        conversation: &Conversation,
        now: Timestamp,
    ) -> Result<(&'static str, String), DeskError> {
        if conversation.status != ThreadStatus::Queuing {
            let content = json!({ "content": self.config.texts.leave_message, "status": "LEAVE_MSG_SUBMIT" });
            return Ok(("LEAVE_MSG", content.to_string()));
        }
        let place = self.store.queue_place(&conversation.service, conversation.id).await?;
        let content = json!({
            "content": self.config.texts.queue,
            "position": place.position,
            "queueSize": place.size,
            "serverTimestamp": now.0,
        });
        Ok(("QUEUE", content.to_string()))
    }

    /// Somebody else decided meanwhile, by the same rules: what they decided stands.
    async fn overtaken(&self, conversation: Arc<Conversation>, now: Timestamp) -> Result<Greeting, DeskError> {
        let current = match self.store.conversation_by_topic(&conversation.topic).await? {
            Some(current) => self.remember(current),
            None => conversation,
        };
        let (kind, content) = match current.status {
            ThreadStatus::Queuing | ThreadStatus::Offline => self.no_agent_yet(&current, now).await?,
            _ => ("CONTINUE", self.config.texts.resume.clone()),
        };
        self.unlogged(&current, kind, content, now)
    }

    /// An answer that is also an entry.
    async fn logged(
        &self,
        conversation: Arc<Conversation>,
        principal: &Principal,
        profile: &Profile,
        kind: &str,
        content: String,
        now: Timestamp,
    ) -> Result<Greeting, DeskError> {
        let kind = MessageType::new(kind).map_err(DialectError::from)?;
        let draft = dialect::compose(MessageUid::random(), kind, content);
        let entry = Speaker { principal, profile, conversation: &conversation }.entry(&draft, None)?;
        let payload = entry.payload.clone();
        let announce = Announce::Entry(conversation.topic.clone());
        let (seq, at) = match self.log.commit(Write::Append(entry), announce).await? {
            Written::Appended { seq, at } | Written::Duplicate { seq, at } => (seq, at),
            Written::Refused(refusal) => return Err(refusal.into()),
            _ => (Seq::ZERO, now),
        };
        let rendition = Rendition { payload: &payload, seq: Some(seq), at, recalled: false };
        Ok(Greeting { message: self.renderer.json(rendition)?, seq: Some(seq), conversation })
    }

    fn unlogged(
        &self,
        conversation: &Arc<Conversation>,
        kind: &str,
        content: String,
        now: Timestamp,
    ) -> Result<Greeting, DeskError> {
        let kind = MessageType::new(kind).map_err(DialectError::from)?;
        let draft = dialect::compose(MessageUid::random(), kind, content);
        let principal = desk_itself(conversation);
        let speaker = Speaker { principal: &principal, profile: &Profile::default(), conversation };
        let payload = speaker.stamp(&draft)?;
        let rendition = Rendition { payload: &payload, seq: None, at: now, recalled: false };
        let message = self.renderer.json(rendition)?;
        Ok(Greeting { message, seq: None, conversation: Arc::clone(conversation) })
    }

    /// Tells the agent's connections that it takes part from now on: the implicit subscription of seed 001
    /// (`spec/bytedesk.md` §5).
    fn tell_agent(&self, agent: &Uid, conversation: &Arc<Conversation>) {
        for outbox in self.sessions.of(agent) {
            outbox.joined(Arc::clone(conversation));
        }
    }

    /// The principal behind a participant's uid.
    pub(crate) fn participant(&self, conversation: &Conversation, user: Uid) -> Principal {
        let role = if user == conversation.visitor { Role::Visitor } else { Role::Agent };
        Principal { org: conversation.org.clone(), uid: user, role }
    }
}

/// What nobody in particular says, the agent or workgroup that was asked for says.
fn desk_itself(conversation: &Conversation) -> Principal {
    Principal { org: conversation.org.clone(), uid: conversation.service.clone(), role: Role::Service }
}
