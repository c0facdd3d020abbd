//! Channels: who sets them up, and what visitors see of them.

use deskwire_desk::{Channel, DeskError, Framing, Language, NewChannel};
use deskwire_model::{Principal, Role};
use deskwire_store::{ChannelSecret, Customer, VisitorTold};
use serde_json::{Value, json};

use crate::office::{NOW, Office, agent, later, principal, uid, visitor, visitor_of};

const LIMIT: usize = 3;

fn boss() -> Principal {
    principal("acme", "boss", Role::Admin)
}

fn new(name: &str, settings: Value) -> NewChannel {
    let secret = ChannelSecret::new(format!("secret of {name}"));
    NewChannel { uid: uid(name), name: name.to_owned(), settings, secret, created_at: NOW }
}

/// An office with a channel to its workgroup.
async fn shop() -> (Office, Channel) {
    let office = Office::new(&["ann"], 3).await;
    let settings = json!({ "services": [{ "uid": "sales" }], "title": { "en": "Shop" } });
    let channel = office.desk.create_channel(&boss(), new("shop", settings), LIMIT).await.unwrap();
    (office, channel)
}

#[tokio::test]
async fn channels_are_for_the_administrators_of_their_organisation() {
    let (office, channel) = shop().await;
    let (uid, nothing) = (&channel.uid, Value::Null);
    for (by, refusal) in [
        (agent("ann"), DeskError::NotAllowed),
        (principal("acme", "s", Role::Supervisor), DeskError::NotAllowed),
        (visitor("v"), DeskError::NotAllowed),
        (principal("other", "boss", Role::Admin), DeskError::UnknownChannel),
    ] {
        let desk = &office.desk;
        for outcome in [
            desk.own_channel(&by, uid).await.map(drop),
            desk.change_channel(&by, uid, (None, &nothing), NOW).await.map(drop),
            desk.renew_channel_secret(&by, uid, &channel.secret, NOW).await.map(drop),
            desk.drop_channel(&by, uid).await,
        ] {
            assert_eq!(outcome.unwrap_err().code(), refusal.code(), "{by:?}");
        }
    }
    assert!(office.desk.channels(&principal("other", "boss", Role::Admin)).await.unwrap().is_empty());
    assert_eq!(office.desk.channels(&boss()).await.unwrap(), [channel]);
}

#[tokio::test]
async fn a_channel_leads_to_services_of_its_organisation_and_there_are_few() {
    let (office, _) = shop().await;
    for (name, settings, code) in [
        ("b", json!({ "services": [{ "uid": "spy", "kind": "agent" }] }), "unknown_service"),
        ("b", json!({ "services": [{ "uid": "ann" }] }), "unknown_service"),
        ("b", json!({ "services": [] }), "unacceptable_settings"),
        ("b,c", json!({ "services": [{ "uid": "sales" }] }), "unacceptable_settings"),
        ("shop", json!({ "services": [{ "uid": "sales" }] }), "taken"),
    ] {
        let refused = office.desk.create_channel(&boss(), new(name, settings.clone()), LIMIT).await;
        assert_eq!(refused.unwrap_err().code().as_str(), code, "{name} {settings}");
    }
    let settings = json!({ "services": [{ "uid": "ann", "kind": "agent" }] });
    for name in ["b", "c"] {
        office.desk.create_channel(&boss(), new(name, settings.clone()), LIMIT).await.unwrap();
    }
    let full = office.desk.create_channel(&boss(), new("d", settings), LIMIT).await;
    assert!(matches!(full, Err(DeskError::TooMany(_))));
}

#[tokio::test]
async fn visitors_see_changes_at_once() {
    let (office, channel) = shop().await;
    let seen = async || office.desk.channel("shop").await.unwrap();
    assert_eq!(seen().await.as_deref(), Some(&channel));
    let change = json!({ "domains": ["shop.example"], "title": { "en": "Tea" } });
    let changed = office.desk.change_channel(&boss(), &channel.uid, (None, &change), later(1)).await.unwrap();
    assert_eq!(seen().await.as_deref(), Some(&changed));
    assert_eq!(changed.settings.framing(), Framing::Only(vec!["shop.example".to_owned()]));
    let secret = ChannelSecret::new("new".to_owned());
    office.desk.renew_channel_secret(&boss(), &channel.uid, &secret, later(2)).await.unwrap();
    assert_eq!(seen().await.unwrap().secret, secret);
    office.desk.drop_channel(&boss(), &channel.uid).await.unwrap();
    assert!(seen().await.is_none() && office.desk.channel("no such, channel").await.unwrap().is_none());
}

#[tokio::test]
async fn a_channel_is_open_when_somebody_is_there() {
    let (office, channel) = shop().await;
    let open = async || office.desk.shown_channel(&channel, Language::English, NOW).await.unwrap().open;
    assert!(!open().await, "nobody is there");
    let ann = office.arrive("ann").await;
    assert!(open().await);
    let closed = json!({ "hours": { "shifts": [{ "days": [], "from": "09:00", "to": "18:00" }] } });
    office.set(closed).await;
    assert!(!open().await, "they are closed");
    drop(ann);
}

#[tokio::test]
async fn who_has_been_proven_to_be_a_customer_is_not_known_by_its_uid() {
    let (office, channel) = shop().await;
    let customer = Customer { channel: channel.uid.clone(), id: "17".to_owned() };
    let (v, acme, other) = (uid("v"), uid("acme"), uid("other"));
    office.desk.introduce(&visitor_of("acme", "v"), VisitorTold::default(), NOW).await.unwrap();
    let known = async |org| office.desk.anonymous_visitor(&v, org).await.unwrap().is_some();
    assert!(known(&acme).await && !known(&other).await);
    let told = VisitorTold::default();
    let introduced = office.desk.introduce_customer(&visitor_of("acme", "v"), told, &customer, NOW).await.unwrap();
    assert_eq!(introduced.uid, v);
    assert!(!known(&acme).await);
    let too_long = VisitorTold { user_id: "1".repeat(300), ..VisitorTold::default() };
    let refused = office.desk.introduce_customer(&visitor_of("acme", "v"), too_long, &customer, NOW).await;
    assert!(matches!(refused, Err(DeskError::Unclear(_))));
}
