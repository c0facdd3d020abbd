//! What is not to be said, and who is not heard (`spec/bytedesk.md` §7.3, §8).
//!
//! [`Desk::admit`] is asked about every message that somebody sends, whatever it comes by, and [`Desk::hears`] about
//! everything else that a visitor asks for. `lexicon` finds words in a text, `blacklist` knows who is blocked: both are kept in
//! memory per organisation and made anew when they change. `words` and `blocks` are what administrators and agents do with
//! them.

mod blacklist;
mod blocks;
mod lexicon;
mod words;

use std::{net::IpAddr, sync::Arc};

use deskwire_broker::{Announce, Job, Reply};
use deskwire_model::{Conversation, Draft, MessageClass, Principal, Role, Timestamp, Uid, dialect};
use deskwire_store::{BlockFilter, NewTabooHits, TabooAction, TabooScope, Write};
use metrics::counter;
use moka::sync::Cache;
use tokio::sync::Mutex;

use self::{
    blacklist::Blacklist,
    lexicon::{Found, Lexicon},
};
pub use self::{
    blocks::{BlockRequest, BlockedAddress},
    words::{Imported, WordChanges, WordRequest},
};
use crate::{Desk, DeskError, known::Known, nodes::Word, snippet::snippet};

/// Words that are noted of one message; it may say more.
const NOTED: usize = 16;
/// Rows that are forgotten at a time.
const FORGOTTEN: usize = 10_000;

/// Bounds of what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModerationLimits {
    /// Words of one organisation.
    pub words: usize,
    /// Characters of a word.
    pub word_chars: usize,
    /// Words that were said, of one organisation; the oldest go.
    pub hits: u64,
    /// How long these are kept, in milliseconds.
    pub hits_kept_ms: i64,
    /// Blocks of one organisation that are not over.
    pub blocks: usize,
    /// How long a block is kept that is over, in milliseconds.
    pub blocks_kept_ms: i64,
}

/// What is asked about every message, in memory.
#[derive(Debug)]
pub(crate) struct Moderation {
    words: Known<Uid, Arc<Words>>,
    blacklists: Known<Uid, Arc<Blacklist>>,
    /// Where visitors were seen last.
    addresses: Cache<Uid, IpAddr>,
    /// Held while something is read from the store that is to be kept here, and while it is changed there: what was read
    /// before a change never takes the place of what was read behind it.
    changing: Mutex<()>,
}

/// The words of an organisation, and whose messages are looked at for them besides visitors'.
#[derive(Debug, Default)]
struct Words {
    lexicon: Lexicon,
    scope: TabooScope,
}

impl Words {
    const fn concern(&self, role: Role) -> bool {
        match role {
            Role::Visitor => true,
            Role::Agent | Role::Supervisor | Role::Admin => self.scope.agents,
            Role::Service => self.scope.robots,
        }
    }
}

/// What becomes of a message.
enum Verdict {
    Passes,
    /// It passes in this form.
    Masked(Draft),
    Refused(DeskError),
}

impl Moderation {
    pub(crate) fn new(capacity: u64) -> Self {
        Self {
            words: Known::new(capacity),
            blacklists: Known::new(capacity),
            addresses: Cache::new(capacity),
            changing: Mutex::default(),
        }
    }

    /// Another node has changed the words of an organisation.
    pub(crate) fn words_changed_elsewhere(&self, org: &Uid) {
        self.words.forget(org);
    }

    /// Another node has changed who is blocked in an organisation.
    pub(crate) fn blacklist_changed_elsewhere(&self, org: &Uid) {
        self.blacklists.forget(org);
    }

    /// Other nodes may have changed anything.
    pub(crate) fn forget_all(&self) {
        self.words.forget_all(false);
        self.blacklists.forget_all(false);
    }
}

impl Desk {
    /// The message as it may go on, or why it may not. What was said before under its name goes on in any case: a repeat gets
    /// its first answer (invariant I3).
    ///
    /// # Errors
    /// [`DeskError::Blacklisted`], [`DeskError::Taboo`]; [`DeskError::Commit`], [`DeskError::Store`].
    pub(crate) async fn admit(
        &self,
        by: &Principal,
        conversation: &Conversation,
        draft: Draft,
        now: Timestamp,
    ) -> Result<Draft, DeskError> {
        let class = draft.kind.class();
        // Who is not heard still reads what was said to it.
        if matches!(class, MessageClass::Read | MessageClass::Delivered) {
            return Ok(draft);
        }
        let verdict = match self.hears(by, now).await {
            Ok(()) => self.judge(by, conversation, &draft).await?,
            Err(refused) => Verdict::Refused(refused),
        };
        match verdict {
            Verdict::Passes => Ok(draft),
            Verdict::Masked(masked) => Ok(masked),
            Verdict::Refused(refused) => {
                let may_be_repeat = class != MessageClass::Ephemeral;
                if may_be_repeat && self.said_before(conversation, by, &draft.uid).await?.is_some() {
                    return Ok(draft);
                }
                Err(refused)
            }
        }
    }

