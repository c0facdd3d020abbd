//! What the desk answers by itself to what a visitor says: a fixed text or what belongs to a keyword
//! (`spec/bytedesk.md` §8, auto reply).
//!
//! The answer stands behind the visitor's message in one decision, so that a kill between the two neither loses nor doubles
//! it. While the timer of a rule is set the rule is silent: that bounds how often it speaks, and it is looked at under the
//! fence of the decision. The desk answers visitors alone, never a robot or itself.

use deskwire_model::{Conversation, Draft, MessageType, MessageUid, Principal, Role, ThreadStatus, Timestamp, dialect};
use deskwire_store::{Refusal, TimerChange};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Desk, DeskError,
    deciding::{ATTEMPTS, Decided, Line, Plan, Snapshot, desk_itself},
    faqs::is_question,
    ingress::clocks,
    quick_replies::is_sendable,
    settings::ServiceSettings,
    state::AUTO_REPLY,
};

/// Most rules, keywords of a rule, and bytes of a text or keyword.
const MAX_RULES: usize = 50;
const MAX_KEYWORDS: usize = 20;
const MAX_TEXT: usize = 4096;
const MAX_KEYWORD: usize = 64;

/// What an agent or a workgroup answers by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct AutoReply {
    /// Whether it does.
    pub enabled: bool,
    /// By what rule.
    pub r#type: AutoReplyType,
    /// The text, if that is fixed.
    pub content: String,
    /// What is answered to which keywords; the first rule that fits counts.
    pub rules: Vec<KeywordRule>,
    /// Whether only while the service is closed.
    pub outside_hours: bool,
    /// How long a rule that has answered in a conversation is silent there, in seconds.
    pub pause_s: u32,
}

/// How it is found out what to answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum AutoReplyType {
    /// The same to everything.
    #[default]
    Fixed,
    /// By what is said.
    Keyword,
}

/// What is answered to some keywords.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct KeywordRule {
    /// The keywords, in whatever case.
    pub keywords: Vec<String>,
    /// Whether a message must say one of them and nothing else.
    pub exact: bool,
    /// The answer.
    pub content: String,
    /// Its type of message.
    pub r#type: String,
}

impl Default for AutoReply {
    fn default() -> Self {
        Self {
            enabled: false,
            r#type: AutoReplyType::Fixed,
            content: String::new(),
            rules: Vec::new(),
            outside_hours: false,
            pause_s: 60,
        }
    }
}

impl Default for KeywordRule {
    fn default() -> Self {
        Self { keywords: Vec::new(), exact: false, content: String::new(), r#type: "TEXT".to_owned() }
    }
}

/// An answer, and the rule that gave it.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    rule: String,
    kind: MessageType,
    content: String,
}

impl KeywordRule {
    fn fits(&self, said: &str) -> bool {
        let said = said.trim().to_lowercase();
        self.keywords
            .iter()
            .map(|keyword| keyword.trim().to_lowercase())
            .any(|keyword| if self.exact { said == keyword } else { said.contains(&keyword) })
    }
}

