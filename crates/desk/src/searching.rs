//! Searching in what was said, by whoever may read it.
//!
//! The index knows words, organisations and conversations; who takes part in what is asked here, of each conversation that
//! something is found in ([`takes_part`]). Where somebody has few conversations the search is narrowed to them; where many,
//! it goes through what is found. One request looks at a bounded number of messages: a page may be shorter than asked for,
//! or empty, and still name where to go on.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use deskwire_model::{Conversation, Entry, LogId, MessageType, Principal, Timestamp, Uid, dialect};
use deskwire_store::{Found, SearchId, SearchOrder, SearchQuery, SearchScope, Sought};

use crate::{
    Desk, DeskError,
    access::takes_part,
    snippet::{Snippet, snippet},
};

/// Conversations that a search is narrowed to by name; whoever has more is asked about each that something is found in.
const NARROWED: usize = 200;
/// Found messages that are looked at first, and at most at a time.
const CHUNKS: (usize, usize) = (128, 4096);
/// Found messages that one request looks at.
const LOOKED_AT: usize = 20_000;
/// The newest messages of which the best are found.
const RANKED: usize = 2000;
/// Entries that are indexed at a time.
const STEP: usize = 256;
/// How long to wait after the index could not be written.
const RETRY: Duration = Duration::from_secs(5);

/// What somebody looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageSearch {
    /// What messages say; none for whatever they say.
    pub sought: Option<Sought>,
    /// Their types; empty for all.
    pub kinds: Vec<MessageType>,
    /// Not before this time.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
    /// In this conversation only.
    pub conversation: Option<LogId>,
    /// In conversations of this agent only.
    pub agent: Option<Uid>,
    /// In conversations of this visitor only.
    pub visitor: Option<Uid>,
    /// In conversations that have this tag, or whose visitors have it; for those at the desk.
    pub tag: Option<String>,
    /// In which order.
    pub order: SearchOrder,
}

/// Where the next page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchCursor {
    /// Only messages before this place.
    pub before: SearchId,
    /// Messages that were shown already of those that are ordered by rank.
    pub skip: u32,
}

/// Some of what was found.
#[derive(Clone, Debug)]
pub struct SearchPage {
    /// In the order that was asked for.
    pub hits: Vec<SearchHit>,
    /// Where to go on; none at the end.
    pub next: Option<SearchCursor>,
}

/// A message that was found.
#[derive(Clone, Debug)]
pub struct SearchHit {
    /// Where it was said.
    pub conversation: Arc<Conversation>,
    /// The message in the `message-json` dialect.
    pub message: Bytes,
    /// The part of its text that says what was sought.
    pub snippet: Snippet,
}

impl Desk {
    /// What `principal` finds in the conversations that it takes part in, at most `size` messages.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for a visitor who looks for a tag; [`DeskError::Store`]; [`DeskError::Dialect`] when a stored
    /// payload is damaged.
    pub async fn search(
        &self,
        principal: &Principal,
        search: &MessageSearch,
        cursor: Option<SearchCursor>,
        size: usize,
    ) -> Result<SearchPage, DeskError> {
        if search.tag.is_some() && !principal.role.is_staff() {
            return Err(DeskError::NotAllowed);
        }
        let query = SearchQuery {
            sought: search.sought.clone(),
            scope: self.scope(principal, search).await?,
            kinds: search.kinds.clone(),
            since: search.since,
            until: search.until,
        };
        let mut finder = Finder { desk: self, principal, search, known: HashMap::new(), hits: Vec::new(), size };
        let next = match search.order {
            SearchOrder::Best if search.sought.is_some() => finder.best(query, cursor).await?,
            _ => finder.newest(query, cursor.map(|cursor| cursor.before)).await?,
        };
        Ok(SearchPage { hits: finder.hits, next })
    }

    /// The narrowest scope that holds all that may be found.
    async fn scope(&self, principal: &Principal, search: &MessageSearch) -> Result<SearchScope, DeskError> {
        if let Some(log) = search.conversation {
            return Ok(SearchScope::Logs(vec![log]));
        }
        let own = (!principal.role.supervises()).then_some(&principal.uid);
        let mut common: Option<BTreeSet<LogId>> = None;
        for user in own.into_iter().chain(&search.agent).chain(&search.visitor) {
            let logs = self.store.logs_of(user, NARROWED + 1).await?;
            if logs.len() <= NARROWED {
                let logs = BTreeSet::from_iter(logs);
                common = Some(common.map_or_else(|| logs.clone(), |common| &common & &logs));
            }
        }
        Ok(match common {
            Some(logs) => SearchScope::Logs(logs.into_iter().collect()),
            None => SearchScope::Organisation(principal.org.clone()),
        })
    }

