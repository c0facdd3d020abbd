//! A listener with SockJS at `/base`, whose sessions the test serves itself.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::Request as HttpRequest,
    response::{IntoResponse, Response},
};
use deskwire_cluster::{Bus, Heard, Inbox};
use deskwire_model::{Principal, Role, Uid};
use deskwire_server::{
    config::{Config, Limits, ListenUrl, Wire},
    http::finish,
    listener::{Io, Listeners, Peer, Streams},
    shutdown::{self, ShutdownTrigger},
    sockjs::{Admitted, AtBase, Home, Owner, Service, SessionIo, Settings, SockJs, WebSocketFraming},
    telemetry::metrics::{self, Metrics},
};
use http::{StatusCode, request::Parts};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::mpsc;

use crate::{
    client::{Answer, Request, Response as Stream},
    redis::Redis,
};

/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(600);

pub(crate) struct Server {
    address: SocketAddr,
    sessions: mpsc::UnboundedReceiver<SessionIo>,
    metrics: PrometheusHandle,
    pub(crate) bus: Bus,
    pub(crate) sockjs: SockJs<Desk>,
    _trigger: ShutdownTrigger,
}

fn patient(settings: &mut Settings) {
    settings.session.heartbeat = LONG;
    settings.session.disconnect_delay = LONG;
    settings.session.post_wait = LONG;
}

/// This listener speaks HTTP only.
#[derive(Clone)]
struct NoStreams;

impl Streams for NoStreams {
    async fn serve_stream(self, _: Wire, _: Io, _: Peer) {}
}

/// Hands every session to the test. `?token=name` says whose it is, `?token=nobody` is refused, and `?token=barred` may
/// open nothing. Below `/private` not every page is let in.
pub(crate) struct Desk(mpsc::UnboundedSender<SessionIo>);

impl Service for Desk {
    type Caller = ();

    fn admit(&self, request: &Parts) -> Result<Admitted<()>, Box<Response>> {
        let address = request.extensions.get::<Peer>().map(|peer| peer.address.ip());
        let token = request.uri.query().and_then(|query| query.strip_prefix("token="));
        let owner = match token {
            None => Owner::Address(address),
            Some("nobody") => return Err(Box::new(StatusCode::UNAUTHORIZED.into_response())),
            Some(name) => {
                let (org, uid) = (Uid::new("org").unwrap(), Uid::new(name).unwrap());
                Owner::Principal(Principal { org, uid, role: Role::Visitor })
            }
        };
        Ok(Admitted { caller: (), owner, address })
    }

    fn open(&self, request: &Parts, (): (), session: SessionIo) -> Result<(), Box<Response>> {
        if request.uri.query() == Some("token=barred") {
            return Err(Box::new(StatusCode::FORBIDDEN.into_response()));
        }
        // A test that has seen enough is gone.
        let _ = self.0.send(session);
        Ok(())
    }

    fn is_for_all_pages(&self, request: &Parts) -> bool {
        !request.uri.path().starts_with("/private")
    }

    fn websocket(&self, _: HttpRequest, framing: WebSocketFraming) -> Response {
        (StatusCode::IM_A_TEAPOT, format!("{framing:?}")).into_response()
    }
}

/// Serves `router` until the trigger is dropped, wrapped as the server wraps its own.
pub(crate) fn listen(router: Router) -> (SocketAddr, ShutdownTrigger) {
    let listeners = Listeners::bind(&[ListenUrl::local_http(0)], None).unwrap();
    let address = listeners.urls().next().unwrap().address;
    let (trigger, shutdown) = shutdown::channel();
    let (limits, metrics) = (Limits::default(), Arc::new(Metrics::register()));
    let router = finish(router, Router::new(), &limits);
    tokio::spawn(async move { listeners.serve(router, NoStreams, &limits, metrics, shutdown).await });
    (address, trigger)
}

/// What the server does with what it hears.
async fn hear(mut inbox: Inbox, home: Arc<Home>) {
    while let Some(heard) = inbox.next().await {
        match heard {
            Heard::Asked(asked) if Home::is_asked(&asked) => home.answer(asked),
            Heard::PeerLost(node) => home.lost(&node),
            Heard::Down => home.cut_off(),
            _ => {}
        }
    }
}

impl Server {
    /// With settings in which nothing ends by itself.
    pub(crate) fn start() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::on(Bus::local(), change)
    }

    /// Two nodes that know each other.
    pub(crate) async fn two(redis: &Redis, change: impl Fn(&mut Settings)) -> (Self, Self) {
        let (a, b) = (Self::on(redis.bus("a"), &change), Self::on(redis.bus("b"), &change));
        while a.bus.peers().is_empty() || b.bus.peers().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        (a, b)
    }

    /// Another node beside this one.
    pub(crate) async fn beside(&self, redis: &Redis) -> Self {
        let (other, known) = (Self::on(redis.bus("c"), |_| {}), self.bus.peers().len());
        while self.bus.peers().len() <= known || other.bus.peers().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        other
    }

    fn on((bus, inbox): (Bus, Inbox), change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::new(&Config::default());
        patient(&mut settings);
        change(&mut settings);

        let recorder = metrics::recorder().unwrap();
        let metrics = Arc::new(::metrics::with_local_recorder(&recorder, Metrics::register));
        let (opened, sessions) = mpsc::unbounded_channel();
        let sockjs = SockJs::among(&bus, Desk(opened), settings, Arc::clone(&metrics));
        let router = Router::new()
            .merge(sockjs.routes("/base", AtBase::Nothing))
            .merge(sockjs.routes("/plain/base", AtBase::RawWebSocket))
            .merge(sockjs.routes("/private/base", AtBase::Nothing));
        tokio::spawn(hear(inbox, sockjs.home()));

        let (address, trigger) = listen(router);
        Self { address, sessions, metrics: recorder.handle(), bus, sockjs, _trigger: trigger }
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> Request {
        Request::new(self.address, method, path)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.request("GET", path).send().await
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> Answer {
        self.request("POST", path).body(body).send().await
    }

    /// The body of the answer to a poll of `/base/0/a`.
    pub(crate) async fn poll(&self) -> String {
        let answer = self.post("/base/0/a/xhr", "").await;
        assert_eq!(answer.status, 200);
        answer.body
    }

    /// Sends `body` to `/base/0/a`; returns the status.
    pub(crate) async fn say(&self, body: &str) -> u16 {
        self.post("/base/0/a/xhr_send", body).await.status
    }

    pub(crate) async fn stream(&self, method: &str, path: &str) -> Stream {
        let stream = self.request(method, path).open().await;
        assert_eq!(stream.status, 200, "{path}");
        stream
    }

    /// The server's end of the session that was opened next.
    pub(crate) async fn session(&mut self) -> SessionIo {
        self.sessions.recv().await.unwrap()
    }

    /// Opens the session `/base/0/a`, which is then without receiver.
    pub(crate) async fn open(&mut self) -> SessionIo {
        assert_eq!(self.poll().await, "o\n");
        self.session().await
    }

    pub(crate) fn has_counted(&self, limit: &str) -> bool {
        let line = format!("deskwire_limit_hits_total{{limit=\"{limit}\"}} 1\n");
        self.metrics.render().contains(&line)
    }
}
