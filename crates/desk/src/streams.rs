//! Robots that speak while they think: what they say goes to whoever listens piece by piece, and becomes one entry at the end
//! (`spec/bytedesk.md` §3, ROBOT_STREAM).
//!
//! All pieces and the entry have one uid. Pieces are relayed and forgotten; each is said only while the robot has the
//! conversation. Who comes in the middle gets what was said so far ([`Desk::stream_so_far`]). A stream that breaks off leaves
//! what was said, one whose conversation goes to people leaves nothing. After a kill the robot is asked again, and begins
//! anew under the same uid. Where words are looked for in what robots say, pieces are not relayed: a word may come in two.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use deskwire_broker::{Job, Publication};
use deskwire_model::{
    Conversation, LogId, MessageType, MessageUid, Principal, Profile, Role, Timestamp,
    dialect::{self, with_extra},
};
use deskwire_store::{HookEvent, Webhook};
use serde_json::{Map, Value, json};

use crate::{
    Desk, DeskError,
    deciding::desk_itself,
    ingress::Speaker,
    robots::{RobotAnswer, RobotWords, answer_uid},
};

/// What a robot says with one stream at most, in bytes.
const MAX_SAID: usize = 256 * 1024;

/// What robots are saying now, by conversation.
#[derive(Debug, Default)]
pub(crate) struct Streams(Mutex<HashMap<LogId, Live>>);

impl Streams {
    fn live(&self) -> MutexGuard<'_, HashMap<LogId, Live>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream as far as it has come.
#[derive(Clone, Debug)]
struct Live {
    by: Principal,
    uid: MessageUid,
    said: Said,
    /// Nobody hears of it before the end.
    is_held_back: bool,
}

/// What was said in a stream, or a piece of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Said {
    answer: String,
    reason: String,
    /// What pieces say besides: the last word on each counts.
    rest: Map<String, Value>,
}

impl Said {
    fn read(piece: Map<String, Value>) -> Self {
        let mut rest = piece;
        let mut text = |name: &str| match rest.remove(name) {
            Some(Value::String(text)) => text,
            _ => String::new(),
        };
        Self { answer: text("answer"), reason: text("reasonContent"), rest }
    }

    fn len(&self) -> usize {
        self.answer.len()
            + self.reason.len()
            + self.rest.iter().map(|(name, value)| name.len() + size(value)).sum::<usize>()
    }

    fn add(&mut self, piece: Self) {
        self.answer.push_str(&piece.answer);
        self.reason.push_str(&piece.reason);
        self.rest.extend(piece.rest);
    }

    fn content(&self) -> Value {
        let mut content = self.rest.clone();
        content.insert("answer".to_owned(), self.answer.as_str().into());
        content.insert("reasonContent".to_owned(), self.reason.as_str().into());
        Value::Object(content)
    }

    /// Where the next piece begins, as JavaScript counts.
    fn offsets(&self) -> Value {
        let length = |text: &str| text.encode_utf16().count();
        json!({ "stream": { "answerOffset": length(&self.answer), "reasonOffset": length(&self.reason) } })
    }
}

fn size(value: &Value) -> usize {
    value.to_string().len()
}

/// How a stream ends that its conversation has not been taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamEnd {
    /// All is said; people are to go on if there is a reason.
    Finished(Option<String>),
    /// The robot broke off.
    Broken,
}

/// A robot that is speaking. What is dropped without an end leaves nothing.
#[derive(Debug)]
pub struct RobotStream {
    desk: Desk,
    bot: Webhook,
    event: HookEvent,
}

impl Drop for RobotStream {
    fn drop(&mut self) {
        self.desk.streams.live().remove(&self.event.log);
    }
}

impl Desk {
    /// A robot begins to answer `event`; none if that was answered before.
    ///
    /// # Errors
    /// [`DeskError::NotNow`] when the robot has the conversation no more; [`DeskError::Commit`], [`DeskError::Store`].
    pub async fn robot_begins(
        &self,
        bot: &Webhook,
        event: &HookEvent,
        now: Timestamp,
    ) -> Result<Option<RobotStream>, DeskError> {
        let uid = answer_uid(event, 0)?;
        if self.store.entry_of(event.log, &bot.hook.uid, &uid).await?.is_some() {
            return Ok(None);
        }
        let conversation = self.store.conversation(event.log).await?.ok_or(DeskError::NotYours)?;
        self.is_robots(&conversation, event).await?;
        let by = Principal { org: bot.hook.org.clone(), uid: bot.hook.uid.clone(), role: Role::Service };
        let is_held_back = self.looks_at(&by).await?;
        let live = Live { by, uid, said: Said::default(), is_held_back };
        self.relay_piece(&conversation, &live, "ROBOT_STREAM_START", &Said::default(), now).await?;
        self.streams.live().insert(event.log, live);
        Ok(Some(RobotStream { desk: self.clone(), bot: bot.clone(), event: event.clone() }))
    }

    /// What a robot has said so far in `conversation`, for a reader who comes in the middle of it.
    pub(crate) fn stream_so_far(&self, conversation: &Conversation, now: Timestamp) -> Vec<Publication> {
        let Some(live) = self.streams.live().get(&conversation.id).cloned() else { return Vec::new() };
        let begun = piece(conversation, &live, "ROBOT_STREAM_START", &Said::default(), &Said::default(), now);
        if live.is_held_back {
            return vec![begun];
        }
        let so_far = piece(conversation, &live, "ROBOT_STREAM", &Said::default(), &live.said, now);
        vec![begun, so_far]
    }

