//! How a file of the web is answered: its form, how long it may be kept, and what its page may do.

use std::fmt::Write as _;

use aws_lc_rs::digest;
use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use deskwire_desk::Framing;

/// What the panel may do: talk to its own origin, and show pictures of the shop.
const PANEL_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: https:; \
                            media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                            require-trusted-types-for 'script'";
const DEMO_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; frame-src 'self'; \
                           base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'";
/// What the workbench may do: as the panel, and show a channel's panel as it will look.
const WORKBENCH_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
                                img-src 'self' data: blob: https:; media-src 'self' blob:; connect-src 'self'; \
                                frame-src 'self'; base-uri 'none'; form-action 'none'; \
                                require-trusted-types-for 'script'; trusted-types vue";

/// A part of the web.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    Launcher,
    /// The SDK for pages without a build.
    Sdk,
    Panel,
    Workbench,
    Demo,
}

impl Page {
    pub(super) const fn folder(self) -> &'static str {
        match self {
            Self::Launcher | Self::Sdk => "/",
            Self::Panel => "/chat/",
            Self::Workbench => "/agent/",
            Self::Demo => "/demo/",
        }
    }

    /// Its first file.
    pub(super) const fn index(self) -> &'static str {
        match self {
            Self::Launcher => "deskwire.js",
            Self::Sdk => "deskwire-sdk.js",
            Self::Panel => "chat/index.html",
            Self::Workbench => "agent/index.html",
            Self::Demo => "demo/index.html",
        }
    }

    /// What it may do, and who may frame it: the panel those whom `framing` says, the others nobody.
    fn policy(self, framing: &Framing) -> Option<String> {
        let (policy, ancestors) = match self {
            Self::Launcher | Self::Sdk => return None,
            Self::Panel => (PANEL_POLICY, framing.sources()),
            Self::Workbench => (WORKBENCH_POLICY, "'none'".to_owned()),
            Self::Demo => (DEMO_POLICY, "'none'".to_owned()),
        };
        Some(format!("{policy}; frame-ancestors {ancestors}"))
    }
}

/// An embedded file.
#[derive(Debug)]
pub(super) struct File {
    pub(super) plain: Bytes,
    pub(super) gzip: Option<Bytes>,
    pub(super) brotli: Option<Bytes>,
    pub(super) hash: [u8; 32],
}

/// The type of a file by the end of its name. All text says its character set: a page in another one would read the script
/// in its own.
fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml; charset=utf-8",
        Some("webp") => "image/webp",
        Some("png") => "image/png",
        Some("mp3") => "audio/mpeg",
        _ => "application/octet-stream",
    }
}

/// Whether a client takes `coding`: named in `Accept-Encoding` and not with the weight 0 (RFC 9110, 12.5.3).
fn takes(headers: &HeaderMap, coding: &str) -> bool {
    let named = headers.get_all(header::ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    named.flat_map(|value| value.split(',')).any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, "q=1"));
        let weight = weight.trim().trim_start_matches("q=").parse().unwrap_or(0.0_f32);
        name.trim().eq_ignore_ascii_case(coding) && weight > 0.0
    })
}

/// The name of this content under this policy, for caches: who is told that nothing has changed keeps the policy too.
fn entity_tag(hash: &[u8; 32], policy: Option<&str>) -> String {
    let mut tag = String::from("\"");
    for byte in &hash[..12] {
        let _ = write!(tag, "{byte:02x}");
    }
    if let Some(policy) = policy {
        let digest = digest::digest(&digest::SHA256, policy.as_bytes());
        for byte in &digest.as_ref()[..6] {
            let _ = write!(tag, "{byte:02x}");
        }
    }
    tag + "\""
}

