//! CONNECT: who the client is.

use deskwire_model::{ErrorCode, SessionId, ids::MAX_UID_LEN};
use deskwire_wire::{Tick, stomp::event::Connect};

use super::{Client, Stomp};
use crate::{
    connection::pace::Pace,
    gateway::{AuthError, SessionEvent, SessionView},
};

impl Stomp {
    pub(super) async fn connect(&mut self, connect: Connect, now: Tick) {
        let authenticated = match self.known.take() {
            // The token may have ended since the handshake.
            Some(identity) if self.gateway.still_holds(&identity) => Ok(*identity),
            Some(_) => Err(AuthError::Revoked),
            None => {
                let (authorization, login, passcode) = (connect.authorization(), connect.login(), connect.passcode());
                self.gateway.authenticate_stomp(authorization, login, passcode, self.address).await
            }
        };
        let identity = match authenticated {
            Ok(identity) => identity,
            Err(error) => {
                metrics::counter!("deskwire_logins_refused_total", "protocol" => "stomp").increment(1);
                return self.session.error(error.code().as_str(), &error.to_string(), "", None);
            }
        };
        let device = connect.frame.header("device").unwrap_or_default();
        if device.len() > MAX_UID_LEN || device.chars().any(char::is_control) {
            let code = ErrorCode::InvalidRequest.as_str();
            return self.session.error(code, "the device header is not acceptable", "", None);
        }
        self.pace = Pace::of(identity.principal.role, &self.gateway.config.limits, now);
        let user = identity.principal.uid.clone();
        let client_id = connect.frame.header("client-id").map(Into::into);
        let client = Client { identity, device: device.into(), client_id, session: SessionId::random() };
        let view = SessionView {
            id: Some(client.session),
            principal: &client.identity.principal,
            protocol: self.protocol,
            address: self.address,
        };
        if let Err(veto) = self.gateway.extensions.ask(|interceptor| interceptor.connect(&view)) {
            return self.session.error(ErrorCode::Vetoed.as_str(), &veto.to_string(), "", None);
        }
        self.gateway.enter(&client.identity, client.session, &self.outbox);
        self.session.accept(Some(user.as_str()), &client.session.to_string(), now);
        self.client = Some(Box::new(client));
        // Who ends a token looks for its connections after that: this one is found, or finds out here.
        self.outbox.reconsider();
        self.tell(SessionEvent::Connected);
    }
}
