//! The paths of a SockJS service (`spec/stomp-sockjs.md` §3.1).

use std::{net::IpAddr, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::Request,
    response::{IntoResponse, Response},
    routing::any,
};
use bytes::Bytes;
use deskwire_cluster::Bus;
use deskwire_wire::sockjs::{Callback, Endpoint, IframePage, Messages, Route, Sender, Transport, form_field};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};
use serde::Serialize;

use super::{
    Admitted, Owner, Service, Settings, WebSocketFraming, headers,
    outgoing::Goodbye,
    receiver::Receiver,
    relay::{self, DeliveryError, Elsewhere, Home, Openings, Relayed, Relays},
    session::DeliverError,
    sessions::{Reception, Sessions},
};
use crate::telemetry::metrics::{Limit, Metrics};

const GREETING: &str = "Welcome to SockJS!\n";
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=UTF-8");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=UTF-8");
const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=UTF-8");
/// How long the answer to a request that brings messages waits at most for the session to act on them.
pub(super) const SETTLING: Duration = Duration::from_millis(100);
/// Why a request is refused whose session is on another node.
const CROWDED: &str = "Too many requests.";
const FORM: &str = "application/x-www-form-urlencoded";

/// What an upgrade to WebSocket means on the base path itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtBase {
    /// Nothing: 400 (`spec/stomp-sockjs.md` rule 34).
    Nothing,
    /// A WebSocket without SockJS, beside the one at `<base>/websocket`.
    RawWebSocket,
}

/// A service under any number of base paths.
#[derive(Debug)]
pub struct SockJs<T>(Arc<Shared<T>>);

#[derive(Debug)]
struct Shared<T> {
    service: T,
    settings: Arc<Settings>,
    iframe: Option<IframePage>,
    sessions: Arc<Sessions>,
    home: Arc<Home>,
    /// None on a node that is alone.
    relays: Option<Arc<Relays>>,
    metrics: Arc<Metrics>,
}

impl<T: Service> SockJs<T> {
    /// `service` with these settings; what they bound is bounded for all base paths together.
    pub fn new(service: T, settings: Settings, metrics: Arc<Metrics>) -> Self {
        Self::among(&Bus::local().0, service, settings, metrics)
    }

    /// The same on one of several nodes that offer it: each takes requests for the sessions of all. What others ask on
    /// `bus` has to be given to [`Self::home`].
    pub fn among(bus: &Bus, service: T, settings: Settings, metrics: Arc<Metrics>) -> Self {
        let settings = Arc::new(settings);
        let iframe = settings.client_url.as_deref().map(IframePage::new);
        let sessions = Arc::new(Sessions::new(Arc::clone(&settings)));
        let openings = Arc::new(Openings::default());
        let relays = Relays::new(bus, Arc::clone(&openings), &settings, &metrics);
        let home = Home::new(Arc::clone(&sessions), openings);
        Self(Arc::new(Shared { service, settings, iframe, sessions, home, relays, metrics }))
    }

    /// Ends the responses whose sessions other nodes have: those go on by way of another node. Sessions of this node are
    /// ended by whoever serves them.
    pub fn stop(&self) {
        if let Some(relays) = &self.0.relays {
            relays.stop();
        }
    }

    /// What answers other nodes.
    pub fn home(&self) -> Arc<Home> {
        Arc::clone(&self.0.home)
    }

    /// Everything under `base`, a path without a slash at its end.
    pub fn routes<S: Clone + Send + Sync + 'static>(&self, base: &'static str, at_base: AtBase) -> Router<S> {
        let shared = Arc::clone(&self.0);
        let handler = async move |request: Request| shared.answer(base, at_base, request).await;
        let all = any(handler);
        Router::new()
            .route(base, all.clone())
            .route(&format!("{base}/"), all.clone())
            .route(&format!("{base}/{{*rest}}"), all)
    }
}

