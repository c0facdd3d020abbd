//! What a visitor is about to say, shown to the agents while it is written: only where the service is set to
//! (`spec/bytedesk.md` §3 PREVIEW, §8: off by default), never kept, and not more often than people read.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use deskwire_model::{Conversation, Draft, LogId, Principal, Role, Timestamp, content::Preview};

use crate::{Desk, DeskError};

/// Between two previews of one conversation, in milliseconds.
const PAUSE_MS: i64 = 250;
/// Conversations that are remembered; what is older than a pause is forgotten first.
const REMEMBERED: usize = 65_536;

/// The last preview of each conversation.
#[derive(Debug, Default)]
pub(crate) struct Previews(Mutex<HashMap<LogId, Last>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Last {
    at: Timestamp,
    clear: bool,
}

impl Previews {
    /// Whether a preview at `now` is shown: one that comes too soon is not, but that there is no draft any more is always
    /// told once.
    fn admit(&self, log: LogId, clear: bool, now: Timestamp) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_recent = |last: &Last| (0..PAUSE_MS).contains(&now.0.saturating_sub(last.at.0));
        if let Some(last) = known.get(&log).filter(|last| is_recent(last))
            && (last.clear || !clear)
        {
            return false;
        }
        if known.len() >= REMEMBERED {
            known.retain(|_, last| is_recent(last));
        }
        if known.len() < REMEMBERED {
            known.insert(log, Last { at: now, clear });
        }
        true
    }
}

impl Desk {
    /// Whether what is relayed and forgotten is handed on: a PREVIEW only from a visitor whose service wants to see it.
    pub(crate) async fn hands_on(
        &self,
        by: &Principal,
        conversation: &Conversation,
        draft: &Draft,
        now: Timestamp,
    ) -> Result<bool, DeskError> {
        if draft.kind.as_str() != "PREVIEW" {
            return Ok(true);
        }
        let wanted = by.role == Role::Visitor && self.settings(&conversation.service).await?.preview;
        Ok(wanted && self.previews.admit(conversation.id, Preview::read(&draft.content).clear, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn previews_come_at_a_bounded_rate_and_end() {
        let previews = Previews::default();
        for (log, clear, at, shown) in [
            (1, false, 0, true),
            (1, false, 249, false),
            (2, false, 249, true),
            (1, true, 249, true),
            (1, true, 250, false),
            (1, false, 400, false),
            (1, false, 499, true),
            // A clock that was set back does not silence a conversation.
            (1, false, 100, true),
        ] {
            assert_eq!(previews.admit(LogId(log), clear, Timestamp(at)), shown, "{log} {clear} at {at}");
        }
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let previews = Previews::default();
        let many = i64::try_from(REMEMBERED).unwrap() + 10;
        for log in 0..many {
            assert!(previews.admit(LogId(log), false, Timestamp(0)), "{log}");
        }
        assert_eq!(previews.0.lock().unwrap().len(), REMEMBERED);
        assert!(previews.admit(LogId(many), false, Timestamp(PAUSE_MS)));
        assert_eq!(previews.0.lock().unwrap().len(), 1);
    }
}
