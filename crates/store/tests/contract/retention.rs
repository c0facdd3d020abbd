//! Conversations that were closed long ago are deleted, piece by piece, and their logs go on counting.

use deskwire_model::{LogId, Seq, ThreadStatus, Timestamp, Uid};
use deskwire_store::{
    ClosedSearch, Closer, Decision, Fact, FileStage, LabelChange, Labels, Marks, Placement, Saying, Store, Write,
    Written,
};

use crate::{
    Backend,
    files::{file, kept, naming},
    fixtures::{append, commit_one, conversation, create, create_log, decision, entry, read, seq, uid},
    search::{catch_up, places, saying},
};

/// Later than everything.
const FAR: Timestamp = Timestamp(i64::MAX);

async fn open(backend: &impl Backend) -> Store {
    let store = backend.open().await;
    for org in ["acme", "other"] {
        store.create_organisation(&uid(org), org).await.unwrap();
    }
    store
}

async fn place(store: &Store, log: LogId, status: ThreadStatus, facts: Vec<Fact>) {
    let fence = store.conversation(log).await.unwrap().unwrap().fence;
    let to = Some(Placement { status, agent: Some(uid("a")), capacity: None, service: None });
    let written = commit_one(store, Write::Decide(Box::new(Decision { to, facts, ..decision(log, fence) }))).await;
    assert!(matches!(written, Written::Decided { .. }), "{written:?}");
}

/// An agent has it.
async fn serve(store: &Store, log: LogId) {
    place(store, log, ThreadStatus::Chatting, vec![Fact::Opened, Fact::Assigned]).await;
}

/// It is over; returns when.
async fn close(store: &Store, log: LogId) -> Timestamp {
    place(store, log, ThreadStatus::Closed, vec![Fact::Closed(Closer::Agent)]).await;
    store.episodes(log, 1).await.unwrap()[0].closed.unwrap().0
}

/// The conversation of `visitor` with the messages `m1` to `m{entries}`, closed.
async fn closed(store: &Store, visitor: &str, entries: usize) -> (LogId, Timestamp) {
    let log = create_log(store, visitor, entries).await;
    serve(store, log).await;
    (log, close(store, log).await)
}

async fn seqs(store: &Store, log: LogId) -> Vec<u64> {
    store.entries_after(log, Seq::ZERO, usize::MAX).await.unwrap().iter().map(|entry| entry.seq.0).collect()
}

async fn due(store: &Store, org: &str, before: Timestamp) -> Vec<LogId> {
    let mut search = ClosedSearch { org: uid(org), before, after: None };
    let mut found = Vec::new();
    loop {
        let page = store.closed_conversations(search.clone(), 2).await.unwrap();
        found.extend(page.iter().map(|closed| closed.log));
        search.after = page.last().copied();
        if page.len() < 2 {
            return found;
        }
    }
}

pub(crate) async fn an_organisation_keeps_all_until_it_says_otherwise(backend: &impl Backend) {
    let store = open(backend).await;
    assert_eq!((store.retention(&uid("acme")).await.unwrap(), store.retentions().await.unwrap()), (None, vec![]));
    for days in [30, 7] {
        store.save_retention(&uid("acme"), Some(days)).await.unwrap();
        assert_eq!(store.retention(&uid("acme")).await.unwrap(), Some(days));
    }
    assert!(store.save_retention(&uid("nobody"), Some(1)).await.is_err());
    let store = backend.open().await;
    assert_eq!(store.retentions().await.unwrap(), [(uid("acme"), 7)]);
    store.save_retention(&uid("acme"), None).await.unwrap();
    assert_eq!(store.retentions().await.unwrap(), []);
}

pub(crate) async fn what_was_closed_is_found_in_the_order_of_its_closing(backend: &impl Backend) {
    let store = open(backend).await;
    let mut logs = Vec::new();
    for visitor in ["v1", "v2", "v3", "v4", "v5"] {
        logs.push(closed(&store, visitor, 1).await);
    }
    let open = create_log(&store, "open", 1).await;
    serve(&store, open).await;
    serve(&store, logs[1].0).await;
    let (all, last) = ([logs[0].0, logs[2].0, logs[3].0, logs[4].0], logs[4].1);
    assert_eq!(due(&store, "acme", FAR).await, all, "neither what is open nor what goes on again");
    assert_eq!(due(&store, "acme", Timestamp(last.0 + 1)).await, all);
    assert!(!due(&store, "acme", last).await.contains(&logs[4].0), "not before its time");
    assert_eq!(due(&store, "other", FAR).await, []);
    for (log, before) in [(open, FAR), (logs[1].0, FAR), (logs[4].0, last), (LogId(99), FAR)] {
        let swept = store.sweep_conversation(log, before, FAR, 9).await.unwrap();
        assert_eq!(swept, deskwire_store::Swept::default(), "{log} before {before:?}");
    }
    assert_eq!(seqs(&store, logs[4].0).await, [1]);
}

