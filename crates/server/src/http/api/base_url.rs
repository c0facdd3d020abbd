//! Where clients reach this server from outside.

use axum::http::{HeaderMap, HeaderName, header, uri::Authority};

use super::ApiState;
use crate::listener::Peer;

/// How a proxy says by which scheme it was reached.
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// `https://host`, without a slash behind it, or nothing: how the caller reached this server, unless the configuration says how
/// everybody does (`files.public_url`). It goes back to the caller alone, who may write any address anywhere anyway.
pub(super) fn base_url(state: &ApiState, peer: &Peer, headers: &HeaderMap) -> String {
    let configured = &state.gateway.config.files.public_url;
    if !configured.is_empty() {
        return configured.trim_end_matches('/').to_owned();
    }
    let text = |name: HeaderName| headers.get(name)?.to_str().ok();
    let scheme = match text(FORWARDED_PROTO) {
        Some("https") => "https",
        _ if peer.tls => "https",
        _ => "http",
    };
    let host = text(header::HOST).and_then(|host| host.parse::<Authority>().ok());
    host.map_or_else(String::new, |host| format!("{scheme}://{host}"))
}
