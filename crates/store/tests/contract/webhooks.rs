//! Webhooks: what is told to whom, in what order, and what becomes of it.

use deskwire_model::{LogId, MessageType, ThreadStatus, Timestamp};
use deskwire_store::{HookEvent, HookId, HookOutcome, HookTopic, NewEntry, NewWebhook, Store, Write};

use crate::{
    Backend,
    fixtures::{append, commit_one, create, create_log, entry, set_status, uid},
};

const FAR: Timestamp = Timestamp(i64::MAX - 1);

fn hook(name: &str, org: &str, topics: &[HookTopic]) -> NewWebhook {
    NewWebhook {
        uid: uid(name),
        org: uid(org),
        url: format!("https://{name}.example/"),
        secret: Box::from(*b"secret"),
        topics: topics.to_vec(),
        bot_of: None,
        created_at: Timestamp(5),
    }
}

async fn open(backend: &impl Backend) -> Store {
    let store = backend.open().await;
    for org in ["acme", "other"] {
        store.create_organisation(&uid(org), org).await.unwrap();
    }
    store
}

async fn due(store: &Store, busy: &[(HookId, LogId)]) -> Vec<HookEvent> {
    store.webhooks_due(FAR, 8, busy).await.unwrap().events
}

/// Hook and position of what is due.
async fn places(store: &Store, busy: &[(HookId, LogId)]) -> Vec<(i64, i64, u64)> {
    due(store, busy).await.iter().map(|event| (event.hook.0, event.log.0, event.seq.0)).collect()
}

async fn settle(store: &Store, event: &HookEvent, outcome: HookOutcome) {
    store.settle_webhooks(vec![(event.clone(), outcome)]).await.unwrap();
}

pub(crate) async fn an_entry_is_told_to_the_hooks_that_hear_of_it(backend: &impl Backend) {
    let store = open(backend).await;
    for new in [
        hook("messages", "acme", &[HookTopic::Message]),
        hook("ratings", "acme", &[HookTopic::Rating]),
        hook("foreign", "other", &HookTopic::ALL),
        hook("off", "acme", &HookTopic::ALL),
    ] {
        store.create_webhook(&new).await.unwrap();
    }
    let hooks = store.webhooks(Some(&uid("acme"))).await.unwrap();
    assert_eq!(hooks.len(), 3);
    assert_eq!(hooks[0].hook, hook("messages", "acme", &[HookTopic::Message]));
    store.set_webhook_active(hooks[2].id, false).await.unwrap();
    let log = create_log(&store, "v", 1).await;
    let rating = NewEntry { kind: MessageType::of("RATE_SUBMIT"), ..entry(log, "v", "r") };
    commit_one(&store, Write::Append(rating)).await;
    commit_one(&store, append(log, "v", "m1")).await;
    store.webhooks_raised().await;
    let told: Vec<_> = due(&store, &[]).await.iter().map(|event| (event.hook, event.seq.0, event.topic)).collect();
    assert_eq!(told, [(hooks[0].id, 1, HookTopic::Message), (hooks[1].id, 2, HookTopic::Rating)]);
    assert_eq!(store.webhooks(None).await.unwrap().iter().map(|hook| hook.waiting).collect::<Vec<_>>(), [1, 1, 0, 0]);
    store.drop_webhook(hooks[0].id).await.unwrap();
    assert_eq!(places(&store, &[]).await, [(2, 1, 2)]);
}

