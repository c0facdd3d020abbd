//! What the desk tells single people and all of an organisation besides what is said in conversations: live, not logged.

use bytes::Bytes;
use deskwire_broker::{Assurance, Content, Job, Opaque, Publication, tell_user_elsewhere};
use deskwire_model::{
    AgentProfile, Conversation, Draft, MessageType, MessageUid, Profile, Timestamp, Topic, Uid,
    dialect::{self, Rendition},
};
use serde_json::{Value, json};

use crate::{Desk, DeskError, deciding::desk_itself, ingress::Speaker, routing::Mode};

/// Where a session hears what is for its user alone (seed 002).
const NOTIFY: &str = "queue/notify";

impl Desk {
    /// Tells `user` alone something about a conversation: on `user/{uid}`, and in the words of sessions on the
    /// `queue/notify` of each of its sessions.
    pub(crate) async fn tell_user(
        &self,
        user: &Uid,
        conversation: &Conversation,
        words: &Draft,
        now: Timestamp,
    ) -> Result<(), DeskError> {
        let (principal, profile) = (desk_itself(conversation), Profile::default());
        let payload = Speaker { principal: &principal, profile: &profile, conversation }.stamp(words);
        let rendition = Rendition { payload: &payload, seq: None, at: now, recalled: false };
        let sessions = self.sessions.of(user);
        if let (Ok(notify), true) = (Topic::new(NOTIFY), !sessions.is_empty() || self.bus.is_shared()) {
            let reminder = self.renderer.reminder(rendition, conversation.id)?;
            tell_user_elsewhere(&self.bus, user, None, &notify, &confined(reminder.clone()));
            for (session, _) in sessions {
                self.relay(Topic::of_session(session, &notify), reminder.clone()).await?;
            }
        }
        match Topic::new(&format!("user/{user}")) {
            Ok(topic) => self.relay(topic, self.renderer.json(rendition)?).await,
            Err(_) => Ok(()),
        }
    }

    /// Tells all of an organisation how a seat is (seed 002, `/topic/seat/status`).
    pub(crate) async fn tell_seat(&self, agent: &AgentProfile, now: Timestamp) -> Result<(), DeskError> {
        let online = self.presence.is_online(&agent.uid);
        let status = json!({
            "type": "SEAT_STATUS",
            "agentUid": agent.uid.as_str(),
            "nickname": agent.profile.nickname,
            "status": agent.status.as_str(),
            "online": online,
            "available": self.is_ready(agent),
            "timestamp": now.0,
        });
        match Topic::new(&format!("org/{}/seat/status", agent.org)) {
            Ok(topic) => self.relay_json(topic, &status).await,
            Err(_) => Ok(()),
        }
    }

    /// Tells the agents who may take a conversation by hand that it waits: each on its `org/queue/{uid}`, QUEUE_NOTICE
    /// where all are asked, ROUTING_POOL where it lies in a pool. Nothing where routing chooses.
    pub(crate) async fn offer(&self, conversation: &Conversation, now: Timestamp) -> Result<(), DeskError> {
        let settings = self.settings(&conversation.service).await?;
        let kind = match settings.routing {
            Mode::Broadcast => "QUEUE_NOTICE",
            Mode::Manual => "ROUTING_POOL",
            _ => return Ok(()),
        };
        self.tell_candidates(conversation, kind, now).await
    }

    /// Tells the agents of the conversation's service something about it.
    pub(crate) async fn tell_candidates(
        &self,
        conversation: &Conversation,
        kind: &'static str,
        now: Timestamp,
    ) -> Result<(), DeskError> {
        let place = self.store.queue_place(&conversation.service, conversation.id).await?;
        let content = json!({
            "queueMemberUid": conversation.uid.as_str(),
            "threadUid": conversation.uid.as_str(),
            "threadTopic": conversation.topic.as_str(),
            "position": place.position,
            "queueSize": place.size,
            "serverTimestamp": now.0,
            "user": json!({
                "uid": conversation.visitor.as_str(),
                "nickname": conversation.visitor_profile.nickname,
                "avatar": conversation.visitor_profile.avatar,
            }).to_string(),
        });
        let words = dialect::compose(MessageUid::random(), MessageType::of(kind), content.to_string());
        let (principal, profile) = (desk_itself(conversation), Profile::default());
        let payload = Speaker { principal: &principal, profile: &profile, conversation }.stamp(&words);
        let body = self.renderer.json(Rendition { payload: &payload, seq: None, at: now, recalled: false })?;
        for candidate in self.candidates(conversation.kind, &conversation.service).await? {
            if let Some(topic) =
                candidate.ready.then(|| Topic::new(&format!("org/queue/{}", candidate.uid)).ok()).flatten()
            {
                self.relay(topic, body.clone()).await?;
            }
        }
        Ok(())
    }

    async fn relay_json(&self, topic: Topic, value: &Value) -> Result<(), DeskError> {
        self.relay(topic, value.to_string().into()).await
    }

    /// Hands `body` to those alone who listen to exactly `topic`, not to whoever may listen to everything (invariant I9).
    async fn relay(&self, topic: Topic, body: Bytes) -> Result<(), DeskError> {
        let publication = Publication::new(topic, Content::Opaque(confined(body)));
        Ok(self.log.submit(Job::Relay { publication, ticket: None }).await?)
    }
}

fn confined(json: Bytes) -> Opaque {
    let content = Opaque::new(json, Some("application/json".into()), Vec::new());
    // Nothing confined waits in a mailbox, so a session gets it now or not at all.
    content.assured(Assurance::AtMostOnce).confined()
}
