//! The one way in for messages.

use std::sync::Arc;

use bytes::Bytes;
use deskwire_broker::{Announce, CommitError, Content, Job, Publication, Reply};
use deskwire_model::{
    Conversation, Draft, LogId, MessageClass, MessageType, MessageUid, Payload, Principal, Profile, Role, Seq, Stamp,
    ThreadStatus, Timestamp, dialect,
};
use deskwire_store::{Fact, NewEntry, Saying, TimerChange, Upto, Write, Written};
use serde_json::Value;
use tokio::sync::oneshot;

use crate::{
    BoxFuture, Desk, DeskError,
    access::{speaks, takes_part},
    amending, cards,
    commands::Command,
    deciding::{Decided, Said},
    robots,
    settings::ServiceSettings,
    state,
    threads::Placed,
};

/// Who speaks, and through which of its devices.
#[derive(Clone, Copy, Debug)]
pub struct Sender<'a> {
    /// The user, as authenticated.
    pub principal: &'a Principal,
    /// The device, empty for the user's default device; none if it is not remembered.
    pub device: Option<&'a str>,
}

/// How far a submitted message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// It is on its way to the disk; the reply will tell.
    Pending,
    /// There is nothing to wait for, and no reply will come.
    Done,
}

/// What was taken in.
enum Taken {
    /// The reply will tell.
    Pending,
    /// It was relayed, or there was nothing to do.
    Done,
    /// It is on disk already: the desk has decided.
    Entry(Seq),
}

impl Desk {
    /// Takes a message into a conversation.
    ///
    /// Messages become entries; RECALL, EDIT and REACTION become entries that change what their target shows; READ and
    /// DELIVERED move the sender's cursors; TYPING, PREVIEW and PROCESSING are relayed behind what was said before them.
    /// What asks the desk for something (TRANSFER and its kin, AGENT_CLOSED, VISITOR_CLOSED) becomes an entry if it is
    /// done; a visitor who says something opens a closed conversation again. Who listens hears of it after the commit
    /// (invariant I1).
    ///
    /// # Errors
    /// [`DeskError`] when the message is not accepted; `reply` is not used then.
    pub async fn submit(
        &self,
        sender: Sender<'_>,
        conversation: &Arc<Conversation>,
        draft: Draft,
        now: Timestamp,
        reply: Reply,
    ) -> Result<Submitted, DeskError> {
        match self.taking_in(sender, conversation, draft, now, reply).await? {
            Taken::Pending => Ok(Submitted::Pending),
            Taken::Done | Taken::Entry(_) => Ok(Submitted::Done),
        }
    }

