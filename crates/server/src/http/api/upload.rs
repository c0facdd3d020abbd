//! Bringing files: `…/upload/file` (`spec/bytedesk.md` §7.1), and new links to them.

use std::convert::Infallible;

use axum::{
    Extension,
    body::Body,
    extract::{DefaultBodyLimit, FromRequest, Request, State},
    http::{HeaderMap, HeaderName, header},
    middleware,
};
use deskwire_desk::DeskError;
use deskwire_model::{ErrorCode, Principal, Role};
use deskwire_store::{FilePath, FileRecord};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    ApiState,
    base_url::base_url,
    caller::{self, AgentCaller, Bearer},
};
use crate::{
    connection::timestamp,
    files::{UploadError, linger},
    http::{AppError, Description, IDEMPOTENCY_KEY, Input, MAX_KEY, QueryParams, Routes, Success},
    listener::Peer,
    telemetry::metrics::Limit,
};

/// Names an upload, so that a repeat is recognised.
/// The channel of who names none.
const DEFAULT_CHANNEL: &str = "WEB";

/// The routes that take files. They have time bounds of their own.
pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Files")
        .post("/visitor/api/v1/upload/file", visitor_upload, "Uploads a file.")
        .also("/visitor/api/upload/file")
        .for_any_origin()
        .merge(Routes::about("Files").post("/api/v1/upload/file", agent_upload, "Uploads a file."))
        .map_router(|router| router.layer(DefaultBodyLimit::disable()).layer(middleware::map_request(linger)))
}

/// The routes that renew links.
pub(super) fn link_routes() -> Routes<ApiState> {
    Routes::about("Files")
        .get("/visitor/api/v1/upload/link", visitor_link, "Renews the link to a file.")
        .for_any_origin()
        .merge(Routes::about("Files").get("/api/v1/upload/link", agent_link, "Renews the link to a file."))
}

/// What an upload is answered.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct UploadAnswer {
    uid: String,
    file_name: String,
    file_size: u64,
    /// Opens the file for a while; without its query it is what readers with a token use.
    file_url: String,
    file_type: String,
    mime_type: String,
    width: Option<u32>,
    height: Option<u32>,
    /// Opens a small picture of it; of a small picture itself.
    thumbnail: Option<String>,
    /// SHA-256.
    hash: String,
    channel: String,
    status: &'static str,
}

/// The body of an upload, which is read as it comes.
struct Form(Body);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Infallible;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Infallible> {
        Ok(Self(request.into_body()))
    }
}

impl Input for Form {
    fn describe(description: &mut Description<'_>) {
        description.form_body::<UploadForm>();
    }
}

/// What an upload is made of.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "the shape alone is wanted")]
struct UploadForm {
    /// The file. Its part may come after the others.
    #[schemars(with = "Bytes")]
    file: (),
    /// The visitor who has no token.
    visitor_uid: Option<String>,
    /// The organisation, to be sure.
    org_uid: Option<String>,
    /// From where it is sent.
    client: Option<String>,
}

/// Bytes, as they are.
#[derive(JsonSchema)]
#[schemars(inline, extend("format" = "binary"))]
#[serde(transparent)]
#[expect(dead_code, reason = "the shape alone is wanted")]
struct Bytes(String);

async fn visitor_upload(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    Form(body): Form,
) -> Result<Success<UploadAnswer>, AppError> {
    let known = match bearer {
        None => None,
        bearer => Some(caller::visitor_principal(&state, bearer, None).await?),
    };
    upload(&state, known, &peer, &headers, body).await
}

async fn agent_upload(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    Form(body): Form,
) -> Result<Success<UploadAnswer>, AppError> {
    upload(&state, Some(principal), &peer, &headers, body).await
}

