//! How a connection lets go of its session, and what the next one finds of it.

use deskwire_broker::{CloseReason, Handed, SavedMailbox};
use deskwire_model::ErrorCode;
use deskwire_wire::mqtt::{
    CloseReason as SessionEnd, DecodeError, Disconnect, DisconnectCode, Event, PacketId, SavedInflight, SavedSession,
    Stage,
};

use super::{
    Mqtt,
    refusals::because,
    token::{Acknowledged, Token},
};
use crate::{connection::framing::Frames, gateway::SessionEvent, telemetry::metrics::Limit};

impl Mqtt {
    /// The client leaves by itself, and may take its will back [MQTT-3.14.4-3].
    pub(super) fn says_goodbye(&mut self, disconnect: &Disconnect) {
        if let Some(client) = self.client.as_mut().filter(|_| !disconnect.keeps_will()) {
            client.will = None;
        }
    }

    /// Seconds that the session outlives its connection. Clients of MQTT 3 want it to be for ever.
    pub(super) fn expiry_s(&self) -> u32 {
        let longest = u32::try_from(self.gateway.config.limits.mqtt_session_expiry_s.0).unwrap_or(u32::MAX);
        self.session.session_expiry().min(longest)
    }

    /// Lets go of the session. Its will comes first, so that a connection that takes the session over finds it.
    pub(super) fn leave(&mut self) {
        self.hear_out();
        let saved = self.saved();
        let expiry_s = self.expiry_s();
        self.leave_will(expiry_s);
        let Some(client) = &mut self.client else { return };
        if let Some(mailbox) = client.mailbox.take() {
            mailbox.leave(saved, expiry_s, crate::connection::timestamp());
        }
    }

    /// Sends the client away, with a name for the reason: in DISCONNECT, or where that says nothing in an ERROR message on the
    /// user's own topic.
    pub(super) fn dismiss(&mut self, out: &mut Frames<'_>) {
        let reason = CloseReason::Dismissed.to_string();
        if !self.is_v5() {
            self.complain_of(ErrorCode::Dismissed, &reason, "ERROR", "");
            self.write_complaints(out);
        }
        let said = because(ErrorCode::Dismissed, &reason);
        let mut disconnect = Disconnect::new(DisconnectCode::AdministrativeAction);
        (disconnect.reason_string, disconnect.user) = (said.reason_string, said.user);
        self.session.disconnect(disconnect);
    }

    /// Takes what the client has said and nobody has acted on, as far as it wants no answer. The rest it has to say again, to
    /// the connection that has the session then.
    fn hear_out(&mut self) {
        while let Some(event) = self.next.take().or_else(|| self.session.poll_event()) {
            match event {
                Event::Settled { token } | Event::Rejected { token, .. } => {
                    self.settled(Token::from_acknowledged(token));
                }
                Event::Disconnect(disconnect) => self.says_goodbye(&disconnect),
                _ => {}
            }
        }
    }

    /// What the session has to remember of the mailbox. Entries of logs are remembered by their cursors.
    fn saved(&self) -> SavedMailbox {
        let SavedSession { mut inflight, unreleased } = self.session.save();
        // They were not sent, and the next connection would send them again without storing their identifiers.
        inflight.retain(|message| !self.reserved.holds_unstored(message.packet_id));
        let handed = |message: SavedInflight| match Token::from_acknowledged(message.token).acknowledged() {
            Acknowledged::Posted(number) => Some(Handed {
                number,
                packet_id: message.packet_id.get(),
                qos: if message.stage == Stage::Puback { 1 } else { 2 },
                received: message.stage == Stage::Pubcomp,
            }),
            Acknowledged::Entry(..) | Acknowledged::Nothing => None,
        };
        SavedMailbox {
            inflight: inflight.into_iter().filter_map(handed).collect(),
            unreleased: unreleased.into_iter().map(PacketId::get).collect(),
            recalls: self
                .recalls
                .iter()
                .filter_map(|(key, recall)| {
                    let subscription = self.subscriptions.get(*key)?;
                    Some((subscription.filter().as_str().into(), recall.clone()))
                })
                .collect(),
        }
    }

    /// The same for the session that takes it up again.
    pub(super) fn restored(saved: SavedMailbox) -> SavedSession {
        let inflight = |handed: Handed| {
            Some(SavedInflight {
                packet_id: PacketId::new(handed.packet_id)?,
                token: Token::of_post(handed.number).get(),
                stage: match (handed.qos, handed.received) {
                    (_, true) => Stage::Pubcomp,
                    (2, false) => Stage::Pubrec,
                    _ => Stage::Puback,
                },
            })
        };
        SavedSession {
            inflight: saved.inflight.into_iter().filter_map(inflight).collect(),
            unreleased: saved.unreleased.into_iter().filter_map(PacketId::new).collect(),
        }
    }
}

/// The bound that a client broke with what ended the session.
const fn limit(end: &SessionEnd) -> Option<Limit> {
    match end {
        SessionEnd::Malformed(DecodeError::TooLarge { .. }) | SessionEnd::TooEager => Some(Limit::Size),
        SessionEnd::ConnectTimeout => Some(Limit::ConnectDeadline),
        SessionEnd::TooManyUnreleased | SessionEnd::TooManyUnanswered | SessionEnd::ReceiveMaximumExceeded => {
            Some(Limit::Commits)
        }
        _ => None,
    }
}

impl Drop for Mqtt {
    fn drop(&mut self) {
        if let Some(limit) = self.session.is_closing().and_then(limit) {
            self.gateway.metrics.limit_hits(limit).increment(1);
        }
        self.leave();
        if let Some(client) = &self.client {
            self.gateway.leave(&client.identity, client.session, &self.outbox);
        }
        self.tell(SessionEvent::Disconnected);
    }
}
