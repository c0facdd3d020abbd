//! Notes and whispers about a conversation: the desk reads them and its visitor never does, in no list, under no name, and
//! by no subscription (invariant I9).

use deskwire_desk::{Desk, DeskError};
use deskwire_model::{ThreadStatus, dialect::Address};
use deskwire_store::Store;

use crate::{cast::Organisation, ledger::Record};

/// What notes say in the walk, and nothing else does.
pub(crate) const NOTE: &str = "for us alone";

/// The log of `notes` is about `about` and nothing else; what is said in the one is not said in the other.
pub(crate) fn are_apart(notes: &Record, about: &Record) {
    let (log, of) = (&notes.conversation, &about.conversation);
    assert_eq!((log.notes_of, &log.org, &log.topic), (Some(of.id), &of.org, &of.notes_topic()));
    assert_eq!((&log.agent, &log.attendants), (&of.agent, &of.attendants), "notes have the people of {of:?}: {log:?}");
    assert_eq!((log.status, notes.timers.as_slice()), (ThreadStatus::New, &[][..]), "nothing happens to {log:?}");
    for line in &notes.log {
        assert_eq!((line.content.as_str(), &line.change), (NOTE, &None), "in {log:?}");
        assert_ne!(line.sender, of.visitor, "a visitor wrote {line:?}");
    }
    let escaped = about.log.iter().find(|line| line.content.contains(NOTE));
    assert!(escaped.is_none(), "{escaped:?} was said to the visitor of {of:?}");
}

/// The visitor whose conversation `notes` are about finds no trace of them.
pub(crate) async fn are_hidden(desk: &Desk, store: &Store, notes: &Record, cast: &[Organisation]) {
    let log = &notes.conversation;
    let visitor = cast.iter().flat_map(|org| &org.visitors).find(|visitor| visitor.uid == log.visitor).unwrap();
    for name in [
        Address::Topic(log.topic.as_str().into()),
        Address::SessionNo(log.session_no.as_str().into()),
        Address::Session(log.id),
    ] {
        let found = desk.addressed(visitor, &name).await;
        assert!(matches!(found, Err(DeskError::NotYours)), "{visitor:?} found notes by {name:?}: {found:?}");
    }
    let participants = store.participants(log.id).await.unwrap();
    assert!(participants.iter().all(|one| one.user != visitor.uid), "{visitor:?} has a part in {log:?}");
    let (all, _) = desk.all_conversations_of(visitor, 0, 1000).await.unwrap();
    let open = desk.conversations_of(visitor).await.unwrap();
    assert!(all.iter().chain(&open).all(|listed| listed.notes_of.is_none()), "{visitor:?} is shown {log:?}");
    let unread = desk.unread_messages(visitor, 0, 1000).await.unwrap();
    assert!(unread.iter().all(|(of, _)| *of != log.id), "{visitor:?} has {log:?} to read");
}
