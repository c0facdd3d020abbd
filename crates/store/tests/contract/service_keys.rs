//! Keys by which programs act as services of an organisation.

use deskwire_model::{Timestamp, Uid};
use deskwire_store::{SecretDigest, ServiceKey, Store, StoreError};

use crate::{Backend, fixtures::uid};

fn key(name: &str, org: &str) -> ServiceKey {
    ServiceKey {
        uid: uid(name),
        org: uid(org),
        name: name.to_uppercase(),
        digest: SecretDigest([7; 32]),
        start: "dwsk_abc".to_owned(),
        created_at: Timestamp(1),
        created_by: uid("ann"),
        expires_at: None,
        used_at: None,
    }
}

async fn store(backend: &impl Backend) -> Store {
    let store = backend.open().await;
    for org in ["acme", "other"] {
        store.create_organisation(&uid(org), org).await.unwrap();
    }
    store
}

async fn listed(store: &Store, org: Option<&str>) -> Vec<Uid> {
    let org = org.map(uid);
    store.service_keys(org.as_ref()).await.unwrap().into_iter().map(|key| key.uid).collect()
}

pub(crate) async fn a_key_is_kept_renamed_and_dropped(backend: &impl Backend) {
    let store = store(backend).await;
    let erp = ServiceKey { expires_at: Some(Timestamp(9)), used_at: Some(Timestamp(2)), ..key("erp", "acme") };
    store.create_service_key(&erp, 9).await.unwrap();
    assert!(matches!(store.create_service_key(&key("erp", "other"), 9).await, Err(StoreError::Exists)));
    assert!(matches!(store.create_service_key(&key("x", "nowhere"), 9).await, Err(StoreError::Missing)));
    store.rename_service_key(&erp.org, &erp.uid, "Shop").await.unwrap();
    drop(store);
    let store = backend.open().await;
    let found = store.service_keys(Some(&erp.org)).await.unwrap();
    assert_eq!(found, [ServiceKey { name: "Shop".to_owned(), ..erp.clone() }]);
    assert!(!format!("{found:?}").contains("7, 7"), "nothing prints a digest");

    let stranger = uid("other");
    assert!(matches!(store.rename_service_key(&stranger, &erp.uid, "x").await, Err(StoreError::Missing)));
    assert!(matches!(store.drop_service_key(&stranger, &erp.uid).await, Err(StoreError::Missing)));
    store.drop_service_key(&erp.org, &erp.uid).await.unwrap();
    assert_eq!(listed(&store, None).await, []);
    assert!(matches!(store.drop_service_key(&erp.org, &erp.uid).await, Err(StoreError::Missing)));
    assert!(matches!(store.rename_service_key(&erp.org, &erp.uid, "x").await, Err(StoreError::Missing)));
}

pub(crate) async fn an_organisation_has_so_many_keys(backend: &impl Backend) {
    let store = store(backend).await;
    for name in ["b", "a"] {
        store.create_service_key(&key(name, "acme"), 2).await.unwrap();
    }
    assert!(matches!(store.create_service_key(&key("c", "acme"), 2).await, Err(StoreError::Full)));
    let later = ServiceKey { created_at: Timestamp(2), ..key("0", "other") };
    store.create_service_key(&later, 2).await.unwrap();
    assert_eq!(listed(&store, Some("acme")).await, ["a", "b"].map(uid));
    assert_eq!(listed(&store, Some("other")).await, ["0"].map(uid));
    assert_eq!(listed(&store, None).await, ["a", "b", "0"].map(uid));
    store.drop_service_key(&uid("acme"), &uid("a")).await.unwrap();
    store.create_service_key(&key("c", "acme"), 2).await.unwrap();
}

pub(crate) async fn uses_are_noted_and_never_go_back(backend: &impl Backend) {
    let store = store(backend).await;
    for name in ["a", "b"] {
        store.create_service_key(&key(name, "acme"), 9).await.unwrap();
    }
    store.note_key_uses(vec![(uid("a"), Timestamp(5)), (uid("gone"), Timestamp(5))]).await.unwrap();
    store.note_key_uses(vec![(uid("a"), Timestamp(4)), (uid("b"), Timestamp(6))]).await.unwrap();
    drop(store);
    let found = backend.open().await.service_keys(None).await.unwrap();
    let seen: Vec<_> = found.iter().map(|key| key.used_at.map(|at| at.0)).collect();
    assert_eq!(seen, [Some(5), Some(6)]);
}
