//! What readers are told: history, lists, unread numbers, how far the others have read.

use deskwire_broker::Dialect;
use deskwire_model::{ThreadStatus, ThreadType};
use serde_json::{Value, json};

use crate::office::{NOW, Office, agent, default_device, draft, read, visitor};

#[tokio::test]
async fn history_comes_in_pages_newest_first() {
    let office = Office::new(&["ann"], 1).await;
    let _ann = office.connect("ann");
    let conversation = office.direct("v", "ann").await;
    for number in 2..=25 {
        office.text(&visitor("v"), &conversation, &format!("m{number}")).await;
    }
    for (page, size, expected) in [
        (0, 10, (16..=25).rev().collect::<Vec<u64>>()),
        (1, 10, (6..=15).rev().collect()),
        (2, 10, (1..=5).rev().collect()),
        (3, 10, vec![]),
        (0, 25, (1..=25).rev().collect()),
        (1, 25, vec![]),
        (0, 100, (1..=25).rev().collect()),
        (u32::MAX, u32::MAX, vec![]),
    ] {
        let history = office.desk.history(&conversation, page, size).await.unwrap();
        let seqs: Vec<u64> = history.messages.iter().map(|message| read(message)["seq"].as_u64().unwrap()).collect();
        assert_eq!((seqs, history.total), (expected, 25), "page {page} of {size}");
    }
}

#[tokio::test]
async fn what_was_recalled_leaves_a_tombstone() {
    let office = Office::new(&["ann"], 1).await;
    let _ann = office.connect("ann");
    let conversation = office.direct("v", "ann").await;
    let who = visitor("v");
    office.text(&who, &conversation, "secret").await;
    office.submit(default_device(&who), &conversation, draft("r", "RECALL", "secret")).await.unwrap();
    let history = office.desk.history(&conversation, 0, 2).await.unwrap();
    let [recall, tombstone] = &history.messages[..] else { panic!("{history:?}") };
    let (recall, tombstone) = (read(recall), read(tombstone));
    assert_eq!((&recall["type"], &recall["content"]), (&"RECALL".into(), &"secret".into()));
    assert_eq!((&tombstone["uid"], &tombstone["seq"]), (&"secret".into(), &2.into()));
    assert_eq!((&tombstone["content"], &tombstone["status"]), (&"".into(), &"RECALL".into()));
    assert!(!tombstone.to_string().contains("hello"), "{tombstone}");
}

#[tokio::test]
async fn unread_is_what_others_said_since_and_did_not_take_back() {
    let office = Office::new(&["ann"], 5).await;
    let _ann = office.connect("ann");
    let (who, ann) = (visitor("v"), agent("ann"));
    let direct = office.direct("v", "ann").await;
    let group = office.ask("v", ThreadType::Workgroup, "sales").await.unwrap().conversation;
    let unread = async || (office.desk.unread(&who.uid).await.unwrap(), office.desk.unread(&ann.uid).await.unwrap());
    assert_eq!(unread().await, (0, 0), "the visitor has WELCOME with the answer, and the agent said it");
    office.text(&who, &direct, "v1").await;
    office.text(&who, &group, "v2").await;
    assert_eq!(unread().await, (0, 2), "what one says oneself is not unread");
    for name in ["a1", "a2", "a3"] {
        office.text(&ann, &direct, name).await;
    }
    assert_eq!(unread().await, (3, 2));
    office.submit(default_device(&ann), &direct, draft("r1", "RECALL", "a3")).await.unwrap();
    assert_eq!(unread().await.0, 3, "a3 is gone, and its RECALL is news");
    office.submit(default_device(&who), &direct, draft("r2", "READ", "a1")).await.unwrap();
    assert_eq!(unread().await.0, 2);
    let direct_as_listed = office.desk.listed(&direct, &who).await.unwrap();
    assert_eq!((&direct_as_listed["content"], &direct_as_listed["unreadCount"]), (&"a3".into(), &2.into()));
    office.submit(default_device(&who), &direct, draft("r3", "READ", "r1")).await.unwrap();
    office.submit(default_device(&ann), &direct, draft("r4", "READ", "v1")).await.unwrap();
    assert_eq!(unread().await, (0, 1));
}