/// Answers with `file`, which is found at `path` of `page`; with 304 if the client has it.
pub(super) fn answer(page: Page, path: &str, file: &File, headers: &HeaderMap, framing: &Framing) -> Response {
    let policy = page.policy(framing).filter(|_| path.ends_with(".html"));
    let coded = [("br", &file.brotli), ("gzip", &file.gzip)]
        .into_iter()
        .find_map(|(coding, form)| form.as_ref().filter(|_| takes(headers, coding)).map(|form| (Some(coding), form)));
    let (coding, content) = coded.unwrap_or((None, &file.plain));
    let tag = entity_tag(&file.hash, policy.as_deref());
    // Names in this folder change with their content.
    let kept = if path.contains("/assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let is_known = known.is_some_and(|known| known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag));

    let mut response = Response::new(if is_known { Body::empty() } else { Body::from(content.clone()) });
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let told = response.headers_mut();
    told.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    told.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        told.insert(header::ETAG, tag);
    }
    if is_known {
        return response;
    }
    told.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(path)));
    told.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(coding) = coding {
        told.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    if let Some(policy) = policy.and_then(|policy| HeaderValue::try_from(policy).ok()) {
        told.insert(header::CONTENT_SECURITY_POLICY, policy);
        told.insert(header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin"));
    }
    response
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    fn file() -> File {
        let form = |text: &'static str| Bytes::from_static(text.as_bytes());
        File { plain: form("plain"), gzip: Some(form("gz")), brotli: Some(form("br")), hash: [7; 32] }
    }

    fn asking(pairs: &[(header::HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    async fn text(response: Response) -> String {
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn a_client_gets_the_smallest_form_that_it_takes() {
        for (accepted, coding, expected) in [
            ("gzip, deflate, br, zstd", Some("br"), "br"),
            ("gzip, br;q=0", Some("gzip"), "gz"),
            ("GZIP;q=0.5", Some("gzip"), "gz"),
            ("identity", None, "plain"),
            ("brx", None, "plain"),
        ] {
            let headers = asking(&[(header::ACCEPT_ENCODING, accepted)]);
            let response = answer(Page::Launcher, "deskwire.js", &file(), &headers, &Framing::Anybody);
            let told = response.headers().get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap());
            assert_eq!(told, coding, "{accepted}");
            assert_eq!(response.headers()[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
            assert_eq!(response.headers()[header::VARY], "accept-encoding");
            assert_eq!(text(response).await, expected, "{accepted}");
        }
    }

    #[tokio::test]
    async fn pages_are_asked_for_again_and_assets_are_kept() {
        let panel =
            |file: &File, headers: &HeaderMap| answer(Page::Panel, "chat/index.html", file, headers, &Framing::Anybody);
        let page = panel(&file(), &HeaderMap::new());
        assert_eq!(page.headers()[header::CACHE_CONTROL], "no-cache");
        let tag = page.headers()[header::ETAG].clone();
        let mut again = HeaderMap::new();
        again.insert(header::IF_NONE_MATCH, tag);
        let known = panel(&file(), &again);
        assert_eq!((known.status(), text(known).await), (StatusCode::NOT_MODIFIED, String::new()));
        let changed = File { hash: [8; 32], ..file() };
        assert_eq!(panel(&changed, &again).status(), 200);
        let elsewhere = answer(Page::Panel, "chat/index.html", &file(), &again, &Framing::Ourselves);
        assert_eq!(elsewhere.status(), 200, "the same page under another policy");
        let asset = answer(Page::Panel, "chat/assets/a.css", &file(), &HeaderMap::new(), &Framing::Anybody);
        assert!(asset.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        assert!(asset.headers().get(header::CONTENT_SECURITY_POLICY).is_none());
    }

    #[test]
    fn only_the_panel_is_framed_by_others() {
        let shop = Framing::Only(vec!["shop.example".to_owned()]);
        for (page, framing, ancestors) in [
            (Page::Panel, &Framing::Anybody, "frame-ancestors *"),
            (Page::Panel, &shop, "frame-ancestors 'self' shop.example"),
            (Page::Panel, &Framing::Ourselves, "frame-ancestors 'self'"),
            (Page::Workbench, &Framing::Anybody, "frame-ancestors 'none'"),
            (Page::Demo, &shop, "frame-ancestors 'none'"),
        ] {
            let told = answer(page, page.index(), &file(), &HeaderMap::new(), framing);
            let policy = told.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert_eq!(policy.split("; ").last(), Some(ancestors), "{page:?}");
        }
    }
}
