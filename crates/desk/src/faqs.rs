//! Questions with their answers: WELCOME offers them, a visitor asks one (FAQ_QUESTION), the desk answers (FAQ_ANSWER) in the
//! same commit, and the visitor says whether that helped (ROBOT_UP, ROBOT_DOWN; `spec/bytedesk.md` §2.1, §3).

use deskwire_model::{Conversation, Draft, Entry, MessageType, MessageUid, Principal, Role, Timestamp, Uid, dialect};
use deskwire_store::{Fact, FaqEntry, FaqFilter, NewFaq};
use serde_json::{Value, json};

use crate::{
    Desk, DeskError, Faq,
    deciding::{Line, Snapshot, desk_itself},
    greeting::document,
    quick_replies::{is_sendable, kept},
    settings::ServiceSettings,
};

/// Questions of one workgroup or agent.
const MOST: usize = 500;
/// Questions that WELCOME offers at most.
const OFFERED: usize = 50;
/// Longest folder and question, in bytes.
const MAX_QUESTION: usize = 1024;
/// Longest answer, in bytes.
const MAX_ANSWER: usize = 8192;

fn checked(faq: &NewFaq) -> Result<(), DeskError> {
    if faq.question.trim().is_empty() || faq.question.len() > MAX_QUESTION || faq.category.len() > MAX_QUESTION {
        return Err(DeskError::Unclear("question has 1 to 1024 bytes, category at most as many"));
    }
    if faq.answer.trim().is_empty() || faq.answer.len() > MAX_ANSWER {
        return Err(DeskError::Unclear("answer has 1 to 8192 bytes"));
    }
    is_sendable(&faq.kind, &faq.answer)
}

/// A question as a visitor asks it: by its uid, or in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Asked {
    uid: Option<Uid>,
    words: String,
}

impl Asked {
    /// Reads the content of a FAQ_QUESTION: a document, a uid or the question.
    fn read(content: &str) -> Self {
        let Ok(Value::Object(members)) = serde_json::from_str::<Value>(content) else {
            return Self { uid: Uid::new(content).ok(), words: content.trim().to_owned() };
        };
        let text = |names: &[&str]| names.iter().find_map(|name| members.get(*name)?.as_str());
        let uid = text(&["uid", "questionUid", "faqUid"]).and_then(|uid| Uid::new(uid).ok());
        Self { uid, words: text(&["question", "content"]).unwrap_or_default().trim().to_owned() }
    }

    /// The question that is meant of those that `settings` have.
    fn among(&self, settings: &ServiceSettings) -> Option<Faq> {
        let by_uid = |faq: &&Faq| self.uid.as_ref().is_some_and(|uid| uid.as_str() == faq.uid);
        let by_words = |faq: &&Faq| !self.words.is_empty() && faq.question.trim() == self.words;
        let known = &settings.welcome_faqs;
        known.iter().find(by_uid).or_else(|| known.iter().find(by_words)).filter(|faq| !faq.answer.is_empty()).cloned()
    }
}

/// Whether a message asks a question of the desk. Clients of early 2025 call it FAQ_Q.
pub(crate) fn is_question(kind: &MessageType) -> bool {
    matches!(kind.as_str(), "FAQ_QUESTION" | "FAQ_Q")
}

/// What a message of this type says of an answer, if it judges one.
fn judgement(kind: &MessageType) -> Option<bool> {
    match kind.as_str() {
        "ROBOT_UP" | "FAQ_UP" => Some(true),
        "ROBOT_DOWN" | "FAQ_DOWN" => Some(false),
        _ => None,
    }
}

impl Desk {
    /// The questions that WELCOME offers for `service`: those of its settings, then those that are kept.
    pub(crate) async fn offered_faqs(&self, settings: &ServiceSettings, service: &Uid) -> Result<Vec<Faq>, DeskError> {
        let filter = FaqFilter { owner: service.clone(), in_welcome: true, sought: None };
        let (kept, _) = self.store.faqs(&filter, 0, OFFERED).await?;
        let mut offered = settings.welcome_faqs.clone();
        offered.extend(kept.into_iter().map(shown));
        offered.truncate(OFFERED);
        Ok(offered)
    }

