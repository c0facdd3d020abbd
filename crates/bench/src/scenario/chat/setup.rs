//! What has to be there before the first message.

use std::rc::Rc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{cli::ChatArgs, client::Endpoint, http::post, scenario::ScenarioError};

/// Conversations that are being opened at one time.
const AT_ONCE: usize = 8;
/// The thread type of a conversation with a given agent.
const WITH_AGENT: &str = "0";

/// The agent, logged in.
#[derive(Debug)]
pub(super) struct Account {
    /// Its uid.
    pub(super) uid: String,
    /// Its access token.
    pub(super) token: String,
}

/// An open conversation.
#[derive(Clone, Debug)]
pub(super) struct Conversation {
    /// Its topic in canonical form.
    pub(super) topic: String,
    /// Uid of the visitor.
    pub(super) visitor: String,
    /// The thread as the server describes it.
    pub(super) thread: Value,
}

/// Logs the agent in.
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

/// Introduces a visitor for each conversation and opens it.
///
/// # Errors
/// [`ScenarioError`].
pub(super) async fn conversations(endpoint: &Endpoint, args: &ChatArgs) -> Result<Vec<Conversation>, ScenarioError> {
    let wanted = args.conversations as usize;
    let (endpoint, args) = (Rc::new(endpoint.clone()), Rc::new(args.clone()));
    let mut opening = JoinSet::new();
    let mut open = Vec::new();
    for started in 0..wanted {
        if started >= AT_ONCE {
            open.extend(next(&mut opening).await?);
        }
        let (endpoint, args) = (Rc::clone(&endpoint), Rc::clone(&args));
        opening.spawn_local(async move { conversation(&endpoint, &args).await });
    }
    while !opening.is_empty() {
        open.extend(next(&mut opening).await?);
    }
    Ok(open)
}

/// The next of `opening`; `None` after a panic, which has shown itself.
async fn next(
    opening: &mut JoinSet<Result<Conversation, ScenarioError>>,
) -> Result<Option<Conversation>, ScenarioError> {
    match opening.join_next().await {
        Some(Ok(conversation)) => conversation.map(Some),
        Some(Err(_)) | None => Ok(None),
    }
}

async fn conversation(endpoint: &Endpoint, args: &ChatArgs) -> Result<Conversation, ScenarioError> {
    let data = post(endpoint, "/visitor/api/v1/init", None, &json!({"orgUid": args.org_uid})).await?;
    let visitor = text(&data["uid"], "uid")?;
    let token = text(&data["accessToken"], "accessToken")?;
    let request = json!({"uid": visitor, "orgUid": args.org_uid, "type": WITH_AGENT, "sid": args.agent_uid});
    let mut data = post(endpoint, "/visitor/api/v1/thread", Some(&token), &request).await?;
    let thread = data["thread"].take();
    let status = text(&thread["status"], "thread.status")?;
    if status != "CHATTING" {
        return Err(ScenarioError::NotServed(status));
    }
    Ok(Conversation { topic: text(&thread["topic"], "thread.topic")?, visitor, thread })
}

fn text(value: &Value, name: &'static str) -> Result<String, ScenarioError> {
    value.as_str().map(str::to_owned).ok_or(ScenarioError::Missing(name))
}