    /// Keeps the index up with the logs, for as long as it is polled. What comes within `delay` is indexed together; between
    /// two steps the disk is left to others for as long as a step takes.
    pub async fn keep_searchable(self, delay: Duration) {
        loop {
            self.store.behind().await;
            tokio::time::sleep(delay).await;
            let begun = tokio::time::Instant::now();
            match self.store.index(STEP).await {
                Ok(step) if step.more && step.entries == STEP => tokio::time::sleep(begun.elapsed()).await,
                Ok(_) => {}
                Err(error) => {
                    error.note("messages could not be indexed");
                    tokio::time::sleep(RETRY).await;
                }
            }
        }
    }
}

/// A search on its way.
struct Finder<'a> {
    desk: &'a Desk,
    principal: &'a Principal,
    search: &'a MessageSearch,
    /// The conversations that were asked about; none for those that are not to be searched.
    known: HashMap<LogId, Option<Arc<Conversation>>>,
    hits: Vec<SearchHit>,
    size: usize,
}

impl Finder<'_> {
    async fn newest(
        &mut self,
        query: SearchQuery,
        mut before: Option<SearchId>,
    ) -> Result<Option<SearchCursor>, DeskError> {
        let (mut chunk, largest) = CHUNKS;
        let mut looked_at = 0;
        loop {
            let found = self.desk.store.search(query.clone(), before, SearchOrder::Newest, chunk).await?;
            let taken = self.take(&found).await?;
            looked_at += taken;
            before = found[..taken].last().map(|last| last.id).or(before);
            if taken == found.len() && found.len() < chunk {
                return Ok(None);
            }
            if self.is_full() || looked_at >= LOOKED_AT {
                return Ok(before.map(|before| SearchCursor { before, skip: 0 }));
            }
            chunk = (chunk * 4).min(largest);
        }
    }

    async fn best(
        &mut self,
        query: SearchQuery,
        cursor: Option<SearchCursor>,
    ) -> Result<Option<SearchCursor>, DeskError> {
        // What comes meanwhile does not move the pages.
        let before = cursor.map(|cursor| cursor.before);
        let skip = cursor.map_or(0, |cursor| cursor.skip as usize);
        let found = self.desk.store.search(query, before, SearchOrder::Best, RANKED).await?;
        let newest = found.iter().map(|found| found.id.0).max();
        let rest = found.get(skip..).unwrap_or_default();
        let taken = self.take(rest).await?;
        let before = before.or(newest.map(|newest| SearchId(newest.saturating_add(1))));
        let next = before.filter(|_| taken < rest.len());
        let skip = u32::try_from(skip + taken).unwrap_or(u32::MAX);
        Ok(next.map(|before| SearchCursor { before, skip }))
    }

    fn is_full(&self) -> bool {
        self.hits.len() >= self.size
    }

    /// Adds what of `found` may be shown, until the page is full; how many of them were looked at.
    async fn take(&mut self, found: &[Found]) -> Result<usize, DeskError> {
        self.ask_about(found).await?;
        let mut taken = 0;
        while taken < found.len() && !self.is_full() {
            let mut wanted = Vec::new();
            while taken < found.len() && wanted.len() < self.size - self.hits.len() {
                let next = found[taken];
                if matches!(self.known.get(&next.log), Some(Some(_))) {
                    wanted.push((next.log, next.seq));
                }
                taken += 1;
            }
            for entry in self.desk.store.entries_at(wanted).await? {
                self.add(&entry)?;
            }
        }
        Ok(taken)
    }

    fn add(&mut self, entry: &Entry) -> Result<(), DeskError> {
        let Some(Some(conversation)) = self.known.get(&entry.log) else { return Ok(()) };
        if !entry.recalled {
            let text = dialect::shown(&entry.kind, &entry.payload)?;
            let places = self.search.sought.as_ref().map(|sought| sought.places(&text)).unwrap_or_default();
            self.hits.push(SearchHit {
                conversation: Arc::clone(conversation),
                message: self.desk.renderer.json(entry.into())?,
                snippet: snippet(&text, &places),
            });
        }
        Ok(())
    }

    /// Finds out which of the conversations that something was found in are to be searched.
    async fn ask_about(&mut self, found: &[Found]) -> Result<(), DeskError> {
        let unknown: BTreeSet<LogId> =
            found.iter().map(|found| found.log).filter(|log| !self.known.contains_key(log)).collect();
        self.known.extend(unknown.iter().map(|log| (*log, None)));
        let mut asked: Vec<LogId> = unknown.into_iter().collect();
        if let Some(tag) = &self.search.tag {
            asked = self.desk.store.tagged(asked, tag).await?;
        }
        for conversation in self.desk.store.conversations(asked).await? {
            if self.admits(&conversation) {
                self.known.insert(conversation.id, Some(Arc::new(conversation)));
            }
        }
        Ok(())
    }

    fn admits(&self, conversation: &Conversation) -> bool {
        let MessageSearch { agent, visitor, .. } = self.search;
        takes_part(self.principal, conversation)
            && agent.as_ref().is_none_or(|agent| conversation.agent.as_ref() == Some(agent))
            && visitor.as_ref().is_none_or(|visitor| conversation.visitor == *visitor)
    }
}