    /// Whether the organisation hears what `by` says or asks for.
    ///
    /// # Errors
    /// [`DeskError::Blacklisted`] for a visitor who is blocked, [`DeskError::Store`].
    pub async fn hears(&self, by: &Principal, now: Timestamp) -> Result<(), DeskError> {
        if by.role != Role::Visitor {
            return Ok(());
        }
        let blacklist = self.blacklist(&by.org).await?;
        if !blacklist.is_empty() && blacklist.holds(&by.uid, self.moderation.addresses.get(&by.uid), now) {
            counter!("deskwire_messages_refused_total", "reason" => "blacklist").increment(1);
            return Err(DeskError::Blacklisted);
        }
        Ok(())
    }

    /// Remembers where a visitor is: a block may be of an address. `address` stands for its network.
    pub fn seen_at(&self, by: &Principal, address: IpAddr) {
        if by.role == Role::Visitor && self.moderation.addresses.get(&by.uid) != Some(address) {
            self.moderation.addresses.insert(by.uid.clone(), address);
        }
    }

    /// Whether words are looked for in what `by` says.
    pub(crate) async fn looks_at(&self, by: &Principal) -> Result<bool, DeskError> {
        let words = self.words(&by.org).await?;
        Ok(!words.lexicon.is_empty() && words.concern(by.role))
    }

    /// Looks for words in a message, and notes those that it says.
    async fn judge(&self, by: &Principal, conversation: &Conversation, draft: &Draft) -> Result<Verdict, DeskError> {
        if conversation.notes_of.is_some() || draft.kind.class() == MessageClass::Recall {
            return Ok(Verdict::Passes);
        }
        let words = self.words(&by.org).await?;
        if words.lexicon.is_empty() || !words.concern(by.role) {
            return Ok(Verdict::Passes);
        }
        let Some(said) = Said::of(draft, &words.lexicon) else { return Ok(Verdict::Passes) };
        let is_relayed = draft.kind.class() == MessageClass::Ephemeral;
        let is_refused = said.strictest() == TabooAction::Block && !is_relayed;
        if !is_relayed {
            self.note(by, conversation, draft, said, is_refused).await?;
        }
        if is_refused {
            counter!("deskwire_messages_refused_total", "reason" => "taboo").increment(1);
            return Ok(Verdict::Refused(DeskError::Taboo));
        }
        let masked = dialect::rewritten(draft, &mut |text| words.lexicon.mask(text));
        Ok(masked.map_or(Verdict::Passes, Verdict::Masked))
    }

    /// Notes the words of a message: before the message itself is on disk, or before its sender hears that it is refused.
    async fn note(
        &self,
        by: &Principal,
        conversation: &Conversation,
        draft: &Draft,
        said: Said,
        is_refused: bool,
    ) -> Result<(), DeskError> {
        for found in &said.words {
            counter!("deskwire_taboo_hits_total", "action" => found.action.as_str()).increment(1);
        }
        let hits = NewTabooHits {
            org: by.org.clone(),
            log: conversation.id,
            sender: by.uid.clone(),
            message: draft.uid.clone(),
            text: said.text,
            words: said.words.into_iter().map(|found| (found.word, found.action)).collect(),
            kept: self.config.moderation.hits,
        };
        let write = Write::TabooHits(Box::new(hits));
        if is_refused {
            self.log.commit(write, Announce::Nobody).await?;
        } else {
            // Committed in order: in the same batch as the message, or before it.
            self.log.submit(Job::Write { write, announce: Announce::Nobody, reply: Reply::Nobody }).await?;
        }
        Ok(())
    }

    async fn words(&self, org: &Uid) -> Result<Arc<Words>, DeskError> {
        if let Some(words) = self.moderation.words.get(org) {
            return Ok(words);
        }
        let _changing = self.moderation.changing.lock().await;
        match self.moderation.words.get(org) {
            Some(words) => Ok(words),
            None => self.read_words(org).await,
        }
    }

    /// Has every node make the words of an organisation anew, this one at once; to be called while nobody changes them.
    async fn words_changed(&self, org: &Uid) -> Result<Arc<Words>, DeskError> {
        self.tell_nodes(&Word::Words(org.clone()));
        self.read_words(org).await
    }

    /// Has every node read anew who is blocked in an organisation, this one at once; to be called while nobody changes it.
    async fn blacklist_changed(&self, org: &Uid) -> Result<Arc<Blacklist>, DeskError> {
        self.tell_nodes(&Word::Blacklist(org.clone()));
        self.read_blacklist(org).await
    }