    /// The answer to a question of the visitor, and what is counted of it; none if the service does not know it.
    pub(crate) async fn faq_answer(
        &self,
        snapshot: &Snapshot,
        question: &Draft,
    ) -> Result<Option<(Line, Vec<Fact>)>, DeskError> {
        let conversation = &snapshot.conversation;
        let asked = Asked::read(&question.content);
        let (faq, facts) = match asked.among(&snapshot.settings) {
            Some(faq) => (faq, Vec::new()),
            None => match self.kept_faq(&conversation.service, &asked).await? {
                Some(kept) => {
                    let facts = vec![Fact::Asked { faq: kept.uid.clone() }];
                    (shown(kept), facts)
                }
                None => return Ok(None),
            },
        };
        let content = json!({
            "question": faq.question,
            "questionUid": faq.uid,
            "answer": faq.answer,
            // Where only `content` is shown.
            "content": faq.answer,
            "type": faq.r#type,
            "messageUid": question.uid.as_str(),
        });
        Ok(Some((Line::plain(desk_itself(conversation), document("FAQ_ANSWER", &content)), facts)))
    }

    async fn kept_faq(&self, service: &Uid, asked: &Asked) -> Result<Option<FaqEntry>, DeskError> {
        if let Some(uid) = &asked.uid
            && let Some(kept) = self.store.faq(uid).await?.filter(|kept| kept.owner == *service)
        {
            return Ok(Some(kept));
        }
        if asked.words.is_empty() || asked.words.len() > MAX_QUESTION {
            return Ok(None);
        }
        let filter = FaqFilter { owner: service.clone(), in_welcome: false, sought: Some(asked.words.clone()) };
        let (found, _) = self.store.faqs(&filter, 0, MOST).await?;
        Ok(found.into_iter().find(|kept| kept.faq.question.trim() == asked.words))
    }

    /// What is noted when a message of the visitor says whether an answer helped; none for other messages.
    ///
    /// # Errors
    /// [`DeskError::Unclear`] when it names no answer of the desk or a robot; [`DeskError::Store`].
    pub(crate) async fn judged(
        &self,
        by: &Principal,
        conversation: &Conversation,
        draft: &Draft,
    ) -> Result<Option<Fact>, DeskError> {
        let Some(helpful) = judgement(&draft.kind).filter(|_| by.role == Role::Visitor) else { return Ok(None) };
        let named = match MessageUid::new(&draft.content) {
            Ok(uid) => self.store.entry_by_uid(conversation.id, &uid).await?,
            Err(_) => None,
        };
        let is_answer = |entry: &Entry| {
            let kind = entry.kind.as_str();
            entry.sender != by.uid && (kind == "FAQ_ANSWER" || kind.starts_with("ROBOT"))
        };
        let answer = named.filter(is_answer).ok_or(DeskError::Unclear("content must be the uid of an answer"))?;
        let content: Value = serde_json::from_str(&dialect::content_of(&answer.payload)?).unwrap_or_default();
        let faq = content["questionUid"].as_str().and_then(|uid| Uid::new(uid).ok());
        Ok(Some(Fact::Judged { answer: answer.seq, faq, helpful }))
    }

    /// The questions of a workgroup or agent, for those at the desk; in pages numbered from 0, and how many there are.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for visitors, [`DeskError::UnknownService`], [`DeskError::Store`].
    pub async fn faqs(
        &self,
        by: &Principal,
        filter: FaqFilter,
        (page, size): (u32, u32),
    ) -> Result<(Vec<FaqEntry>, u64), DeskError> {
        if !by.role.is_staff() {
            return Err(DeskError::NotAllowed);
        }
        self.target(by, &filter.owner).await?;
        Ok(self.store.faqs(&filter, u64::from(page) * u64::from(size), size as usize).await?)
    }

