//! The notice board: what business systems have for users, apart from conversations (seed 004).
//!
//! A notice is posted once and had by many; numbers are counted from what is there. Whoever listens gets the whole of its
//! feed: when it begins to listen, and whenever anything changed, of all devices alike. So nothing has to be resumed: the
//! newest frame is the truth, and one that is lost is made good by the next.
//!
//! `watch` knows who listens and when to tell them, `announcer` is the task that does.

mod announcer;
mod watch;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use deskwire_broker::{Announce, CommitError, Log};
use deskwire_cluster::{Bus, NodeId};
use deskwire_model::{
    Notice, NoticeContent, NoticeFeed, NoticesRead, Principal, SessionId, Timestamp, Topic, Uid, dialect::Renderer,
};
use deskwire_store::{
    NewNotice, NoticeAllowance, NoticeAudience, NoticeChange, NoticeChanged, NoticeFilter, NoticeName, Store, Write,
    Written,
};
use tokio::{
    sync::{Notify, Semaphore},
    time::Instant,
};

use self::watch::{Reader, Watch};
use crate::{DeskError, nodes};

/// Bounds of notices.
#[derive(Clone, Copy, Debug)]
pub struct NoticeLimits {
    /// What may be kept.
    pub allowance: NoticeAllowance,
    /// Notices that a feed lists.
    pub listed: usize,
    /// Milliseconds that a notice is kept.
    pub kept_ms: i64,
}

/// A notice before it is posted.
#[derive(Clone, Debug)]
pub struct NoticeDraft {
    /// What the sender calls it, if it does.
    pub business: Option<Box<str>>,
    /// Whom it is for.
    pub audience: NoticeAudience,
    /// From when on it no longer counts.
    pub expires: Option<Timestamp>,
    /// What it says.
    pub content: NoticeContent,
}

/// The notices of all users. Cheap to clone.
#[derive(Clone, Debug)]
pub struct NoticeBoard(Arc<Board>);

#[derive(Debug)]
struct Board {
    store: Store,
    log: Log,
    /// Where other nodes are told whose notices have changed.
    bus: Bus,
    renderer: Arc<Renderer>,
    limits: NoticeLimits,
    /// What the wall clock shows.
    clock: fn() -> Timestamp,
    watch: Mutex<Watch>,
    /// Told when something is due earlier than before, and when the board is gone.
    wake: Arc<Notify>,
    /// One permit per change that may be under way.
    changes: Arc<Semaphore>,
}

impl Drop for Board {
    fn drop(&mut self) {
        self.wake.notify_one();
    }
}

impl Board {
    fn watch(&self) -> MutexGuard<'_, Watch> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what is watched, and has the announcer look at it.
    fn update(&self, change: impl FnOnce(&mut Watch, Instant)) {
        change(&mut self.watch(), Instant::now());
        self.wake.notify_one();
    }

    /// Commits a change, and has those told whose feeds are different now.
    async fn change(&self, org: &Uid, change: NoticeChange) -> Result<NoticeChanged, DeskError> {
        let reader = match &change {
            NoticeChange::Read { user, .. } => Some(user.clone()),
            _ => None,
        };
        let changed = match self.log.commit(Write::Notices(Box::new(change)), Announce::Nobody).await? {
            Written::Notices(changed) => changed,
            Written::Refused(refusal) => return Err(refusal.into()),
            // Nothing else is answered; it would mean that nobody knows what became of the change.
            _ => return Err(CommitError::Store.into()),
        };
        match &changed {
            NoticeChanged::Posted { users, .. } | NoticeChanged::Withdrawn { users } => self.tell(org, users),
            NoticeChanged::Read(0) => {}
            NoticeChanged::Read(_) => self.tell(org, reader.as_slice()),
        }
        Ok(changed)
    }

    /// Has users told, on every node.
    fn tell(&self, org: &Uid, users: &[Uid]) {
        for user in users {
            nodes::tell_notices(&self.bus, org, user);
        }
        self.tell_here(org, users);
    }

    fn tell_here(&self, org: &Uid, users: &[Uid]) {
        self.update(|watch, now| {
            for user in users {
                watch.changes(&Reader { org: org.clone(), user: user.clone() }, now);
            }
        });
    }
}

impl NoticeBoard {
    /// Changes that are under way at a time; more wait.
    const CHANGES: usize = 64;
    /// Rows that are forgotten at a time, so that nobody waits long for the writer.
    const SWEPT: usize = 2000;

    /// The notices in `store`, written and told through `log`, on a node that is one of those on `bus`. Starts the announcer on the current runtime; it ends when
    /// every handle is gone.
    #[must_use]
    pub fn start(
        store: Store,
        log: Log,
        bus: Bus,
        renderer: Arc<Renderer>,
        clock: fn() -> Timestamp,
        limits: NoticeLimits,
    ) -> Self {
        let board = Arc::new(Board {
            store,
            log,
            bus,
            renderer,
            limits,
            clock,
            watch: Mutex::default(),
            wake: Arc::default(),
            changes: Arc::new(Semaphore::new(Self::CHANGES)),
        });
        tokio::spawn(announcer::run(Arc::downgrade(&board), Arc::clone(&board.wake)));
        Self(board)
    }

    /// Where all devices of a user are told of its notices.
    #[must_use]
    pub fn topic(user: &Uid) -> Topic {
        Topic::of_notices(user)
    }