pub(crate) async fn a_conversation_goes_in_steps_of_which_each_is_whole(backend: &impl Backend) {
    let store = open(backend).await;
    let (log, _) = closed(&store, "v", 5).await;
    let neighbour = create_log(&store, "w", 2).await;
    let step = async || store.sweep_conversation(log, FAR, FAR, 2).await.unwrap();
    for rest in [vec![3, 4, 5], vec![5]] {
        let swept = step().await;
        assert_eq!((swept.entries, swept.more, swept.emptied), (2, true, None));
        assert_eq!(seqs(&store, log).await, rest);
        let deleted = Seq(rest[0] - 1);
        assert_eq!((store.head(log).await.unwrap(), store.deleted_up_to(log).await.unwrap()), (Seq(5), deleted));
        let page = store.page_after(log, Seq(1), 9, usize::MAX).await.unwrap();
        assert_eq!((page.behind, page.entries.len(), page.last), (deleted, rest.len(), true));
        assert_eq!(store.participants(log).await.unwrap().len(), 2, "it is a conversation still");
    }
    // As after a kill: the next step goes on where the last one ended.
    let store = backend.open().await;
    let swept = store.sweep_conversation(log, FAR, FAR, 2).await.unwrap();
    assert_eq!((swept.entries, swept.more), (1, false));
    assert_eq!(
        swept.emptied.map(|left| (left.id, left.topic.to_string())),
        Some((log, "org/workgroup/sales/v".into()))
    );
    let nothing = store.sweep_conversation(log, FAR, FAR, 2).await.unwrap();
    assert_eq!(nothing, deskwire_store::Swept::default(), "what is empty is not deleted again");
    assert_eq!(due(&store, "acme", FAR).await, []);
    assert_eq!(seqs(&store, neighbour).await, [1, 2]);
}

pub(crate) async fn a_log_goes_on_counting_behind_what_was_deleted(backend: &impl Backend) {
    for reopens in [false, true] {
        let store = open_once(backend, reopens).await;
        let visitor = if reopens { "late" } else { "v" };
        let (log, _) = closed(&store, visitor, 3).await;
        let last = store.entries_before(log, None, 1).await.unwrap()[0].at;
        assert!(store.sweep_conversation(log, FAR, FAR, 9).await.unwrap().emptied.is_some());
        let store = if reopens { backend.open().await } else { store };
        assert_eq!(store.head(log).await.unwrap(), Seq(3));
        let page = store.page_after(log, Seq(1), 9, usize::MAX).await.unwrap();
        assert_eq!((page.behind, page.entries.len(), page.last), (Seq(3), 0, true));
        let stale = commit_one(&store, read(log, visitor, 2)).await;
        assert_eq!(stale, Written::Cursor(None), "nobody reads what was deleted");
        let (listed, total) = store.all_conversations_of(&uid(visitor), 0, 9).await.unwrap();
        assert_eq!((listed.len(), total), (0, 0), "there is nothing to list");
        let org = store.conversations_of_organisation(&uid("acme"), Some(ThreadStatus::Closed), 9).await.unwrap();
        assert_eq!(org.iter().filter(|found| found.id == log).count(), 0);

        let again = conversation(
            commit_one(&store, Write::CreateConversation(crate::fixtures::conversation_of(visitor))).await,
        );
        assert_eq!((again.id, again.status), (log, ThreadStatus::Closed), "its topic is its own for ever");
        serve(&store, log).await;
        let written = commit_one(&store, append(log, visitor, "m1")).await;
        assert_eq!(seq(&written), 4, "a position is never another message's");
        let Written::Appended { at, .. } = written else { panic!("{written:?}") };
        assert!(at >= last);
        let (listed, _) = store.all_conversations_of(&uid(visitor), 0, 9).await.unwrap();
        assert_eq!(listed.len(), 1, "its visitor takes part again");
        assert_eq!(store.unread(log, &uid(visitor)).await.unwrap(), 0);
        assert_eq!(store.unread(log, &uid("a")).await.unwrap(), 1);
        close(&store, log).await;
        assert_eq!(due(&store, "acme", FAR).await, [log], "and is deleted again in its time");
        assert!(store.sweep_conversation(log, FAR, FAR, 9).await.unwrap().emptied.is_some());
        assert_eq!(store.head(log).await.unwrap(), Seq(4));
    }
}

