//! What other nodes say, and where it belongs.

use std::sync::Arc;

use deskwire_broker::{Content, FromNeighbour, Publication};
use deskwire_cluster::{Channel, Heard, Hint, NodeId};
use deskwire_desk::Concern;
use deskwire_model::Topic;
use metrics::counter;
use tokio::time::Instant;

use super::{Neighbourhood, questions};
use crate::sockjs::Home;

impl Neighbourhood {
    pub(super) async fn hear(&mut self, heard: Heard) {
        match heard {
            Heard::Hint { from, channel, hint } => self.hear_hint(&from, &channel, hint).await,
            // Rare enough that it need not be told apart what was missed.
            Heard::Missed(_) => {
                self.catch_up(false).await;
                self.recheck_homes();
                self.reread_retained();
            }
            Heard::Down => {
                tracing::warn!("the bus is away: what other nodes say is looked up in the database");
                self.gateway.desk.missed(true);
                self.sockjs.cut_off();
            }
            Heard::Up => tracing::info!("the bus is there"),
            Heard::PeerJoined(node) => {
                tracing::info!(%node, "another node is there");
                self.gateway.desk.tell_staff();
                self.gateway.notices.tell_online();
                self.tell_shared();
            }
            Heard::PeerLost(node) => {
                tracing::warn!(%node, "a node is gone");
                self.lost = Some(Instant::now());
                self.gateway.desk.lost(&node);
                self.sockjs.lost(&node);
                self.gateway.notices.are_online_on(&node, Vec::new());
                self.gateway.hub.hear_shared(&node, &[]);
                self.adopt(&node);
            }
            Heard::Asked(asked) if Home::is_asked(&asked) => self.sockjs.answer(asked),
            Heard::Asked(asked) => questions::answer(&self.node, asked),
        }
    }

    async fn hear_hint(&mut self, from: &NodeId, channel: &Channel, hint: Hint) {
        match Publication::heard(channel, hint) {
            Ok(FromNeighbour::Said(publication)) => self.hear_said(*publication).await,
            Ok(FromNeighbour::Grown) => {
                if let Channel::Topic(topic) = channel {
                    self.gateway.hub.missed(topic.as_str());
                }
            }
            Ok(FromNeighbour::ForUser { user, org, place, said }) => {
                let sessions = match &org {
                    Some(org) => self.gateway.sessions.of_member(&user, org),
                    None => self.gateway.sessions.of(&user),
                };
                for (session, _) in sessions {
                    let content = Content::Opaque(said.clone());
                    let publication = Publication::new(Topic::of_session(session, &place), content);
                    self.gateway.hub.hear(&Arc::new(publication));
                }
            }
            Ok(FromNeighbour::Other(Hint::Decided(decided))) => self.gateway.desk.hear_decided(&decided),
            Ok(FromNeighbour::Other(Hint::Work)) => {
                if let Channel::Work(queue) = channel {
                    self.gateway.queues.hear_work(queue);
                }
            }
            Ok(FromNeighbour::Other(Hint::Note(word))) => match self.gateway.desk.hear(from, &word) {
                Ok(concern) => concern.into_iter().for_each(|concern| self.attend(from, concern)),
                Err(error) => unknown(from, &error),
            },
            Ok(FromNeighbour::Other(_)) => unknown(from, &"a hint that this release does not know"),
            Err(error) => unknown(from, &error),
        }
    }

    async fn hear_said(&self, publication: Publication) {
        let heard = match publication.content() {
            Content::Opaque(said) if said.is_retained() => self.gateway.retained.hear(publication).await,
            Content::Opaque(_) => self.gateway.queues.hear(publication).await,
            Content::Message { .. } => {
                self.gateway.hub.hear(&Arc::new(publication));
                Ok(())
            }
        };
        if let Err(error) = heard {
            tracing::debug!(%error, "what another node has said comes too late");
        }
    }

    /// Does what a word of another node asks; reading the database for it holds nothing else up.
    fn attend(&self, from: &NodeId, concern: Concern) {
        let concern = match concern {
            // In the order in which they are said.
            Concern::AllOnline(counts) => return self.gateway.notices.are_online_on(from, counts),
            Concern::Online { org, users } => return self.gateway.notices.is_online_on(from, org, users),
            concern => concern,
        };
        let (gateway, courier) = (Arc::clone(&self.gateway), Arc::clone(&self.courier));
        tokio::spawn(async move {
            let done = match concern {
                Concern::Tokens(user) => gateway.hear_tokens_ended(&user).await,
                Concern::Keys => gateway.hear_keys_changed().await,
                Concern::Webhooks => {
                    courier.notify_one();
                    Ok(())
                }
                Concern::Notices { org, user } => {
                    gateway.notices.changed_elsewhere(&org, &user);
                    Ok(())
                }
                Concern::AllOnline(_) | Concern::Online { .. } => Ok(()),
            };
            if let Err(error) = done {
                error.note("what another node has told could not be looked up");
            }
        });
    }
}

/// A node of another release may say what this one does not know.
fn unknown(from: &NodeId, why: &dyn std::fmt::Display) {
    counter!("deskwire_bus_not_understood_total").increment(1);
    tracing::debug!(%from, %why, "a hint is not understood");
}
