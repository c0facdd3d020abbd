//! Which way messages of conversations go, for those who look for one.

use deskwire_broker::{Content, Publication};
use deskwire_model::{Draft, LogId, MessageClass, MessageUid};

use super::{Gateway, SessionView};
use crate::{
    connection::timestamp,
    ops::{Acceptance, Passage},
};

/// A message that is about to be taken in.
#[derive(Clone, Debug)]
pub struct Entering {
    log: LogId,
    uid: MessageUid,
}

impl Entering {
    /// The message for the conversation with this log; none for what is not kept.
    #[must_use]
    pub fn of(draft: &Draft, log: LogId) -> Option<Self> {
        let is_kept =
            !matches!(draft.kind.class(), MessageClass::Ephemeral | MessageClass::Read | MessageClass::Delivered);
        is_kept.then(|| Self { log, uid: draft.uid.clone() })
    }
}

impl Gateway {
    /// Notes that a message of this sender was taken in.
    pub fn note_entered(&self, entering: Option<Entering>, sender: &SessionView<'_>) {
        let Some(Entering { log, uid }) = entering else { return };
        self.trail.accepted(Acceptance {
            log,
            uid,
            user: sender.principal.uid.clone(),
            session: sender.id,
            protocol: sender.protocol,
            address: sender.address,
            at: timestamp(),
        });
    }

    /// Notes that a message was written for a session.
    pub fn note_written(&self, publication: &Publication, reader: &SessionView<'_>) {
        let Content::Message { log, seq: Some(seq), .. } = publication.content() else { return };
        // What a reader catches up with says nothing about how long messages take.
        if let Some(taken_in) = publication.taken_in() {
            self.metrics.delivered_after.record(taken_in.elapsed());
        }
        let Some(session) = reader.id else { return };
        self.trail.passed(Passage {
            log: *log,
            seq: *seq,
            user: reader.principal.uid.clone(),
            session,
            protocol: reader.protocol,
            at: timestamp(),
        });
    }
}
