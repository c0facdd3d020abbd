//! Reading files: `/file/yyyy/MM/dd/{name}`.

use std::{convert::Infallible, ops::Range};

use axum::{
    body::Body,
    extract::{FromRef, FromRequestParts, OptionalFromRequestParts, Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use deskwire_store::{BlobError, FilePath, FileRecord};
use metrics::counter;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{ApiState, caller::Bearer};
use crate::{
    connection::timestamp,
    files::is_inline,
    http::{Access, AppError, Description, Input, Output, QueryParams, Routes},
};

/// A file must not do anything where it is shown, and be taken for what it is.
const FIXED_HEADERS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::ACCEPT_RANGES, "bytes"),
    (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
];
/// What is at a path never changes. Not for shared caches: who may read it is asked anew.
const CACHE_CONTROL: &str = "private, max-age=86400, immutable";
/// What need not be encoded in an extended parameter (RFC 8187 §3.2.1, `attr-char`).
const NAME: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Files").get("/file/{*path}", download, "Gives a file, or a part of it.").for_any_origin()
}

#[derive(Debug, Deserialize, JsonSchema)]
struct LinkQuery {
    /// The signature of the link.
    access: Option<String>,
}

/// The token of one who has no signed link.
struct LinkOrToken(Result<Option<Bearer>, AppError>);

impl<S: Send + Sync> FromRequestParts<S> for LinkOrToken
where
    ApiState: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self(<Bearer as OptionalFromRequestParts<S>>::from_request_parts(parts, state).await))
    }
}

impl Input for LinkOrToken {
    fn describe(description: &mut Description<'_>) {
        description.access(Access::LinkOrToken);
    }
}

/// A file, a part of one, or the word that there is nothing new.
struct FileAnswer(Response);

impl IntoResponse for FileAnswer {
    fn into_response(self) -> Response {
        self.0
    }
}

impl Output for FileAnswer {
    fn describe(description: &mut Description<'_>) {
        let bytes = json!({"type": "string", "format": "binary"});
        description.answer(200, "The file, with its own content type.", "*/*", &bytes);
        description.answer(206, "The part that `Range` asks for.", "*/*", &bytes);
        description.bare_answer(304, "The client has it.");
        description.bare_answer(416, "There is no such part.");
    }
}

async fn download(
    State(state): State<ApiState>,
    Path(path): Path<String>,
    QueryParams(LinkQuery { access }): QueryParams<LinkQuery>,
    headers: HeaderMap,
    LinkOrToken(bearer): LinkOrToken,
) -> Result<FileAnswer, AppError> {
    let path = FilePath::parse(&path).map_err(|_| AppError::NotFound)?;
    let file = state.files.find(&path).await.map_err(AppError::internal)?.ok_or(AppError::NotFound)?;
    let linked = access.map(|access| state.files.check_link(&path, &access, timestamp()));
    if !file.is_avatar && linked != Some(Ok(())) {
        match (bearer?, linked) {
            (Some(Bearer(reader)), _) => {
                if !state.files.may_read(&reader, &file).await.map_err(AppError::internal)? {
                    return Err(AppError::Forbidden("the file is not yours to read".into()));
                }
            }
            (None, Some(Err(error))) => return Err(AppError::Forbidden(error.to_string())),
            (None, _) => return Err(AppError::Unauthorized("a signed link or an access token is needed".into())),
        }
    }
    serve(&state, &file, &path, &headers).await.map(FileAnswer)
}

/// Answers with the file, a part of it, or that the client has it (RFC 9110 §13, §14).
async fn serve(
    state: &ApiState,
    file: &FileRecord,
    path: &FilePath,
    headers: &HeaderMap,
) -> Result<Response, AppError> {
    let Content { mime, size, tag, name } = Content::at(path, file);
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let mut answer = HeaderMap::new();
    answer.extend(FIXED_HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value))));
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(CACHE_CONTROL));
    answer.insert(header::ETAG, value(&tag)?);
    if text(header::IF_NONE_MATCH).is_some_and(|tags| names(tags, &tag)) {
        return Ok((StatusCode::NOT_MODIFIED, answer).into_response());
    }
    // A part of another version than the client has is of no use to it; but there is only one.
    let range = text(header::RANGE).filter(|_| text(header::IF_RANGE).is_none_or(|version| version == tag));
    let (status, part) = match range.map_or(Asked::Whole, |range| asked(range, size)) {
        Asked::Whole => (StatusCode::OK, None),
        Asked::Part(part) => (StatusCode::PARTIAL_CONTENT, Some(part)),
        Asked::Beyond => {
            answer.insert(header::CONTENT_RANGE, value(&format!("bytes */{size}"))?);
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, answer).into_response());
        }
    };
    if let Some(part) = &part {
        answer.insert(header::CONTENT_RANGE, value(&format!("bytes {}-{}/{size}", part.start, part.end - 1))?);
    }
    let length = part.as_ref().map_or(size, |part| part.end - part.start);
    answer.insert(header::CONTENT_TYPE, value(&mime)?);
    answer.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    answer.insert(header::CONTENT_DISPOSITION, value(&disposition(&mime, &name))?);
    let bytes = state.files.read(path, part).await.map_err(|error| match error {
        BlobError::Missing => AppError::NotFound,
        error @ BlobError::Backend(_) => AppError::internal(error),
    })?;
    counter!("deskwire_file_bytes_sent_total").increment(length);
    Ok((status, answer, Body::from_stream(bytes)).into_response())
}

