//! What waits for the client in its mailbox, with QoS 1 and 2.
//!
//! A message with QoS 2 of a session that is kept may leave when its packet identifier is stored, so that after a crash it
//! is repeated under the same one. Meanwhile it is [`Reserved`], and what comes behind it waits.

use std::{collections::VecDeque, sync::Arc};

use deskwire_broker::{Post, Publication, Recall};
use deskwire_wire::mqtt::{DeliverError, PacketId, QoS, SavedInflight, Stage};

use super::{
    Mqtt,
    answers::Awaited,
    messages::{Form, Match, assured},
    token::Token,
};
use crate::connection::{framing::Frames, timestamp};

/// Messages with a packet identifier that have not been sent, in the order of their identifiers.
#[derive(Debug, Default)]
pub(super) struct Reserved {
    messages: VecDeque<Waiting>,
    /// How many of them, from the front, are stored.
    stored: usize,
    /// How many of them, from the front, are stored or on their way.
    submitted: usize,
}

#[derive(Debug)]
struct Waiting {
    inflight: SavedInflight,
    post: Post,
    form: Form,
}

impl Reserved {
    /// Whether there are identifiers to store, and none are on their way: so they go in batches.
    pub(super) fn is_due(&self) -> bool {
        self.submitted == self.stored && self.submitted < self.messages.len()
    }

    /// The identifiers of `count` more messages are stored.
    pub(super) fn are_stored(&mut self, count: usize) {
        self.stored += count;
    }

    /// Whether a message waits here whose identifier is not even on its way to the store.
    pub(super) fn holds_unstored(&self, packet_id: PacketId) -> bool {
        self.messages.iter().skip(self.submitted).any(|waiting| waiting.inflight.packet_id == packet_id)
    }

    pub(super) fn shrink(&mut self) {
        self.messages.shrink_to_fit();
    }

    fn push(&mut self, waiting: Waiting) {
        self.messages.push_back(waiting);
    }

    fn pop_stored(&mut self) -> Option<Waiting> {
        if self.stored == 0 {
            return None;
        }
        self.stored -= 1;
        self.submitted -= 1;
        self.messages.pop_front()
    }
}

impl Mqtt {
    /// Begins to take what waits. What is retained goes on where the last connection ended, for the subscriptions of these
    /// filters.
    pub(super) fn begin(&mut self, recalls: Vec<(Box<str>, Recall)>) {
        let found = |(filter, recall): (Box<str>, _)| Some((self.subscriptions.find_named(&filter)?.key(), recall));
        self.recalls = recalls.into_iter().filter_map(found).collect();
        let Some(mailbox) = self.mailbox() else { return };
        mailbox.begin(|| self.recalls.iter().for_each(|(key, recall)| self.subscriptions.go_on(*key, recall)));
    }

    /// Writes a message of the mailbox; `false` when it has to wait for an acknowledgement.
    pub(super) fn hand_on_post(&mut self, post: &Post, out: &mut Frames<'_>) -> bool {
        if post.redelivered {
            return self.repeat(post, out);
        }
        let late = post.publication.expires().is_some_and(|time| time <= timestamp());
        // Nothing, if what it was for has been unsubscribed.
        let Some(form) = self.form_of_post(post).filter(|_| !late) else {
            self.settled(Token::of_post(post.number));
            return true;
        };
        match form.qos {
            QoS::AtMostOnce => {
                self.write(&post.publication, &form, out);
                self.settled(Token::of_post(post.number));
                true
            }
            QoS::ExactlyOnce if self.is_durable() => self.reserve(post, form),
            _ if !self.session.window_open() => false,
            _ => {
                if !self.write(&post.publication, &form, out) {
                    self.settled(Token::of_post(post.number));
                }
                true
            }
        }
    }

    /// Sends a message again that an earlier connection has sent, with its identifier; `false` when it has to wait for an
    /// acknowledgement. What the client has acknowledged meanwhile is not sent.
    fn repeat(&mut self, post: &Post, out: &mut Frames<'_>) -> bool {
        let token = Token::of_post(post.number).get();
        let known = self.session.inflight().find(|message| message.token == token);
        let Some(known) = known.filter(|known| known.stage != Stage::Pubcomp) else { return true };
        let Some(next) = self.session.next_unsent() else { return false };
        if next.packet_id != known.packet_id {
            // Messages come in their order: the one that would be next is no longer there.
            self.session.forget(next.packet_id);
            return self.repeat(post, out);
        }
        let form = self.form_of_post(post).unwrap_or_default();
        self.redeliver(known.packet_id, &Waiting { inflight: known, post: post.clone(), form }, out);
        true
    }

