//! What those who run the service look at.

use deskwire_model::{LogId, Seq, Timestamp};
use deskwire_store::{AuditFilter, NewAuditEntry, Store};

use crate::{
    Backend,
    fixtures::{append, commit_one, create_log, delivered, message_uid, uid},
};

fn entry(org: &str, at: i64, actor: Option<&str>, action: &str, outcome: &str) -> NewAuditEntry {
    NewAuditEntry {
        org: uid(org),
        at: Timestamp(at),
        actor: actor.map(uid),
        action: action.into(),
        target: "sales".into(),
        outcome: outcome.into(),
        address: "127.0.0.1".into(),
        details: "{}".into(),
    }
}

/// The times of the entries, which tell them apart.
async fn times(store: &Store, org: &str, filter: AuditFilter, before: Option<i64>, limit: usize) -> Vec<i64> {
    let entries = store.audit(&uid(org), filter, before, limit).await.unwrap();
    assert!(entries.is_sorted_by(|a, b| a.id > b.id));
    entries.into_iter().map(|entry| entry.entry.at.0).collect()
}

async fn filled(store: &Store) {
    for new in [
        entry("acme", 1, Some("boss"), "settings.change", NewAuditEntry::DONE),
        entry("acme", 2, None, "sign_in", "wrong_password"),
        entry("other", 3, Some("them"), "webhook.create", NewAuditEntry::DONE),
        entry("acme", 4, Some("boss"), "webhook.create", "not_allowed"),
        entry("acme", 5, Some("ann"), "webhook.drop", NewAuditEntry::DONE),
        entry("acme", 6, Some("ann"), "webhooks", NewAuditEntry::DONE),
    ] {
        store.note_audit(new).await.unwrap();
    }
}

pub(crate) async fn the_audit_log_is_read_newest_first_by_what_is_asked(backend: &impl Backend) {
    let store = backend.open().await;
    filled(&store).await;
    let first = &store.audit(&uid("other"), AuditFilter::default(), None, 9).await.unwrap()[0];
    assert_eq!(first.entry, entry("other", 3, Some("them"), "webhook.create", NewAuditEntry::DONE));
    let all = AuditFilter::default();
    for (filter, expected) in [
        (all.clone(), vec![6, 5, 4, 2, 1]),
        (AuditFilter { actor: Some(uid("boss")), ..all.clone() }, vec![4, 1]),
        (AuditFilter { action: Some("webhook".into()), ..all.clone() }, vec![5, 4]),
        (AuditFilter { action: Some("webhook.drop".into()), ..all.clone() }, vec![5]),
        (AuditFilter { done: Some(false), ..all.clone() }, vec![4, 2]),
        (AuditFilter { done: Some(true), ..all.clone() }, vec![6, 5, 1]),
        (AuditFilter { from: Some(Timestamp(2)), until: Some(Timestamp(5)), ..all.clone() }, vec![4, 2]),
    ] {
        assert_eq!(times(&store, "acme", filter.clone(), None, 9).await, expected, "{filter:?}");
    }
    assert_eq!(times(&store, "acme", all.clone(), None, 2).await, [6, 5]);
    let third = store.audit(&uid("acme"), all.clone(), None, 3).await.unwrap()[2].id;
    assert_eq!(times(&store, "acme", all, Some(third), 9).await, [2, 1]);
}

pub(crate) async fn old_entries_of_the_audit_log_go(backend: &impl Backend) {
    let store = backend.open().await;
    filled(&store).await;
    assert_eq!(store.forget_audit(Timestamp(2), 9).await.unwrap(), 1);
    assert_eq!(store.forget_audit(Timestamp(0), 2).await.unwrap(), 2);
    assert_eq!(times(&store, "acme", AuditFilter::default(), None, 9).await, [6, 5]);
    assert_eq!(times(&store, "other", AuditFilter::default(), None, 9).await, [3], "each has its own bound");
    assert_eq!(store.forget_audit(Timestamp(0), 2).await.unwrap(), 0);
}

pub(crate) async fn a_message_is_found_by_its_name_alone(backend: &impl Backend) {
    let store = backend.open().await;
    let (first, second) = (create_log(&store, "v", 2).await, create_log(&store, "w", 0).await);
    commit_one(&store, append(second, "w", "own")).await;
    for (org, name, among, expected) in [
        ("acme", "m2", 9, Some(first)),
        ("acme", "own", 9, Some(second)),
        ("acme", "own", 1, Some(second)),
        ("acme", "m2", 1, None),
        ("acme", "nothing", 9, None),
        ("other", "m2", 9, None),
    ] {
        let found = store.log_of_message(&uid(org), &message_uid(name), among).await.unwrap();
        assert_eq!(found, expected, "{name} in {org}, among {among}");
    }
}

pub(crate) async fn what_has_arrived_is_known_of_each_device(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create_log(&store, "v", 3).await;
    for (user, device, seq) in [("v", "phone", 2), ("v", "", 3), ("a", "tablet", 1)] {
        commit_one(&store, delivered(log, user, device, seq)).await;
    }
    let positions = store.delivered_positions(log, 9).await.unwrap();
    let seen: Vec<_> = positions.iter().map(|at| (at.user.as_str(), &*at.device, at.seq)).collect();
    assert_eq!(seen, [("a", "tablet", Seq(1)), ("v", "", Seq(3)), ("v", "phone", Seq(2))]);
    assert_eq!(store.delivered_positions(log, 1).await.unwrap().len(), 1);
    assert_eq!(store.delivered_positions(LogId(99), 9).await.unwrap(), []);
}