    /// A session of `principal` begins: it counts as online.
    pub fn connected(&self, principal: &Principal) {
        self.0.update(|watch, now| watch.connected(principal, now));
    }

    /// A session of `principal` is over.
    pub fn disconnected(&self, session: SessionId, principal: &Principal) {
        self.0.update(|watch, now| watch.disconnected(session, principal, now));
    }

    /// A session listens to [`Self::topic`] of `principal` from now on, and is told there how its notices stand.
    pub fn listen(&self, session: SessionId, principal: &Principal) {
        self.0.update(|watch, now| watch.listen(session, principal, now));
    }

    /// Another node has changed the notices of a user.
    pub fn changed_elsewhere(&self, org: &Uid, user: &Uid) {
        self.0.tell_here(org, std::slice::from_ref(user));
    }

    /// Tells the other nodes how many users are connected to this one.
    pub fn tell_online(&self) {
        let here = self.0.watch().here();
        nodes::tell_all_online(&self.0.bus, here);
    }

    /// So many users of these organisations, and of no others, are connected to another node; none when it is gone.
    pub fn are_online_on(&self, node: &NodeId, counts: Vec<(Uid, usize)>) {
        self.0.update(|watch, now| watch.are_on(node, counts, now));
    }

    /// So many users of an organisation are connected to another node.
    pub fn is_online_on(&self, node: &NodeId, org: Uid, users: usize) {
        self.0.update(|watch, now| watch.is_on(node, org, users, now));
    }

    /// Posts a notice of `sender` to users of its organisation; it is on disk when this returns (invariant I1). One that
    /// its sender has named the same before is answered as the first was (I3).
    ///
    /// # Errors
    /// [`DeskError::Refused`] for an audience that has nobody or too many, and for what has expired;
    /// [`DeskError::Commit`].
    pub async fn post(&self, sender: &Principal, draft: NoticeDraft) -> Result<NoticeChanged, DeskError> {
        let NoticeDraft { business, audience, expires, content } = draft;
        let (org, allowance) = (sender.org.clone(), self.0.limits.allowance);
        let sender = sender.uid.clone();
        let new = NewNotice { org: org.clone(), sender, business, audience, expires, content, allowance };
        self.change(org, NoticeChange::Post(new)).await
    }

    /// Takes a notice of `sender` away from all who have it.
    ///
    /// # Errors
    /// [`DeskError::Refused`] if it has posted no such notice, [`DeskError::Commit`].
    pub async fn withdraw(&self, sender: &Principal, notice: NoticeName) -> Result<(), DeskError> {
        let org = sender.org.clone();
        self.change(org.clone(), NoticeChange::Withdraw { org, sender: sender.uid.clone(), notice }).await?;
        Ok(())
    }

    /// Notes what `reader` has read; returns how many notices are read now that were not.
    ///
    /// # Errors
    /// [`DeskError::Commit`].
    pub async fn read(&self, reader: &Principal, which: NoticesRead) -> Result<u64, DeskError> {
        let org = reader.org.clone();
        match self.change(org.clone(), NoticeChange::Read { org, user: reader.uid.clone(), which }).await? {
            NoticeChanged::Read(count) => Ok(count),
            NoticeChanged::Posted { .. } | NoticeChanged::Withdrawn { .. } => Ok(0),
        }
    }

    /// Makes a change in a task of its own, so that what is committed is also told when its asker goes away.
    async fn change(&self, org: Uid, change: NoticeChange) -> Result<NoticeChanged, DeskError> {
        let permit = Arc::clone(&self.0.changes).acquire_owned().await.map_err(|_| CommitError::Stopping)?;
        let board = Arc::clone(&self.0);
        let changing = tokio::spawn(async move {
            let changed = board.change(&org, change).await;
            drop(permit);
            changed
        });
        changing.await.map_err(|_| CommitError::Stopping)?
    }

    /// What `reader` has to see now.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn feed(&self, reader: &Principal) -> Result<NoticeFeed, DeskError> {
        let Board { store, limits, clock, .. } = &*self.0;
        let feeds = store.notice_feeds(&[(reader.org.clone(), reader.uid.clone())], clock(), limits.listed).await?;
        Ok(feeds.into_iter().next().unwrap_or_default())
    }

    /// How many users of the organisation of `principal` are connected, to whichever node; who is connected to several counts on
    /// each.
    #[must_use]
    pub fn online(&self, principal: &Principal) -> usize {
        self.0.watch().online(&principal.org)
    }

    /// The notices of `reader` that `filter` lets through, newest first; at most `limit`.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn history(
        &self,
        reader: &Principal,
        filter: &NoticeFilter,
        limit: usize,
    ) -> Result<Vec<Notice>, DeskError> {
        Ok(self.0.store.notices(&reader.org, &reader.uid, filter, (self.0.clock)(), limit).await?)
    }

    /// Forgets what is too old, piece by piece.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn sweep(&self) -> Result<(), DeskError> {
        let before = Timestamp((self.0.clock)().0.saturating_sub(self.0.limits.kept_ms));
        let mut more = true;
        while more {
            let readers;
            (readers, more) = self.0.store.forget_notices(before, Self::SWEPT).await?;
            if !readers.is_empty() {
                self.0.update(|watch, now| {
                    readers.into_iter().for_each(|(org, user)| watch.changes(&Reader { org, user }, now));
                });
            }
        }
        Ok(())
    }
}
