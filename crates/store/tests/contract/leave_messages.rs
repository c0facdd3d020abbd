//! Left messages.

use deskwire_model::LogId;
use deskwire_store::{Decision, Fact, LeaveChange, LeaveForm, LeaveInbox, LeaveStatus, Store, Write};

use crate::{
    Backend,
    fixtures::{commit_one, create, decision, uid},
};

async fn note(store: &Store, log: LogId, fence: u64, fact: Fact) {
    commit_one(store, Write::Decide(Box::new(Decision { facts: vec![fact], ..decision(log, fence) }))).await;
}

fn left(name: &str) -> Fact {
    let form = LeaveForm {
        nickname: "V".to_owned(),
        contact: "c".to_owned(),
        content: name.to_owned(),
        kind: "k".to_owned(),
        images: vec!["a".to_owned(), "b\"".to_owned()],
    };
    Fact::Left { uid: uid(name), form: Box::new(form) }
}

pub(crate) async fn a_left_message_is_found_in_its_inboxes(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create(&store, "v").await;
    note(&store, log.id, 0, left("one")).await;
    note(&store, log.id, 1, left("two")).await;
    let one = store.leave_message(&uid("one")).await.unwrap().unwrap();
    assert_eq!((&one.visitor, &one.service, &one.org), (&log.visitor, &log.service, &log.org));
    assert_eq!((one.status, one.form.images.len(), one.created_at), (LeaveStatus::Submitted, 2, one.updated_at));
    let change = LeaveChange {
        uid: uid("one"),
        status: LeaveStatus::Replied,
        service: None,
        agent: Some(uid("a")),
        reply: Some("yes".into()),
    };
    note(&store, log.id, 2, Fact::LeaveChanged(Box::new(change))).await;
    let one = store.leave_message(&uid("one")).await.unwrap().unwrap();
    assert_eq!(
        (one.status, one.agent.clone(), one.reply.as_deref()),
        (LeaveStatus::Replied, Some(uid("a")), Some("yes"))
    );
    assert_eq!((one.service.clone(), one.form.content.as_str()), (log.service.clone(), "one"), "what is none stays");

    let services = |agent, service| LeaveInbox::Services { org: log.org.clone(), agent, services: vec![service] };
    for (inbox, all, pending) in [
        (LeaveInbox::Organisation(log.org.clone()), 2, 1),
        (LeaveInbox::Organisation(uid("elsewhere")), 0, 0),
        (LeaveInbox::Visitor(log.visitor.clone()), 2, 1),
        (LeaveInbox::Visitor(uid("w")), 0, 0),
        (services(uid("b"), log.service.clone()), 2, 1),
        (services(uid("a"), uid("support")), 1, 0),
        (services(uid("b"), uid("support")), 0, 0),
    ] {
        assert_eq!(store.count_leave_messages(&inbox, None, false).await.unwrap(), all, "{inbox:?}");
        assert_eq!(store.count_leave_messages(&inbox, None, true).await.unwrap(), pending, "{inbox:?}");
        let found = store.leave_messages(&inbox, None, 0, 9).await.unwrap();
        assert_eq!(found.len() as u64, all, "{inbox:?}");
        let replied = store.leave_messages(&inbox, Some(LeaveStatus::Replied), 0, 9).await.unwrap();
        assert!(replied.iter().all(|left| *left == one), "{inbox:?}");
        assert_eq!(store.leave_messages(&inbox, None, 1, 9).await.unwrap().len() as u64, all.saturating_sub(1));
    }
}
