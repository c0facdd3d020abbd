//! The list of words that are not to be said, for administrators, and what was said of it, for supervisors
//! (`spec/bytedesk.md` §7.3).

use axum::extract::State;
use deskwire_desk::{DeskError, WordChanges, WordRequest};
use deskwire_model::{Principal, Role, Uid};
use deskwire_store::{HitFilter, TabooAction, TabooHit, TabooScope, TabooWord};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::IdempotencyKey;
use crate::{
    connection::timestamp,
    http::{
        AppError, Audited, JsonBody, QueryParams, Routes, Success,
        api::{
            ApiState,
            caller::AgentCaller,
            page::{self, Page, PageRequest},
        },
    },
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Words")
        .post("/api/v1/taboo/create", create, "Lists a word that is not to be said.")
        .only_for(&[Role::Admin])
        .audited(Audited::as_action("word.create").on(&["content", "word"]).telling(&["action", "level", "wholeWord"]))
        .post("/api/v1/taboo/import", import, "Lists many words.")
        .only_for(&[Role::Admin])
        .audited(Audited::as_action("word.import").telling(&["action", "level"]))
        .post("/api/v1/taboo/update", update, "Changes a listed word.")
        .only_for(&[Role::Admin])
        .audited(Audited::as_action("word.change").on(&["uid"]).telling(&["content", "word", "action", "enabled"]))
        .post("/api/v1/taboo/delete", delete, "Takes a word from the list.")
        .only_for(&[Role::Admin])
        .audited(Audited::as_action("word.drop").on(&["uid"]))
        .get("/api/v1/taboo/query/org", words, "Lists the words.")
        .only_for(&[Role::Supervisor, Role::Admin])
        .get("/api/v1/taboo/settings/query", scope, "Says whose messages are looked at.")
        .only_for(&[Role::Supervisor, Role::Admin])
        .post("/api/v1/taboo/settings/update", set_scope, "Sets whose messages are looked at.")
        .only_for(&[Role::Admin])
        .audited(Audited::as_action("word.scope").telling(&["checkAgents", "checkRobots"]))
        .get("/api/v1/taboo/message/query", hits, "Lists what was said of the list.")
        .also("/api/v1/taboo/message/query/org")
        .only_for(&[Role::Supervisor, Role::Admin])
}

/// The action of a word; upstream's documents call the three high, medium and low.
fn action(name: &str) -> Result<TabooAction, AppError> {
    match name.to_ascii_uppercase().as_str() {
        "HIGH" => Ok(TabooAction::Block),
        "MEDIUM" => Ok(TabooAction::Mask),
        "LOW" => Ok(TabooAction::Log),
        name => {
            TabooAction::from_name(name).ok_or_else(|| AppError::Refused("action must be BLOCK, MASK or LOG".into()))
        }
    }
}

/// Asked before anything is said about the request.
fn for_administrators(principal: &Principal) -> Result<(), AppError> {
    if principal.role == Role::Admin { Ok(()) } else { Err(DeskError::NotAllowed.into()) }
}

/// A word that is to be listed.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct NewWord {
    /// One is made if it is missing, of the header `Idempotency-Key` if there is one.
    uid: Option<Uid>,
    /// The word.
    #[serde(alias = "word")]
    content: String,
    /// `BLOCK`, `MASK` or `LOG`.
    #[serde(alias = "level")]
    action: String,
    /// Whether it counts only where no letter or digit goes on before or behind it.
    #[serde(default)]
    whole_word: bool,
    /// The list that it belongs to.
    #[serde(default)]
    category: String,
}

/// A word of the list.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct WordAnswer {
    uid: Uid,
    org_uid: Uid,
    content: String,
    action: &'static str,
    whole_word: bool,
    category: String,
    enabled: bool,
    /// The administrator who entered it.
    created_by: Uid,
    created_at: i64,
    updated_at: i64,
}

impl From<TabooWord> for WordAnswer {
    fn from(word: TabooWord) -> Self {
        Self {
            uid: word.uid,
            org_uid: word.org,
            content: word.content,
            action: word.action.as_str(),
            whole_word: word.whole,
            category: word.category,
            enabled: word.enabled,
            created_by: word.created_by,
            created_at: word.created_at.0,
            updated_at: word.updated_at.0,
        }
    }
}

async fn create(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<NewWord>,
) -> Result<Success<WordAnswer>, AppError> {
    for_administrators(&principal)?;
    let word = WordRequest {
        uid: key.names(&principal, request.uid),
        action: action(&request.action)?,
        content: request.content,
        whole: request.whole_word,
        category: request.category,
    };
    Ok(Success::new(state.gateway.desk.create_taboo_word(&principal, word, timestamp()).await?.into()))
}

/// Words that are to be listed alike.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct NewWords {
    /// The words, at most 1000.
    #[serde(alias = "words")]
    contents: Vec<String>,
    /// `BLOCK`, `MASK` or `LOG`.
    #[serde(alias = "level")]
    action: String,
    /// Whether they count only where no letter or digit goes on before or behind them.
    #[serde(default)]
    whole_word: bool,
    /// The list that they belong to.
    #[serde(default)]
    category: String,
}

