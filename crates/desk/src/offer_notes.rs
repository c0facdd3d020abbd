//! What an agent tells a colleague with a TRANSFER or an INVITE (`spec/bytedesk.md` §5: `note` in its content). Clients of
//! Bytedesk send these on a thread between colleagues; here they are entries of the conversation, which its visitor reads. So
//! the words become a note, and the offer does without them.

use deskwire_model::{
    Conversation, Draft, MessageType, MessageUid, Principal, Timestamp,
    dialect::{compose, with_content},
};
use serde_json::Value;

use crate::{Desk, DeskError, Sender, commands::Command};

/// The members of an offer that hold words.
const WORDS: [&str; 2] = ["note", "content"];

/// The words of an offer, and its content without them; none if it has none.
fn words_apart(content: &str) -> Option<(String, String)> {
    let Ok(Value::Object(mut members)) = serde_json::from_str::<Value>(content) else { return None };
    let words = WORDS.map(|member| members.remove(member));
    let words = words.into_iter().flatten().find_map(|words| words.as_str().map(str::to_owned));
    let words = words.filter(|words| !words.is_empty())?;
    Some((words, Value::Object(members).to_string()))
}

impl Desk {
    /// Writes what an offer says to the colleague into the notes, and returns the offer without it. The words come before the
    /// offer, for a colleague who answers at once; the offer sent again writes no second note.
    ///
    /// # Errors
    /// [`DeskError`] when the note is refused.
    pub(crate) async fn with_words_in_notes(
        &self,
        by: &Principal,
        conversation: &Conversation,
        command: Command,
        offer: Draft,
        now: Timestamp,
    ) -> Result<Draft, DeskError> {
        if !matches!(command, Command::Transfer | Command::Invite) {
            return Ok(offer);
        }
        let Some((words, rest)) = words_apart(&offer.content) else { return Ok(offer) };
        let uid = MessageUid::new(&format!("{}-note", offer.uid)).unwrap_or_else(|_| MessageUid::random());
        let note = compose(uid, MessageType::of("TEXT"), words);
        let notes = self.own_conversation(by, conversation.notes_topic().as_str()).await?;
        self.send(Sender { principal: by, device: None }, &notes, note, now).await?;
        Ok(with_content(offer, rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_from_what_the_desk_asks_for() {
        for (content, words, rest) in [
            (r#"{"note":"be kind","receiver":{"uid":"bob"}}"#, "be kind", r#"{"receiver":{"uid":"bob"}}"#),
            (r#"{"agentUid":"bob","content":"please"}"#, "please", r#"{"agentUid":"bob"}"#),
            (r#"{"agentUid":"bob","content":"both","note":"of them"}"#, "of them", r#"{"agentUid":"bob"}"#),
        ] {
            assert_eq!(words_apart(content), Some((words.to_owned(), rest.to_owned())), "{content}");
        }
        for content in ["", "bob", r#"{"receiver":"bob"}"#, r#"{"receiver":"bob","note":""}"#, "[1]"] {
            assert_eq!(words_apart(content), None, "{content}");
        }
    }
}
