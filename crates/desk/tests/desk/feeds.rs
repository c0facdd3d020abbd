//! Where a reader's feed begins (DESIGN §1, cursor rules).

use deskwire_desk::FeedDevice;
use deskwire_model::Seq;

use crate::office::{Office, agent, default_device, draft, uid, visitor};

const DEFAULT: FeedDevice<'static> = FeedDevice::Stomp("");

#[tokio::test]
async fn the_visitor_does_not_get_again_what_the_answer_carried() {
    let office = Office::new(&["ann"], 1).await;
    let _ann = office.connect("ann");
    let conversation = office.direct("v", "ann").await;
    let open = office.desk.open_feed(conversation.clone(), &uid("v"), DEFAULT).await.unwrap();
    assert_eq!((open.position, open.head), (Seq(1), Seq(1)), "WELCOME came with the answer");
    let open = office.desk.open_feed(conversation.clone(), &uid("ann"), DEFAULT).await.unwrap();
    assert_eq!((open.position, open.head), (Seq(0), Seq(1)), "the agent begins at the first entry");

    office.text(&agent("ann"), &conversation, "a1").await;
    let open = office.desk.open_feed(conversation, &uid("v"), DEFAULT).await.unwrap();
    assert_eq!((open.position, open.head), (Seq(1), Seq(2)), "what came since is not lost");
}

#[tokio::test]
async fn each_device_goes_on_where_it_was() {
    let office = Office::new(&["ann"], 1).await;
    let _ann = office.connect("ann");
    let conversation = office.direct("v", "ann").await;
    for number in 2..=5 {
        office.text(&visitor("v"), &conversation, &format!("m{number}")).await;
    }
    let ann = uid("ann");
    office.desk.delivered(conversation.id, &ann, "known", Seq(3));
    office.desk.close().await.unwrap();
    for (device, position) in [
        (FeedDevice::Stomp("known"), 3),
        (FeedDevice::Mqtt("known"), 3),
        (FeedDevice::Stomp("new"), 0),
        (DEFAULT, 0),
        (FeedDevice::Joined, 0),
        (FeedDevice::End, 5),
    ] {
        let open = office.desk.open_feed(conversation.clone(), &ann, device).await.unwrap();
        assert_eq!((open.position, open.head), (Seq(position), Seq(5)), "{device:?}");
        assert_eq!(open.conversation.id, conversation.id);
    }
    let read = draft("r", "READ", "m4");
    office.submit(default_device(&agent("ann")), &conversation, read).await.unwrap();
    for (device, position, rule) in [
        (DEFAULT, 4, "what was read has arrived at the device it was read on"),
        (FeedDevice::Stomp("new"), 4, "a new device has what the default device has"),
        (FeedDevice::Stomp("known"), 3, "a known device has what it has"),
    ] {
        let open = office.desk.open_feed(conversation.clone(), &ann, device).await.unwrap();
        assert_eq!(open.position, Seq(position), "{rule}");
    }
}

#[tokio::test]
async fn a_new_mqtt_session_begins_now_and_resumes_where_it_was() {
    let office = Office::new(&["ann"], 1).await;
    let _ann = office.connect("ann");
    let conversation = office.direct("v", "ann").await;
    office.text(&visitor("v"), &conversation, "m2").await;
    let (ann, client_id) = (uid("ann"), "ann/web/1");
    let position =
        async || office.desk.open_feed(conversation.clone(), &ann, FeedDevice::Mqtt(client_id)).await.unwrap().position;
    let begin = async || office.store.create_mqtt_session(client_id, &ann, u32::MAX).await.unwrap();
    let session = begin().await;
    assert_eq!(position().await, Seq(2));
    office.text(&visitor("v"), &conversation, "m3").await;
    assert_eq!(position().await, Seq(2), "only evidence moves the cursor");
    office.store.resume_mqtt_session(session, u32::MAX).await.unwrap();
    assert_eq!(position().await, Seq(2), "what came meanwhile is for the session that comes back");
    office.store.drop_mqtt_session(session).await.unwrap();
    begin().await;
    assert_eq!(position().await, Seq(3), "who begins anew begins now");
}

#[tokio::test]
async fn a_new_device_of_the_visitor_does_not_get_again_what_the_answer_carried() {
    let office = Office::new(&["ann"], 1).await;
    let _ann = office.connect("ann");
    let conversation = office.direct("v", "ann").await;
    let open = office.desk.open_feed(conversation, &uid("v"), FeedDevice::Stomp("browser-1")).await.unwrap();
    assert_eq!((open.position, open.head), (Seq(1), Seq(1)), "WELCOME came with the answer");
}
