//! The web interface that the binary carries: `web/dist` as it was when this was built. Without it, its addresses say how to
//! build it.

mod answer;

use std::borrow::Cow;

use axum::{
    Router,
    body::Bytes,
    extract::{Path, Query, RawQuery, State},
    http::{HeaderMap, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{MethodRouter, get},
};
use deskwire_desk::Framing;
use rust_embed::RustEmbed;
use serde::Deserialize;

use self::answer::{File, Page, answer};
use super::{AppError, api::ApiState};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/dist"]
#[allow_missing = true]
struct Dist;

const NOT_BUILT: &str = include_str!("not-built.html");

/// A file of the web with its compressed forms, if it was built.
fn file(path: &str) -> Option<File> {
    let form = |ending: &str| Dist::get(&format!("{path}{ending}")).map(|form| bytes(form.data));
    let plain = Dist::get(path)?;
    let hash = plain.metadata.sha256_hash();
    Some(File { hash, plain: bytes(plain.data), gzip: form(".gz"), brotli: form(".br") })
}

fn bytes(data: Cow<'static, [u8]>) -> Bytes {
    match data {
        Cow::Borrowed(data) => Bytes::from_static(data),
        Cow::Owned(data) => Bytes::from(data),
    }
}

/// Whether the web was built before the binary was.
pub(super) fn is_built() -> bool {
    Dist::get(Page::Panel.index()).is_some()
}

/// `/deskwire.js` is the script for shops' pages, `/chat/` the panel that it opens, `/agent/` the workbench, `/demo/` a shop
/// to try it in, `/deskwire-sdk.js` the SDK for pages without a build. The panel is framed by those whom the channel in its
/// address lets.
pub fn web_routes() -> Router<ApiState> {
    let scripts = [Page::Launcher, Page::Sdk].into_iter().fold(Router::new(), |routes, script| {
        let answer = async move |headers: HeaderMap| serve(script, "", &headers, &Framing::Anybody);
        routes.route(&format!("/{}", script.index()), get(answer))
    });
    let others = [Page::Workbench, Page::Demo].into_iter().fold(scripts, |routes, page| {
        let index = async move |headers: HeaderMap| serve(page, "", &headers, &Framing::Ourselves);
        let inside =
            async move |Path(path): Path<String>, headers: HeaderMap| serve(page, &path, &headers, &Framing::Ourselves);
        in_folder(routes, page.folder(), get(index), get(inside))
    });
    in_folder(others, Page::Panel.folder(), get(panel), get(in_panel))
}

fn in_folder(
    routes: Router<ApiState>,
    folder: &'static str,
    index: MethodRouter<ApiState>,
    inside: MethodRouter<ApiState>,
) -> Router<ApiState> {
    let folder_of = async move |RawQuery(query): RawQuery| match query {
        Some(query) => Redirect::permanent(&format!("{folder}?{query}")),
        None => Redirect::permanent(folder),
    };
    routes
        .route(folder.trim_end_matches('/'), get(folder_of))
        .route(folder, index)
        .route(&format!("{folder}{{*path}}"), inside)
}

/// What of the panel's address counts here.
#[derive(Debug, Deserialize)]
struct PanelAddress {
    channel: Option<String>,
}

async fn panel(state: State<ApiState>, address: Query<PanelAddress>, headers: HeaderMap) -> Result<Response, AppError> {
    in_panel(state, Path(String::new()), address, headers).await
}

async fn in_panel(
    State(state): State<ApiState>,
    Path(path): Path<String>,
    Query(PanelAddress { channel }): Query<PanelAddress>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let framing = match channel.filter(|name| !name.is_empty()) {
        // Who names no channel gets nothing that is set up for one.
        None => Framing::Anybody,
        Some(name) => match state.gateway.desk.channel(&name).await? {
            Some(channel) => channel.settings.framing(),
            None => Framing::Ourselves,
        },
    };
    Ok(serve(Page::Panel, &path, &headers, &framing))
}

fn serve(page: Page, inside: &str, headers: &HeaderMap, framing: &Framing) -> Response {
    let path = if inside.is_empty() { page.index().to_owned() } else { format!("{}{inside}", &page.folder()[1..]) };
    match file(&path) {
        Some(file) => answer(page, &path, &file, headers, framing),
        None if is_built() => AppError::NotFound.into_response(),
        None => {
            let policy = "default-src 'none'; style-src 'unsafe-inline'";
            ([(header::CONTENT_SECURITY_POLICY, policy)], Html(NOT_BUILT)).into_response()
        }
    }
}
