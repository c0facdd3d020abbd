//! Access tokens that have ended before their time, and agents who may not sign in.

use deskwire_model::Timestamp;
use deskwire_store::{EndedToken, Store, StoreError, TokenName, TokensFrom};

use crate::{
    Backend,
    fixtures::{agent, uid},
};

fn ended(id: &str, user: &str, issued: i64, expires: i64) -> EndedToken {
    let token = TokenName { id: id.into(), issued: Timestamp(issued) };
    EndedToken { token, user: uid(user), expires: Timestamp(expires) }
}

fn from(user: &str, from: i64, kept: Option<&str>) -> TokensFrom {
    TokensFrom { user: uid(user), from: Timestamp(from), kept: kept.map(Into::into) }
}

async fn with_agents(backend: &impl Backend) -> Store {
    let store = backend.open().await;
    store.create_organisation(&uid("acme"), "Acme").await.unwrap();
    for name in ["ann", "ben"] {
        store.create_agent(&agent(name, "acme"), "hash").await.unwrap();
    }
    store
}

async fn known(store: &Store, now: i64) -> Vec<EndedToken> {
    let (mut tokens, _) = store.ended_tokens(Timestamp(now)).await.unwrap();
    tokens.sort_by(|one, other| one.token.id.cmp(&other.token.id));
    tokens
}

pub(crate) async fn a_token_ends_once_and_is_forgotten_in_time(backend: &impl Backend) {
    let store = with_agents(backend).await;
    let (first, second) = (ended("a", "ann", 1, 10), ended("b", "ben", 2, 20));
    for token in [&first, &second, &first] {
        store.end_token(token, 5).await.unwrap();
    }
    drop(store);
    let store = backend.open().await;
    assert_eq!(known(&store, 9).await, [first, second.clone()]);
    assert_eq!(known(&store, 10).await, std::slice::from_ref(&second), "it would have ended by itself");
    store.forget_ended_tokens(Timestamp(10)).await.unwrap();
    assert_eq!(known(&store, 0).await, [second]);
}

pub(crate) async fn no_user_ends_more_tokens_than_it_may(backend: &impl Backend) {
    let store = with_agents(backend).await;
    for id in ["a", "b", "a"] {
        store.end_token(&ended(id, "ann", 1, 10), 2).await.unwrap();
    }
    assert!(matches!(store.end_token(&ended("c", "ann", 1, 10), 2).await, Err(StoreError::Full)));
    store.end_token(&ended("d", "ben", 1, 10), 2).await.unwrap();
    store.end_tokens_before(&from("ann", 2, None)).await.unwrap();
    assert_eq!(known(&store, 0).await, [ended("d", "ben", 1, 10)], "what has ended with all others is not named");
    store.end_token(&ended("c", "ann", 2, 10), 2).await.unwrap();
    assert!(matches!(store.end_tokens_before(&from("nobody", 1, None)).await, Err(StoreError::Missing)));
}

pub(crate) async fn a_new_password_ends_the_tokens_before_it(backend: &impl Backend) {
    let store = with_agents(backend).await;
    let later = ended("later", "ann", 7, 20);
    store.end_token(&ended("old", "ann", 1, 20), 5).await.unwrap();
    store.end_token(&later, 5).await.unwrap();
    store.change_agent_password(&from("ann", 5, Some("mine")), "new").await.unwrap();
    let (_, hash) = store.agent_by_username(None, "ann").await.unwrap().unwrap();
    assert_eq!(hash, "new");
    assert_eq!(store.ended_tokens(Timestamp(0)).await.unwrap(), (vec![later], vec![from("ann", 5, Some("mine"))]));
    store.change_agent_password(&from("ann", 8, None), "newer").await.unwrap();
    assert_eq!(store.ended_tokens(Timestamp(0)).await.unwrap(), (vec![], vec![from("ann", 8, None)]));
    assert!(matches!(store.change_agent_password(&from("nobody", 1, None), "").await, Err(StoreError::Missing)));
}

pub(crate) async fn who_may_not_sign_in_is_not_found(backend: &impl Backend) {
    let store = with_agents(backend).await;
    store.set_agent_enabled(&from("ann", 5, None), false).await.unwrap();
    assert_eq!(store.agent_by_username(None, "ann").await.unwrap(), None);
    assert!(store.agent(&uid("ann")).await.unwrap().is_some(), "its conversations and its name stay");
    assert_eq!(store.is_agent_enabled(&uid("ann")).await.unwrap(), Some(false));
    assert_eq!(store.is_agent_enabled(&uid("nobody")).await.unwrap(), None);
    assert_eq!(store.ended_tokens(Timestamp(0)).await.unwrap().1, [from("ann", 5, None)]);
    store.set_agent_enabled(&from("ann", 6, None), true).await.unwrap();
    assert!(store.agent_by_username(None, "ann").await.unwrap().is_some());
    assert!(matches!(store.set_agent_enabled(&from("nobody", 1, None), true).await, Err(StoreError::Missing)));
}
