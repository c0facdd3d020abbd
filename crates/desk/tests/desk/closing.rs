//! The end of a conversation, and how it goes on.

use std::pin::pin;

use deskwire_desk::{Command, DeskError};
use deskwire_model::{MessageUid, ThreadStatus, ThreadType};
use deskwire_store::Closer;
use serde_json::{Value, json};

use crate::office::{NOW, Office, agent, default_device, draft, event, later, read, uid, visitor};

async fn chatting() -> (Office, std::sync::Arc<deskwire_broker::Outbox>) {
    let office = Office::new(&["ann"], 1).await;
    let connection = office.connect("ann");
    office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    (office, connection)
}

#[tokio::test]
async fn a_repeat_on_the_way_gets_the_answer_of_the_first() {
    // However far the first one is when the second one begins: all that they wait for before their commits are reads.
    for reads in 0..10 {
        let (office, _ann) = chatting().await;
        let (ann, about, nothing) = (agent("ann"), office.of("v").await, Value::Null);
        let close = || {
            let named = (MessageUid::new("c1").unwrap(), &nothing);
            office.desk.command(&ann, about.topic.as_str(), Command::Close, named, NOW)
        };
        let (mut first, mut done) = (pin!(close()), None);
        for _ in 0..reads {
            tokio::select! {
                biased;
                closed = &mut first, if done.is_none() => done = Some(closed),
                _ = office.head(&about) => {}
            }
        }
        let first = async { if let Some(done) = done { done } else { first.await } };
        let (first, repeated) = tokio::join!(first, close());
        assert_eq!(repeated.unwrap().first(), first.unwrap().first(), "behind {reads} reads");
        assert_eq!(office.log(&about).await.0, ["WELCOME", "AGENT_CLOSED"]);
    }
}