impl<T: Service> Shared<T> {
    async fn answer(&self, base: &'static str, at_base: AtBase, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path().strip_prefix(base).unwrap_or_default();
        if path.is_empty() && parts.headers.contains_key(header::UPGRADE) {
            return match at_base {
                AtBase::RawWebSocket => self.service.websocket(Request::from_parts(parts, body), WebSocketFraming::Raw),
                AtBase::Nothing => text(StatusCode::BAD_REQUEST, "Use the path of a transport."),
            };
        }
        let Some(route) = Route::parse(path).filter(|route| self.offers(*route, &parts)) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        if !route.allows(parts.method.as_str()) {
            return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, route.allow())]).into_response();
        }
        if parts.method == Method::OPTIONS {
            let mut response = StatusCode::NO_CONTENT.into_response();
            headers::preflight(&parts.headers, route.allow(), response.headers_mut());
            return response;
        }
        match route {
            Route::Greeting => text(StatusCode::OK, GREETING),
            Route::Iframe => self.iframe(&parts.headers),
            Route::Info => for_page(&parts.headers, self.info(&parts)),
            Route::RawWebSocket => self.service.websocket(Request::from_parts(parts, body), WebSocketFraming::Raw),
            Route::Session { endpoint: Endpoint::WebSocket, .. } => {
                self.service.websocket(Request::from_parts(parts, body), WebSocketFraming::SockJs)
            }
            Route::Session { id, endpoint: Endpoint::Receive(transport) } => {
                let response = self.receive(session_name(base, id), transport, &parts).await;
                self.of_session(&parts.headers, response)
            }
            Route::Session { id, endpoint: Endpoint::Send(sender) } => {
                let response = self.send(session_name(base, id), sender, &parts, body).await;
                self.of_session(&parts.headers, response)
            }
        }
    }

    fn offers(&self, route: Route<'_>, request: &Parts) -> bool {
        match route {
            Route::RawWebSocket | Route::Session { endpoint: Endpoint::WebSocket, .. } => self.settings.websocket,
            // A script element names no origin, and what is in our iframe has ours.
            Route::Session { endpoint: Endpoint::Receive(Transport::Jsonp), .. } => {
                self.service.is_for_all_pages(request)
            }
            Route::Iframe => self.iframe.is_some() && self.service.is_for_all_pages(request),
            Route::Greeting | Route::Info | Route::Session { .. } => true,
        }
    }

    /// An answer of a session, with the headers that all of them have.
    fn of_session(&self, request: &HeaderMap, response: Response) -> Response {
        let mut response = for_page(request, response);
        if self.settings.cookie_needed {
            headers::sticky(request, response.headers_mut());
        }
        response
    }

    fn iframe(&self, request: &HeaderMap) -> Response {
        let Some(IframePage { html, etag }) = &self.iframe else { return StatusCode::NOT_FOUND.into_response() };
        let known = request.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok());
        let mut response = if known.is_some_and(|known| known.contains(etag.as_str())) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(header::CONTENT_TYPE, HTML)], html.clone()).into_response()
        };
        headers::cache_for_a_year(response.headers_mut());
        if let Ok(etag) = HeaderValue::try_from(etag) {
            response.headers_mut().insert(header::ETAG, etag);
        }
        response
    }

    fn info(&self, request: &Parts) -> Response {
        if let Err(refused) = self.service.admit(request) {
            return *refused;
        }
        let Ok(entropy) = getrandom::u32() else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let info = Info {
            entropy,
            origins: ["*:*"],
            cookie_needed: self.settings.cookie_needed,
            websocket: self.settings.websocket,
        };
        let mut response = Json(info).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, JSON);
        response
    }

    async fn receive(&self, name: String, transport: Transport, request: &Parts) -> Response {
        let callback = if transport.needs_callback() {
            match Callback::from_query(request.uri.query().unwrap_or_default()) {
                Ok(callback) => Some(callback),
                Err(error) => return text(StatusCode::INTERNAL_SERVER_ERROR, error.body()),
            }
        } else {
            None
        };
        let Admitted { caller, owner, address } = match self.service.admit(request) {
            Ok(admitted) => admitted,
            Err(refused) => return *refused,
        };
        let receiver = match self.find(&name, &owner, address).await {
            Found::Here(Reception::Opened(attachment, session)) => match self.service.open(request, caller, session) {
                Ok(()) => Receiver::new(transport, callback, attachment),
                // Nobody receives any more: the session is over before it began.
                Err(refused) => return *refused,
            },
            Found::Here(Reception::Resumed(attachment)) => Receiver::new(transport, callback, attachment),
            Found::There(relayed) => Receiver::relaying(transport, callback, relayed),
            Found::Here(Reception::Busy) => Receiver::refusing(transport, callback, &busy()),
            Found::Lost => Receiver::refusing(transport, callback, &relay::lost()),
            Found::Here(Reception::Foreign) => return StatusCode::NOT_FOUND.into_response(),
            Found::Here(Reception::Full) => {
                self.metrics.limit_hits(Limit::SockJsSessions).increment(1);
                return text(StatusCode::TOO_MANY_REQUESTS, "Too many sessions.");
            }
            Found::Crowded => return text(StatusCode::SERVICE_UNAVAILABLE, CROWDED),
        };
        let mut response = Response::new(Body::new(receiver));
        let kind = HeaderValue::from_static(transport.content_type());
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        headers::stream(response.headers_mut());
        response
    }

    /// Finds what a request to receive is about, on this node or another one. A session that is nowhere is opened.
    async fn find(&self, name: &str, owner: &Owner, address: Option<IpAddr>) -> Found {
        let Some(relays) = &self.relays else {
            return Found::Here(self.sessions.receive(name, owner, address, None).await);
        };
        if let Some(reception) = self.sessions.resume(name, owner, false).await {
            return Found::Here(reception);
        }
        let _opening = relays.opening(name);
        match relays.receive(name, owner).await {
            Elsewhere::Here(claim) => Found::Here(self.sessions.receive(name, owner, address, Some(claim)).await),
            Elsewhere::There(relayed) => Found::There(relayed),
            Elsewhere::Busy => Found::Here(Reception::Busy),
            Elsewhere::Foreign => Found::Here(Reception::Foreign),
            Elsewhere::Full => Found::Crowded,
            Elsewhere::Lost => Found::Lost,
        }
    }

    async fn send(&self, name: String, sender: Sender, request: &Parts, body: Body) -> Response {
        let owner = match self.service.admit(request) {
            Ok(admitted) => admitted.owner,
            Err(refused) => return *refused,
        };
        let Some(session) = self.sessions.find(&name, &owner) else {
            return self.send_elsewhere(&name, sender, &owner, &request.headers, body).await;
        };
        let limit = self.settings.post_bytes;
        let messages = match self.read(sender, &request.headers, body, limit).await {
            Ok((_, messages)) => messages,
            Err(refused) => return *refused,
        };
        match session.deliver(messages).await {
            Ok(()) => {}
            Err(DeliverError::Over) => return StatusCode::NOT_FOUND.into_response(),
            Err(DeliverError::Full) => return self.takes_no_more(),
        }
        // A client that polls as soon as it knows that they have come finds what they brought about.
        let _ = tokio::time::timeout(SETTLING, session.settled()).await;
        taken(sender)
    }

    /// The same for a session that is not on this node.
    async fn send_elsewhere(
        &self,
        name: &str,
        sender: Sender,
        owner: &Owner,
        headers: &HeaderMap,
        body: Body,
    ) -> Response {
        let Some(relays) = &self.relays else { return StatusCode::NOT_FOUND.into_response() };
        let Some(home) = relays.home(name).await else { return StatusCode::NOT_FOUND.into_response() };
        let Some(_relaying) = relays.relay() else { return text(StatusCode::SERVICE_UNAVAILABLE, CROWDED) };
        let json = match self.read(sender, headers, body, relays.post_bytes()).await {
            Ok((json, _)) => json,
            Err(refused) => return *refused,
        };
        match relays.deliver(&home, name, owner, &json).await {
            Ok(()) => taken(sender),
            Err(DeliveryError::Unknown) => StatusCode::NOT_FOUND.into_response(),
            Err(DeliveryError::Full) => self.takes_no_more(),
        }
    }

    fn takes_no_more(&self) -> Response {
        self.metrics.limit_hits(Limit::SockJsWaiting).increment(1);
        text(StatusCode::SERVICE_UNAVAILABLE, "Too many messages.")
    }

    /// The messages of a request of up to `limit` bytes, as it has them and as they are.
    async fn read(
        &self,
        sender: Sender,
        headers: &HeaderMap,
        body: Body,
        limit: usize,
    ) -> Result<(Bytes, Messages), Box<Response>> {
        let refuse = |status, reason| Err(Box::new(text(status, reason)));
        let body = match tokio::time::timeout(self.post_wait(), to_bytes(body, limit)).await {
            Ok(Ok(body)) => body,
            Ok(Err(error)) if is_too_long(&error) => {
                self.metrics.limit_hits(Limit::Size).increment(1);
                return refuse(StatusCode::PAYLOAD_TOO_LARGE, "Too many bytes.");
            }
            Ok(Err(_)) => return refuse(StatusCode::BAD_REQUEST, "The body broke off."),
            Err(_) => return refuse(StatusCode::REQUEST_TIMEOUT, "The body did not come."),
        };
        let json = match sender {
            Sender::Jsonp if is_form(headers) => form_field(&body, "d").unwrap_or_default().into(),
            Sender::Xhr | Sender::Jsonp => body,
        };
        match Messages::from_request(&json, limit) {
            Ok(messages) => Ok((json, messages)),
            Err(error) => refuse(StatusCode::INTERNAL_SERVER_ERROR, error.body()),
        }
    }

    fn post_wait(&self) -> Duration {
        self.settings.session.post_wait
    }
}