/// Takes a file of whom is `known` or else of the visitor whom a field names, which may stand behind the file.
async fn upload(
    state: &ApiState,
    known: Option<Principal>,
    peer: &Peer,
    headers: &HeaderMap,
    body: Body,
) -> Result<Success<UploadAnswer>, AppError> {
    let files = &state.files;
    let refused = |error| refusal(state, error);
    if let Some(known) = &known {
        hears(state, known, peer).await?;
    }
    if let Some(visitor) = known.as_ref().filter(|known| known.role == Role::Visitor) {
        files.count(&visitor.uid).map_err(refused)?;
    }
    let is_counted = known.is_some();
    let repeat = text(headers, &IDEMPOTENCY_KEY).map(str::to_owned);
    if repeat.as_ref().is_some_and(|key| key.len() > MAX_KEY) {
        return Err(AppError::Refused(format!("Idempotency-Key has at most {MAX_KEY} bytes")));
    }
    let content_type = text(headers, &header::CONTENT_TYPE).unwrap_or_default();
    let announced = text(headers, &header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
    let received = files.receive(peer.address.ip(), content_type, announced, body).await.map_err(refused)?;
    let owner = match known {
        Some(known) => known,
        None => {
            let owner = caller::visitor_principal(state, None, received.fields.visitor_uid.as_deref()).await?;
            hears(state, &owner, peer).await?;
            owner
        }
    };
    if !is_counted {
        files.count(&owner.uid).map_err(refused)?;
    }
    if received.fields.org_uid.as_deref().is_some_and(|org| org != owner.org.as_str()) {
        return Err(DeskError::UnknownOrganisation.into());
    }
    let channel = received.fields.client.clone().unwrap_or_else(|| DEFAULT_CHANNEL.to_owned());
    let file = files.keep(received, owner, repeat, timestamp()).await.map_err(refused)?;
    Ok(Success::new(answer(state, &file, channel, &base_url(state, peer, headers))))
}

/// Whether the desk takes files from who calls.
async fn hears(state: &ApiState, owner: &Principal, peer: &Peer) -> Result<(), AppError> {
    state.gateway.heard_from(owner, Some(peer.address.ip()));
    Ok(state.gateway.desk.hears(owner, timestamp()).await?)
}

fn answer(state: &ApiState, file: &FileRecord, channel: String, base: &str) -> UploadAnswer {
    let now = timestamp();
    let link = |path| format!("{base}{}", state.files.link(path, now));
    let file_url = link(&file.path);
    let thumbnail = match &file.thumbnail {
        Some(thumbnail) => Some(link(&thumbnail.path)),
        None => file.pixels.map(|_| file_url.clone()),
    };
    let (width, height) = file.pixels.unzip();
    UploadAnswer {
        uid: file.uid.to_string(),
        file_name: file.name.clone(),
        file_size: file.size,
        file_url,
        file_type: file.mime.clone(),
        mime_type: file.mime.clone(),
        width,
        height,
        thumbnail,
        hash: file.hash.clone(),
        channel,
        status: "SUCCESS",
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[derive(Debug, Deserialize, JsonSchema)]
struct LinkRequest {
    url: String,
    uid: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct LinkAnswer {
    file_url: String,
}

async fn visitor_link(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    QueryParams(request): QueryParams<LinkRequest>,
) -> Result<Success<LinkAnswer>, AppError> {
    let reader = caller::visitor_principal(&state, bearer, request.uid.as_deref()).await?;
    link(&state, &reader, &request.url, &base_url(&state, &peer, &headers)).await
}

async fn agent_link(
    State(state): State<ApiState>,
    AgentCaller(reader): AgentCaller,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    QueryParams(request): QueryParams<LinkRequest>,
) -> Result<Success<LinkAnswer>, AppError> {
    link(&state, &reader, &request.url, &base_url(&state, &peer, &headers)).await
}

/// A new link to the file that `url` leads to, or led to, for one who may read it.
async fn link(state: &ApiState, reader: &Principal, url: &str, base: &str) -> Result<Success<LinkAnswer>, AppError> {
    let path = FilePath::find_all(url.as_bytes(), 1).pop().ok_or(AppError::NotFound)?;
    let file = state.files.find(&path).await.map_err(AppError::internal)?.ok_or(AppError::NotFound)?;
    if !state.files.may_read(reader, &file).await.map_err(AppError::internal)? {
        return Err(AppError::Forbidden("the file is not yours to read".into()));
    }
    Ok(Success::new(LinkAnswer { file_url: format!("{base}{}", state.files.link(&path, timestamp())) }))
}

fn refusal(state: &ApiState, error: UploadError) -> AppError {
    let limit = |limit: Limit| state.gateway.metrics.limit_hits(limit).increment(1);
    match error {
        UploadError::TooLarge(_) => {
            limit(Limit::Size);
            AppError::TooLarge
        }
        UploadError::TooFast(retry_after) => {
            limit(Limit::Rate);
            AppError::TooMany { retry_after }
        }
        UploadError::NoRoom | UploadError::TooMany => {
            limit(Limit::Files);
            AppError::Named(ErrorCode::NoRoom, error.to_string())
        }
        UploadError::UnderWay => AppError::Busy,
        UploadError::Kind(_) | UploadError::Picture(_) => {
            AppError::Named(ErrorCode::UnacceptableFile, error.to_string())
        }
        UploadError::Malformed(_) | UploadError::TooSlow => AppError::Refused(error.to_string()),
        UploadError::Disk(_) | UploadError::Store(_) | UploadError::Blobs(_) => AppError::internal(error),
    }
}
