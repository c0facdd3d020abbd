//! The web interface that the binary carries: `web/dist` as it was when this was built. Without it, its addresses say how to
//! build it.

mod answer;

use std::borrow::Cow;

use axum::{
    Router,
    body::Bytes,
    extract::Path,
    http::{HeaderMap, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use rust_embed::RustEmbed;

use self::answer::{File, Page, answer};

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
/// to try it in.
pub fn web_routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let script = async |headers: HeaderMap| serve(Page::Launcher, "", &headers);
    [Page::Panel, Page::Workbench, Page::Demo].into_iter().fold(
        Router::new().route("/deskwire.js", get(script)),
        |routes, page| {
            let folder = page.folder();
            let index = async move |headers: HeaderMap| serve(page, "", &headers);
            let inside = async move |Path(path): Path<String>, headers: HeaderMap| serve(page, &path, &headers);
            routes
                .route(folder.trim_end_matches('/'), get(async move || Redirect::permanent(folder)))
                .route(folder, get(index))
                .route(&format!("{folder}{{*path}}"), get(inside))
        },
    )
}

fn serve(page: Page, inside: &str, headers: &HeaderMap) -> Response {
    let path = if inside.is_empty() { page.index().to_owned() } else { format!("{}{inside}", &page.folder()[1..]) };
    match file(&path) {
        Some(file) => answer(page, &path, &file, headers),
        None if is_built() => super::AppError::NotFound.into_response(),
        None => {
            let policy = "default-src 'none'; style-src 'unsafe-inline'";
            ([(header::CONTENT_SECURITY_POLICY, policy)], Html(NOT_BUILT)).into_response()
        }
    }
}