    /// [`Self::take_in`] as this crate compiles it.
    fn taking_in<'a>(
        &'a self,
        sender: Sender<'a>,
        conversation: &'a Arc<Conversation>,
        draft: Draft,
        now: Timestamp,
        reply: Reply,
    ) -> BoxFuture<'a, Result<Taken, DeskError>> {
        Box::pin(self.take_in(sender, conversation, draft, now, reply))
    }

    async fn take_in(
        &self,
        sender: Sender<'_>,
        conversation: &Arc<Conversation>,
        draft: Draft,
        now: Timestamp,
        reply: Reply,
    ) -> Result<Taken, DeskError> {
        let principal = sender.principal;
        if !takes_part(principal, conversation) {
            return Err(DeskError::NotYours);
        }
        let draft = self.admit(principal, conversation, draft, now).await?;
        let speaks = speaks(principal, conversation);
        let class = draft.kind.class();
        if class == MessageClass::Logged
            && let Some(command) = Command::of(&draft.kind, principal.role)?
        {
            let uid = draft.uid.clone();
            let obeyed = Box::pin(self.obey(principal, conversation, command, draft, now));
            let decided = self.once(principal, conversation, &uid, obeyed).await?;
            return Ok(decided.first().map_or(Taken::Done, Taken::Entry));
        }
        // Who only hears still moves its own cursors.
        if !speaks && !matches!(class, MessageClass::Read | MessageClass::Delivered) {
            return Err(DeskError::NotYours);
        }
        if draft.kind.as_str() == cards::ORDER_CARD {
            let uid = draft.uid.clone();
            let offered = Box::pin(self.offer_card(principal, conversation, draft, now));
            let decided = self.once(principal, conversation, &uid, offered).await?;
            return Ok(decided.first().map_or(Taken::Done, Taken::Entry));
        }
        let draft = self.quoting(principal, conversation, draft).await?;
        let profile = self.profile(principal, conversation).await?;
        let speaker = Speaker { principal, profile: &profile, conversation };
        let write = match class {
            MessageClass::Ephemeral => {
                if !self.hands_on(principal, conversation, &draft, now).await? {
                    return Ok(Taken::Done);
                }
                let publication = speaker.relay(&draft, now);
                self.log.submit(Job::Relay { publication, ticket: None }).await?;
                None
            }
            MessageClass::Logged => {
                if self.moves_on(principal, conversation, &draft).await? {
                    if let Some(first) = self.said_before(conversation, principal, &draft.uid).await? {
                        return Ok(Taken::Entry(first.seq));
                    }
                    if let Placed::Anew(decided) = Box::pin(self.reopen(conversation, &draft, now)).await? {
                        return Ok(decided.first().map_or(Taken::Done, Taken::Entry));
                    }
                }
                if let Some(decided) = Box::pin(self.answer_by_itself(principal, conversation, &draft, now)).await? {
                    return Ok(decided.first().map_or(Taken::Done, Taken::Entry));
                }
                self.look_for_collision(principal, conversation, &draft, now).await?;
                Some(self.said(&speaker, &draft, now).await?)
            }
            MessageClass::Recall => Some(self.recall(&speaker, &draft, now).await?),
            MessageClass::Edit => Some(self.edit(&speaker, &draft, now).await?),
            MessageClass::Reaction => Some(amending::react(&speaker, &draft)?),
            MessageClass::Delivered => self.delivered_move(sender, conversation.id, &draft).await?,
            MessageClass::Read => read_move(sender, conversation.id, &draft),
        };
        let Some(write) = write else { return Ok(Taken::Done) };
        let announce = match &write {
            Write::Append(_) | Write::Say(_) | Write::Amend(_) => Announce::Entry(conversation.topic.clone()),
            _ if !speaks => Announce::Nobody,
            // The receipt as its sender wrote it, for the others to hear if the cursor moves.
            _ => Announce::Receipt(Arc::new(speaker.relay(&draft, now))),
        };
        self.log.submit(Job::Write { write, announce, reply }).await?;
        Ok(Taken::Pending)
    }

    /// Whether what a visitor says moves its conversation: one that is closed opens again, and one whose robot is there no
    /// more goes to people.
    async fn moves_on(
        &self,
        principal: &Principal,
        conversation: &Conversation,
        draft: &Draft,
    ) -> Result<bool, DeskError> {
        if principal.role != Role::Visitor || !draft.kind.is_speech() {
            return Ok(false);
        }
        match conversation.status {
            ThreadStatus::Closed => Ok(true),
            ThreadStatus::Roboting => Ok(!self.has_robot(conversation).await?),
            _ => Ok(false),
        }
    }

    /// The write of a message, with what it does to the timers: an answer takes away the reminder that one is due, and
    /// begins the time that the other side has.
    async fn said(&self, speaker: &Speaker<'_>, draft: &Draft, now: Timestamp) -> Result<Write, DeskError> {
        let entry = speaker.entry(draft, None);
        let Speaker { principal, conversation, .. } = speaker;
        if let Some(fact) = self.judged(principal, conversation, draft).await? {
            return Ok(Write::Say(Box::new(Saying { entry, status: None, timers: Vec::new(), facts: vec![fact] })));
        }
        if !begins_clocks(conversation, &draft.kind) {
            return Ok(Write::Append(entry));
        }
        let settings = self.settings(&conversation.service).await?;
        let (timers, facts) = clocks(principal, conversation, &draft.kind, &settings, now);
        // The task of the desk looks at the timers in time: no timer of minutes is due before it looks again.
        Ok(Write::Say(Box::new(Saying { entry, status: Some(conversation.status), timers, facts })))
    }

    /// Tells an agent who says in `extra.seenSeq` what it has seen if somebody else has spoken since.
    async fn look_for_collision(
        &self,
        principal: &Principal,
        conversation: &Conversation,
        draft: &Draft,
        now: Timestamp,
    ) -> Result<(), DeskError> {
        if !principal.role.is_staff() {
            return Ok(());
        }
        let seen = match &dialect::extra(draft)["seenSeq"] {
            Value::String(text) => text.parse().ok(),
            number => number.as_u64(),
        };
        let Some(seen) = seen else { return Ok(()) };
        if self.store.newest_of_others(conversation.id, &principal.uid).await? > Seq(seen) {
            self.warn_of_collision(principal, conversation, now).await?;
        }
        Ok(())
    }

    /// Does `work`, which says something called `uid`, unless it has been done: a repeat gets the first answer (invariant
    /// I3), also if it comes while that is on its way.
    pub(crate) async fn once(
        &self,
        by: &Principal,
        conversation: &Arc<Conversation>,
        uid: &MessageUid,
        work: impl Future<Output = Result<Decided, DeskError>> + Send,
    ) -> Result<Decided, DeskError> {
        let again = |first: Said| Decided { conversation: Arc::clone(conversation), said: vec![first] };
        if let Some(first) = self.said_before(conversation, by, uid).await? {
            return Ok(again(first));
        }
        match work.await {
            // What stands in the way may be what the first one has done meanwhile.
            Err(refused) => self.said_before(conversation, by, uid).await?.map(again).ok_or(refused),
            done => done,
        }
    }

    /// What `principal` has said under this name before.
    pub(crate) async fn said_before(
        &self,
        conversation: &Conversation,
        principal: &Principal,
        uid: &MessageUid,
    ) -> Result<Option<Said>, DeskError> {
        let entry = self.store.entry_of(conversation.id, &principal.uid, uid).await?;
        Ok(entry.map(|entry| Said { seq: entry.seq, at: entry.at, payload: entry.payload }))
    }

    /// What a DELIVERED receipt does: nothing when it names no entry, or when the device is not remembered.
    async fn delivered_move(
        &self,
        sender: Sender<'_>,
        log: LogId,
        receipt: &Draft,
    ) -> Result<Option<Write>, DeskError> {
        let (Ok(target), Some(device)) = (MessageUid::new(&receipt.content), sender.device) else { return Ok(None) };
        let entry = self.store.entry_by_uid(log, &target).await?;
        let user = sender.principal.uid.clone();
        Ok(entry.map(|entry| Write::Delivered { log, user, device: device.into(), seq: entry.seq }))
    }

    /// As [`Self::submit`], and waits: the message as it is in the log, in the `message-json` dialect. None for what is
    /// not logged.
    ///
    /// # Errors
    /// [`DeskError`] when it was not accepted or did not get to the disk.
    pub async fn send(
        &self,
        sender: Sender<'_>,
        conversation: &Arc<Conversation>,
        draft: Draft,
        now: Timestamp,
    ) -> Result<Option<Bytes>, DeskError> {
        let (waiter, outcome) = oneshot::channel();
        let taken = self.taking_in(sender, conversation, draft, now, Reply::Waiter(waiter)).await?;
        if let Taken::Done = taken {
            return Ok(None);
        }
        let seq = if let Taken::Entry(seq) = taken {
            seq
        } else {
            match outcome.await.map_err(|_| CommitError::Stopping)?? {
                Written::Appended { seq, .. } | Written::Duplicate { seq, .. } => seq,
                Written::Refused(refusal) => return Err(refusal.into()),
                _ => return Ok(None),
            }
        };
        self.entry(conversation, seq).await.map(Some)
    }

    /// The entry of `conversation` at `seq` in the `message-json` dialect.
    ///
    /// # Errors
    /// [`DeskError::NotYours`] when there is none, [`DeskError::Store`].
    pub async fn entry(&self, conversation: &Conversation, seq: Seq) -> Result<Bytes, DeskError> {
        let entries = self.store.entries_after(conversation.id, Seq(seq.0 - 1), 1).await?;
        let entry = entries.first().filter(|entry| entry.seq == seq).ok_or(DeskError::NotYours)?;
        Ok(self.renderer.json(entry.into())?)
    }
}

