//! Order, repeats, recalls and durability (invariants I1 to I3).

use bytes::Bytes;
use deskwire_model::{LogId, MessageType, Payload, Seq, Timestamp};
use deskwire_store::{NewEntry, Refusal, Write, Written};

use crate::{
    Backend,
    fixtures::{append, commit_one, create, create_log, entry, message_uid, recall, refused, seq},
};

pub(crate) async fn seqs_have_no_holes_under_interleaved_batches(backend: &impl Backend) {
    const CALLERS: usize = 4;
    const BATCHES: usize = 5;
    const ROUNDS: usize = 3;
    let store = backend.open().await;
    let mut logs = Vec::new();
    for visitor in ["v1", "v2", "v3"] {
        logs.push(create(&store, visitor).await.id);
    }
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let (store, logs) = (store.clone(), logs.clone());
            tokio::spawn(async move {
                for batch in 0..BATCHES {
                    let writes = (0..ROUNDS).flat_map(|round| {
                        logs.iter().map(move |log| append(*log, "v1", &format!("{caller}-{batch}-{round}")))
                    });
                    let written = store.commit(writes.collect()).await.unwrap();
                    assert!(written.iter().all(|written| matches!(written, Written::Appended { .. })));
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    for log in logs {
        let entries = store.entries_after(log, Seq::ZERO, usize::MAX).await.unwrap();
        let seqs: Vec<u64> = entries.iter().map(|entry| entry.seq.0).collect();
        let all = u64::try_from(CALLERS * BATCHES * ROUNDS).unwrap();
        assert_eq!(seqs, (1..=all).collect::<Vec<_>>());
        assert!(entries.is_sorted_by_key(|entry| entry.at), "time decreased within a log");
        assert_eq!(store.head(log).await.unwrap(), Seq(all));
    }
}

pub(crate) async fn a_repeat_gets_the_first_answer(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create(&store, "v").await.id;
    let batch = vec![append(log, "v", "a"), append(log, "v", "a"), append(log, "w", "a"), append(log, "v", "b")];
    let written = store.commit(batch).await.unwrap();
    let Written::Appended { seq: Seq(1), at } = written[0] else { panic!("{:?}", written[0]) };
    assert_eq!(written[1], Written::Duplicate { seq: Seq(1), at }, "a repeat within the batch");
    assert!(matches!(written[2], Written::Appended { seq: Seq(2), .. }), "another sender's message of that name");
    assert!(matches!(written[3], Written::Appended { seq: Seq(3), .. }), "a repeat takes no position");

    let changed = NewEntry { payload: Payload::Json(Bytes::from_static(b"{}")), ..entry(log, "v", "a") };
    assert_eq!(commit_one(&store, Write::Append(changed)).await, Written::Duplicate { seq: Seq(1), at });
    drop(store);
    let store = backend.open().await;
    assert_eq!(commit_one(&store, append(log, "v", "a")).await, Written::Duplicate { seq: Seq(1), at });
    assert_eq!(seq(&commit_one(&store, append(log, "v", "c")).await), 4);
    let first = store.entry_by_uid(log, &message_uid("a")).await.unwrap().unwrap();
    assert_eq!(first.payload, entry(log, "v", "a").payload, "a repeat does not change what was said");
}

pub(crate) async fn entries_are_read_in_pages_both_ways(backend: &impl Backend) {
    let store = backend.open().await;
    let (log, neighbour) = (create_log(&store, "v", 5).await, create_log(&store, "w", 2).await);
    let empty = create(&store, "x").await.id;
    for (after, limit, expected) in
        [(0, 2, vec![1, 2]), (2, 9, vec![3, 4, 5]), (5, 9, vec![]), (u64::MAX, 9, vec![]), (0, 0, vec![])]
    {
        let page = store.entries_after(log, Seq(after), limit).await.unwrap();
        assert_eq!(page.iter().map(|entry| entry.seq.0).collect::<Vec<_>>(), expected, "{limit} after {after}");
    }
    for (before, limit, expected) in [
        (None, 2, vec![5, 4]),
        (Some(Seq(4)), 9, vec![3, 2, 1]),
        (Some(Seq(1)), 9, vec![]),
        (Some(Seq(u64::MAX)), 1, vec![5]),
    ] {
        let page = store.entries_before(log, before, limit).await.unwrap();
        assert_eq!(page.iter().map(|entry| entry.seq.0).collect::<Vec<_>>(), expected, "{limit} before {before:?}");
    }
    for (after, entries, bytes, expected, last) in [
        (Seq::ZERO, 9, usize::MAX, vec![1, 2, 3, 4, 5], true),
        (Seq::ZERO, 5, usize::MAX, vec![1, 2, 3, 4, 5], true),
        (Seq::ZERO, 2, usize::MAX, vec![1, 2], false),
        (Seq(1), 9, 1, vec![2], false),
        (Seq(4), 9, 1, vec![5], true),
        (Seq(5), 9, usize::MAX, vec![], true),
    ] {
        let page = store.page_after(log, after, entries, bytes).await.unwrap();
        let seqs: Vec<_> = page.entries.iter().map(|entry| entry.seq.0).collect();
        assert_eq!(
            (seqs, page.behind, page.last),
            (expected, after, last),
            "{entries} entries or {bytes} bytes after {after}"
        );
    }
    assert_eq!(store.head(empty).await.unwrap(), Seq::ZERO);
    assert_eq!(store.entry_by_uid(neighbour, &message_uid("m3")).await.unwrap(), None);
}

pub(crate) async fn entries_come_back_as_they_were_written(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create(&store, "v").await.id;
    let kind = MessageType::new("ROBOT_STREAM").unwrap();
    let json = NewEntry { kind: kind.clone(), ..entry(log, "v", "a \"quoted\" näme") };
    let protobuf = NewEntry { payload: Payload::Protobuf(Bytes::from_static(&[0, 0xff, 7])), ..entry(log, "v", "b") };
    let written = store.commit(vec![Write::Append(json.clone()), Write::Append(protobuf.clone())]).await.unwrap();
    let entries = store.entries_after(log, Seq::ZERO, 9).await.unwrap();
    assert_eq!(entries.len(), 2);
    for ((entry, new), written) in entries.iter().zip([json, protobuf]).zip(written) {
        assert_eq!(written, Written::Appended { seq: entry.seq, at: entry.at });
        assert_eq!((&entry.sender, &entry.uid, &entry.kind), (&new.sender, &new.uid, &new.kind));
        assert_eq!((&entry.payload, entry.recalled, entry.log), (&new.payload, false, log));
        assert!(entry.at > Timestamp(0));
    }
}

pub(crate) async fn only_the_sender_recalls(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create_log(&store, "v", 2).await;
    let other = create_log(&store, "w", 3).await;
    let written = store
        .commit(vec![
            recall(log, "w", "r1", "m1"),
            recall(log, "v", "r2", "nothing"),
            recall(log, "v", "r3", "m3"),
            recall(log, "v", "itself", "itself"),
            recall(log, "v", "r4", "m1"),
            recall(log, "v", "r4", "m2"),
        ])
        .await
        .unwrap();
    assert_eq!(written[0], refused(Refusal::NotTheSender));
    assert_eq!(written[1], refused(Refusal::UnknownMessage));
    assert_eq!(written[2], refused(Refusal::UnknownMessage), "another log's message");
    assert_eq!(written[3], refused(Refusal::UnknownMessage), "an entry that is not there yet");
    assert!(matches!(written[4], Written::Appended { seq: Seq(3), .. }));
    assert!(matches!(written[5], Written::Duplicate { seq: Seq(3), .. }), "a repeat recalls nothing more");
    let recalled = |entries: Vec<deskwire_model::Entry>| {
        entries.iter().filter(|entry| entry.recalled).map(|entry| entry.seq.0).collect::<Vec<_>>()
    };
    assert_eq!(recalled(store.entries_after(log, Seq::ZERO, 9).await.unwrap()), [1]);
    assert_eq!(recalled(store.entries_after(other, Seq::ZERO, 9).await.unwrap()), [0; 0]);
}

pub(crate) async fn a_refused_write_does_not_touch_its_neighbours(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create(&store, "v").await.id;
    let nowhere = LogId(99);
    let written =
        store.commit(vec![append(log, "v", "a"), append(nowhere, "v", "a"), append(log, "v", "b")]).await.unwrap();
    assert_eq!(written.iter().map(|w| matches!(w, Written::Refused(_))).collect::<Vec<_>>(), [false, true, false]);
    assert_eq!(written[1], refused(Refusal::UnknownLog));
    assert_eq!(store.head(log).await.unwrap(), Seq(2));
    assert_eq!(store.head(nowhere).await.unwrap(), Seq::ZERO);
}

pub(crate) async fn a_failed_batch_leaves_no_trace(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create_log(&store, "v", 2).await;
    backend.fail_on("poison");
    let batch = vec![
        append(log, "v", "lost"),
        Write::CreateConversation(crate::fixtures::conversation_of("w")),
        crate::fixtures::read(log, "v", 3),
        append(log, "v", "poison"),
    ];
    store.commit(batch).await.expect_err("the database was told to fail");
    assert_eq!(store.head(log).await.unwrap(), Seq(2));
    assert_eq!(store.conversation_by_topic(&crate::fixtures::conversation_of("w").topic).await.unwrap(), None);
    assert_eq!(store.read_positions(log).await.unwrap(), []);

    let written = store.commit(vec![append(log, "v", "kept"), append(log, "v", "lost")]).await.unwrap();
    assert_eq!(written.iter().map(seq).collect::<Vec<_>>(), [3, 4], "the positions of the failed batch are free");
    assert!(written.iter().all(|written| matches!(written, Written::Appended { .. })));
    // The number that the failed batch gave out may now be another log's.
    let next = create(&store, "x").await.id;
    assert_eq!(seq(&commit_one(&store, append(next, "x", "a")).await), 1);
}

pub(crate) async fn a_reopened_database_has_everything(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create_log(&store, "v", 3).await;
    commit_one(&store, crate::fixtures::read(log, "v", 2)).await;
    let before = (
        store.conversation(log).await.unwrap(),
        store.entries_after(log, Seq::ZERO, 9).await.unwrap(),
        store.read_positions(log).await.unwrap(),
    );
    drop(store);
    let store = backend.open().await;
    let after = (
        store.conversation(log).await.unwrap(),
        store.entries_after(log, Seq::ZERO, 9).await.unwrap(),
        store.read_positions(log).await.unwrap(),
    );
    assert_eq!(before, after);
    assert_eq!(seq(&commit_one(&store, append(log, "v", "m4")).await), 4);
}

pub(crate) async fn a_probe_commits(backend: &impl Backend) {
    let store = backend.open().await;
    for _ in 0..2 {
        assert_eq!(commit_one(&store, Write::Probe).await, Written::Probed);
    }
    assert_eq!(store.commit(Vec::new()).await.unwrap(), []);
}