    async fn relay_piece(
        &self,
        conversation: &Conversation,
        live: &Live,
        kind: &'static str,
        said: &Said,
        now: Timestamp,
    ) -> Result<(), DeskError> {
        let publication = piece(conversation, live, kind, &live.said, said, now);
        Ok(self.log.submit(Job::Relay { publication, ticket: None }).await?)
    }
}

/// A piece of a stream that says `said` behind `before`.
fn piece(
    conversation: &Conversation,
    live: &Live,
    kind: &'static str,
    before: &Said,
    said: &Said,
    now: Timestamp,
) -> Publication {
    let words = dialect::compose(live.uid.clone(), MessageType::of(kind), said.content().to_string());
    let words = with_extra(words, json!({ "orgUid": conversation.org.as_str() }));
    let words = with_extra(words, before.offsets());
    let profile = Profile::default();
    Speaker { principal: &live.by, profile: &profile, conversation }.relay(&words, now)
}

impl RobotStream {
    /// The robot says more: of `answer` and `reasonContent` what is new, of everything else the last word.
    ///
    /// # Errors
    /// [`DeskError::NotNow`] when the robot has the conversation no more; [`DeskError::Unclear`] when it says too much;
    /// [`DeskError::Commit`], [`DeskError::Store`].
    pub async fn says(&self, said: Map<String, Value>, now: Timestamp) -> Result<(), DeskError> {
        let said = Said::read(said);
        let Some(live) = self.desk.streams.live().get(&self.event.log).cloned() else { return Ok(()) };
        if live.said.len() + said.len() > MAX_SAID {
            return Err(DeskError::Unclear("a robot's stream has at most 256 KiB"));
        }
        let conversation = self.fenced(&live, now).await?;
        // First noted, then said: who comes in between is told twice, which the offsets show, and misses nothing.
        if let Some(live) = self.desk.streams.live().get_mut(&self.event.log) {
            live.said.add(said.clone());
        }
        if live.is_held_back {
            return Ok(());
        }
        self.desk.relay_piece(&conversation, &live, "ROBOT_STREAM", &said, now).await
    }

    /// Whether anything was said yet.
    #[must_use]
    pub fn has_said_something(&self) -> bool {
        let live = self.desk.streams.live();
        live.get(&self.event.log).is_some_and(|live| !live.said.answer.is_empty() || !live.said.reason.is_empty())
    }

    /// The robot says no more: what it has said becomes one entry.
    ///
    /// # Errors
    /// As [`Self::says`].
    pub async fn end(self, end: StreamEnd, now: Timestamp) -> Result<(), DeskError> {
        let Some(live) = self.desk.streams.live().get(&self.event.log).cloned() else { return Ok(()) };
        let conversation = self.fenced(&live, now).await?;
        let mut content = live.said.content();
        let (kind, hand_over) = match end {
            StreamEnd::Finished(hand_over) => ("ROBOT_STREAM_END", hand_over),
            StreamEnd::Broken => {
                content["interrupted"] = true.into();
                ("ROBOT_STREAM_ERROR", None)
            }
        };
        let words = RobotWords::new("ROBOT", content.to_string()).into_iter().filter(|_| self.has_said_something());
        let answer = RobotAnswer { words: words.collect(), hand_over };
        match self.desk.robot_answers(&self.bot, &self.event, answer, now).await {
            // It said what may not be said, so people go on.
            Ok(()) if live.is_held_back && !self.is_logged(&live).await? => {
                self.cancel(&conversation, &live, now).await
            }
            Ok(()) => self.desk.relay_piece(&conversation, &live, kind, &Said::default(), now).await,
            Err(DeskError::NotNow(status)) => {
                self.cancel(&conversation, &live, now).await?;
                Err(DeskError::NotNow(status))
            }
            Err(error) => Err(error),
        }
    }

    async fn is_logged(&self, live: &Live) -> Result<bool, DeskError> {
        Ok(self.desk.store.entry_of(self.event.log, &live.by.uid, &live.uid).await?.is_some())
    }

    /// The conversation, if the robot still has it; if not, its pieces are called off.
    async fn fenced(&self, live: &Live, now: Timestamp) -> Result<Conversation, DeskError> {
        let conversation = self.desk.store.conversation(self.event.log).await?.ok_or(DeskError::NotYours)?;
        match self.desk.is_robots(&conversation, &self.event).await {
            Ok(()) => Ok(conversation),
            Err(error) => {
                self.cancel(&conversation, live, now).await?;
                Err(error)
            }
        }
    }

    /// Has those who listen forget what was said: by the desk, as the robot has nothing more to say there.
    async fn cancel(&self, conversation: &Conversation, live: &Live, now: Timestamp) -> Result<(), DeskError> {
        let by_desk = Live { by: desk_itself(conversation), ..live.clone() };
        self.desk.relay_piece(conversation, &by_desk, "ROBOT_STREAM_CANCEL", &Said::default(), now).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(piece: Value) -> Said {
        let Value::Object(piece) = piece else { panic!("pieces are objects: {piece}") };
        Said::read(piece)
    }

    #[test]
    fn texts_add_up_and_of_the_rest_the_last_word_counts() {
        let mut all = Said::default();
        for piece in [
            json!({ "question": "q", "reasonContent": "hm" }),
            json!({ "answer": "he", "sources": [1] }),
            json!({ "answer": "llo 👍", "sources": [2], "reasonContent": "m", "answerless": null }),
            json!({ "answer": 5 }),
        ] {
            all.add(said(piece));
        }
        let expected = json!({
            "question": "q", "answer": "hello 👍", "reasonContent": "hmm", "sources": [2], "answerless": null,
        });
        assert_eq!(all.content(), expected);
        assert_eq!(all.offsets(), json!({ "stream": { "answerOffset": 8, "reasonOffset": 3 } }));
    }
}
