//! Order cards: exactly one thing becomes of each.

use std::sync::Arc;

use deskwire_desk::{CardStatus, DeskError, Settlement};
use deskwire_model::{Conversation, Principal, Role};
use deskwire_store::{CardId, Refusal, Written};
use serde_json::{Value, json};

use crate::office::{NOW, Office, agent, default_device, draft, later, principal, read, visitor};

/// Ann talks with v.
async fn office() -> (Office, Arc<Conversation>) {
    let office = Office::new(&["ann", "bob"], 5).await;
    office.connect("ann");
    let conversation = office.direct("v", "ann").await;
    (office, conversation)
}

async fn offer(
    office: &Office,
    by: &Principal,
    conversation: &Arc<Conversation>,
    (name, card): (&str, Value),
) -> Result<Option<Written>, DeskError> {
    office.submit(default_device(by), conversation, draft(name, "ORDER_CARD", &card.to_string())).await
}

/// A card that is pending for a minute.
async fn offered(office: &Office, conversation: &Arc<Conversation>, id: i64) {
    let card = json!({ "orderCardId": id, "name": "deposit", "price": "29.9", "countdownSeconds": 60 });
    offer(office, &agent("ann"), conversation, (&format!("card-{id}"), card)).await.unwrap();
}

fn service() -> Principal {
    principal("acme", "shop", Role::Service)
}

/// The entries of the conversation as types, without what came before the first card.
async fn told(office: &Office, conversation: &Conversation) -> Vec<String> {
    let (kinds, _) = office.log(conversation).await;
    kinds.into_iter().skip_while(|kind| kind != "ORDER_CARD").collect()
}

