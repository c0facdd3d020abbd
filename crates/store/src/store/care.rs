//! What the desk knows of visitors and conversations, and what it has ready to say.

use deskwire_model::{LogId, Timestamp, Uid};

use super::Store;
use crate::{
    FaqEntry, FaqFilter, Labels, Marks, QuickReply, QuickReplyFilter, StoreError, Visitor, VisitorCorrection,
    VisitorInfo, VisitorTold,
};

/// Visitors as the desk knows them.
impl Store {
    /// What is known of the visitor called `uid`.
    pub async fn visitor_info(&self, uid: &Uid) -> Result<Option<VisitorInfo>, StoreError> {
        match self {
            Self::Sqlite(db) => db.visitor_info(uid).await,
        }
    }

    /// The languages that the clients of the visitors of `logs` told last, in the order of `logs`; empty where none was told.
    pub async fn visitor_languages(&self, logs: Vec<LogId>) -> Result<Vec<String>, StoreError> {
        match self {
            Self::Sqlite(db) => db.visitor_languages(logs).await,
        }
    }

    /// Enters `visitor`, unless it is known, with what its client tells of it at `now`; the visitor as it is then.
    ///
    /// # Errors
    /// [`StoreError::Exists`] for the uid of another organisation's visitor, [`StoreError::Missing`] for an unknown
    /// organisation.
    pub async fn introduce_visitor(
        &self,
        visitor: &Visitor,
        told: VisitorTold,
        now: Timestamp,
    ) -> Result<Visitor, StoreError> {
        match self {
            Self::Sqlite(db) => db.introduce_visitor(visitor, told, now).await,
        }
    }

    /// Corrects what is known of a visitor who has no conversation where that could be told:
    /// [`crate::Fact::VisitorCorrected`] is for the others.
    pub async fn correct_visitor(&self, correction: &VisitorCorrection, now: Timestamp) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.correct_visitor(correction, now).await,
        }
    }
}

/// What is written on conversations. [`crate::Fact::Labelled`] writes it.
impl Store {
    /// What is written on a conversation for all at the desk.
    pub async fn labels(&self, log: LogId) -> Result<Labels, StoreError> {
        match self {
            Self::Sqlite(db) => db.labels(log).await,
        }
    }

    /// Those of `logs` that have a tag, or whose visitors have it, in their order.
    pub async fn tagged(&self, logs: Vec<LogId>, tag: &str) -> Result<Vec<LogId>, StoreError> {
        match self {
            Self::Sqlite(db) => db.tagged(logs, tag).await,
        }
    }

    /// How `user` keeps a conversation in its list.
    pub async fn marks(&self, log: LogId, user: &Uid) -> Result<Marks, StoreError> {
        match self {
            Self::Sqlite(db) => db.marks(log, user).await,
        }
    }

    /// The conversations that `user` keeps otherwise than the others, by number.
    pub async fn marks_of(&self, user: &Uid) -> Result<Vec<(LogId, Marks)>, StoreError> {
        match self {
            Self::Sqlite(db) => db.marks_of(user).await,
        }
    }

    /// Replaces how `user` keeps a conversation.
    pub async fn set_marks(&self, log: LogId, user: &Uid, marks: Marks) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.set_marks(log, user, marks).await,
        }
    }
}

/// Canned replies.
impl Store {
    /// The canned reply called `uid`. Its organisation is for the caller to compare.
    pub async fn quick_reply(&self, uid: &Uid) -> Result<Option<QuickReply>, StoreError> {
        match self {
            Self::Sqlite(db) => db.quick_reply(uid).await,
        }
    }

    /// `limit` of the canned replies that `filter` wants, by folder, shortcut and title, behind the first `skip`; and how
    /// many there are.
    pub async fn quick_replies(
        &self,
        filter: &QuickReplyFilter,
        skip: u64,
        limit: usize,
    ) -> Result<(Vec<QuickReply>, u64), StoreError> {
        match self {
            Self::Sqlite(db) => db.quick_replies(filter, skip, limit).await,
        }
    }

    /// Makes or changes a canned reply.
    ///
    /// # Errors
    /// [`StoreError::Full`] when its owner has `most` others, [`StoreError::Exists`] when the uid is another owner's.
    pub async fn keep_quick_reply(&self, reply: &QuickReply, most: usize) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.keep_quick_reply(reply, most).await,
        }
    }

    /// Forgets a canned reply, if it is there.
    pub async fn drop_quick_reply(&self, uid: &Uid) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.drop_quick_reply(uid).await,
        }
    }
}

/// Questions with their answers.
impl Store {
    /// The question called `uid`. Its organisation is for the caller to compare.
    pub async fn faq(&self, uid: &Uid) -> Result<Option<FaqEntry>, StoreError> {
        match self {
            Self::Sqlite(db) => db.faq(uid).await,
        }
    }

    /// `limit` of the questions that `filter` wants, the oldest first, behind the first `skip`; and how many there are.
    pub async fn faqs(&self, filter: &FaqFilter, skip: u64, limit: usize) -> Result<(Vec<FaqEntry>, u64), StoreError> {
        match self {
            Self::Sqlite(db) => db.faqs(filter, skip, limit).await,
        }
    }

    /// Makes or changes a question; what was counted of it stays.
    ///
    /// # Errors
    /// [`StoreError::Full`] when its owner has `most` others, [`StoreError::Exists`] when the uid is another owner's.
    pub async fn keep_faq(&self, faq: &FaqEntry, most: usize) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.keep_faq(faq, most).await,
        }
    }

    /// Forgets a question, if it is there.
    pub async fn drop_faq(&self, uid: &Uid) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.drop_faq(uid).await,
        }
    }
}
