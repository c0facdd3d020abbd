//! What visitors say about their service: once per episode, and changed for a while (`spec/bytedesk.md` §3, §8).

use deskwire_model::{Conversation, Draft, Entry, LogId, MessageUid, Principal, Timestamp, dialect};
use deskwire_store::{Episode, Fact};
use serde_json::{Value, json};

use crate::{
    Desk, DeskError,
    access::{speaks, takes_part},
    commands::with_status,
    deciding::{Decided, Plan, Snapshot, desk_itself},
    greeting::{document, words},
    settings::ServiceSettings,
    texts::Text,
    wording::Language,
};

/// Longest comment, in bytes.
const MAX_COMMENT: usize = 4096;
/// Entries that are looked at to find out whether enough has been said: an upper bound of `rateMinMessages`.
const LOOKED_AT: usize = 200;

/// A rating as its message has it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rated {
    score: u8,
    resolved: Option<bool>,
    comment: Box<str>,
}

impl Rated {
    /// Reads `extra` of a RATE_SUBMIT. Numbers and truth values may come as text.
    fn read(extra: &Value) -> Result<Self, DeskError> {
        let score = match &extra["score"] {
            Value::String(text) => text.trim().parse().ok(),
            number => number.as_u64(),
        };
        let score = score.and_then(|score| u8::try_from(score).ok()).filter(|score| (1..=5).contains(score));
        let resolved = match &extra["resolved"] {
            Value::Null => None,
            Value::Bool(resolved) => Some(*resolved),
            Value::String(text) if text == "true" || text == "false" => Some(text == "true"),
            _ => return Err(DeskError::Unclear("resolved must be true or false")),
        };
        let comment = match &extra["content"] {
            Value::Null => "",
            Value::String(text) if text.len() <= MAX_COMMENT => text,
            _ => return Err(DeskError::Unclear("content of a rating must be text of at most 4096 bytes")),
        };
        let score = score.ok_or(DeskError::Unclear("score must be a whole number from 1 to 5, in extra"))?;
        Ok(Self { score, resolved, comment: comment.into() })
    }
}

/// Whether `episode` may be rated at `now` by a visitor who was asked for it, or has said enough.
fn may_rate(
    episode: Option<&Episode>,
    settings: &ServiceSettings,
    asked: bool,
    enough: bool,
    now: Timestamp,
) -> Result<(), DeskError> {
    let episode = episode.ok_or(DeskError::Unclear("there is no service to rate yet"))?;
    if let Some(rating) = &episode.rating {
        let until = rating.first_at.0.saturating_add(i64::from(settings.rate_change_min) * 60_000);
        return if now.0 < until { Ok(()) } else { Err(DeskError::RatedAlready) };
    }
    if asked || enough { Ok(()) } else { Err(DeskError::Unclear("too little has been said to rate it")) }
}

impl Snapshot {
    /// The same plan, which closes the conversation, with the question for a rating behind it, if that is set and
    /// somebody has answered.
    pub(crate) fn asking_for_rating(&self, plan: Plan, language: Language) -> Plan {
        let answered = |episode: &Episode| episode.responded_at.is_some() && episode.rating.is_none();
        if !self.settings.rate_on_close || !self.episode.as_ref().is_some_and(answered) {
            return plan;
        }
        let content = json!({ "content": self.invitation(language), "status": "RATE_PENDING" });
        plan.followed_by(desk_itself(&self.conversation), document("RATE_INVITE", &content))
    }

    fn invitation(&self, language: Language) -> &str {
        self.settings.rate_invite.as_deref().unwrap_or(Text::RateInvite.in_language(language))
    }
}

impl Desk {
    /// An agent who speaks in the conversation asks its visitor for a rating.
    pub(crate) async fn invite_rating(&self, by: &Principal, log: LogId, draft: Draft) -> Result<Decided, DeskError> {
        let language = self.language(log).await?;
        self.change(log, |snapshot| {
            if !speaks(by, &snapshot.conversation) {
                return Err(DeskError::NotAllowed);
            }
            let mut draft = draft.clone();
            if draft.content.is_empty() {
                snapshot.invitation(language).clone_into(&mut draft.content);
            }
            Ok(Plan::default().telling(by.clone(), with_status(draft, "RATE_PENDING"), "asked for a rating"))
        })
        .await
    }

