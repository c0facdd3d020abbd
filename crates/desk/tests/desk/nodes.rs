//! Desks on several nodes that do not hear of each other, as while the bus is away.

use deskwire_desk::{Command, FeedDevice};
use deskwire_model::{Conversation, Seq, ThreadType};
use serde_json::{Value, json};

use crate::office::{Office, agent, uid};

async fn pass_on(office: &Office, from: &str, to: &str) {
    let offer = json!({ "receiver": { "uid": to } });
    office.command(&agent(from), "v", Command::Transfer, offer).await.unwrap();
    office.command(&agent(to), "v", Command::AcceptTransfer, Value::Null).await.unwrap();
}

/// Whether ann, who follows the conversation at this node from now on, gets its newest entry.
async fn ann_hears(office: &Office, conversation: &Conversation) -> bool {
    let feed = office.desk.open_feed(office.of("v").await, &uid("ann"), FeedDevice::End).await.unwrap();
    feed.membership.covers(Some(Seq(office.head(conversation).await)))
}

#[tokio::test]
async fn who_takes_part_again_by_a_decision_of_another_node_hears_again() {
    let office = Office::new(&["ann", "bob"], 5).await;
    let elsewhere = office.beside();
    let _connections = ["ann", "bob"].map(|name| (elsewhere.connect(name), office.connect("ann")));
    office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    let bob = office.connect("bob");
    let conversation = office.of("v").await;
    pass_on(&office, "ann", "bob").await;
    office.text(&agent("bob"), &office.of("v").await, "m1").await;
    assert!(!ann_hears(&office, &conversation).await, "bob has it");
    pass_on(&elsewhere, "bob", "ann").await;
    assert!(ann_hears(&office, &conversation).await);
    drop(bob);
}

#[tokio::test]
async fn the_staff_is_told_what_it_takes_part_in_when_words_of_other_nodes_were_missed() {
    let office = Office::new(&["ann", "bob"], 5).await;
    let elsewhere = office.beside();
    let ann = office.arrive("ann").await;
    let _connections = ["ann", "bob"].map(|name| elsewhere.connect(name));
    office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    let _bob = office.connect("bob");
    let conversation = office.of("v").await;
    let feed = office.desk.open_feed(office.of("v").await, &uid("ann"), FeedDevice::End).await.unwrap();
    pass_on(&office, "ann", "bob").await;
    pass_on(&elsewhere, "bob", "ann").await;
    let head = Some(Seq(office.head(&conversation).await));
    assert!(!feed.membership.covers(head), "nobody has told it");
    drop(ann.take_answers());
    office.desk.rejoin_staff().await.unwrap();
    assert!(feed.membership.covers(head));
    assert_eq!(ann.take_answers().len(), 1, "its connection reads what was kept from it");
}
