//! Questions with their answers: `faq/…`.

use axum::extract::State;
use deskwire_model::{MessageType, Uid};
use deskwire_store::{FaqEntry, FaqFilter, NewFaq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::message_type;
use crate::{
    connection::timestamp,
    http::{
        AppError, JsonBody, QueryParams, Routes, Success,
        api::{
            ApiState,
            caller::AgentCaller,
            page::{self, Page, PageRequest},
        },
    },
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Questions")
        .get("/api/v1/faq/query", query, "Lists the questions of a workgroup or an agent.")
        .also("/api/v1/faq/query/org")
        .post("/api/v1/faq/create", create, "Makes a question with its answer.")
        .post("/api/v1/faq/update", update, "Changes a question.")
        .post("/api/v1/faq/delete", delete, "Forgets a question.")
}

/// A question with its answer.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct FaqRow {
    uid: Uid,
    /// The workgroup or agent whose visitors ask it.
    service_uid: Uid,
    category: String,
    question: String,
    answer: String,
    r#type: String,
    /// Whether WELCOME offers it.
    in_welcome: bool,
    /// How often it was asked.
    view_count: u64,
    /// How many visitors found the answer helpful.
    up_count: u64,
    /// How many did not.
    down_count: u64,
    org_uid: Uid,
    created_at: String,
    updated_at: String,
}

fn row(state: &ApiState, faq: FaqEntry) -> FaqRow {
    let time = |at| state.gateway.desk.renderer().local_time(at);
    FaqRow {
        created_at: time(faq.created_at),
        updated_at: time(faq.updated_at),
        uid: faq.uid,
        service_uid: faq.owner,
        category: faq.faq.category,
        question: faq.faq.question,
        answer: faq.faq.answer,
        r#type: faq.faq.kind.to_string(),
        in_welcome: faq.faq.in_welcome,
        view_count: faq.asked,
        up_count: faq.up,
        down_count: faq.down,
        org_uid: faq.org,
    }
}

/// Which questions are wanted.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct FaqQuery {
    /// The workgroup or agent.
    #[serde(alias = "workgroupUid", alias = "agentUid", alias = "uid")]
    service_uid: Uid,
    /// What question or answer have.
    #[serde(alias = "keyword", alias = "q", default)]
    search_text: String,
    #[serde(default)]
    page_number: u32,
    #[serde(default = "page::default_size")]
    page_size: u32,
}

async fn query(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<FaqQuery>,
) -> Result<Success<Page<FaqRow>>, AppError> {
    let page = PageRequest::new(request.page_number, request.page_size);
    let sought = request.search_text.trim();
    let sought = (!sought.is_empty()).then(|| sought.to_owned());
    let filter = FaqFilter { owner: request.service_uid, in_welcome: false, sought };
    let (found, total) = state.gateway.desk.faqs(&principal, filter, (page.number(), page.size())).await?;
    Ok(Success::new(Page::new(found.into_iter().map(|faq| row(&state, faq)).collect(), page, total)))
}

const fn yes() -> bool {
    true
}

/// A new question.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct NewFaqRequest {
    /// One is made if it is missing; the same uid again makes the question what it is now.
    uid: Option<Uid>,
    /// The workgroup or agent whose visitors ask it.
    #[serde(alias = "workgroupUid", alias = "agentUid")]
    service_uid: Uid,
    #[serde(alias = "categoryUid", default)]
    category: String,
    question: String,
    answer: String,
    /// TEXT if it is missing.
    r#type: Option<String>,
    /// Whether WELCOME offers it; it does if this is missing.
    #[serde(default = "yes")]
    in_welcome: bool,
}

async fn create(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<NewFaqRequest>,
) -> Result<Success<FaqRow>, AppError> {
    let faq = NewFaq {
        category: request.category,
        question: request.question,
        answer: request.answer,
        kind: request.r#type.as_deref().map(message_type).transpose()?.unwrap_or_else(MessageType::text),
        in_welcome: request.in_welcome,
    };
    let name = (request.uid.unwrap_or_else(Uid::random), request.service_uid);
    Ok(Success::new(row(&state, state.gateway.desk.create_faq(&principal, name, faq, timestamp()).await?)))
}

/// What changes about a question; what is left out stays.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct FaqUpdate {
    uid: Uid,
    #[serde(alias = "categoryUid")]
    category: Option<String>,
    question: Option<String>,
    answer: Option<String>,
    r#type: Option<String>,
    in_welcome: Option<bool>,
}

async fn update(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<FaqUpdate>,
) -> Result<Success<FaqRow>, AppError> {
    let FaqUpdate { uid, category, question, answer, r#type, in_welcome } = request;
    let kind = r#type.as_deref().map(message_type).transpose()?;
    let change = move |faq: &mut NewFaq| {
        faq.category = category.unwrap_or(std::mem::take(&mut faq.category));
        faq.question = question.unwrap_or(std::mem::take(&mut faq.question));
        faq.answer = answer.unwrap_or(std::mem::take(&mut faq.answer));
        faq.kind = kind.unwrap_or_else(|| faq.kind.clone());
        faq.in_welcome = in_welcome.unwrap_or(faq.in_welcome);
    };
    Ok(Success::new(row(&state, state.gateway.desk.change_faq(&principal, &uid, change, timestamp()).await?)))
}

#[derive(Deserialize, JsonSchema)]
struct FaqName {
    uid: Uid,
}

async fn delete(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<FaqName>,
) -> Result<Success<bool>, AppError> {
    state.gateway.desk.drop_faq(&principal, &request.uid).await?;
    Ok(Success::new(true))
}
