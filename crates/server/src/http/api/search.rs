//! Searching in messages: `/api/v1/message/search` and `/visitor/api/v1/message/search`.

use axum::extract::State;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use deskwire_desk::{MessageSearch, SearchCursor, SearchHit};
use deskwire_model::{MessageType, Principal, Timestamp, Uid};
use deskwire_store::{SearchId, SearchOrder, Sought};
use jiff::{civil::DateTime, tz::TimeZone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    ApiState,
    agent::ThreadName,
    caller::{self, AgentCaller, Bearer},
    message, page,
    shapes::MessageJson,
    visitor::at_visitors_pace,
};
use crate::http::{AppError, QueryParams, Routes, Success};

/// Types that one search may name.
const MAX_TYPES: usize = 16;

pub(super) fn agent_routes() -> Routes<ApiState> {
    Routes::about("History").get(
        "/api/v1/message/search",
        search,
        "Finds messages in the conversations that the caller sees.",
    )
}

pub(super) fn visitor_routes() -> Routes<ApiState> {
    Routes::about("Visitors").get(
        "/visitor/api/v1/message/search",
        search_as_visitor,
        "Finds messages in the visitor's conversations.",
    )
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SearchRequest {
    /// What messages say.
    #[serde(alias = "keyword", alias = "searchText", alias = "content", default)]
    q: String,
    /// Message types with commas between.
    #[serde(default)]
    r#type: String,
    topic: Option<String>,
    thread_topic: Option<String>,
    thread_uid: Option<String>,
    agent_uid: Option<String>,
    visitor_uid: Option<String>,
    #[serde(alias = "startDate")]
    since: Option<String>,
    #[serde(alias = "endDate")]
    until: Option<String>,
    /// `newest` or `best`.
    order: Option<String>,
    #[serde(default = "page::default_size")]
    page_size: u32,
    cursor: Option<String>,
    /// The visitor, if it has no token.
    uid: Option<String>,
}

/// A page of what was found.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SearchAnswer {
    content: Vec<Hit>,
    empty: bool,
    last: bool,
    /// The `cursor` of the next page.
    next: Option<String>,
    number_of_elements: usize,
    size: u32,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Hit {
    message: MessageJson,
    snippet: String,
    /// Start and length in `snippet`, in UTF-16 code units.
    positions: Vec<(usize, usize)>,
}

async fn search(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<SearchRequest>,
) -> Result<Success<SearchAnswer>, AppError> {
    Ok(Success::new(find(&state, &principal, request).await?))
}

async fn search_as_visitor(
    State(state): State<ApiState>,
    bearer: Option<Bearer>,
    QueryParams(request): QueryParams<SearchRequest>,
) -> Result<Success<SearchAnswer>, AppError> {
    let principal = caller::visitor_principal(&state, bearer, request.uid.as_deref()).await?;
    at_visitors_pace(&state, &principal.uid)?;
    Ok(Success::new(find(&state, &principal, request).await?))
}

async fn find(state: &ApiState, principal: &Principal, request: SearchRequest) -> Result<SearchAnswer, AppError> {
    let cursor = request.cursor.as_deref().filter(|cursor| !cursor.is_empty()).map(read_cursor).transpose()?;
    let size = page::bounded_size(request.page_size);
    let search = request.read(state, principal).await?;
    let page = state.gateway.desk.search(principal, &search, cursor, size as usize).await?;
    let mut content = Vec::with_capacity(page.hits.len());
    for SearchHit { conversation, message, snippet } in page.hits {
        let message = message::with_good_links(state, conversation.id, &message).await?;
        content.push(Hit { message, snippet: snippet.text, positions: snippet.marks });
    }
    Ok(SearchAnswer {
        empty: content.is_empty(),
        last: page.next.is_none(),
        next: page.next.map(write_cursor),
        number_of_elements: content.len(),
        size,
        content,
    })
}

impl SearchRequest {
    async fn read(self, state: &ApiState, principal: &Principal) -> Result<MessageSearch, AppError> {
        let desk = &state.gateway.desk;
        let zone = TimeZone::get(&state.gateway.config.desk.time_zone).map_err(AppError::internal)?;
        let conversation = if self.topic.is_some() || self.thread_topic.is_some() || self.thread_uid.is_some() {
            let name = json!({"topic": self.topic, "threadTopic": self.thread_topic, "threadUid": self.thread_uid});
            let named = ThreadName::read(&name)?.find(state, principal).await?;
            Some(desk.own_conversation(principal, named.topic.as_str()).await?.id)
        } else {
            None
        };
        let sought = Some(self.q.trim()).filter(|text| !text.is_empty()).map(Sought::new).transpose();
        Ok(MessageSearch {
            sought: sought.map_err(|error| AppError::Refused(error.to_string()))?,
            kinds: types(&self.r#type)?,
            since: self.since.as_deref().map(|text| time("since", text, &zone)).transpose()?,
            until: self.until.as_deref().map(|text| time("until", text, &zone)).transpose()?,
            conversation,
            agent: user("agentUid", self.agent_uid.as_deref())?,
            visitor: user("visitorUid", self.visitor_uid.as_deref())?,
            order: match self.order.as_deref() {
                None | Some("newest") => SearchOrder::Newest,
                Some("best") => SearchOrder::Best,
                Some(_) => return Err(AppError::Refused("order must be newest or best".into())),
            },
        })
    }
}

fn types(list: &str) -> Result<Vec<MessageType>, AppError> {
    let names = list.split(',').map(str::trim).filter(|name| !name.is_empty());
    let types: Result<Vec<_>, _> = names.take(MAX_TYPES).map(MessageType::new).collect();
    types.map_err(|error| AppError::Refused(error.to_string()))
}

fn user(field: &str, uid: Option<&str>) -> Result<Option<Uid>, AppError> {
    let uid = uid.filter(|uid| !uid.is_empty()).map(Uid::new).transpose();
    uid.map_err(|error| AppError::Refused(format!("{field}: {error}")))
}

/// Milliseconds since 1970, or a day, with or without a time, in the desk's time zone.
fn time(field: &str, text: &str, zone: &TimeZone) -> Result<Timestamp, AppError> {
    let text = text.trim();
    if let Ok(milliseconds) = text.parse() {
        return Ok(Timestamp(milliseconds));
    }
    let local = text.parse::<DateTime>().and_then(|local| zone.to_timestamp(local));
    let instant = text.parse::<jiff::Timestamp>().or(local);
    instant
        .map(|instant| Timestamp(instant.as_millisecond()))
        .map_err(|_| AppError::Refused(format!("{field} must be milliseconds or yyyy-MM-dd HH:mm:ss")))
}

fn write_cursor(cursor: SearchCursor) -> String {
    let mut bytes = [0; 12];
    bytes[..8].copy_from_slice(&cursor.before.0.to_be_bytes());
    bytes[8..].copy_from_slice(&cursor.skip.to_be_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

fn read_cursor(text: &str) -> Result<SearchCursor, AppError> {
    let unknown = || AppError::Refused("cursor is none that an earlier page gave".into());
    let bytes: [u8; 12] =
        URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(unknown)?;
    let [a, b, c, d, e, f, g, h, skip @ ..] = bytes;
    let before = SearchId(i64::from_be_bytes([a, b, c, d, e, f, g, h]));
    Ok(SearchCursor { before, skip: u32::from_be_bytes(skip) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        for cursor in [(0, 0), (i64::MAX, 7), (1 << 50, u32::MAX)] {
            let cursor = SearchCursor { before: SearchId(cursor.0), skip: cursor.1 };
            assert_eq!(read_cursor(&write_cursor(cursor)).unwrap(), cursor);
        }
        for text in ["x", "", "AAAA", "AAAAAAAAAAAAAAAAA", "猫"] {
            assert!(read_cursor(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_time_has_three_spellings() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        for (text, expected) in [
            ("1700000000000", 1_700_000_000_000),
            ("2023-11-15 06:13:20", 1_700_000_000_000),
            ("2023-11-14T22:13:20Z", 1_700_000_000_000),
            ("2023-11-15", 1_699_977_600_000),
        ] {
            assert_eq!(time("since", text, &zone).unwrap(), Timestamp(expected), "{text}");
        }
        assert!(time("since", "yesterday", &zone).is_err());
    }

    #[test]
    fn types_are_listed() {
        assert_eq!(types(" text, IMAGE,").unwrap().len(), 2);
        assert!(types("").unwrap().is_empty());
        assert!(types("a b").is_err());
    }
}
