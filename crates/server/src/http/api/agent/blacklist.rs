//! Who is not heard: agents block visitors of theirs, supervisors all (`spec/bytedesk.md` §7.3).

use axum::extract::{Path, State};
use deskwire_desk::{BlockRequest, BlockedAddress, DeskError};
use deskwire_model::Uid;
use deskwire_store::Block;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::IdempotencyKey;
use crate::{
    address::network,
    connection::timestamp,
    http::{
        AppError, Audited, JsonBody, QueryParams, Routes, Success,
        api::{
            ApiState,
            caller::AgentCaller,
            moment::Moment,
            page::{Page, PageRequest},
        },
    },
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Blacklist")
        .post("/api/v1/black/create", create, "Blocks a visitor.")
        .audited(
            Audited::as_action("block.create")
                .on(&["blackUid", "blackUserUid", "visitorUid", "userUid"])
                .telling(&["reason", "blockIp", "endTime"]),
        )
        .post("/api/v1/black/delete", delete, "Ends a block.")
        .audited(Audited::as_action("block.end").on(&["uid"]))
        .get("/api/v1/black/query", blocks, "Lists blocks.")
        .also("/api/v1/black/query/org")
        .get("/api/v1/black/exists/{visitor}", exists, "Says whether a visitor is blocked.")
        .post("/api/v1/black/unblock/{visitor}", unblock, "Ends the blocks of a visitor.")
        .audited(Audited::as_action("block.end").on(&["visitor"]))
}

/// A visitor who is not to be heard.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct NewBlock {
    /// One is made if it is missing, of the header `Idempotency-Key` if there is one.
    uid: Option<Uid>,
    /// The visitor.
    #[serde(alias = "blackUserUid", alias = "visitorUid", alias = "userUid")]
    black_uid: Uid,
    /// Whether the address where the visitor was seen last is blocked too, or which address.
    block_ip: Option<BlockIp>,
    #[serde(default)]
    reason: String,
    /// From when on: milliseconds, or a time in the desk's time zone; missing for from now on.
    start_time: Option<Moment>,
    /// Until when; missing for ever.
    end_time: Option<Moment>,
    /// The conversation; missing for the open one with the newest message.
    #[serde(alias = "topic")]
    thread_topic: Option<String>,
}

/// `true` and `false`, in JSON or as text, or an address.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum BlockIp {
    Flag(bool),
    Text(String),
}

impl BlockIp {
    fn address(&self) -> Result<Option<BlockedAddress>, AppError> {
        let wrong = |_| AppError::Refused("blockIp must be true, false or an address".into());
        match self {
            Self::Flag(false) => Ok(None),
            Self::Flag(true) => Ok(Some(BlockedAddress::Last)),
            Self::Text(text) => match text.trim() {
                "" | "false" => Ok(None),
                "true" => Ok(Some(BlockedAddress::Last)),
                address => address.parse().map(|address| Some(BlockedAddress::Named(network(address)))).map_err(wrong),
            },
        }
    }
}

/// A block, also when it is over.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct BlockAnswer {
    uid: Uid,
    org_uid: Uid,
    black_uid: Uid,
    black_nickname: String,
    black_avatar: String,
    /// The address whose visitors are not heard either; of IPv6 the first of its /64.
    block_ip: Option<Box<str>>,
    reason: String,
    /// The conversation that it was done in; empty for none.
    thread_topic: String,
    start_time: i64,
    /// Missing for never.
    end_time: Option<i64>,
    /// Whether it holds now.
    active: bool,
    /// Who did it.
    created_by: Uid,
    created_at: i64,
    /// Who ended it before its time.
    #[serde(skip_serializing_if = "Option::is_none")]
    unblocked_by: Option<Uid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unblocked_at: Option<i64>,
}

