//! What has to be there before the first message: people who are logged in, and conversations.

use std::rc::Rc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::ScenarioError;
use crate::{
    client::{Endpoint, Nodes},
    http::post,
};

/// Conversations that are being opened at one time.
const AT_ONCE: usize = 8;

/// Somebody at the desk, logged in.
#[derive(Clone, Debug)]
pub(super) struct Account {
    /// Its uid.
    pub(super) uid: String,
    /// Its access token.
    pub(super) token: String,
}

/// Whom visitors ask for.
#[derive(Clone, Debug)]
pub(super) struct Service {
    /// Uid of the organisation.
    pub(super) org: String,
    /// The thread type.
    pub(super) kind: &'static str,
    /// Uid of the agent or workgroup.
    pub(super) uid: String,
}

/// An open conversation.
#[derive(Clone, Debug)]
pub(super) struct Conversation {
    /// Its topic in canonical form.
    pub(super) topic: String,
    /// Uid of the visitor.
    pub(super) visitor: String,
    /// The visitor's access token.
    pub(super) token: String,
    /// The thread as the server describes it.
    pub(super) thread: Value,
}

impl Service {
    /// One agent.
    pub(super) fn agent(org: &str, uid: &str) -> Self {
        Self { org: org.to_owned(), kind: "0", uid: uid.to_owned() }
    }

    /// A workgroup.
    pub(super) fn workgroup(org: &str, uid: &str) -> Self {
        Self { org: org.to_owned(), kind: "1", uid: uid.to_owned() }
    }
}

impl Conversation {
    /// A message of the visitor, in the JSON that clients send.
    pub(super) fn json(&self, kind: &str, uid: &str, content: &str) -> Value {
        json!({
            "uid": uid,
            "type": kind,
            "content": content,
            "status": "SENDING",
            "channel": "WEB",
            "thread": self.thread,
            "user": {"uid": self.visitor, "nickname": "", "avatar": "", "type": "VISITOR"},
            "extra": "",
        })
    }

    /// The uid of the agent who has it, if somebody does.
    pub(super) fn agent(&self) -> Option<String> {
        let agent: Value = serde_json::from_str(self.thread["agent"].as_str()?).ok()?;
        agent["uid"].as_str().map(str::to_owned)
    }

    /// Fails unless somebody has it.
    ///
    /// # Errors
    /// [`ScenarioError::NotServed`].
    pub(super) fn served(self) -> Result<Self, ScenarioError> {
        let status = text(&self.thread["status"], "thread.status")?;
        if status == "CHATTING" { Ok(self) } else { Err(ScenarioError::NotServed(status)) }
    }
}

/// Logs somebody in.
///
/// # Errors
/// [`ScenarioError`].
pub(super) async fn login(endpoint: &Endpoint, name: &str, password: &str) -> Result<Account, ScenarioError> {
    let request = json!({"username": name, "password": password, "platform": "BYTEDESK", "channel": "WEB"});
    let data = post(endpoint, "/auth/v1/login", None, &request).await?;
    Ok(Account { uid: text(&data["user"]["uid"], "user.uid")?, token: text(&data["accessToken"], "accessToken")? })
}

/// Opens the seat of the agent, who stays away until told otherwise.
///
/// # Errors
/// [`ScenarioError`].
pub(super) async fn become_available(endpoint: &Endpoint, account: &Account) -> Result<(), ScenarioError> {
    let request = json!({"uid": account.uid, "status": "AVAILABLE"});
    post(endpoint, "/api/v1/agent/update/status", Some(&account.token), &request).await?;
    Ok(())
}

/// Introduces `count` visitors at all `nodes` in turn, each of whom asks `service` for a conversation and has one with
/// somebody.
///
/// # Errors
/// [`ScenarioError`].
pub(super) async fn conversations(
    nodes: &Nodes,
    service: &Service,
    count: usize,
) -> Result<Vec<Conversation>, ScenarioError> {
    let service = Rc::new(service.clone());
    together(AT_ONCE, count, |number| {
        let (endpoint, service) = (nodes.endpoint(number).clone(), Rc::clone(&service));
        async move { conversation(&endpoint, &service).await?.served() }
    })
    .await
}

/// Does `work` for each number below `count`, `at_once` of them at a time; the results are in no order.
///
/// # Errors
/// The first one of `work`.
pub(super) async fn together<T: 'static, F>(
    at_once: usize,
    count: usize,
    work: impl Fn(usize) -> F,
) -> Result<Vec<T>, ScenarioError>
where
    F: Future<Output = Result<T, ScenarioError>> + 'static,
{
    let (mut doing, mut done) = (JoinSet::new(), Vec::with_capacity(count));
    let mut numbers = 0..count;
    loop {
        while doing.len() < at_once
            && let Some(number) = numbers.next()
        {
            doing.spawn_local(work(number));
        }
        match doing.join_next().await {
            Some(Ok(result)) => done.push(result?),
            // A panic has shown itself; what it should have done is missing.
            Some(Err(_)) => {}
            None => return Ok(done),
        }
    }
}

/// Introduces a visitor, who asks `service` for a conversation; whether somebody has it is another question.
///
/// # Errors
/// [`ScenarioError`].
pub(super) async fn conversation(endpoint: &Endpoint, service: &Service) -> Result<Conversation, ScenarioError> {
    let (visitor, token) = visitor(endpoint, &service.org).await?;
    let thread = request(endpoint, service, &visitor, &token).await?;
    Ok(Conversation { topic: text(&thread["topic"], "thread.topic")?, visitor, token, thread })
}

/// Introduces a visitor: its uid and access token.
///
/// # Errors
/// [`ScenarioError`].
pub(super) async fn visitor(endpoint: &Endpoint, org: &str) -> Result<(String, String), ScenarioError> {
    let data = post(endpoint, "/visitor/api/v1/init", None, &json!({"orgUid": org})).await?;
    Ok((text(&data["uid"], "uid")?, text(&data["accessToken"], "accessToken")?))
}

/// A visitor asks `service` for its conversation: the thread as it is then.
///
/// # Errors
/// [`ScenarioError`].
pub(super) async fn request(
    endpoint: &Endpoint,
    service: &Service,
    visitor: &str,
    token: &str,
) -> Result<Value, ScenarioError> {
    let asked = json!({"uid": visitor, "orgUid": service.org, "type": service.kind, "sid": service.uid});
    let mut data = post(endpoint, "/visitor/api/v1/thread", Some(token), &asked).await?;
    Ok(data["thread"].take())
}

fn text(value: &Value, name: &'static str) -> Result<String, ScenarioError> {
    value.as_str().map(str::to_owned).ok_or(ScenarioError::Missing(name))
}
