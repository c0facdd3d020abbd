//! What a client leaves to be said when it is lost.

use std::{net::IpAddr, sync::Arc, time::Duration};

use deskwire_broker::{Content, Publication};
use deskwire_model::{SessionId, Topic};
use deskwire_wire::mqtt::{self, QoS};

use super::{Mqtt, properties};
use crate::{
    gateway::{Gateway, Identity, SessionView},
    telemetry::metrics::{Limit, Protocol},
};

/// A message that is published when its client goes without a DISCONNECT.
#[derive(Debug)]
pub(super) struct Will {
    will: mqtt::Will,
    topic: Topic,
}

impl Will {
    /// The will of a client that may publish it; others have none.
    pub(super) fn of(gateway: &Gateway, identity: &Identity, will: Option<&mqtt::Will>) -> Option<Box<Self>> {
        let will = will?;
        let topic = gateway.topic(will.topic.as_str()).ok()?;
        let right = gateway.may_publish_live(identity, &topic);
        right.then(|| Box::new(Self { will: will.clone(), topic }))
    }

    /// Seconds to wait for the client to come back, at most as long as its session lives (3.1.3.2.2).
    fn delay_s(&self, expiry_s: u32) -> u32 {
        self.will.delay.unwrap_or(0).min(expiry_s)
    }
}

/// What is left of a client that was lost: its will and whose it is.
struct Testament {
    gateway: Arc<Gateway>,
    will: Box<Will>,
    identity: Identity,
    session: SessionId,
    /// As whose words the will is known.
    origin: SessionId,
    address: Option<IpAddr>,
}

impl Testament {
    /// Publishes the will, if the interceptors let it.
    fn publish(self) {
        let Self { gateway, will, identity, session, origin, address } = self;
        let Will { will, topic } = *will;
        let (id, principal) = (Some(session), &identity.principal);
        let view = SessionView { id, principal, protocol: Protocol::Mqtt, address };
        let asked = gateway.extensions.ask(|interceptor| interceptor.send(&view, topic.as_str(), &will.payload));
        if let Err(veto) = asked {
            return tracing::info!(%veto, "a will was refused");
        }
        let opaque = properties::opaque_will(&will, crate::connection::timestamp()).said_by(origin);
        let stored = will.qos != QoS::AtMostOnce;
        let publication = Publication::new(topic, Content::Opaque(opaque));
        if !will.retain {
            return gateway.queues.publish_in_the_background(publication, stored);
        }
        match gateway.retained.admit(publication, stored, None) {
            Ok(retaining) => retaining.publish_in_the_background(),
            Err(error) => {
                gateway.metrics.limit_hits(Limit::Retained).increment(1);
                tracing::info!(%error, "a will was refused");
            }
        }
    }
}

impl Mqtt {
    /// Leaves the will, which a DISCONNECT has taken back unless it says otherwise [MQTT-3.14.4-3], to be published now or
    /// when its delay is over.
    pub(super) fn leave_will(&mut self, expiry_s: u32) {
        let Some(client) = &mut self.client else { return };
        let Some(will) = client.will.take() else { return };
        let delay = Duration::from_secs(will.delay_s(expiry_s).into());
        let testament = Testament {
            gateway: Arc::clone(&self.gateway),
            will,
            identity: client.identity.clone(),
            session: client.session,
            origin: client.origin,
            address: self.address,
        };
        if delay.is_zero() {
            testament.publish();
        } else {
            self.gateway.wills.later(Arc::clone(&client.client_id), delay, move || testament.publish());
        }
    }
}