    /// The visitor rates its last service, or changes what it said; the agent who served it is told.
    pub(crate) async fn rate(
        &self,
        by: &Principal,
        log: LogId,
        draft: Draft,
        now: Timestamp,
    ) -> Result<Decided, DeskError> {
        let rated = Rated::read(&dialect::extra(&draft))?;
        let invitation = self.rating_invitation(log, &draft.content).await?;
        let recent = self.store.entries_before(log, None, LOOKED_AT).await?;
        let decided = self
            .change(log, |snapshot| {
                let opened = snapshot.episode.as_ref().map(|episode| episode.opened_behind);
                let current = |entry: &&Entry| opened.is_some_and(|opened| entry.seq > opened);
                let asked = invitation.as_ref().filter(current).is_some();
                if invitation.is_some() && !asked {
                    return Err(DeskError::Unclear("the service that this rates is over, and another has begun"));
                }
                let said = recent.iter().filter(current).filter(|entry| entry.kind.is_speech()).count();
                let enough = said >= snapshot.settings.rate_min_messages.min(LOOKED_AT);
                may_rate(snapshot.episode.as_ref(), &snapshot.settings, asked, enough, now)?;
                let Rated { score, resolved, comment } = rated.clone();
                let plan = Plan { facts: vec![Fact::Rated { score, resolved, comment }], ..Plan::default() };
                Ok(plan.telling(by.clone(), draft.clone(), "rated by the visitor"))
            })
            .await?;
        self.tell_rated(&decided.conversation, &rated, now).await?;
        Ok(decided)
    }

    /// The last services of the conversation's visitor that were rated, the newest first.
    ///
    /// # Errors
    /// [`DeskError::NotYours`], [`DeskError::Store`].
    pub async fn ratings(&self, by: &Principal, conversation: &Conversation) -> Result<Vec<Episode>, DeskError> {
        if !takes_part(by, conversation) {
            return Err(DeskError::NotYours);
        }
        let mut episodes = self.store.episodes(conversation.id, LOOKED_AT).await?;
        episodes.retain(|episode| episode.rating.is_some());
        Ok(episodes)
    }

    /// The RATE_INVITE that a rating answers, if it names one.
    async fn rating_invitation(&self, log: LogId, named: &str) -> Result<Option<Entry>, DeskError> {
        let Ok(uid) = MessageUid::new(named) else { return Ok(None) };
        let entry = self.store.entry_by_uid(log, &uid).await?;
        Ok(entry.filter(|entry| entry.kind.as_str() == "RATE_INVITE"))
    }

    async fn tell_rated(&self, conversation: &Conversation, rated: &Rated, now: Timestamp) -> Result<(), DeskError> {
        let Some(agent) = &conversation.agent else { return Ok(()) };
        let content = json!({
            "content": rated.comment,
            "status": "RATE_SUBMIT",
            "score": rated.score,
            "resolved": rated.resolved,
        });
        let told = words("NOTIFICATION_RATE_SUBMITTED", content.to_string());
        self.tell_user(agent, conversation, &told, now).await
    }
}

#[cfg(test)]
mod tests {
    use deskwire_model::{Seq, Uid};
    use deskwire_store::Rating;

    use super::*;

    #[test]
    fn a_rating_is_read_or_refused_with_its_reason() {
        let rated = |score, resolved, comment: &str| Some(Rated { score, resolved, comment: comment.into() });
        for (extra, expected) in [
            (json!({ "score": 5, "resolved": true, "content": "good" }), rated(5, Some(true), "good")),
            (json!({ "score": "1", "resolved": "false" }), rated(1, Some(false), "")),
            (json!({ "score": 3, "orgUid": "o" }), rated(3, None, "")),
            (json!({ "score": 0 }), None),
            (json!({ "score": 6 }), None),
            (json!({ "score": 261 }), None),
            (json!({ "score": 2.5 }), None),
            (json!({ "score": -1 }), None),
            (json!({ "score": 4, "resolved": "perhaps" }), None),
            (json!({ "score": 4, "content": 7 }), None),
            (json!({ "score": 4, "content": "x".repeat(MAX_COMMENT + 1) }), None),
            (json!({}), None),
            (Value::Null, None),
        ] {
            assert_eq!(Rated::read(&extra).ok(), expected, "{extra}");
        }
    }

    #[test]
    fn who_may_rate_when() {
        let uid = |text| Uid::new(text).unwrap();
        let at = |rated: Option<i64>| Episode {
            id: 1,
            log: LogId(1),
            service: uid("sales"),
            agent: None,
            opened_at: Timestamp(0),
            opened_behind: Seq::ZERO,
            queued_at: None,
            assigned_at: None,
            responded_at: None,
            closed: None,
            rating: rated.map(|at| Rating {
                score: 3,
                resolved: None,
                comment: Box::default(),
                first_at: Timestamp(at),
            }),
        };
        let settings = ServiceSettings { rate_change_min: 1, ..ServiceSettings::default() };
        for (episode, asked, enough, now, expected) in [
            (None, true, true, 0, false),
            (Some(at(None)), false, false, 0, false),
            (Some(at(None)), true, false, 0, true),
            (Some(at(None)), false, true, 0, true),
            (Some(at(Some(5))), false, false, 60_004, true),
            (Some(at(Some(5))), true, true, 60_005, false),
        ] {
            let allowed = may_rate(episode.as_ref(), &settings, asked, enough, Timestamp(now));
            assert_eq!(allowed.is_ok(), expected, "{episode:?}, asked {asked}, enough {enough}, at {now}");
        }
    }
}