#[tokio::test]
async fn both_sides_close_once() {
    for (by, kind, closer) in
        [(agent("ann"), "AGENT_CLOSED", Closer::Agent), (visitor("v"), "VISITOR_CLOSED", Closer::Visitor)]
    {
        let (office, _ann) = chatting().await;
        office.command(&by, "v", Command::Close, Value::Null).await.unwrap();
        let closed = office.of("v").await;
        let (kinds, last) = office.log(&closed).await;
        assert_eq!((closed.status, closed.agent.clone()), (ThreadStatus::Closed, Some(uid("ann"))), "{kind}");
        assert_eq!(kinds, ["WELCOME", kind]);
        assert_eq!(last["thread"]["status"], "CLOSED");
        assert_eq!(
            event(&last),
            json!({ "name": "CLOSE", "from": "CHATTING", "to": "CLOSED", "by": by.uid.as_str(), "agent": "ann",
                    "reason": "closed by hand" })
        );
        let again = office.command(&by, "v", Command::Close, Value::Null).await;
        assert!(matches!(again, Err(DeskError::NotNow(ThreadStatus::Closed))), "{again:?}");
        let [episode] = &office.store.episodes(closed.id, 9).await.unwrap()[..] else { panic!("one was expected") };
        assert_eq!(episode.closed.map(|(_, by)| by), Some(closer));
        assert_eq!(office.store.timers_of(closed.id).await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_message_closes_too_and_a_repeat_is_answered() {
    let (office, _ann) = chatting().await;
    let conversation = office.of("v").await;
    let by = visitor("v");
    let closing = || draft("bye", "VISITOR_CLOSED", "");
    for _ in 0..2 {
        assert_eq!(office.submit(default_device(&by), &conversation, closing()).await.unwrap(), None);
        assert_eq!(office.head(&conversation).await, 2);
    }
    let forged = office.submit(default_device(&by), &conversation, draft("x", "AGENT_CLOSED", "")).await;
    assert!(matches!(forged, Err(DeskError::ServersOwn(_))), "{forged:?}");
}

#[tokio::test]
async fn a_visitor_who_writes_goes_on() {
    let (office, _ann) = chatting().await;
    office.command(&agent("ann"), "v", Command::Close, Value::Null).await.unwrap();
    let (closed, by) = (office.of("v").await, visitor("v"));
    for kind in ["RATE", "EVENT"] {
        office.submit(default_device(&by), &closed, draft(kind, kind, "")).await.unwrap();
        assert_eq!(office.of("v").await.status, ThreadStatus::Closed, "{kind} is about the past");
    }
    for _ in 0..2 {
        let sent = office.desk.send(default_device(&by), &closed, draft("m", "TEXT", "again"), NOW).await.unwrap();
        assert_eq!(read(&sent.unwrap())["seq"], 5, "a repeat gets the first answer");
    }
    let open = office.of("v").await;
    assert_eq!((open.status, open.agent.clone()), (ThreadStatus::Chatting, Some(uid("ann"))));
    let (kinds, _) = office.log(&open).await;
    assert_eq!(kinds[4..], ["TEXT", "WELCOME"], "what it said comes first");
    assert_eq!(office.store.episodes(open.id, 9).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_visitor_who_asks_goes_on() {
    let (office, _ann) = chatting().await;
    office.command(&agent("ann"), "v", Command::Close, Value::Null).await.unwrap();
    let greeting = office.ask("v", ThreadType::Workgroup, "sales").await.unwrap();
    assert_eq!(read(&greeting.message)["type"], "WELCOME");
    assert_eq!(greeting.conversation.status, ThreadStatus::Chatting);
}

#[tokio::test]
async fn what_is_closed_stays_closed_whatever_an_agent_says() {
    let (office, _ann) = chatting().await;
    office.command(&visitor("v"), "v", Command::Close, Value::Null).await.unwrap();
    let closed = office.of("v").await;
    office.text(&agent("ann"), &closed, "late").await;
    assert_eq!(office.of("v").await.status, ThreadStatus::Closed);
    assert_eq!(office.store.timers_of(closed.id).await.unwrap(), [], "nothing is waited for");
    let taken = office.desk.accept(&agent("ann"), closed.id, NOW).await;
    assert!(matches!(taken, Err(DeskError::NotNow(ThreadStatus::Closed))), "{taken:?}");
}

#[tokio::test]
async fn silence_after_an_answer_closes() {
    const LIMIT: i64 = 25 * 60;
    let (office, _ann) = chatting().await;
    let conversation = office.of("v").await;
    assert_eq!(office.desk.fire_due(later(LIMIT)).await.unwrap(), 0, "nothing is answered yet");
    let say = async |by: &_, name: &str, at| {
        office.desk.send(default_device(by), &conversation, draft(name, "TEXT", "x"), later(at)).await.unwrap();
    };
    say(&agent("ann"), "a1", 0).await;
    say(&agent("ann"), "a2", 60).await;
    assert_eq!(office.desk.fire_due(later(LIMIT)).await.unwrap(), 0, "the last answer counts");
    say(&visitor("v"), "v1", 100).await;
    office.desk.fire_due(later(60 + LIMIT)).await.unwrap();
    assert_eq!(office.of("v").await.status, ThreadStatus::Chatting, "the visitor has answered");
    say(&agent("ann"), "a3", 200).await;
    assert_eq!(office.desk.fire_due(later(200 + LIMIT)).await.unwrap(), 1);
    let (kinds, last) = office.log(&conversation).await;
    assert_eq!((kinds.last().unwrap().as_str(), &last["thread"]["status"]), ("AUTO_CLOSED", &"CLOSED".into()));
    let episode = office.store.episodes(conversation.id, 1).await.unwrap().remove(0);
    assert_eq!(episode.closed.map(|(_, by)| by), Some(Closer::Timer));
    assert!(episode.responded_at.is_some());
}

#[tokio::test]
async fn an_agent_is_reminded_once_until_it_answers() {
    let (office, _ann) = chatting().await;
    let conversation = office.of("v").await;
    let (hears, overhears) = (office.listen_on("user/ann"), office.listen_on("#"));
    let say = async |by: &_, name: &str, at| {
        office.desk.send(default_device(by), &conversation, draft(name, "TEXT", "x"), later(at)).await.unwrap();
    };
    say(&visitor("v"), "v1", 0).await;
    say(&visitor("v"), "v2", 60).await;
    assert_eq!(office.desk.fire_due(later(299)).await.unwrap(), 0);
    assert_eq!(office.desk.fire_due(later(300)).await.unwrap(), 1);
    let told = office.next(&hears).await;
    assert_eq!(
        (&told["type"], &told["thread"]["topic"]),
        (&"NOTIFICATION_AGENT_REPLY_TIMEOUT".into(), &conversation.topic.as_str().into())
    );
    say(&visitor("v"), "v3", 400).await;
    assert_eq!(office.desk.fire_due(later(10_000)).await.unwrap(), 0, "once for what is not answered");
    say(&agent("ann"), "a1", 500).await;
    say(&visitor("v"), "v4", 600).await;
    assert_eq!(office.desk.fire_due(later(900)).await.unwrap(), 1);
    office.next(&hears).await;
    assert!(overhears.take_deliveries().0.is_empty(), "nobody else was told of the first");
    let (kinds, _) = office.log(&conversation).await;
    assert_eq!(kinds.len(), 6, "the visitor does not hear of it: {kinds:?}");
}