impl AutoReply {
    /// # Errors
    /// [`DeskError::Settings`] says what is not acceptable.
    pub(crate) fn check(&self) -> Result<(), DeskError> {
        let unacceptable = |complaint: &str| Err(DeskError::Settings(complaint.to_owned()));
        if self.content.len() > MAX_TEXT || self.rules.len() > MAX_RULES {
            return unacceptable("an automatic reply has at most 4096 bytes and 50 rules");
        }
        for rule in &self.rules {
            let is_keyword = |word: &String| !word.trim().is_empty() && word.len() <= MAX_KEYWORD;
            if rule.keywords.is_empty() || rule.keywords.len() > MAX_KEYWORDS || !rule.keywords.iter().all(is_keyword) {
                return unacceptable("a rule has 1 to 20 keywords, of 1 to 64 bytes each");
            }
            if rule.content.trim().is_empty() || rule.content.len() > MAX_TEXT {
                return unacceptable("the answer of a rule has 1 to 4096 bytes");
            }
            let Ok(kind) = MessageType::new(&rule.r#type) else { return unacceptable("a rule has a type of message") };
            is_sendable(&kind, &rule.content)?;
        }
        Ok(())
    }

    /// What is answered to `said` while the service is open, or not.
    fn answer(&self, said: &Draft, is_open: bool) -> Option<Answer> {
        if !self.enabled || (self.outside_hours && is_open) || !said.kind.is_speech() {
            return None;
        }
        match self.r#type {
            AutoReplyType::Fixed => {
                let content = Some(self.content.clone()).filter(|content| !content.trim().is_empty())?;
                Some(Answer { rule: "FIXED".to_owned(), kind: MessageType::text(), content })
            }
            AutoReplyType::Keyword if said.kind == MessageType::text() => {
                let (index, rule) = self.rules.iter().enumerate().find(|(_, rule)| rule.fits(&said.content))?;
                let kind = MessageType::new(&rule.r#type).ok()?;
                Some(Answer { rule: format!("KEYWORD-{index}"), kind, content: rule.content.clone() })
            }
            AutoReplyType::Keyword => None,
        }
    }
}

/// Whether the desk answers by itself where a conversation stands: a robot answers its own, and what is closed is opened.
const fn answers_in(status: ThreadStatus) -> bool {
    matches!(status, ThreadStatus::Chatting | ThreadStatus::Queuing | ThreadStatus::Offline)
}

impl Desk {
    /// Says what a visitor says together with what the desk answers to that by itself, if it does: a question that it
    /// knows, or an automatic reply.
    ///
    /// # Errors
    /// [`DeskError::Commit`], [`DeskError::Store`].
    pub(crate) async fn answer_by_itself(
        &self,
        by: &Principal,
        conversation: &Conversation,
        said: &Draft,
        now: Timestamp,
    ) -> Result<Option<Decided>, DeskError> {
        if by.role != Role::Visitor || !self.may_answer(conversation, said).await? {
            return Ok(None);
        }
        for _ in 0..ATTEMPTS {
            let snapshot = self.snapshot(conversation.id).await?;
            let Some(answered) = self.answered(&snapshot, said, now).await? else { return Ok(None) };
            let (mut timers, mut facts) = clocks(by, &snapshot.conversation, &said.kind, &snapshot.settings, now);
            timers.extend(answered.timers);
            facts.extend(answered.facts);
            let lines = vec![Line::plain(by.clone(), said.clone()), answered.line];
            match self.carry_out(&snapshot.conversation, Plan { lines, timers, facts, ..Plan::default() }).await {
                Err(DeskError::Refused(Refusal::Fenced)) => {}
                decided => return decided.map(Some),
            }
        }
        Err(Refusal::Fenced.into())
    }

    /// Whether it is worth to look closer: most services answer nothing by themselves.
    async fn may_answer(&self, conversation: &Conversation, said: &Draft) -> Result<bool, DeskError> {
        if conversation.notes_of.is_some() {
            return Ok(false);
        }
        if is_question(&said.kind) {
            return Ok(conversation.status != ThreadStatus::Closed);
        }
        if !answers_in(conversation.status) || !said.kind.is_speech() {
            return Ok(false);
        }
        let service = self.settings(&conversation.service).await?;
        let agent = match &conversation.agent {
            Some(agent) => self.settings(agent).await?.auto_reply.enabled,
            None => false,
        };
        Ok(agent || service.auto_reply.enabled)
    }

