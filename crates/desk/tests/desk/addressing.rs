//! Which conversation a message names.

use deskwire_desk::DeskError;
use deskwire_model::{LogId, ThreadType, dialect::Address};

use crate::office::{Office, agent, principal, uid, visitor};

#[tokio::test]
async fn every_name_leads_those_who_take_part_to_the_conversation_and_nobody_else() {
    let office = Office::new(&["ann", "bob"], 5).await;
    let _ann = office.connect("ann");
    let conversation = office.direct("v", "ann").await;
    let elsewhere = office.direct("w", "ann").await;
    let (topic, number) = (conversation.topic.as_str(), conversation.session_no.as_str());
    let names = [Address::Topic(topic.into()), Address::SessionNo(number.into()), Address::Session(conversation.id)];
    for (who, takes_part) in [
        (visitor("v"), true),
        (agent("ann"), true),
        (visitor("w"), false),
        (agent("bob"), false),
        (principal("other", "ann", deskwire_model::Role::Agent), false),
    ] {
        for name in &names {
            match office.desk.addressed(&who, name).await {
                Ok(found) => assert!(takes_part && found.id == conversation.id, "{who:?} by {name:?}: {found:?}"),
                Err(error) => assert!(!takes_part && matches!(error, DeskError::NotYours), "{who:?} by {name:?}"),
            }
        }
    }
    for (who, other, expected) in [
        (visitor("v"), "ann", Some(conversation.id)),
        (agent("ann"), "v", Some(conversation.id)),
        (agent("ann"), "w", Some(elsewhere.id)),
        (visitor("v"), "w", None),
        (visitor("v"), "v", None),
        (agent("bob"), "v", None),
    ] {
        let found = office.desk.addressed(&who, &Address::User(uid(other))).await;
        assert_eq!(found.ok().map(|found| found.id), expected, "{who:?} to {other}");
    }
    let nothing = office.desk.addressed(&visitor("v"), &Address::Session(LogId(99))).await;
    assert!(matches!(nothing, Err(DeskError::NotYours)));
}

#[tokio::test]
async fn between_two_people_the_newest_conversation_counts() {
    let office = Office::new(&["ann"], 5).await;
    let _ann = office.connect("ann");
    office.direct("v", "ann").await;
    let group = office.ask("v", ThreadType::Workgroup, "sales").await.unwrap().conversation;
    let named = async |other| office.desk.addressed(&visitor("v"), &Address::User(uid(other))).await.unwrap().id;
    assert_eq!(named("ann").await, group.id);
    assert_eq!(named("sales").await, group.id);
}
