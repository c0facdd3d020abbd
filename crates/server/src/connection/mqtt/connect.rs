use std::sync::Arc;

use deskwire_broker::{EnterError, Entered, Entering};
use deskwire_desk::{DeskError, FeedDevice};
use deskwire_model::{Conversation, Role, SessionId, Uid};
use deskwire_wire::{
    Tick,
    mqtt::{Acceptance, ConnackCode, Connect, Disconnect, DisconnectCode, Refusal, Text},
    ws::CloseCode,
};

use super::{Client, Mqtt, subscribe::IMPLICIT, will::Will};
use crate::{
    cluster::sessions,
    connection::{pace::Pace, protocol::Ending},
    gateway::{AuthError, Identity, MqttAuthError, SessionEvent, SessionView},
    telemetry::metrics::{Limit, Protocol},
};

/// Why a client is not let in, or cannot stay.
#[derive(Debug, thiserror::Error)]
enum NotAdmitted {
    #[error(transparent)]
    Desk(#[from] DeskError),
    #[error(transparent)]
    Session(#[from] EnterError),
}

impl NotAdmitted {
    /// What the client is told; nothing, if it may come again at once.
    const fn refusal(&self) -> Option<ConnackCode> {
        match self {
            Self::Session(EnterError::TooMany) => Some(ConnackCode::QuotaExceeded),
            Self::Session(_) | Self::Desk(_) => None,
        }
    }
}

impl Mqtt {
    /// Lets a client in, or refuses it.
    pub(super) async fn admit(&mut self, connect: Connect, now: Tick) {
        if let Err(error) = self.connect(connect, now).await {
            tracing::info!(%error, "an MQTT client is sent away");
            match error.refusal() {
                Some(code) => self.refuse_connect(code, &error.to_string()),
                // A client that has been accepted already must not stay without what it follows.
                None if self.client.is_some() => self.fail(&error.to_string()),
                None => self.turn_away(),
            }
        }
    }

    /// Ends the connection without a CONNACK, because of what passes: the database was away, or the session is on its way.
    /// Libraries come back by themselves when a connection breaks, and many of them never when it is refused.
    fn turn_away(&mut self) {
        self.session.disconnect(Disconnect::new(DisconnectCode::ServerBusy));
        self.ending = Some(Ending::new(CloseCode::TRY_AGAIN_LATER, "try again"));
    }

    fn refuse_connect(&mut self, code: ConnackCode, reason: &str) {
        let mut refusal = Refusal::from(code);
        refusal.reason_string = Text::new(reason).ok();
        self.session.refuse(refusal);
    }

    async fn connect(&mut self, connect: Connect, now: Tick) -> Result<(), NotAdmitted> {
        let Some(identity) = self.authenticate(&connect) else { return Ok(()) };
        let session = SessionId::random();
        let view = SessionView {
            id: Some(session),
            principal: &identity.principal,
            protocol: Protocol::Mqtt,
            address: self.address,
        };
        if let Err(veto) = self.gateway.extensions.ask(|interceptor| interceptor.connect(&view)) {
            tracing::info!(%veto, "an MQTT client was refused");
            self.refuse_connect(ConnackCode::NotAuthorized, &veto.to_string());
            return Ok(());
        }
        let assigned = connect.client_id.is_empty().then(Uid::random);
        let client_id = match &assigned {
            Some(assigned) => session_name(&identity, assigned.as_str()),
            None => session_name(&identity, connect.client_id.as_str()),
        };
        // Before the user is online: a conversation that it is given from then on is behind what the session has seen.
        let Entered { existed, origin, subscriptions, mut saved, mailbox } =
            self.enter(&identity, &client_id, session, &connect).await?;
        // A session that is not remembered begins now: with the end of what the agent serves already.
        let served = self.conversations(&identity).await?;
        self.gateway.wills.reconnected(&client_id, existed);
        self.pace = Pace::of(identity.principal.role, &self.gateway.config.limits, now);
        let will = Will::of(&self.gateway, &identity, connect.will.as_ref());
        let durable = mailbox.is_durable();
        let client = Client { identity, client_id, will, session, origin, mailbox: Some(mailbox), durable };
        // Before its conversations are looked up again: those it is given from then on come through the outbox.
        self.gateway.enter(&client.identity, client.session, &self.outbox);
        self.client = Some(Box::new(client));
        // Who ends a token looks for its connections after that: this one is found, or finds out here.
        self.outbox.reconsider();
        let recalls = std::mem::take(&mut saved.recalls);
        self.session.resume(Self::restored(saved));
        let mut acceptance = Acceptance::new(existed);
        acceptance.durable = durable;
        acceptance.assigned_client_id = assigned.and_then(|assigned| Text::new(assigned.as_str()).ok());
        self.session.accept(acceptance);
        self.tell(SessionEvent::Connected);
        for conversation in served {
            self.follow_log(conversation, IMPLICIT, FeedDevice::End).await?;
        }
        let Some(client) = &self.client else { return Ok(()) };
        for conversation in self.followed(client).await? {
            self.follow_log(conversation, IMPLICIT, FeedDevice::Joined).await?;
        }
        // Last, so that a stored subscription to a conversation does not stand in for the server's own.
        self.resume(&subscriptions).await?;
        self.begin(recalls);
        Ok(())
    }

    /// Takes up the client's session, or begins one.
    async fn enter(
        &self,
        identity: &Identity,
        client_id: &Arc<str>,
        session: SessionId,
        connect: &Connect,
    ) -> Result<Entered, EnterError> {
        let limits = &self.gateway.config.limits;
        let entering = Entering {
            client_id,
            user: &identity.principal.uid,
            session,
            arrival: self.gateway.mailboxes.arrival(),
            outbox: &self.outbox,
            clean_start: connect.clean_start,
            expiry_s: self.expiry_s(),
            window: limits.mqtt_inflight as usize,
        };
        let entered = sessions::enter(&self.gateway, entering).await;
        if let Err(EnterError::TooMany) = entered {
            self.gateway.metrics.limit_hits(Limit::MqttSessions).increment(1);
        }
        entered
    }

    /// Who the client is; one that proves nothing is refused.
    fn authenticate(&mut self, connect: &Connect) -> Option<Identity> {
        let (username, password) = match &connect.login {
            Some(login) => (login.username.as_ref().map(Text::as_str), login.password.as_deref()),
            None => (None, None),
        };
        let password = password.and_then(|password| std::str::from_utf8(password).ok());
        match self.gateway.authenticate_mqtt(connect.client_id.as_str(), username, password, self.address) {
            Ok(identity) => Some(identity),
            Err(error) => {
                metrics::counter!("deskwire_logins_refused_total", "protocol" => "mqtt").increment(1);
                tracing::info!(%error, "an MQTT client was refused");
                let code = match error {
                    MqttAuthError::ClientId => ConnackCode::ClientIdentifierNotValid,
                    MqttAuthError::Credentials(AuthError::Locked(_)) => ConnackCode::ConnectionRateExceeded,
                    MqttAuthError::Credentials(_) => ConnackCode::BadUserNameOrPassword,
                };
                self.refuse_connect(code, &error.to_string());
                None
            }
        }
    }

    /// What a client hears without asking: what it serves, and how those ended that were closed while its session was away.
    async fn followed(&self, client: &Client) -> Result<Vec<Arc<Conversation>>, DeskError> {
        let principal = &client.identity.principal;
        match client.device() {
            Some(device) if principal.role.is_staff() => self.gateway.desk.followed_by_device(principal, device).await,
            _ => self.conversations(&client.identity).await,
        }
    }

    /// What an agent serves: stock agent clients never SUBSCRIBE (`spec/bytedesk.md` §5).
    async fn conversations(&self, identity: &Identity) -> Result<Vec<Arc<Conversation>>, DeskError> {
        if !identity.principal.role.is_staff() {
            return Ok(Vec::new());
        }
        self.gateway.desk.conversations_of(&identity.principal).await
    }
}

/// The name of a client's session. A program may choose any client id; `:`, which no uid has, keeps it out of the way of
/// users' sessions.
fn session_name(identity: &Identity, client_id: &str) -> Arc<str> {
    match identity.principal.role {
        Role::Service => format!("{}:{client_id}", identity.principal.uid).into(),
        _ => client_id.into(),
    }
}
