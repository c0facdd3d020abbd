//! The list of words, as administrators keep it, and what was said of it.

use deskwire_model::{Principal, Role, Timestamp, Uid};
use deskwire_store::{Entered, HitFilter, StoreError, TabooAction, TabooHit, TabooScope, TabooWord};

use super::lexicon::folded;
use crate::{Desk, DeskError};

/// Longest name of a list, in bytes.
const MAX_CATEGORY: usize = 64;
/// Words that are imported at a time.
const IMPORTED: usize = 1000;

/// A word that is to be listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordRequest {
    /// Its uid: the same uid enters it once.
    pub uid: Uid,
    /// The word.
    pub content: String,
    /// What becomes of a message that says it.
    pub action: TabooAction,
    /// Whether it counts only where no letter or digit goes on before or behind it.
    pub whole: bool,
    /// The list that it belongs to; empty for none.
    pub category: String,
}

/// What is to be otherwise with a word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WordChanges {
    /// The word.
    pub content: Option<String>,
    /// What becomes of a message that says it.
    pub action: Option<TabooAction>,
    /// Whether it counts only where it stands alone.
    pub whole: Option<bool>,
    /// The list that it belongs to.
    pub category: Option<String>,
    /// Whether it counts at all.
    pub enabled: Option<bool>,
}

/// What became of words that were imported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// They are listed now.
    pub created: usize,
    /// They were listed before, perhaps in another spelling; nothing changed.
    pub known: usize,
}

fn administers(by: &Principal) -> Result<(), DeskError> {
    if by.role == Role::Admin { Ok(()) } else { Err(DeskError::NotAllowed) }
}

fn supervises(by: &Principal) -> Result<(), DeskError> {
    if by.role.supervises() { Ok(()) } else { Err(DeskError::NotAllowed) }
}

impl Desk {
    /// Lists a word in the administrator's organisation.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for others than administrators, [`DeskError::Settings`] when it cannot be a word,
    /// [`DeskError::Taken`] when it is listed, [`DeskError::TooMany`], [`DeskError::Store`].
    pub async fn create_taboo_word(
        &self,
        by: &Principal,
        request: WordRequest,
        now: Timestamp,
    ) -> Result<TabooWord, DeskError> {
        administers(by)?;
        let word = self.new_word(by, request, now)?;
        let entered = self.enter(by, vec![word.clone()]).await?;
        match entered.first() {
            Some(Entered::New) => Ok(word),
            Some(Entered::Full) => Err(Self::too_many("words")),
            _ => {
                let first = self.store.taboo_word(&by.org, &word.uid).await?;
                first.filter(|first| first.folded == word.folded).ok_or(DeskError::Taken)
            }
        }
    }

    /// Lists words that are alike but for what they say.
    ///
    /// # Errors
    /// As [`Self::create_taboo_word`], but for what is listed already. Of too many words the first are listed.
    pub async fn import_taboo_words(
        &self,
        by: &Principal,
        like: &WordRequest,
        contents: Vec<String>,
        now: Timestamp,
    ) -> Result<Imported, DeskError> {
        administers(by)?;
        if contents.len() > IMPORTED {
            return Err(DeskError::Settings(format!("at most {IMPORTED} words are imported at a time")));
        }
        let words = contents
            .into_iter()
            .map(|content| self.new_word(by, WordRequest { uid: Uid::random(), content, ..like.clone() }, now));
        let entered = self.enter(by, words.collect::<Result<_, _>>()?).await?;
        let count = |what| entered.iter().filter(|entered| **entered == what).count();
        if count(Entered::Full) > 0 {
            return Err(Self::too_many("words"));
        }
        Ok(Imported { created: count(Entered::New), known: count(Entered::Known) })
    }

