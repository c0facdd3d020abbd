//! A server with hooks of its own: agents work in the office only, nobody says a certain word, and sessions are told
//! on standard error. It takes the command line of `deskwire`:
//!
//! ```text
//! cargo run --example interceptor -- serve --data data
//! ```

use std::process::ExitCode;

use deskwire_model::Role;
use deskwire_server::gateway::{Extensions, Interceptor, SessionEvent, SessionListener, SessionView, Veto};

/// Lets agents in from the loopback and private networks only.
struct OfficeOnly;

impl Interceptor for OfficeOnly {
    fn connect(&self, session: &SessionView<'_>) -> Result<(), Veto> {
        let is_near = match session.address {
            Some(std::net::IpAddr::V4(address)) => address.is_loopback() || address.is_private(),
            Some(std::net::IpAddr::V6(address)) => address.is_loopback() || address.is_unique_local(),
            None => false,
        };
        if session.principal.role == Role::Agent && !is_near {
            return Err(Veto("agents work in the office".into()));
        }
        Ok(())
    }
}

/// Refuses messages that hold a word.
struct Forbidden(&'static str);

impl Interceptor for Forbidden {
    fn send(&self, _: &SessionView<'_>, destination: &str, body: &[u8]) -> Result<(), Veto> {
        if String::from_utf8_lossy(body).contains(self.0) {
            return Err(Veto(format!("a message to {destination} holds a word that is not said here").into()));
        }
        Ok(())
    }
}

/// Tells who comes, listens and goes.
struct Chronicle;

impl SessionListener for Chronicle {
    fn on_event(&self, session: &SessionView<'_>, event: SessionEvent<'_>) {
        let id = session.id.map(|id| id.to_string()).unwrap_or_default();
        eprintln!("session {id} ({:?}): {event:?}", session.protocol);
    }
}

fn main() -> ExitCode {
    let extensions =
        Extensions::default().interceptor(OfficeOnly).interceptor(Forbidden("forbidden")).listener(Chronicle);
    deskwire_server::cli::run(extensions)
}
