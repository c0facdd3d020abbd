//! A reader's feed of one conversation: where it begins, what it reads from the log, and how far it has come
//! (invariants I4 and I5).

use std::sync::Arc;

use deskwire_broker::Publication;
use deskwire_model::{
    Conversation, Entry, LogId, MessageType, MessageUid, Principal, Role, Seq, Timestamp, Uid, dialect,
};

use crate::{Desk, DeskError, departures::Membership, ingress::Speaker};

/// The device for which a feed is opened (DESIGN §1, cursor rules).
#[derive(Clone, Copy, Debug)]
pub enum FeedDevice<'a> {
    /// A STOMP device; empty for the user's default device.
    Stomp(&'a str),
    /// A persistent MQTT session.
    Mqtt(&'a str),
    /// Nothing is remembered: the feed begins where the user joined.
    Joined,
    /// Nothing is remembered: the feed begins at the end.
    End,
}

/// Where a reader's feed of one conversation begins.
#[derive(Clone, Debug)]
pub struct OpenFeed {
    /// The conversation.
    pub conversation: Arc<Conversation>,
    /// What the reader has.
    pub position: Seq,
    /// What there is.
    pub head: Seq,
    /// Until when the reader hears it.
    pub membership: Membership,
}

/// A part of a log for a reader.
#[derive(Debug)]
pub struct FeedPage {
    /// The position behind which it begins: larger than was asked for where what stood between was deleted.
    pub behind: Seq,
    /// The entries with their positions.
    pub entries: Vec<(Seq, Arc<Publication>)>,
    /// Whether the log had no more.
    pub last: bool,
}

impl Desk {
    /// Where the feed of `user` on `device` begins.
    ///
    /// The caller subscribes first and asks then: so nothing can fall between the answer and the first announcement.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn open_feed(
        &self,
        conversation: Arc<Conversation>,
        user: &Uid,
        device: FeedDevice<'_>,
    ) -> Result<OpenFeed, DeskError> {
        let (log, head) = (conversation.id, self.store.head(conversation.id).await?);
        let position = match device {
            FeedDevice::Joined => {
                let participants = self.store.participants(log).await?;
                participants.iter().find(|participant| participant.user == *user).map_or(head, |found| found.joined)
            }
            FeedDevice::End => head,
            FeedDevice::Mqtt(client_id) => self.cursor(log, user, client_id).await?.unwrap_or(head),
            FeedDevice::Stomp(device) => {
                // A device that is seen for the first time has what the user's default device has.
                let known = device.is_empty()
                    || self.log.position(log, user, device).is_some()
                    || self.store.has_delivered(log, user, device).await?;
                self.cursor(log, user, if known { device } else { "" }).await?.unwrap_or(head)
            }
        };
        self.recheck_departure(log, user).await?;
        let membership = self.membership(log, user);
        Ok(OpenFeed { conversation, position: position.min(head), head, membership })
    }

    /// The entries behind `after` as they are handed to subscribers, at most `entries` of them and not much more than
    /// `bytes`.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn page_after(
        &self,
        conversation: &Conversation,
        after: Seq,
        entries: usize,
        bytes: usize,
    ) -> Result<FeedPage, DeskError> {
        let page = self.store.page_after(conversation.id, after, entries, bytes).await?;
        let publish = |entry: Entry| (entry.seq, Arc::new(Publication::entry(conversation.topic.clone(), entry)));
        let (behind, last) = (page.behind, page.last);
        Ok(FeedPage { behind, entries: page.entries.into_iter().map(publish).collect(), last })
    }

    /// What `reader` is told that has read up to the end: the READ messages that say how far the others have read (invariant
    /// I5: a resuming reader gets the current positions), and what a robot is saying just now.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn read_positions(
        &self,
        reader: &Principal,
        conversation: &Conversation,
        now: Timestamp,
    ) -> Result<Vec<Publication>, DeskError> {
        let mut receipts = Vec::new();
        for position in self.store.read_positions(conversation.id).await? {
            if position.user == reader.uid {
                continue;
            }
            let principal = participant(conversation, position.user);
            let profile = self.profile(&principal, conversation).await?;
            let speaker = Speaker { principal: &principal, profile: &profile, conversation };
            let content = position.uid.as_str().to_owned();
            let receipt = dialect::compose(MessageUid::random(), MessageType::read(), content);
            let receipt = speaker.relay(&receipt, now);
            receipt.is_about(position.seq);
            receipts.push(receipt);
        }
        receipts.extend(self.stream_so_far(conversation, now));
        Ok(receipts)
    }

    /// Notes that a device has everything of a log up to `seq` (DESIGN §1: on evidence only).
    pub fn delivered(&self, log: LogId, user: &Uid, device: &str, seq: Seq) {
        self.log.delivered(log, user, device, seq);
    }

    /// The delivered-cursor of a device, on disk or on its way there.
    pub(crate) async fn cursor(&self, log: LogId, user: &Uid, device: &str) -> Result<Option<Seq>, DeskError> {
        let moving = self.log.position(log, user, device);
        Ok(self.store.delivered(log, user, device).await?.max(moving))
    }
}

/// The principal behind a participant's uid.
fn participant(conversation: &Conversation, user: Uid) -> Principal {
    let role = if user == conversation.visitor { Role::Visitor } else { Role::Agent };
    Principal { org: conversation.org.clone(), uid: user, role }
}