    /// Makes a question of a workgroup or an agent under the name `uid`; the same name again makes it what it is now. For
    /// supervisors, and for agents their own.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`], [`DeskError::UnknownService`], [`DeskError::Unclear`], [`DeskError::TooManyReplies`],
    /// [`DeskError::Taken`], [`DeskError::Store`].
    pub async fn create_faq(
        &self,
        by: &Principal,
        (uid, owner): (Uid, Uid),
        faq: NewFaq,
        now: Timestamp,
    ) -> Result<FaqEntry, DeskError> {
        self.edits_faqs_of(by, &owner).await?;
        checked(&faq)?;
        let (org, counted) = (by.org.clone(), 0);
        let (asked, up, down) = (counted, counted, counted);
        self.keep_faq(FaqEntry { uid, org, owner, faq, asked, up, down, created_at: now, updated_at: now }).await
    }

    /// Changes a question.
    ///
    /// # Errors
    /// As [`Self::create_faq`]; [`DeskError::UnknownReply`].
    pub async fn change_faq(
        &self,
        by: &Principal,
        uid: &Uid,
        change: impl FnOnce(&mut NewFaq) + Send,
        now: Timestamp,
    ) -> Result<FaqEntry, DeskError> {
        let mut known = self.own_faq(by, uid).await?;
        change(&mut known.faq);
        checked(&known.faq)?;
        self.keep_faq(FaqEntry { updated_at: now, ..known }).await
    }

    /// Forgets a question. One that is gone is no error.
    ///
    /// # Errors
    /// As [`Self::change_faq`].
    pub async fn drop_faq(&self, by: &Principal, uid: &Uid) -> Result<(), DeskError> {
        if self.store.faq(uid).await?.is_none() {
            return Ok(());
        }
        self.own_faq(by, uid).await?;
        Ok(self.store.drop_faq(uid).await?)
    }

    async fn own_faq(&self, by: &Principal, uid: &Uid) -> Result<FaqEntry, DeskError> {
        let known = self.store.faq(uid).await?.filter(|known| known.org == by.org).ok_or(DeskError::UnknownReply)?;
        self.edits_faqs_of(by, &known.owner).await?;
        Ok(known)
    }

    async fn edits_faqs_of(&self, by: &Principal, owner: &Uid) -> Result<(), DeskError> {
        let is_own = by.role.is_staff() && by.uid == *owner;
        if is_own || by.role.supervises() { self.target(by, owner).await.map(drop) } else { Err(DeskError::NotAllowed) }
    }

    async fn keep_faq(&self, faq: FaqEntry) -> Result<FaqEntry, DeskError> {
        kept(self.store.keep_faq(&faq, MOST).await)?;
        self.store.faq(&faq.uid).await?.ok_or(DeskError::UnknownReply)
    }
}

/// A question as WELCOME shows it.
fn shown(kept: FaqEntry) -> Faq {
    let NewFaq { question, answer, kind, .. } = kept.faq;
    Faq { uid: kept.uid.to_string(), question, answer, r#type: kind.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_read_in_all_its_spellings() {
        let asked = |uid: Option<&str>, words: &str| Asked {
            uid: uid.map(|uid| Uid::new(uid).unwrap()),
            words: words.to_owned(),
        };
        for (content, expected) in [
            (r#"{"uid":"f1","question":"How much?"}"#, asked(Some("f1"), "How much?")),
            (r#"{"questionUid":"f1"}"#, asked(Some("f1"), "")),
            (r#"{"content":" How much? "}"#, asked(None, "How much?")),
            ("f1", asked(Some("f1"), "f1")),
            ("How much/many?", asked(None, "How much/many?")),
            ("", asked(None, "")),
        ] {
            assert_eq!(Asked::read(content), expected, "{content}");
        }
    }

    #[test]
    fn a_question_is_found_by_uid_then_by_words() {
        let faq = |uid: &str, question: &str, answer: &str| Faq {
            uid: uid.to_owned(),
            question: question.to_owned(),
            answer: answer.to_owned(),
            r#type: String::new(),
        };
        let welcome_faqs = vec![faq("a", "b", "1"), faq("b", "c", "2"), faq("e", "empty", "")];
        let settings = ServiceSettings { welcome_faqs, ..ServiceSettings::default() };
        for (content, expected) in [("a", Some("1")), ("b", Some("2")), ("c", Some("2")), ("d", None), ("e", None)] {
            let found = Asked::read(content).among(&settings).map(|faq| faq.answer);
            assert_eq!(found.as_deref(), expected, "{content}");
        }
    }
}