#[tokio::test]
async fn a_list_says_who_spoke_last_and_since_when_the_visitor_waits() {
    let office = Office::new(&["ann"], 1).await;
    let _ann = office.connect("ann");
    let (who, ann) = (visitor("v"), agent("ann"));
    let group = office.ask("v", ThreadType::Workgroup, "sales").await.unwrap().conversation;
    let listed = async |conversation, reader| office.desk.listed(conversation, reader).await.unwrap();
    let time = async |seq: usize| {
        let history = office.desk.history(&group, 0, 100).await.unwrap();
        read(&history.messages[history.messages.len() - seq])["timestamp"].clone()
    };
    assert_eq!(listed(&group, &ann).await["waitingSince"], Value::Null, "a WELCOME asks nothing");
    let asked = office.text(&who, &group, "v1").await as usize;
    office.text(&who, &group, "v2").await;
    let row = listed(&group, &ann).await;
    assert_eq!(row["waitingSince"], time(asked).await, "the oldest that nobody has answered");
    let last = &row["lastMessage"];
    assert_eq!((&last["uid"], &last["type"], &last["seq"]), (&json!("v2"), &json!("TEXT"), &json!(asked + 1)));
    assert_eq!((&last["user"]["uid"], &last["timestamp"]), (&json!("v"), &time(asked + 1).await));
    assert!(listed(&group, &who).await.get("waitingSince").is_none(), "visitors are not told");
    office.text(&ann, &group, "a1").await;
    let row = listed(&group, &ann).await;
    assert_eq!((&row["waitingSince"], &row["lastMessage"]["user"]["uid"]), (&Value::Null, &json!("ann")));

    let waiting = office.ask("w", ThreadType::Workgroup, "sales").await.unwrap().conversation;
    assert_eq!(waiting.status, ThreadStatus::Queuing);
    let queued = listed(&waiting, &ann).await;
    assert_eq!(queued["waitingSince"], queued["lastMessage"]["timestamp"], "since it stands in the queue");
    office.text(&visitor("w"), &waiting, "w1").await;
    assert_eq!(listed(&waiting, &ann).await["waitingSince"], queued["waitingSince"], "what it says changes nothing");
}

#[tokio::test]
async fn a_reader_is_told_how_far_the_others_have_read() {
    let office = Office::new(&["ann"], 1).await;
    let _ann = office.connect("ann");
    let (who, ann) = (visitor("v"), agent("ann"));
    let conversation = office.direct("v", "ann").await;
    for name in ["a1", "a2"] {
        office.text(&ann, &conversation, name).await;
    }
    office.text(&who, &conversation, "v1").await;
    let positions = async |reader| {
        let receipts = office.desk.read_positions(reader, &conversation, NOW).await.unwrap();
        let told = receipts.iter().map(|receipt| {
            assert_eq!(receipt.seq(), None, "a receipt has no place in the log");
            let receipt = read(receipt.body(Dialect::MessageJson, office.desk.renderer()).unwrap());
            assert_eq!(receipt["type"], "READ");
            (receipt["user"]["uid"].as_str().unwrap().to_owned(), receipt["content"].as_str().unwrap().to_owned())
        });
        told.collect::<Vec<_>>()
    };
    assert_eq!(positions(&who).await, [], "nobody else has read anything");
    for (principal, target) in [(&who, "a1"), (&ann, "v1"), (&who, "a2")] {
        let draft = draft(&format!("read-{target}"), "READ", target);
        office.submit(default_device(principal), &conversation, draft).await.unwrap();
    }
    let of = |user: &str, message: &str| [(user.to_owned(), message.to_owned())];
    assert_eq!(positions(&who).await, of("ann", "v1"));
    assert_eq!(positions(&ann).await, of("v", "a2"));
}