/// Whether a message of type `kind` begins the time that the other side has to answer.
fn begins_clocks(conversation: &Conversation, kind: &MessageType) -> bool {
    let answers = matches!(conversation.status, ThreadStatus::Chatting | ThreadStatus::Roboting);
    answers && conversation.notes_of.is_none() && kind.is_speech()
}

/// What a message of `principal` does to the timers of its conversation, and what the episode is to know.
pub(crate) fn clocks(
    principal: &Principal,
    conversation: &Conversation,
    kind: &MessageType,
    settings: &ServiceSettings,
    now: Timestamp,
) -> (Vec<TimerChange>, Vec<Fact>) {
    if !begins_clocks(conversation, kind) {
        return (Vec::new(), Vec::new());
    }
    if conversation.status == ThreadStatus::Roboting {
        let spoken = (principal.role == Role::Visitor).then(|| robots::idles(settings, now)).flatten();
        return (Vec::from_iter(spoken), Vec::new());
    }
    let in_minutes = |minutes: u32| Timestamp(now.0.saturating_add(i64::from(minutes) * 60_000));
    let key = Box::<str>::default;
    let (cancelled, begun, facts) = if principal.role == Role::Visitor {
        let due = in_minutes(settings.remind_min);
        let begun = TimerChange::Ensure { kind: state::REMIND, key: key(), due };
        (state::AUTO_CLOSE, Some(begun).filter(|_| settings.remind_min > 0), Vec::new())
    } else {
        let due = in_minutes(settings.auto_close_min);
        let begun = TimerChange::Set { kind: state::AUTO_CLOSE, key: key(), due, payload: key() };
        (state::REMIND, Some(begun).filter(|_| settings.auto_close_min > 0), vec![Fact::Responded])
    };
    let mut timers = vec![TimerChange::Cancel { kind: cancelled, key: key() }];
    timers.extend(begun);
    (timers, facts)
}