    /// Changes a word; how it is then.
    ///
    /// # Errors
    /// As [`Self::create_taboo_word`], and [`DeskError::UnknownWord`].
    pub async fn change_taboo_word(
        &self,
        by: &Principal,
        uid: &Uid,
        changes: WordChanges,
        now: Timestamp,
    ) -> Result<TabooWord, DeskError> {
        administers(by)?;
        let _changing = self.moderation.changing.lock().await;
        let word = self.store.taboo_word(&by.org, uid).await?.ok_or(DeskError::UnknownWord)?;
        let request = WordRequest {
            uid: word.uid.clone(),
            content: changes.content.unwrap_or_else(|| word.content.clone()),
            action: changes.action.unwrap_or(word.action),
            whole: changes.whole.unwrap_or(word.whole),
            category: changes.category.unwrap_or_else(|| word.category.clone()),
        };
        let (created_by, created_at) = (word.created_by, word.created_at);
        let enabled = changes.enabled.unwrap_or(word.enabled);
        let word = TabooWord { enabled, created_by, created_at, ..self.new_word(by, request, now)? };
        match self.store.update_taboo_word(&word).await {
            Err(StoreError::Exists) => return Err(DeskError::Taken),
            Err(StoreError::Missing) => return Err(DeskError::UnknownWord),
            done => done?,
        }
        self.words_changed(&by.org).await?;
        Ok(word)
    }

    /// Takes a word out of the list; one that is not there changes nothing.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for others than administrators, [`DeskError::Store`].
    pub async fn drop_taboo_word(&self, by: &Principal, uid: &Uid) -> Result<bool, DeskError> {
        administers(by)?;
        let _changing = self.moderation.changing.lock().await;
        let was_there = self.store.drop_taboo_word(&by.org, uid).await?;
        self.words_changed(&by.org).await?;
        Ok(was_there)
    }

    /// The words of the organisation, the newest first, in pages of `size` numbered from 0, and how many there are.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for others than supervisors, [`DeskError::Store`].
    pub async fn taboo_words(
        &self,
        by: &Principal,
        (page, size): (u32, u32),
    ) -> Result<(Vec<TabooWord>, u64), DeskError> {
        supervises(by)?;
        let skip = u64::from(page) * u64::from(size);
        let words = self.store.taboo_words(&by.org, skip, size as usize).await?;
        Ok((words, self.store.count_taboo_words(&by.org).await?))
    }

    /// The words that were said in the organisation, the newest first, at most `size`; and whether there are more.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for others than supervisors, [`DeskError::Store`].
    pub async fn taboo_hits(
        &self,
        by: &Principal,
        filter: &HitFilter,
        size: usize,
    ) -> Result<(Vec<TabooHit>, bool), DeskError> {
        supervises(by)?;
        let mut hits = self.store.taboo_hits(&by.org, filter, size.saturating_add(1)).await?;
        let has_more = hits.len() > size;
        hits.truncate(size);
        Ok((hits, has_more))
    }

    /// Whose messages are looked at besides visitors'.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for others than supervisors, [`DeskError::Store`].
    pub async fn taboo_scope(&self, by: &Principal) -> Result<TabooScope, DeskError> {
        supervises(by)?;
        Ok(self.store.taboo_scope(&by.org).await?)
    }

    /// Sets whose messages are looked at besides visitors'.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for others than administrators, [`DeskError::Store`].
    pub async fn set_taboo_scope(&self, by: &Principal, scope: TabooScope) -> Result<(), DeskError> {
        administers(by)?;
        let _changing = self.moderation.changing.lock().await;
        self.store.save_taboo_scope(&by.org, scope).await?;
        self.words_changed(&by.org).await.map(drop)
    }

    async fn enter(&self, by: &Principal, words: Vec<TabooWord>) -> Result<Vec<Entered>, DeskError> {
        let _changing = self.moderation.changing.lock().await;
        let entered = self.store.enter_taboo_words(words, self.config.moderation.words).await?;
        if entered.contains(&Entered::New) {
            self.words_changed(&by.org).await?;
        }
        Ok(entered)
    }

    /// A word as it is kept.
    fn new_word(&self, by: &Principal, request: WordRequest, now: Timestamp) -> Result<TabooWord, DeskError> {
        let most = self.config.moderation.word_chars;
        let content = request.content.trim();
        if content.chars().nth(most).is_some() {
            return Err(DeskError::Settings(format!("a word has at most {most} characters")));
        }
        if request.category.len() > MAX_CATEGORY {
            return Err(DeskError::Settings(format!("the name of a list has at most {MAX_CATEGORY} bytes")));
        }
        let nothing = || DeskError::Settings("a word needs a letter or a digit".to_owned());
        Ok(TabooWord {
            uid: request.uid,
            org: by.org.clone(),
            folded: folded(content).ok_or_else(nothing)?,
            content: content.to_owned(),
            action: request.action,
            whole: request.whole,
            category: request.category,
            enabled: true,
            created_by: by.uid.clone(),
            created_at: now,
            updated_at: now,
        })
    }
}
