//! Quotations: what is quoted is the server's word, taken from the log (`spec/bytedesk.md` §3, QUOTATION).

use deskwire_model::{
    Conversation, Draft, Entry, LogId, MessageClass, MessageUid, Principal,
    content::Quotation,
    dialect::{self, DialectError},
};
use serde_json::{Map, Value};

use crate::{Desk, DeskError};

/// The type of a message that quotes another one.
const QUOTATION: &str = "QUOTATION";
/// Longest text that is quoted, in bytes; a document that is longer is quoted by what people see of it.
const MAX_QUOTED: usize = 4096;

impl Desk {
    /// `draft`, and if it quotes a message, with what that message says in place of what its writer says of it.
    ///
    /// # Errors
    /// [`DeskError::NotQuotable`] when the conversation has no such message, or one that was recalled.
    pub(crate) async fn quoting(
        &self,
        by: &Principal,
        conversation: &Conversation,
        draft: Draft,
    ) -> Result<Draft, DeskError> {
        if draft.kind.as_str() != QUOTATION {
            return Ok(draft);
        }
        let Ok(Value::Object(document)) = serde_json::from_str::<Value>(&draft.content) else {
            return Err(DeskError::Unclear("the content of a quotation must be a JSON object"));
        };
        let named = document.get("quotedMessageUid").and_then(Value::as_str).unwrap_or_default();
        let target = MessageUid::new(named).map_err(DialectError::from)?;
        let Some(entry) = self.quotable(conversation, &target).await? else {
            // A repeat gets its first answer, whatever has become of the message since.
            let is_repeat = self.said_before(conversation, by, &draft.uid).await?.is_some();
            return if is_repeat { Ok(draft) } else { Err(DeskError::NotQuotable) };
        };
        let quoted = self.quoted(&entry)?;
        let content = filled(document, &quoted)?;
        Ok(dialect::with_content(draft, content))
    }

    /// The message of this name, if who takes part in `conversation` may quote it there. Notes may quote what they are
    /// about, and not the other way round.
    async fn quotable(&self, conversation: &Conversation, target: &MessageUid) -> Result<Option<Entry>, DeskError> {
        let logs: [Option<LogId>; 2] = [Some(conversation.id), conversation.notes_of];
        for log in logs.into_iter().flatten() {
            if let Some(entry) = self.store.entry_by_uid(log, target).await? {
                let is_words = entry.kind.class() == MessageClass::Logged && !entry.recalled;
                return Ok(Some(entry).filter(|_| is_words));
            }
        }
        Ok(None)
    }

    fn quoted(&self, entry: &Entry) -> Result<Quotation, DeskError> {
        let said = dialect::words_of(&entry.payload)?;
        let (kind, content) = match serde_json::from_str::<Value>(&said.content) {
            // Quotations do not pile up: of one that is quoted only its own words are.
            Ok(Value::Object(own)) if entry.kind.as_str() == QUOTATION => {
                ("TEXT", own.get("content").and_then(Value::as_str).unwrap_or_default().to_owned())
            }
            Ok(_) if entry.kind.is_rich() && said.content.len() > MAX_QUOTED => {
                ("TEXT", dialect::shown(&entry.kind, &entry.payload)?)
            }
            _ => (entry.kind.as_str(), said.content),
        };
        Ok(Quotation {
            quoted_message_uid: entry.uid.as_str().to_owned(),
            quoted_message_type: kind.to_owned(),
            quoted_content: shortened(content),
            quoted_sender_uid: entry.sender.as_str().to_owned(),
            quoted_sender_name: said.nickname,
            quoted_created_at: self.renderer.local_time(entry.at),
        })
    }
}

/// `text`, or its beginning if it is too long.
fn shortened(mut text: String) -> String {
    if text.len() > MAX_QUOTED {
        text.truncate(text.floor_char_boundary(MAX_QUOTED));
        text.push('…');
    }
    text
}

/// The content of a quotation with what is quoted; what else its writer says stays.
fn filled(mut document: Map<String, Value>, quoted: &Quotation) -> Result<String, DeskError> {
    let unwritable = |error: serde_json::Error| DialectError::Json(error.to_string());
    if let Value::Object(members) = serde_json::to_value(quoted).map_err(unwritable)? {
        document.extend(members);
    }
    Ok(Value::Object(document).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let text = "猫".repeat(MAX_QUOTED / 3 + 10);
        let cut = shortened(text.clone());
        assert!(cut.len() <= MAX_QUOTED + '…'.len_utf8());
        assert!(text.starts_with(cut.strip_suffix('…').unwrap()));
        assert_eq!(shortened("short".to_owned()), "short");
    }

    #[test]
    fn what_the_writer_says_of_the_quoted_does_not_count() {
        let said =
            serde_json::json!({ "content": "yes", "quotedContent": "forged", "quotedSenderName": 7, "colour": "red" });
        let Value::Object(said) = said else { panic!("an object was written") };
        let quoted = Quotation { quoted_content: "true".to_owned(), ..Quotation::default() };
        let filled: Value = serde_json::from_str(&filled(said, &quoted).unwrap()).unwrap();
        assert_eq!((&filled["content"], &filled["colour"]), (&"yes".into(), &"red".into()));
        assert_eq!((&filled["quotedContent"], &filled["quotedSenderName"]), (&"true".into(), &"".into()));
    }
}