/// What a READ receipt does: nothing when its content cannot name an entry.
fn read_move(sender: Sender<'_>, log: LogId, receipt: &Draft) -> Option<Write> {
    let upto = Upto::Message(MessageUid::new(&receipt.content).ok()?);
    Some(Write::Read { log, user: sender.principal.uid.clone(), device: sender.device.map(Into::into), upto })
}

/// A principal who speaks in a conversation.
pub(crate) struct Speaker<'a> {
    pub(crate) principal: &'a Principal,
    pub(crate) profile: &'a Profile,
    pub(crate) conversation: &'a Conversation,
}

impl Speaker<'_> {
    pub(crate) fn stamp(&self, draft: &Draft) -> Payload {
        let stamp = Stamp {
            sender: &self.principal.uid,
            user_type: robots::user_type(self.principal, self.conversation, &draft.kind),
            nickname: &self.profile.nickname,
            avatar: &self.profile.avatar,
            conversation: self.conversation,
        };
        dialect::stamp(draft, &stamp)
    }

    /// A message that is to be logged; `hides` is the message that it recalls.
    pub(crate) fn entry(&self, draft: &Draft, hides: Option<MessageUid>) -> NewEntry {
        NewEntry {
            log: self.conversation.id,
            sender: self.principal.uid.clone(),
            uid: draft.uid.clone(),
            kind: draft.kind.clone(),
            payload: self.stamp(draft),
            hides,
        }
    }

    /// A message that is handed on and forgotten.
    pub(crate) fn relay(&self, draft: &Draft, now: Timestamp) -> Publication {
        let payload = self.stamp(draft);
        let content = Content::Message { log: self.conversation.id, seq: None, at: now, recalled: false, payload };
        Publication::new(self.conversation.topic.clone(), content)
    }
}