    fn reserve(&mut self, post: &Post, form: Form) -> bool {
        match self.session.reserve(QoS::ExactlyOnce, form.token.get()) {
            Ok(inflight) => {
                self.reserved.push(Waiting { inflight, post: post.clone(), form });
                true
            }
            // A session that is closing sends nothing more; what waits stays in the mailbox.
            Err(_) => false,
        }
    }

    /// Has the identifiers of reserved messages stored.
    pub(super) async fn store_reserved(&mut self) {
        let waiting = self.reserved.messages.iter().skip(self.reserved.submitted);
        let identifiers: Vec<_> =
            waiting.map(|waiting| (waiting.post.number, waiting.inflight.packet_id.get())).collect();
        self.reserved.submitted = self.reserved.messages.len();
        let number = self.next_number();
        let reply = self.reply_to(number);
        let Some(mailbox) = self.mailbox() else { return };
        match mailbox.reserve(&identifiers, reply).await {
            Ok(true) => self.wait_for(number, Awaited::Reserved(identifiers.len())),
            Ok(false) => self.reserved.are_stored(identifiers.len()),
            Err(error) => self.fail(&error.to_string()),
        }
    }

    /// Sends the reserved messages whose identifiers are stored, as far as the client takes them; `true` when some are left
    /// because the output is full.
    pub(super) fn write_reserved(&mut self, out: &mut Frames<'_>) -> bool {
        while self.reserved.stored > 0 && self.session.next_unsent().is_some() {
            if out.is_full() {
                return true;
            }
            let Some(waiting) = self.reserved.pop_stored() else { return false };
            self.redeliver(waiting.inflight.packet_id, &waiting, out);
        }
        false
    }

    fn redeliver(&mut self, packet_id: PacketId, waiting: &Waiting, out: &mut Frames<'_>) {
        let Waiting { post, form, .. } = waiting;
        let sent = self.with_outgoing(&post.publication, form, |session, outgoing| {
            out.try_binary(|out| session.redeliver(out, packet_id, outgoing))
        });
        match sent {
            Some(Ok(())) => self.count_out(),
            Some(Err(DeliverError::NotOpen)) => {}
            Some(Err(error)) => {
                self.unsendable(&post.publication, &error);
                self.drop_inflight(packet_id, post.number);
            }
            None => self.drop_inflight(packet_id, post.number),
        }
    }

    fn drop_inflight(&mut self, packet_id: PacketId, number: u64) {
        self.session.forget(packet_id);
        self.settled(Token::of_post(number));
    }

    /// How a message of the mailbox is delivered; nothing if no subscription wants it any more.
    fn form_of_post(&self, post: &Post) -> Option<Form> {
        let publication = &post.publication;
        let mut found = match &post.via {
            Some(shared) => {
                let subscription = self.subscriptions.find_named(shared)?;
                Match::of(subscription.key(), &subscription.protocol)
            }
            None => self.matching(publication)?,
        };
        found.qos = found.qos.min(assured(publication));
        if self.is_durable() && !post.stored {
            // Exactly once needs an identifier that is stored with the message.
            found.qos = found.qos.min(QoS::AtLeastOnce);
        }
        let form = found.form(publication, Token::of_post(post.number));
        Some(Form { retain: form.retain || post.retained, ..form })
    }

    /// The mailbox's own number for a retained message of a session that is kept, so that it is not lost with the
    /// connection.
    pub(super) fn adopt(&self, publication: &Arc<Publication>) -> Option<Token> {
        let mailbox = self.mailbox().filter(|_| self.is_durable())?;
        Some(Token::of_post(mailbox.adopt(Arc::clone(publication))))
    }

    pub(super) fn is_durable(&self) -> bool {
        self.client.as_ref().is_some_and(|client| client.durable)
    }
}