/// What is at a path.
struct Content {
    mime: String,
    size: u64,
    /// A strong validator.
    tag: String,
    name: String,
}

impl Content {
    fn at(path: &FilePath, file: &FileRecord) -> Self {
        match file.thumbnail.as_ref().filter(|thumbnail| thumbnail.path == *path) {
            Some(small) => Self {
                mime: small.mime.clone(),
                size: small.size,
                tag: format!("\"{}-t\"", file.hash),
                name: small.path.as_str().rsplit('/').next().unwrap_or_default().to_owned(),
            },
            None => Self {
                mime: file.mime.clone(),
                size: file.size,
                tag: format!("\"{}\"", file.hash),
                name: file.name.clone(),
            },
        }
    }
}

/// What nothing runs in may be shown, everything else is to be saved (RFC 6266).
fn disposition(mime: &str, name: &str) -> String {
    let kind = if is_inline(mime) { "inline" } else { "attachment" };
    format!("{kind}; filename*=UTF-8''{}", utf8_percent_encode(name, NAME))
}

/// A name for what is to be saved (RFC 6266).
pub(super) fn attachment(name: &str) -> String {
    format!("attachment; filename*=UTF-8''{}", utf8_percent_encode(name, NAME))
}

fn value(text: &str) -> Result<HeaderValue, AppError> {
    HeaderValue::from_str(text).map_err(AppError::internal)
}

/// Whether `tags`, a list or `*`, names `tag` (RFC 9110 §13.1.2: weakly compared).
fn names(tags: &str, tag: &str) -> bool {
    tags.split(',').map(|one| one.trim().trim_start_matches("W/")).any(|one| one == tag || one == "*")
}

/// What a client asks for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Whole,
    Part(Range<u64>),
    /// Nothing of it is there.
    Beyond,
}

/// Reads `Range` (RFC 9110 §14.2). Several parts at once, and what is no range, count as the whole.
fn asked(range: &str, size: u64) -> Asked {
    let Some((first, last)) = range.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Asked::Whole;
    };
    let number = |text: &str| if text.is_empty() { Some(None) } else { text.trim().parse::<u64>().ok().map(Some) };
    match (number(first), number(last)) {
        (Some(Some(first)), Some(last)) => match last {
            Some(last) if last < first => Asked::Whole,
            _ if first >= size => Asked::Beyond,
            last => Asked::Part(first..last.map_or(size, |last| last.saturating_add(1).min(size))),
        },
        (Some(None), Some(Some(length))) if length == 0 || size == 0 => Asked::Beyond,
        (Some(None), Some(Some(length))) => Asked::Part(size.saturating_sub(length)..size),
        _ => Asked::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_rfc_says() {
        for (range, expected) in [
            ("bytes=0-0", Asked::Part(0..1)),
            ("bytes=0-99", Asked::Part(0..100)),
            ("bytes=10-", Asked::Part(10..100)),
            ("bytes=10-1000", Asked::Part(10..100)),
            ("bytes=99-18446744073709551615", Asked::Part(99..100)),
            ("bytes=-5", Asked::Part(95..100)),
            ("bytes=-500", Asked::Part(0..100)),
            ("bytes=100-", Asked::Beyond),
            ("bytes=-0", Asked::Beyond),
            ("bytes=5-4", Asked::Whole),
            ("bytes=0-1,5-6", Asked::Whole),
            ("bytes=-", Asked::Whole),
            ("bytes=a-b", Asked::Whole),
            ("items=0-1", Asked::Whole),
            ("", Asked::Whole),
        ] {
            assert_eq!(asked(range, 100), expected, "{range}");
        }
        assert_eq!(asked("bytes=0-", 0), Asked::Beyond);
        assert_eq!(asked("bytes=-1", 0), Asked::Beyond);
    }

    #[test]
    fn names_are_spelled_for_headers() {
        assert_eq!(disposition("image/png", "猫 \"1\".png"), "inline; filename*=UTF-8''%E7%8C%AB%20%221%22.png");
        assert_eq!(disposition("application/pdf", "a;b'c.pdf"), "attachment; filename*=UTF-8''a%3Bb%27c.pdf");
        assert_eq!(disposition("text/html", "a.html.bin"), "attachment; filename*=UTF-8''a.html.bin");
    }

    #[test]
    fn a_tag_is_found_in_a_list() {
        for (tags, expected) in [("\"a\"", true), ("\"b\", W/\"a\"", true), ("*", true), ("\"ab\"", false), ("", false)]
        {
            assert_eq!(names(tags, "\"a\""), expected, "{tags}");
        }
    }
}