impl From<Block> for BlockAnswer {
    fn from(block: Block) -> Self {
        let active = block.holds(timestamp());
        let (unblocked_by, unblocked_at) = block.lifted.map(|(by, at)| (by, at.0)).unzip();
        Self {
            active,
            uid: block.uid,
            org_uid: block.org,
            black_uid: block.visitor,
            black_nickname: block.nickname,
            black_avatar: block.avatar,
            block_ip: block.address,
            reason: block.reason,
            thread_topic: block.topic,
            start_time: block.starts_at.0,
            end_time: (block.ends_at != Block::NEVER).then_some(block.ends_at.0),
            created_by: block.created_by,
            created_at: block.created_at.0,
            unblocked_by,
            unblocked_at,
        }
    }
}

async fn create(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    key: IdempotencyKey,
    JsonBody(request): JsonBody<NewBlock>,
) -> Result<Success<BlockAnswer>, AppError> {
    let zone = TimeZone::get(&state.gateway.config.desk.time_zone).map_err(AppError::internal)?;
    let block = BlockRequest {
        address: request.block_ip.as_ref().map(BlockIp::address).transpose()?.flatten(),
        starts_at: Moment::of("startTime", request.start_time.as_ref(), &zone)?,
        ends_at: Moment::of("endTime", request.end_time.as_ref(), &zone)?,
        uid: key.names(&principal, request.uid),
        visitor: request.black_uid,
        reason: request.reason,
        topic: request.thread_topic.filter(|topic| !topic.is_empty()).map(|topic| topic.replace('.', "/")),
    };
    Ok(Success::new(state.gateway.desk.block_visitor(&principal, block, timestamp()).await?.into()))
}

/// Which block.
#[derive(Deserialize, JsonSchema)]
struct BlockName {
    uid: Uid,
}

/// Ends a block; it stays in the list for a while, with who ended it.
async fn delete(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    JsonBody(request): JsonBody<BlockName>,
) -> Result<Success<BlockAnswer>, AppError> {
    Ok(Success::new(state.gateway.desk.lift_block(&principal, &request.uid, timestamp()).await?.into()))
}

/// Which blocks to list.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct BlockQuery {
    /// Only those of this visitor.
    #[serde(alias = "visitorUid")]
    black_uid: Option<Uid>,
    /// Only those that are not over.
    #[serde(default)]
    active: bool,
    #[serde(default)]
    page_number: u32,
    #[serde(default = "crate::http::api::page::default_size")]
    page_size: u32,
}

async fn blocks(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<BlockQuery>,
) -> Result<Success<Page<BlockAnswer>>, AppError> {
    let page = PageRequest::new(request.page_number, request.page_size);
    let filter = (request.black_uid, request.active.then(timestamp));
    let (blocks, total) = state.gateway.desk.blocks(&principal, filter, (page.number(), page.size())).await?;
    Ok(Success::new(Page::new(blocks.into_iter().map(BlockAnswer::from).collect(), page, total)))
}

/// Whether the visitor is not heard now.
async fn exists(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    Path(visitor): Path<String>,
) -> Result<Success<bool>, AppError> {
    Ok(Success::new(state.gateway.desk.is_blocked(&principal, &named(&visitor)?, timestamp()).await?))
}

/// Ends all blocks of the visitor that the caller may end; whether there were any.
async fn unblock(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    Path(visitor): Path<String>,
) -> Result<Success<bool>, AppError> {
    let ended = state.gateway.desk.unblock_visitor(&principal, &named(&visitor)?, timestamp()).await?;
    Ok(Success::new(ended > 0))
}

fn named(visitor: &str) -> Result<Uid, AppError> {
    Ok(Uid::new(visitor).map_err(|_| DeskError::UnknownVisitor)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_named_or_the_last() {
        let named = |address: &str| Some(BlockedAddress::Named(address.parse().unwrap()));
        for (json, expected) in [
            ("true", Some(BlockedAddress::Last)),
            ("false", None),
            ("\"true\"", Some(BlockedAddress::Last)),
            ("\"\"", None),
            ("\"192.0.2.9\"", named("192.0.2.9")),
            ("\"2001:db8::9\"", named("2001:db8::")),
        ] {
            let flag: BlockIp = serde_json::from_str(json).unwrap();
            assert_eq!(flag.address().unwrap(), expected, "{json}");
        }
        assert!(BlockIp::Text("here".to_owned()).address().is_err());
    }
}