async fn open_once(backend: &impl Backend, again: bool) -> Store {
    if again { backend.open().await } else { open(backend).await }
}

pub(crate) async fn what_goes_on_while_it_is_deleted_keeps_the_rest(backend: &impl Backend) {
    let store = open(backend).await;
    let (log, _) = closed(&store, "v", 4).await;
    assert!(store.sweep_conversation(log, FAR, FAR, 2).await.unwrap().more);
    serve(&store, log).await;
    assert_eq!(store.sweep_conversation(log, FAR, FAR, 9).await.unwrap(), deskwire_store::Swept::default());
    assert_eq!(seq(&commit_one(&store, append(log, "v", "m5")).await), 5);
    assert_eq!(seqs(&store, log).await, [3, 4, 5]);
}

pub(crate) async fn notes_go_with_what_they_are_about(backend: &impl Backend) {
    let store = open(backend).await;
    let about = create(&store, "v").await;
    serve(&store, about.id).await;
    let write = || Write::CreateNotes { of: about.id, uid: Uid::random(), topic: about.notes_topic() };
    let notes = conversation(commit_one(&store, write()).await).id;
    commit_one(&store, append(notes, "a", "n1")).await;
    commit_one(&store, append(about.id, "v", "m1")).await;
    close(&store, about.id).await;
    let swept = store.sweep_conversation(about.id, FAR, FAR, 9).await.unwrap();
    assert_eq!((swept.entries, swept.emptied.is_some()), (2, true));
    assert_eq!((seqs(&store, notes).await, store.participants(notes).await.unwrap()), (vec![], vec![]));
    assert_eq!(conversation(commit_one(&store, write()).await).id, notes);
    assert_eq!(seq(&commit_one(&store, append(notes, "a", "n2")).await), 2);
}

pub(crate) async fn what_comes_late_goes_in_its_time_too(backend: &impl Backend) {
    let store = open(backend).await;
    let about = create(&store, "v").await;
    serve(&store, about.id).await;
    let write = Write::CreateNotes { of: about.id, uid: Uid::random(), topic: about.notes_topic() };
    let notes = conversation(commit_one(&store, write).await).id;
    commit_one(&store, append(about.id, "v", "m1")).await;
    close(&store, about.id).await;
    assert!(store.sweep_conversation(about.id, FAR, FAR, 9).await.unwrap().emptied.is_some());
    for (log, name) in [(about.id, "late"), (notes, "note")] {
        commit_one(&store, append(log, "v", name)).await;
        assert_eq!(due(&store, "acme", FAR).await, [about.id], "{name}");
        let closed = store.episodes(about.id, 9).await.unwrap();
        assert_eq!(closed.len(), 1, "{name}");
        let time = closed[0].closed.unwrap().0;
        assert_eq!(due(&store, "acme", time).await, [], "{name} stays as long as anything");
        commit_one(&store, append(log, "v", &format!("{name} again"))).await;
        assert_eq!(store.episodes(about.id, 9).await.unwrap(), closed, "{name}");
        assert!(store.sweep_conversation(about.id, FAR, FAR, 9).await.unwrap().emptied.is_some());
        assert_eq!((seqs(&store, about.id).await, seqs(&store, notes).await), (vec![], vec![]), "{name}");
    }
    serve(&store, about.id).await;
    commit_one(&store, append(notes, "a", "n2")).await;
    assert_eq!(due(&store, "acme", FAR).await, [], "a note about what goes on closes nothing");
    assert_eq!(store.episodes(about.id, 9).await.unwrap()[0].closed, None);
}

