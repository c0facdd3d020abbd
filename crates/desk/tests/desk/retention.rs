//! Deleting what was closed long ago, and what those see who are still there.

use deskwire_desk::{Command, DeskError, SweptConversations};
use deskwire_model::{Principal, Role, Seq, ThreadStatus, ThreadType, Timestamp};
use serde_json::Value;

use crate::office::{NOW, Office, agent, default_device, draft, principal, read, uid, visitor};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn boss(org: &str) -> Principal {
    principal(org, "boss", Role::Admin)
}

/// An office where `visitor` was served; when that was over.
async fn over(office: &Office, visitor: &str) -> Timestamp {
    office.ask(visitor, ThreadType::Workgroup, "sales").await.unwrap();
    office.text(&crate::office::visitor(visitor), &office.of(visitor).await, "m1").await;
    office.command(&agent("ann"), visitor, Command::Close, Value::Null).await.unwrap();
    office.store.episodes(office.of(visitor).await.id, 1).await.unwrap()[0].closed.unwrap().0
}

fn days_after(time: Timestamp, days: i64) -> Timestamp {
    Timestamp(time.0 + days * DAY_MS)
}

/// Sweeps, `batch` entries in a commit; what was deleted, and in how many commits.
async fn sweep(office: &Office, now: Timestamp, batch: usize) -> (SweptConversations, usize) {
    let (mut all, mut commits) = (SweptConversations::default(), 0);
    let noted = |swept: SweptConversations| {
        all.conversations += swept.conversations;
        all.entries += swept.entries;
        all.files += swept.files;
        commits += 1;
    };
    office.desk.sweep_retention(now, batch, noted).await.unwrap();
    (all, commits)
}

#[tokio::test]
async fn administrators_set_it_for_their_own_organisation() {
    let office = Office::new(&["ann"], 1).await;
    let days = async |org| office.desk.retention(&boss(org), None, NOW).await.unwrap().days;
    for (by, set, allowed) in [
        (boss("acme"), Some(2), true),
        (boss("acme"), Some(36_500), true),
        (boss("acme"), Some(30), true),
        (boss("acme"), Some(1), false),
        (boss("acme"), Some(0), false),
        (boss("acme"), Some(36_501), false),
        (agent("ann"), Some(3), false),
        (principal("acme", "lead", Role::Supervisor), None, false),
        (visitor("v"), None, false),
    ] {
        let answer = office.desk.set_retention(&by, set).await;
        assert_eq!(answer.is_ok(), allowed, "{set:?} by {by:?}: {answer:?}");
        if let (Err(error), Role::Admin) = (answer, by.role) {
            assert!(matches!(&error, DeskError::Settings(reason) if reason.contains("2 to 36500 days")), "{error:?}");
        }
    }
    assert_eq!((days("acme").await, days("other").await), (Some(30), None));
    office.desk.set_retention(&boss("acme"), None).await.unwrap();
    assert_eq!(days("acme").await, None);
}

#[tokio::test]
async fn what_was_closed_goes_in_its_time_and_what_is_open_stays() {
    let office = Office::new(&["ann"], 5).await;
    let _ann = office.connect("ann");
    let closed = over(&office, "v").await;
    office.ask("w", ThreadType::Workgroup, "sales").await.unwrap();
    let entries = office.head(&*office.of("v").await).await;
    assert_eq!(sweep(&office, days_after(closed, 1000), 9).await.1, 0, "nobody wants anything deleted");
    office.desk.set_retention(&boss("acme"), Some(7)).await.unwrap();
    let due = async |now| office.desk.retention(&boss("acme"), None, now).await.unwrap().due;
    let (in_time, late) = (days_after(closed, 7), Timestamp(days_after(closed, 7).0 + 1));
    assert_eq!((due(in_time).await, due(late).await), (0, 1));
    assert_eq!(office.desk.retention(&boss("acme"), Some(8), late).await.unwrap().due, 0, "as if 8 days were set");
    assert_eq!(sweep(&office, in_time, 9).await.1, 0);
    let (swept, commits) = sweep(&office, late, 2).await;
    assert_eq!((swept.conversations, swept.entries as u64, swept.files), (1, entries, 0));
    assert!(commits > 1, "a commit is bounded");
    assert_eq!(sweep(&office, late, 2).await.1, 0);
    let (open, _) = office.log(&*office.of("w").await).await;
    assert_eq!(open, ["WELCOME"]);
}

#[tokio::test]
async fn who_is_still_there_goes_on_behind_what_was_deleted() {
    let office = Office::new(&["ann"], 5).await;
    let _ann = office.connect("ann");
    let closed = over(&office, "v").await;
    let topic = office.of("v").await.topic.clone();
    // As the connections have it.
    let before = office.desk.conversation(topic.as_str()).await.unwrap().unwrap();
    let head = office.head(&before).await;
    let panel = office.listen(&before);
    office.desk.set_retention(&boss("acme"), Some(2)).await.unwrap();
    sweep(&office, days_after(closed, 3), 100).await;

    let left = office.desk.conversation(topic.as_str()).await.unwrap().unwrap();
    assert_eq!((left.id, left.status, left.agent.clone()), (before.id, ThreadStatus::Closed, None));
    let history = office.desk.history(&left, 0, 9).await.unwrap();
    assert_eq!((history.messages.len(), history.total, history.head), (0, 0, Seq(head)));
    let (page, last) = office.desk.history_before(&left, Seq(head), 9).await.unwrap();
    assert_eq!((page.messages.len(), last), (0, true));
    let page = office.desk.page_after(&left, Seq(1), 9, 1 << 20).await.unwrap();
    assert_eq!((page.behind, page.entries.len(), page.last), (Seq(head), 0, true));
    assert_eq!(office.desk.all_conversations_of(&visitor("v"), 0, 9).await.unwrap().1, 0);

    // A panel that knows nothing of it writes into the conversation as it was.
    let who = visitor("v");
    let sent = office.desk.send(default_device(&who), &before, draft("again", "TEXT", "back"), NOW).await.unwrap();
    assert_eq!(read(&sent.unwrap())["seq"], head + 1);
    let heard = office.next(&panel).await;
    assert_eq!((&heard["uid"], &heard["seq"]), (&"again".into(), &(head + 1).into()));
    let open = office.of("v").await;
    assert_eq!((open.status, open.agent.clone()), (ThreadStatus::Chatting, Some(uid("ann"))));
    assert_eq!(office.desk.all_conversations_of(&who, 0, 9).await.unwrap().1, 1);
    let (page, last) = office.desk.history_before(&open, Seq(head + 9), 2).await.unwrap();
    assert_eq!((page.messages.len(), page.total, last), (2, 2, true), "its history begins there");
}
