//! The SockJS services that the public suite expects (`spec/stomp-sockjs.md` §3).

use std::{borrow::Cow, sync::Arc};

use axum::{Router, extract::Request, response::Response};
use deskwire_wire::{
    sockjs::{Messages, put_array, put_close, put_element, put_open},
    ws::{CloseCode, MessageKind},
};
use http::request::Parts;

use super::websocket::{self, MAX_MESSAGE, Output, Talk};
use crate::{
    config::Config,
    http::api::ApiState,
    listener::Peer,
    shutdown::Shutdown,
    sockjs::{Admitted, AtBase, Owner, Service, SessionIo, Settings, SockJs, WebSocketFraming},
    telemetry::metrics::Metrics,
};

/// Bytes after which a streaming response ends: the suite counts them.
const RESPONSE: usize = 4096;
/// Where the iframe page is to find the SockJS client, if nothing was configured: the suite reads the page and no further.
const CLIENT: &str = "/sockjs.min.js";
/// The close of a session by the service itself.
const GO_AWAY: (CloseCode, &str) = (library_code(3000), "Go away!");
/// The close of a WebSocket whose client does not speak SockJS.
const BROKEN_FRAMING: (CloseCode, &str) = (library_code(3000), "Broken framing.");
/// The greatest power of two that an amplifier answers with.
const MAX_POWER: u32 = 18;

const fn library_code(code: u16) -> CloseCode {
    CloseCode::new(code).expect("3000 to 3999 are for libraries (RFC 6455 §7.4.2)")
}

/// All of them, each under its path.
pub(super) fn routes(config: &Config, metrics: &Arc<Metrics>, shutdown: &Shutdown) -> Router<ApiState> {
    let mut settings = Settings::new(config);
    settings.cookie_needed = false;
    settings.client_url.get_or_insert_with(|| CLIENT.to_owned());
    settings.session.response_bytes = RESPONSE;
    let without_websocket = Settings { websocket: false, ..settings.clone() };
    let with_cookie = Settings { cookie_needed: true, ..settings.clone() };
    let service = |path, settings, behaviour| {
        let service = TestService { behaviour, shutdown: shutdown.clone() };
        SockJs::new(service, settings, Arc::clone(metrics)).routes(path, AtBase::Nothing)
    };
    Router::new()
        .merge(service("/echo", settings.clone(), Behaviour::Echo))
        .merge(service("/disabled_websocket_echo", without_websocket, Behaviour::Echo))
        .merge(service("/cookie_needed_echo", with_cookie, Behaviour::Echo))
        .merge(service("/close", settings.clone(), Behaviour::Close))
        .merge(service("/amplify", settings, Behaviour::Amplify))
}

/// What a service does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Behaviour {
    /// Says what it hears.
    Echo,
    /// Closes what was opened.
    Close,
    /// Says 2ⁿ times `x` when it hears a number n.
    Amplify,
}

impl Behaviour {
    fn answer(self, message: &str) -> Cow<'_, str> {
        match self {
            Self::Echo | Self::Close => message.into(),
            Self::Amplify => {
                let power = message.parse().ok().filter(|power| (1..=MAX_POWER).contains(power));
                "x".repeat(1 << power.unwrap_or(1)).into()
            }
        }
    }
}

/// A service for anybody.
#[derive(Debug)]
struct TestService {
    behaviour: Behaviour,
    shutdown: Shutdown,
}

impl Service for TestService {
    type Caller = ();

    fn admit(&self, request: &Parts) -> Result<Admitted<()>, Box<Response>> {
        let address = request.extensions.get::<Peer>().map(|peer| peer.address.ip());
        Ok(Admitted { caller: (), owner: Owner::Address(address), address })
    }

    fn open(&self, _: &Parts, (): (), session: SessionIo) -> Result<(), Box<Response>> {
        let (behaviour, mut shutdown) = (self.behaviour, self.shutdown.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = serve(behaviour, session) => {}
                () = shutdown.requested() => {}
            }
        });
        Ok(())
    }

    fn is_for_all_pages(&self, _: &Parts) -> bool {
        true
    }

    fn websocket(&self, request: Request, framing: WebSocketFraming) -> Response {
        websocket::upgrade(request, Framed { behaviour: self.behaviour, framing }, self.shutdown.clone())
    }
}

/// Serves a session over HTTP.
async fn serve(behaviour: Behaviour, mut session: SessionIo) {
    if behaviour == Behaviour::Close {
        return session.close(GO_AWAY.0.get(), GO_AWAY.1);
    }
    while let Some(message) = session.receive().await {
        if session.send(&behaviour.answer(&message)).await.is_err() {
            return;
        }
    }
}

/// Serves a WebSocket.
struct Framed {
    behaviour: Behaviour,
    framing: WebSocketFraming,
}

impl Framed {
    fn frame(out: &mut Output, write: impl FnOnce(&mut Vec<u8>)) {
        let mut frame = Vec::new();
        write(&mut frame);
        out.say(MessageKind::Text, &frame);
    }
}

impl Talk for Framed {
    fn begin(&mut self, out: &mut Output) {
        let framed = self.framing == WebSocketFraming::SockJs;
        if framed {
            Self::frame(out, put_open);
        }
        if self.behaviour == Behaviour::Close {
            let (code, reason) = GO_AWAY;
            if framed {
                Self::frame(out, |frame| put_close(frame, code.get(), reason));
            }
            out.close(code, reason);
        }
    }

    fn hear(&mut self, kind: MessageKind, message: &[u8], out: &mut Output) {
        if self.framing == WebSocketFraming::Raw {
            return match std::str::from_utf8(message) {
                Ok(text) => out.say(kind, self.behaviour.answer(text).as_bytes()),
                Err(_) => out.say(kind, message),
            };
        }
        let Ok(messages) = Messages::from_websocket(message, MAX_MESSAGE) else {
            return out.close(BROKEN_FRAMING.0, BROKEN_FRAMING.1);
        };
        for message in messages.iter() {
            let mut element = Vec::new();
            put_element(&mut element, self.behaviour.answer(message).as_bytes());
            Self::frame(out, |frame| put_array(frame, &element));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amplifier_answers_with_a_power_of_two() {
        for (message, len) in [("1", 2), ("3", 8), ("18", 262_144), ("0", 2), ("19", 2), ("-1", 2), ("many", 2)] {
            assert_eq!(Behaviour::Amplify.answer(message), "x".repeat(len), "{message}");
        }
    }
}