    async fn answered(&self, snapshot: &Snapshot, said: &Draft, now: Timestamp) -> Result<Option<Answered>, DeskError> {
        let conversation = &snapshot.conversation;
        if is_question(&said.kind) {
            let answer = self.faq_answer(snapshot, said).await?;
            return Ok(answer.map(|(line, facts)| Answered { line, timers: Vec::new(), facts }));
        }
        if !answers_in(conversation.status) {
            return Ok(None);
        }
        let is_open = snapshot.settings.is_open(now, &self.config.time_zone);
        let own = match conversation.agent.as_ref().filter(|_| conversation.status == ThreadStatus::Chatting) {
            Some(agent) => Some(self.settings(agent).await?),
            None => None,
        };
        let rules = |settings: &ServiceSettings| {
            let answer = settings.auto_reply.answer(said, is_open)?;
            Some((answer, settings.auto_reply.pause_s))
        };
        let found = own.as_deref().and_then(rules).or_else(|| rules(&snapshot.settings));
        let Some((Answer { rule, kind, content }, pause_s)) = found else { return Ok(None) };
        let is_silent = |timer: &deskwire_store::Timer| {
            timer.kind.as_ref() == AUTO_REPLY && timer.key.as_ref() == rule && timer.due > now
        };
        if snapshot.timers.iter().any(is_silent) {
            return Ok(None);
        }
        let draft = dialect::compose(MessageUid::random(), kind, content);
        let extra = json!({ "orgUid": conversation.org.as_str(), "autoReply": rule });
        let line = Line::plain(desk_itself(conversation), dialect::with_extra(draft, extra));
        let due = Timestamp(now.0.saturating_add(i64::from(pause_s) * 1000));
        let silence = TimerChange::Set { kind: AUTO_REPLY, key: rule.into(), due, payload: Box::default() };
        Ok(Some(Answered { line, timers: vec![silence], facts: Vec::new() }))
    }
}

/// What the desk answers, with what belongs to it.
struct Answered {
    line: Line,
    timers: Vec<TimerChange>,
    facts: Vec<deskwire_store::Fact>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(kind: &'static str, content: &str) -> Draft {
        dialect::compose(MessageUid::random(), MessageType::of(kind), content.to_owned())
    }

    fn rule(keywords: &[&str], exact: bool, content: &str) -> KeywordRule {
        let keywords = keywords.iter().map(|word| (*word).to_owned()).collect();
        KeywordRule { keywords, exact, content: content.to_owned(), ..KeywordRule::default() }
    }

    #[test]
    fn what_is_answered_to_what() {
        let fixed = AutoReply { enabled: true, content: "soon".to_owned(), ..AutoReply::default() };
        let rules = vec![rule(&["退款"], false, "refund"), rule(&["Price"], true, "10"), rule(&["pri"], false, "p")];
        let keyword = AutoReply { enabled: true, r#type: AutoReplyType::Keyword, rules, ..AutoReply::default() };
        let night = AutoReply { outside_hours: true, ..fixed.clone() };
        let off = AutoReply { enabled: false, ..fixed.clone() };
        let empty = AutoReply { content: " ".to_owned(), ..fixed.clone() };
        for (reply, kind, content, is_open, expected) in [
            (&fixed, "TEXT", "hello", true, Some(("FIXED", "soon"))),
            (&fixed, "IMAGE", "{}", true, Some(("FIXED", "soon"))),
            (&fixed, "ROBOT_UP", "x", true, None),
            (&fixed, "SYSTEM", "x", true, None),
            (&off, "TEXT", "hello", true, None),
            (&empty, "TEXT", "hello", true, None),
            (&night, "TEXT", "hello", true, None),
            (&night, "TEXT", "hello", false, Some(("FIXED", "soon"))),
            (&keyword, "TEXT", "我要退款!", true, Some(("KEYWORD-0", "refund"))),
            (&keyword, "TEXT", " PRICE ", true, Some(("KEYWORD-1", "10"))),
            (&keyword, "TEXT", "the price?", true, Some(("KEYWORD-2", "p"))),
            (&keyword, "TEXT", "hello", true, None),
            (&keyword, "IMAGE", r#"{"label":"price"}"#, true, None),
        ] {
            let answer = reply.answer(&said(kind, content), is_open);
            let answer = answer.as_ref().map(|answer| (answer.rule.as_str(), answer.content.as_str()));
            assert_eq!(answer, expected, "{kind} {content}, open {is_open}: {reply:?}");
        }
    }

    #[test]
    fn rules_are_bounded() {
        let with = |rules| AutoReply { rules, ..AutoReply::default() };
        for (reply, accepted) in [
            (with(vec![rule(&["a"], false, "b")]), true),
            (with(vec![rule(&[], false, "b")]), false),
            (with(vec![rule(&[" "], false, "b")]), false),
            (with(vec![rule(&["a"], false, "")]), false),
            (with(vec![rule(&["a"], false, "b"); MAX_RULES + 1]), false),
            (with(vec![KeywordRule { r#type: "RECALL".to_owned(), ..rule(&["a"], false, "b") }]), false),
            (AutoReply { content: "x".repeat(MAX_TEXT + 1), ..AutoReply::default() }, false),
        ] {
            assert_eq!(reply.check().is_ok(), accepted, "{reply:?}");
        }
    }
}