pub(crate) async fn what_is_written_on_what_was_deleted_goes_in_its_time(backend: &impl Backend) {
    let store = open(backend).await;
    let about = create(&store, "v").await;
    serve(&store, about.id).await;
    commit_one(&store, append(about.id, "v", "m1")).await;
    close(&store, about.id).await;
    assert!(store.sweep_conversation(about.id, FAR, FAR, 9).await.unwrap().emptied.is_some());
    let starred = Marks { star: 1, ..Marks::default() };
    store.set_marks(about.id, &uid("a"), starred).await.unwrap();
    assert_eq!(store.marks(about.id, &uid("a")).await.unwrap(), Marks::default(), "it stands in no list");
    // Nobody has written notes about it before.
    let write = Write::CreateNotes { of: about.id, uid: Uid::random(), topic: about.notes_topic() };
    let notes = conversation(commit_one(&store, write).await).id;
    assert_eq!(due(&store, "acme", FAR).await, [], "nothing is written yet");
    let change = LabelChange { of: about.id, note: Some("call back".to_owned()), tags: None };
    let facts = vec![Fact::Labelled(Box::new(change))];
    let saying = Saying { entry: entry(notes, "a", "labelled"), status: None, timers: Vec::new(), facts };
    commit_one(&store, Write::Say(Box::new(saying))).await;
    assert_eq!(store.labels(about.id).await.unwrap().note, "call back");
    assert_eq!(due(&store, "acme", FAR).await, [about.id]);
    assert!(store.sweep_conversation(about.id, FAR, FAR, 9).await.unwrap().emptied.is_some());
    assert_eq!((store.labels(about.id).await.unwrap(), seqs(&store, notes).await), (Labels::default(), vec![]));
}

pub(crate) async fn what_was_deleted_is_not_found(backend: &impl Backend) {
    let store = open(backend).await;
    let (log, open) = (create(&store, "v").await.id, create(&store, "w").await.id);
    for (log, visitor) in [(log, "v"), (open, "w")] {
        commit_one(&store, saying(log, visitor, "m1", "the xylophone")).await;
    }
    catch_up(&store, 9).await;
    // This one is not in the index yet.
    commit_one(&store, saying(log, "v", "m2", "another xylophone")).await;
    assert_eq!(places(&store, "xylophone").await.len(), 2);
    serve(&store, log).await;
    close(&store, log).await;
    assert!(store.sweep_conversation(log, FAR, FAR, 9).await.unwrap().emptied.is_some());
    assert_eq!(places(&store, "xylophone").await, [(open, 1)]);
    serve(&store, log).await;
    commit_one(&store, saying(log, "v", "m1", "a drum")).await;
    catch_up(&store, 9).await;
    assert_eq!(places(&store, "drum").await, [(log, 3)], "the index goes on with what comes");
    assert_eq!(places(&store, "xylophone").await, [(open, 1)]);
}

pub(crate) async fn files_go_that_are_nowhere_else(backend: &impl Backend) {
    let store = open(backend).await;
    let (log, other) = (create(&store, "v").await.id, create(&store, "w").await.id);
    let avatar = deskwire_store::FileRecord { is_avatar: true, ..file(3, "acme", "v") };
    for record in [&file(1, "acme", "v"), &file(2, "acme", "v"), &avatar, &file(4, "acme", "v"), &file(5, "acme", "v")]
    {
        kept(&store, record).await;
        if record.uid != file(5, "acme", "v").uid {
            commit_one(&store, naming(log, "v", record.uid.as_str(), &record.path)).await;
        }
    }
    commit_one(&store, naming(other, "v", "shared", &file(2, "acme", "v").path)).await;
    let reply = crate::care::reply(
        "r",
        "acme",
        deskwire_store::ReplyLevel::Organisation,
        ["", "price list", &format!("/file/{}", file(4, "acme", "v").path)],
    );
    store.keep_quick_reply(&reply, 9).await.unwrap();
    serve(&store, log).await;
    close(&store, log).await;
    let mut files = 0;
    loop {
        let swept = store.sweep_conversation(log, FAR, FAR, 2).await.unwrap();
        files += swept.files;
        if !swept.more {
            break;
        }
    }
    assert_eq!(files, 1, "one is in another conversation, one an avatar, one a canned reply, one was never sent");
    let doomed = store.files_before(FAR, FileStage::Unfinished, 9).await.unwrap();
    assert_eq!(doomed.iter().map(|file| &file.uid).collect::<Vec<_>>(), [&file(1, "acme", "v").uid]);
    assert_eq!(store.file(&doomed[0].path).await.unwrap(), None, "nobody reads it any more");
    store.forget_file(&doomed[0].uid).await.unwrap();
    assert_eq!(store.file_usage(&uid("acme")).await.unwrap().files, 4);
}