/// What a request to receive is about.
enum Found {
    /// A session on this node.
    Here(Reception),
    /// A session on another one.
    There(Relayed),
    /// It was on another node, which cannot be asked.
    Lost,
    /// It is on another node, for which this one asks as much as it may.
    Crowded,
}

/// The answer to a request whose messages were taken.
fn taken(sender: Sender) -> Response {
    match sender {
        Sender::Xhr => (StatusCode::NO_CONTENT, [(header::CONTENT_TYPE, TEXT)]).into_response(),
        Sender::Jsonp => text(StatusCode::OK, "ok"),
    }
}

/// How a client is told that another request receives already (`spec/stomp-sockjs.md` rule 28).
fn busy() -> Goodbye {
    Goodbye { code: 2010, reason: "Another connection still open".to_owned() }
}

/// What `/info` says.
#[derive(Serialize)]
struct Info {
    /// For the random numbers of clients that have no good ones.
    entropy: u32,
    /// Of no use any more, but always there.
    origins: [&'static str; 1],
    cookie_needed: bool,
    websocket: bool,
}

/// An answer that the page which asks may read, refusals included, and that nobody keeps.
fn for_page(request: &HeaderMap, mut response: Response) -> Response {
    headers::no_cache(response.headers_mut());
    headers::for_page(request, response.headers_mut());
    response
}

fn text(status: StatusCode, text: &'static str) -> Response {
    (status, [(header::CONTENT_TYPE, TEXT)], text).into_response()
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(FORM)
}

fn is_too_long(error: &axum::Error) -> bool {
    std::error::Error::source(error).is_some_and(|cause| cause.is::<http_body_util::LengthLimitError>())
}

/// The name under which a session is kept: ids are the clients' and mean something under one base path only.
fn session_name(base: &str, id: &str) -> String {
    format!("{base}/{id}")
}
