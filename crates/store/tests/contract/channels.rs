//! Channels, and the customers who come by them.

use deskwire_model::{Profile, Timestamp, Uid};
use deskwire_store::{ChannelSecret, Customer, Store, StoreError, StoredChannel, Visitor, VisitorTold};

use crate::{
    Backend,
    fixtures::{introduce, uid},
};

fn channel(name: &str, org: &str) -> StoredChannel {
    StoredChannel {
        uid: uid(name),
        org: uid(org),
        name: name.to_uppercase(),
        settings: "{}".to_owned(),
        secret: ChannelSecret::new(format!("secret of {name}")),
        created_at: Timestamp(1),
        updated_at: Timestamp(1),
    }
}

fn visitor(name: &str) -> Visitor {
    let profile = Profile { nickname: name.to_uppercase(), avatar: String::new() };
    Visitor { uid: uid(name), org: uid("acme"), profile, channel: "shop".to_owned() }
}

async fn store(backend: &impl Backend) -> Store {
    let store = backend.open().await;
    for org in ["acme", "other"] {
        store.create_organisation(&uid(org), org).await.unwrap();
    }
    store
}

pub(crate) async fn a_channel_is_kept_changed_and_dropped(backend: &impl Backend) {
    let store = store(backend).await;
    let shop = channel("shop", "acme");
    store.create_channel(&shop, 9).await.unwrap();
    assert!(matches!(store.create_channel(&channel("shop", "other"), 9).await, Err(StoreError::Exists)));
    assert!(matches!(store.create_channel(&channel("x", "nowhere"), 9).await, Err(StoreError::Missing)));
    store.change_channel(&shop.uid, "Tea", r#"{"a":1}"#, Timestamp(2)).await.unwrap();
    store.set_channel_secret(&shop.uid, &ChannelSecret::new("new".to_owned()), Timestamp(3)).await.unwrap();
    drop(store);
    let store = backend.open().await;
    let expected = StoredChannel {
        name: "Tea".to_owned(),
        settings: r#"{"a":1}"#.to_owned(),
        secret: ChannelSecret::new("new".to_owned()),
        updated_at: Timestamp(3),
        ..shop
    };
    assert_eq!(store.channel(&uid("shop")).await.unwrap(), Some(expected));
    assert!(!format!("{:?}", store.channel(&uid("shop")).await.unwrap()).contains("new"), "nothing prints a secret");
    for _ in 0..2 {
        store.drop_channel(&uid("shop")).await.unwrap();
    }
    assert_eq!(store.channel(&uid("shop")).await.unwrap(), None);
    let (gone, secret) = (uid("shop"), ChannelSecret::new(String::new()));
    assert!(matches!(store.change_channel(&gone, "x", "{}", Timestamp(4)).await, Err(StoreError::Missing)));
    assert!(matches!(store.set_channel_secret(&gone, &secret, Timestamp(4)).await, Err(StoreError::Missing)));
}

pub(crate) async fn an_organisation_has_so_many_channels(backend: &impl Backend) {
    let store = store(backend).await;
    for name in ["b", "a"] {
        store.create_channel(&channel(name, "acme"), 2).await.unwrap();
    }
    assert!(matches!(store.create_channel(&channel("c", "acme"), 2).await, Err(StoreError::Full)));
    store.create_channel(&channel("d", "other"), 2).await.unwrap();
    let listed = async |org| -> Vec<Uid> {
        store.channels(&uid(org)).await.unwrap().into_iter().map(|channel| channel.uid).collect()
    };
    assert_eq!(listed("acme").await, ["a", "b"].map(uid));
    assert_eq!(listed("other").await, ["d"].map(uid));
}

pub(crate) async fn a_customer_is_the_same_visitor(backend: &impl Backend) {
    let store = store(backend).await;
    for name in ["shop", "app"] {
        store.create_channel(&channel(name, "acme"), 9).await.unwrap();
    }
    let customer = |channel: &str, id: &str| Customer { channel: uid(channel), id: id.to_owned() };
    let come = async |name: &str, customer: &Customer| {
        let told = VisitorTold { verified: vec!["userId".to_owned()], ..VisitorTold::default() };
        store.introduce_customer(&visitor(name), told, customer, Timestamp(5)).await.map(|visitor| visitor.uid)
    };
    let (first, second) = (customer("shop", "17"), customer("shop", "18"));
    introduce(&store, &visitor("v")).await.unwrap();
    assert!(!store.is_customer(&uid("v")).await.unwrap());
    for name in ["v", "w", "v"] {
        assert_eq!(come(name, &first).await.unwrap(), uid("v"), "whoever its client thinks it is");
    }
    assert!(store.is_customer(&uid("v")).await.unwrap() && store.visitor(&uid("w")).await.unwrap().is_none());
    assert_eq!(store.visitor_info(&uid("v")).await.unwrap().unwrap().told.verified, ["userId"]);
    // A visitor is one customer, of one channel.
    assert!(matches!(come("v", &second).await, Err(StoreError::Exists)));
    assert!(matches!(come("v", &customer("app", "17")).await, Err(StoreError::Exists)));
    assert_eq!(come("w", &second).await.unwrap(), uid("w"));
    assert!(matches!(come("x", &customer("nowhere", "17")).await, Err(StoreError::Missing)));
    assert!(store.visitor(&uid("x")).await.unwrap().is_none(), "nothing of what is refused is kept");
    // What comes without proof proves nothing of before.
    introduce(&store, &visitor("v")).await.unwrap();
    assert!(store.visitor_info(&uid("v")).await.unwrap().unwrap().told.verified.is_empty());
    store.drop_channel(&uid("shop")).await.unwrap();
    assert!(!store.is_customer(&uid("v")).await.unwrap() && store.visitor(&uid("v")).await.unwrap().is_some());
}