async fn status(office: &Office, id: i64) -> String {
    let card = office.desk.order_card(&visitor("v"), CardId(id)).await.unwrap();
    card["status"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_card_expires_at_its_second_and_once() {
    let (office, conversation) = office().await;
    offered(&office, &conversation, 5).await;
    let card = office.desk.order_card(&visitor("v"), CardId(5)).await.unwrap();
    assert_eq!((&card["status"], &card["expireTime"]), (&json!("pending"), &json!("2023-11-14 22:14:20")));
    assert_eq!((&card["price"], &card["msgNo"], &card["sessionId"]), (&json!("29.9"), &json!("card-5"), &json!(1)));

    assert_eq!(office.desk.fire_due(later(59)).await.unwrap(), 0);
    // Whoever pays at its second is too late, although nobody has said so yet.
    let late = office.desk.settle_card(&visitor("v"), CardId(5), Settlement::Pay, later(60)).await;
    assert!(matches!(late, Err(DeskError::CardSettled(CardStatus::Expired))), "{late:?}");
    assert_eq!(office.desk.fire_due(later(60)).await.unwrap(), 1);
    assert_eq!(office.desk.fire_due(later(61)).await.unwrap(), 0);
    assert_eq!(told(&office, &conversation).await, ["ORDER_CARD", "ORDER_CARD_EXPIRE"]);
    let (_, last) = office.log(&conversation).await;
    let content: Value = serde_json::from_str(last["content"].as_str().unwrap()).unwrap();
    assert_eq!(content, json!({ "orderCardId": 5, "status": "expired", "expireTime": "2023-11-14 22:14:20" }));

    // Who comes later sees it as it is.
    let page = office.desk.history(&conversation, 0, 9).await.unwrap();
    let shown = page.messages.iter().map(|message| read(message)).find(|message| message["uid"] == "card-5").unwrap();
    let shown: Value = serde_json::from_str(shown["content"].as_str().unwrap()).unwrap();
    assert_eq!((&shown["status"], &shown["name"]), (&json!("expired"), &json!("deposit")));
}

#[tokio::test]
async fn a_card_is_settled_by_those_who_may_and_once() {
    use Settlement::{Cancel, Pay};
    for (by, settlement, told_by, end) in [
        (visitor("v"), Pay, "ORDER_CARD_PAID", CardStatus::Paid),
        (service(), Pay, "ORDER_CARD_PAID", CardStatus::Paid),
        (visitor("v"), Cancel, "ORDER_CARD_CANCELLED", CardStatus::Cancelled),
        (agent("ann"), Cancel, "ORDER_CARD_CANCELLED", CardStatus::Cancelled),
        (service(), Cancel, "ORDER_CARD_CANCELLED", CardStatus::Cancelled),
    ] {
        let (office, conversation) = office().await;
        offered(&office, &conversation, 5).await;
        for again in [59, 59, 90] {
            let card = office.desk.settle_card(&by, CardId(5), settlement, later(again)).await.unwrap();
            assert_eq!(card["status"], end.as_str(), "{by:?}: the same again changes nothing");
        }
        let other = if settlement == Pay { Cancel } else { Pay };
        let late = office.desk.settle_card(&service(), CardId(5), other, later(59)).await;
        assert!(matches!(late, Err(DeskError::CardSettled(status)) if status == end), "{late:?}");
        assert_eq!(office.desk.fire_due(later(60)).await.unwrap(), 0, "no timer is left");
        assert_eq!(told(&office, &conversation).await, ["ORDER_CARD", told_by]);
    }
}

#[tokio::test]
async fn others_settle_nothing() {
    let (office, conversation) = office().await;
    office.direct("w", "ann").await;
    offered(&office, &conversation, 5).await;
    let foreign = |name, role| principal("other", name, role);
    for (by, id) in [
        (visitor("w"), 5),
        (agent("bob"), 5),
        (foreign("spy", Role::Admin), 5),
        (foreign("shop", Role::Service), 5),
        (visitor("v"), 6),
    ] {
        for settlement in [Settlement::Pay, Settlement::Cancel] {
            let refused = office.desk.settle_card(&by, CardId(id), settlement, NOW).await;
            assert!(matches!(refused, Err(DeskError::UnknownCard)), "{by:?}: {refused:?}");
        }
        assert!(matches!(office.desk.order_card(&by, CardId(id)).await, Err(DeskError::UnknownCard)), "{by:?}");
    }
    let paid = office.desk.settle_card(&agent("ann"), CardId(5), Settlement::Pay, NOW).await;
    assert!(matches!(paid, Err(DeskError::NotAllowed)), "who offers it does not pay it: {paid:?}");
    let watched = principal("acme", "boss", Role::Supervisor);
    let cancelled = office.desk.settle_card(&watched, CardId(5), Settlement::Cancel, NOW).await;
    assert!(matches!(cancelled, Err(DeskError::NotAllowed)), "who only looks on changes nothing: {cancelled:?}");
    assert_eq!(status(&office, 5).await, "pending");
}

#[tokio::test]
async fn a_card_is_offered_by_the_desk_under_a_number_of_its_own() {
    let (office, conversation) = office().await;
    let card = || json!({ "orderCardId": 5 });
    let visitors = offer(&office, &visitor("v"), &conversation, ("m", card())).await;
    assert!(matches!(visitors, Err(DeskError::NotAllowed)), "{visitors:?}");
    offered(&office, &conversation, 5).await;
    offered(&office, &conversation, 5).await;
    assert_eq!(told(&office, &conversation).await, ["ORDER_CARD"], "a repeat is no other card");
    let other = office.direct("w", "ann").await;
    for conversation in [&conversation, &other] {
        let taken = offer(&office, &agent("ann"), conversation, ("another", card())).await;
        assert!(matches!(taken, Err(DeskError::Refused(Refusal::CardTaken))), "{taken:?}");
    }
    // Without a number it gets one, and with the message's name the same one.
    for conversation in [&conversation, &other] {
        offer(&office, &agent("ann"), conversation, ("unnumbered", json!({ "name": "x" }))).await.unwrap();
        let (_, last) = office.log(conversation).await;
        let content: Value = serde_json::from_str(last["content"].as_str().unwrap()).unwrap();
        let id = content["orderCardId"].as_i64().unwrap();
        assert_eq!((&content["countdownSeconds"], id > 5), (&json!(60), true));
        assert_eq!(office.desk.order_card(&service(), CardId(id)).await.unwrap()["name"], "x");
    }
}

#[tokio::test]
async fn a_card_outlives_the_end_of_its_conversation() {
    let (office, conversation) = office().await;
    offered(&office, &conversation, 5).await;
    let topic = conversation.topic.as_str();
    let (uid, nothing) = (deskwire_model::MessageUid::random(), Value::Null);
    office.desk.command(&agent("ann"), topic, deskwire_desk::Command::Close, (uid, &nothing), NOW).await.unwrap();
    assert_eq!(office.desk.fire_due(later(60)).await.unwrap(), 1);
    assert_eq!(told(&office, &conversation).await, ["ORDER_CARD", "AGENT_CLOSED", "ORDER_CARD_EXPIRE"]);
    assert_eq!(status(&office, 5).await, "expired");
}

/// Those who pay, cancel and wait for the end at the same moment: one of them wins, and everybody hears the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_all_that_happens_at_once_one_thing_happens() {
    const ROUNDS: i64 = 60;
    let (office, conversation) = office().await;
    let mut ends = std::collections::BTreeMap::<String, u32>::new();
    for id in 1..=ROUNDS {
        offered(&office, &conversation, id).await;
        let (payer, shop) = (visitor("v"), service());
        let settle = |by, settlement| office.desk.settle_card(by, CardId(id), settlement, later(59));
        let fire = office.desk.fire_due(later(60));
        // Each comes first in some rounds.
        let (paid, cancelled) = match id % 3 {
            0 => {
                let (fired, paid, cancelled) =
                    tokio::join!(fire, settle(&payer, Settlement::Pay), settle(&shop, Settlement::Cancel));
                fired.unwrap();
                (paid, cancelled)
            }
            1 => {
                let (paid, cancelled, fired) =
                    tokio::join!(settle(&payer, Settlement::Pay), settle(&shop, Settlement::Cancel), fire);
                fired.unwrap();
                (paid, cancelled)
            }
            _ => {
                let (cancelled, fired, paid) =
                    tokio::join!(settle(&shop, Settlement::Cancel), fire, settle(&payer, Settlement::Pay));
                fired.unwrap();
                (paid, cancelled)
            }
        };
        let end = status(&office, id).await;
        assert_eq!((paid.is_ok(), cancelled.is_ok()), (end == "paid", end == "cancelled"), "card {id}: {end}");
        for lost in [paid, cancelled].into_iter().filter_map(Result::err) {
            assert!(matches!(lost, DeskError::CardSettled(now) if now.as_str() == end), "card {id}: {lost:?}");
        }
        let told = told(&office, &conversation).await;
        assert_eq!(told.len(), usize::try_from(2 * id).unwrap(), "one entry for each card and one for its end");
        *ends.entry(end).or_default() += 1;
    }
    assert_eq!(ends.values().sum::<u32>(), 60);
    assert_eq!(
        office
            .store
            .timers_of(conversation.id)
            .await
            .unwrap()
            .iter()
            .filter(|timer| timer.kind.as_ref() == "ORDER_CARD")
            .count(),
        0
    );
}