/// What became of words that were imported.
#[derive(Serialize, JsonSchema)]
struct ImportAnswer {
    /// They are listed now.
    created: usize,
    /// They were listed before, perhaps in another spelling; nothing changed.
    known: usize,
}

async fn import(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<NewWords>,
) -> Result<Success<ImportAnswer>, AppError> {
    for_administrators(&principal)?;
    let like = WordRequest {
        uid: Uid::random(),
        content: String::new(),
        action: action(&request.action)?,
        whole: request.whole_word,
        category: request.category,
    };
    let desk = &state.gateway.desk;
    let imported = desk.import_taboo_words(&principal, &like, request.contents, timestamp()).await?;
    Ok(Success::new(ImportAnswer { created: imported.created, known: imported.known }))
}

/// What is to be otherwise with a word; what is missing stays.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct WordUpdate {
    uid: Uid,
    #[serde(alias = "word")]
    content: Option<String>,
    #[serde(alias = "level")]
    action: Option<String>,
    whole_word: Option<bool>,
    category: Option<String>,
    /// Whether it counts.
    enabled: Option<bool>,
}

async fn update(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<WordUpdate>,
) -> Result<Success<WordAnswer>, AppError> {
    for_administrators(&principal)?;
    let changes = WordChanges {
        content: request.content,
        action: request.action.as_deref().map(action).transpose()?,
        whole: request.whole_word,
        category: request.category,
        enabled: request.enabled,
    };
    let desk = &state.gateway.desk;
    Ok(Success::new(desk.change_taboo_word(&principal, &request.uid, changes, timestamp()).await?.into()))
}

/// Which word.
#[derive(Deserialize, JsonSchema)]
struct WordName {
    uid: Uid,
}

/// Whether it was there.
async fn delete(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<WordName>,
) -> Result<Success<bool>, AppError> {
    Ok(Success::new(state.gateway.desk.drop_taboo_word(&principal, &request.uid).await?))
}

async fn words(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(page): QueryParams<PageRequest>,
) -> Result<Success<Page<WordAnswer>>, AppError> {
    let (words, total) = state.gateway.desk.taboo_words(&principal, (page.number(), page.size())).await?;
    Ok(Success::new(Page::new(words.into_iter().map(WordAnswer::from).collect(), page, total)))
}

/// Whose messages are looked at besides visitors'.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Scope {
    /// Those of agents, supervisors and administrators.
    check_agents: bool,
    /// Those of robots.
    check_robots: bool,
}

async fn scope(State(state): State<ApiState>, AgentCaller(principal): AgentCaller) -> Result<Success<Scope>, AppError> {
    let scope = state.gateway.desk.taboo_scope(&principal).await?;
    Ok(Success::new(Scope { check_agents: scope.agents, check_robots: scope.robots }))
}

async fn set_scope(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<Scope>,
) -> Result<Success<Scope>, AppError> {
    let scope = TabooScope { agents: request.check_agents, robots: request.check_robots };
    state.gateway.desk.set_taboo_scope(&principal, scope).await?;
    Ok(Success::new(request))
}

/// Which hits to list.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct HitQuery {
    /// Only hits before the one of this number: `next` of an earlier page.
    before: Option<u64>,
    /// Only those with this action.
    action: Option<String>,
    /// Only those of this user.
    #[serde(alias = "visitorUid", alias = "sender")]
    user_uid: Option<Uid>,
    #[serde(default = "page::default_size")]
    page_size: u32,
}

/// A page of hits, the newest first.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct HitPage {
    content: Vec<HitAnswer>,
    empty: bool,
    last: bool,
    /// The `before` of the next page.
    next: Option<u64>,
    number_of_elements: usize,
    size: u32,
}

/// A word that a message said.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct HitAnswer {
    /// Its number.
    id: u64,
    /// The conversation; missing if it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    thread_topic: Option<String>,
    /// Who said it.
    user_uid: Uid,
    /// What its sender called the message.
    message_uid: String,
    /// The word as it was written in the list then.
    word: String,
    /// What became of the message for it.
    action: &'static str,
    /// The part of the message that says it, as it was sent.
    text: String,
    timestamp: i64,
}

impl From<TabooHit> for HitAnswer {
    fn from(hit: TabooHit) -> Self {
        Self {
            id: hit.seq,
            thread_topic: hit.topic.map(|topic| topic.to_string()),
            user_uid: hit.sender,
            message_uid: hit.message.as_str().to_owned(),
            word: hit.word,
            action: hit.action.as_str(),
            text: hit.text,
            timestamp: hit.at.0,
        }
    }
}

async fn hits(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<HitQuery>,
) -> Result<Success<HitPage>, AppError> {
    let filter = HitFilter {
        before: request.before,
        action: request.action.as_deref().map(action).transpose()?,
        sender: request.user_uid,
    };
    let size = page::bounded_size(request.page_size);
    let (hits, has_more) = state.gateway.desk.taboo_hits(&principal, &filter, size as usize).await?;
    let content: Vec<HitAnswer> = hits.into_iter().map(HitAnswer::from).collect();
    Ok(Success::new(HitPage {
        empty: content.is_empty(),
        last: !has_more,
        next: content.last().map(|last| last.id).filter(|_| has_more),
        number_of_elements: content.len(),
        size,
        content,
    }))
}
