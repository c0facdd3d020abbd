//! What clients ask before anybody signs in: where things are, and what the server offers (`spec/bytedesk.md` §7.2).

use axum::{Extension, extract::State, http::HeaderMap};
use schemars::JsonSchema;
use serde::Serialize;

use super::{ApiState, base_url::base_url};
use crate::{
    http::{Routes, Success},
    listener::Peer,
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Signing in").get(
        "/config/bytedesk/properties",
        properties,
        "Says where clients connect, and what the server offers.",
    )
}

/// What the server is, as clients of Bytedesk read it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Properties {
    debug: bool,
    version: &'static str,
    custom: Custom,
    features: Features,
}

/// Addresses, and what there is to sign in by.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Custom {
    /// Whether name, logo and description take the place of the client's own.
    enabled: bool,
    name: &'static str,
    logo: &'static str,
    description: &'static str,
    /// The HTTP API. As the next ones empty when the request does not say which host it was sent to.
    api_url: String,
    /// Where files are brought, without the path.
    upload_api_url: String,
    /// MQTT over WebSocket.
    mqtt_websocket_url: String,
    /// STOMP over WebSocket.
    stomp_websocket_url: String,
    /// STOMP over SockJS.
    sockjs_url: String,
    login_username_enable: bool,
    login_mobile_enable: bool,
    login_scan_enable: bool,
    /// Failed logins after which a name has to wait.
    login_max_retry_count: u32,
    /// How long, in minutes.
    login_max_retry_lock_time: u64,
    allow_register: bool,
    force_validate_mobile: bool,
    force_validate_email: bool,
    force_visitor_auth: bool,
    show_demo: bool,
    show_right_corner_chat: bool,
    doc_url_show: bool,
    lang: &'static str,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Features {
    /// What pictures of people are relative to.
    avatar_base_url: &'static str,
}

impl Custom {
    /// Of a server that is reached at `base`.
    fn at(base: &str, (attempts, lock_s): (u32, u64)) -> Self {
        let socket = |path: &str| match base.strip_prefix("http") {
            Some(rest) => format!("ws{rest}{path}"),
            None => String::new(),
        };
        let page = |path: &str| if base.is_empty() { String::new() } else { format!("{base}{path}") };
        Self {
            enabled: false,
            name: "Deskwire",
            logo: "",
            description: "",
            api_url: page(""),
            upload_api_url: page(""),
            mqtt_websocket_url: socket("/websocket"),
            stomp_websocket_url: socket("/stomp"),
            sockjs_url: page("/sockjs"),
            login_username_enable: true,
            login_mobile_enable: false,
            login_scan_enable: false,
            login_max_retry_count: attempts,
            login_max_retry_lock_time: lock_s.div_ceil(60),
            allow_register: false,
            force_validate_mobile: false,
            force_validate_email: false,
            force_visitor_auth: false,
            show_demo: false,
            show_right_corner_chat: false,
            doc_url_show: false,
            lang: "zh-CN",
        }
    }
}

async fn properties(
    State(state): State<ApiState>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Success<Properties> {
    let limits = &state.gateway.config.limits;
    let retries = (limits.login_attempts, limits.login_lock_s.duration().as_secs());
    Success::new(Properties {
        debug: false,
        version: env!("CARGO_PKG_VERSION"),
        custom: Custom::at(&base_url(&state, &peer, &headers), retries),
        features: Features { avatar_base_url: "" },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_are_where_the_pages_are() {
        for (base, mqtt, sockjs) in [
            ("http://desk:9003", "ws://desk:9003/websocket", "http://desk:9003/sockjs"),
            ("https://desk.example", "wss://desk.example/websocket", "https://desk.example/sockjs"),
            ("", "", ""),
        ] {
            let custom = Custom::at(base, (5, 61));
            assert_eq!((custom.mqtt_websocket_url.as_str(), custom.sockjs_url.as_str()), (mqtt, sockjs), "{base}");
            assert_eq!(custom.login_max_retry_lock_time, 2);
        }
    }
}