    /// Makes the words of an organisation anew; to be called while nobody changes them.
    async fn read_words(&self, org: &Uid) -> Result<Arc<Words>, DeskError> {
        // Until they are there nobody has the old ones.
        self.moderation.words.forget(org);
        let mark = self.moderation.words.mark();
        let listed = self.store.taboo_words(org, 0, usize::MAX).await?;
        let scope = self.store.taboo_scope(org).await?;
        let built = tokio::task::spawn_blocking(move || Lexicon::new(&listed)).await;
        let lexicon = built.map_err(|_| DeskError::Unclear("the words are not understood"))?;
        let lexicon = lexicon.map_err(|error| DeskError::Settings(error.to_string()))?;
        let words = Arc::new(Words { lexicon, scope });
        self.moderation.words.learn(mark, org, Arc::clone(&words));
        Ok(words)
    }

    async fn blacklist(&self, org: &Uid) -> Result<Arc<Blacklist>, DeskError> {
        if let Some(blacklist) = self.moderation.blacklists.get(org) {
            return Ok(blacklist);
        }
        let _changing = self.moderation.changing.lock().await;
        match self.moderation.blacklists.get(org) {
            Some(blacklist) => Ok(blacklist),
            None => self.read_blacklist(org).await,
        }
    }

    /// Reads who is blocked in an organisation anew; to be called while nobody changes it.
    async fn read_blacklist(&self, org: &Uid) -> Result<Arc<Blacklist>, DeskError> {
        self.moderation.blacklists.forget(org);
        let mark = self.moderation.blacklists.mark();
        // All that are not lifted: time passes while they are kept here.
        let filter = BlockFilter { not_over: Some(Timestamp(0)), ..BlockFilter::default() };
        let blacklist = Arc::new(Blacklist::new(self.store.blocks(org, &filter, 0, usize::MAX).await?));
        self.moderation.blacklists.learn(mark, org, Arc::clone(&blacklist));
        Ok(blacklist)
    }

    /// Forgets what was kept for long enough, a part at a time.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn sweep_moderation(&self, now: Timestamp) -> Result<(), DeskError> {
        let limits = &self.config.moderation;
        let before = |kept_ms: i64| Timestamp(now.0.saturating_sub(kept_ms));
        let hits = self.store.forget_taboo_hits(before(limits.hits_kept_ms), FORGOTTEN).await?;
        counter!("deskwire_moderation_forgotten_total", "kind" => "hit").increment(hits as u64);
        let blocks = self.store.forget_blocks(before(limits.blocks_kept_ms), FORGOTTEN).await?;
        counter!("deskwire_moderation_forgotten_total", "kind" => "block").increment(blocks as u64);
        Ok(())
    }

    /// What is answered when an organisation has as many `what` as it may.
    fn too_many(what: &'static str) -> DeskError {
        counter!("deskwire_limit_hits_total", "limit" => "moderation").increment(1);
        DeskError::TooMany(what)
    }
}

/// The words that a message says.
struct Said {
    /// At least one, each once.
    words: Vec<Found>,
    /// The part of its text that says the first of them.
    text: String,
}

impl Said {
    fn of(draft: &Draft, lexicon: &Lexicon) -> Option<Self> {
        let mut said: Option<Self> = None;
        let mut strictest = None;
        let _nothing_is_changed = dialect::rewritten(draft, &mut |text| {
            for found in lexicon.find(text) {
                let said = said.get_or_insert_with(|| Self {
                    words: Vec::new(),
                    text: snippet(text, std::slice::from_ref(&found.place)).text,
                });
                let is_known = said.words.iter().any(|known| known.word == found.word);
                if is_known {
                    continue;
                }
                let is_stricter = strictest < Some(found.action);
                strictest = strictest.max(Some(found.action));
                if said.words.len() < NOTED {
                    said.words.push(found);
                } else if is_stricter {
                    // What decides about the message is always noted.
                    said.words.pop();
                    said.words.push(found);
                }
            }
            None
        });
        said
    }

    fn strictest(&self) -> TabooAction {
        self.words.iter().map(|found| found.action).max().unwrap_or(TabooAction::Log)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_messages_are_looked_at() {
        let words = |agents, robots| Words { scope: TabooScope { agents, robots }, ..Words::default() };
        for (role, scopes) in [
            (Role::Visitor, [true, true, true]),
            (Role::Agent, [false, true, false]),
            (Role::Admin, [false, true, false]),
            (Role::Service, [false, false, true]),
        ] {
            let concerned = [words(false, false), words(true, false), words(false, true)].map(|w| w.concern(role));
            assert_eq!(concerned, scopes, "{role:?}");
        }
    }
}