pub(crate) async fn a_conversation_is_told_in_order_and_others_beside_it(backend: &impl Backend) {
    let store = open(backend).await;
    store.create_webhook(&hook("h", "acme", &[HookTopic::Message])).await.unwrap();
    let (first, second) = (create_log(&store, "v", 3).await, create_log(&store, "w", 1).await);
    assert_eq!(places(&store, &[]).await, [(1, first.0, 1), (1, second.0, 1)]);
    assert_eq!(places(&store, &[(HookId(1), first)]).await, [(1, second.0, 1)]);
    let event = due(&store, &[]).await.remove(0);
    settle(&store, &event, HookOutcome::Again { due: Timestamp(FAR.0 + 1), error: "x".to_owned() }).await;
    assert_eq!(places(&store, &[]).await, [(1, second.0, 1)], "what follows waits behind it");
    let later = store.webhooks_due(FAR, 8, &[]).await.unwrap();
    assert_eq!(later.next, Some(Timestamp(FAR.0 + 1)));
    settle(&store, &event, HookOutcome::Told).await;
    settle(&store, &event, HookOutcome::Told).await;
    drop(store);
    let store = backend.open().await;
    assert_eq!(places(&store, &[]).await, [(1, first.0, 2), (1, second.0, 1)]);
    assert_eq!(store.webhooks(None).await.unwrap()[0].waiting, 3);
    for _ in 0..3 {
        let event = due(&store, &[]).await.remove(0);
        settle(&store, &event, HookOutcome::Told).await;
    }
    assert_eq!(store.webhooks_due(FAR, 8, &[]).await.unwrap(), Default::default());
}

pub(crate) async fn what_is_given_up_is_listed_and_can_be_told_again(backend: &impl Backend) {
    let store = open(backend).await;
    store.create_webhook(&hook("h", "acme", &[HookTopic::Message])).await.unwrap();
    let log = create_log(&store, "v", 3).await;
    for _ in 0..2 {
        let event = due(&store, &[]).await.remove(0);
        settle(&store, &event, HookOutcome::Dead { at: Timestamp(9), error: "refused".to_owned() }).await;
    }
    let dead = store.dead_letters(HookId(1), None, 9).await.unwrap();
    assert_eq!(dead.iter().map(|letter| letter.event.seq.0).collect::<Vec<_>>(), [2, 1]);
    assert_eq!((dead[0].error.as_str(), dead[0].died_at, dead[0].event.attempts), ("refused", Timestamp(9), 1));
    assert_eq!(store.dead_letters(HookId(1), Some(dead[0].event.id), 9).await.unwrap(), dead[1..]);
    assert_eq!(places(&store, &[]).await, [(1, log.0, 3)]);
    assert_eq!(store.replay_dead_letters(HookId(1), Some(dead[1].event.id), Timestamp(10)).await.unwrap(), 1);
    assert_eq!(places(&store, &[]).await, [(1, log.0, 1)], "what is older goes first");
    assert_eq!(store.replay_dead_letters(HookId(1), None, Timestamp(10)).await.unwrap(), 1);
    assert_eq!(store.dead_letters(HookId(1), None, 9).await.unwrap(), []);
    assert_eq!(store.webhooks(None).await.unwrap()[0].waiting, 3);
}

pub(crate) async fn a_bot_hears_its_visitors_until_it_loses_the_conversation(backend: &impl Backend) {
    let store = open(backend).await;
    let bot = NewWebhook { bot_of: Some(uid("sales")), ..hook("bot", "acme", &[]) };
    store.create_webhook(&bot).await.unwrap();
    let bot = store.bot_of(&uid("sales")).await.unwrap().unwrap();
    let log = create(&store, "v").await.id;
    commit_one(&store, append(log, "v", "before")).await;
    commit_one(&store, set_status(log, 0, ThreadStatus::Roboting, None)).await;
    commit_one(&store, append(log, "v", "asked")).await;
    commit_one(&store, append(log, "sales", "answered")).await;
    commit_one(&store, append(log, "v", "asked more")).await;
    assert_eq!(places(&store, &[]).await, [(bot.id.0, log.0, 2)]);
    let late = due(&store, &[]).await.remove(0);
    commit_one(&store, set_status(log, 1, ThreadStatus::Chatting, Some("a"))).await;
    commit_one(&store, append(log, "v", "to a person")).await;
    assert_eq!(places(&store, &[]).await, []);
    settle(&store, &late, HookOutcome::Told).await;
    assert_eq!(store.webhooks(None).await.unwrap()[0].waiting, 0);
}
