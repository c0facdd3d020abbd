//! Who hears of what, and when (invariants I1, I2 and I3).

use std::{future::poll_fn, sync::Arc};

use deskwire_broker::{Announce, Job, Outbox, Reply};
use deskwire_model::{MessageUid, Seq};
use deskwire_store::{Moved, Upto, Write, Written};

use crate::desk::{Desk, ROOMY, append, hear, heard, relayed, said, uid};

const ROOM: usize = 1 << 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_is_on_disk_before_anybody_hears_of_it_and_comes_in_order() {
    const ENTRIES: u64 = 60;
    let desk = Arc::new(Desk::new(ROOMY).await);
    let conversation = desk.conversation("v").await;
    let outbox = Outbox::new(ROOM);
    desk.listen(&conversation, &outbox, 1);
    let on_disk = desk.another_store().await;
    let reader = tokio::spawn(async move {
        let mut next = 1;
        while next <= ENTRIES {
            poll_fn(|cx| outbox.poll_ready(cx, true, false)).await;
            for delivery in outbox.take_deliveries().0 {
                assert_eq!(said(&delivery).seq(), Some(Seq(next)));
                assert!(on_disk.head(conversation.id).await.unwrap() >= Seq(next), "{next} is not on disk");
                next += 1;
            }
        }
    });
    let conversation = desk.conversation("v").await;
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let (desk, conversation) = (Arc::clone(&desk), conversation.clone());
            tokio::spawn(async move {
                for number in 0..ENTRIES / 4 {
                    desk.say(&conversation, &format!("{writer}-{number}")).await;
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    reader.await.unwrap();
}

#[tokio::test]
async fn who_waits_for_an_entry_is_answered_when_subscribers_have_it() {
    let desk = Desk::new(ROOMY).await;
    let conversation = desk.conversation("v").await;
    let outbox = Outbox::new(ROOM);
    desk.listen(&conversation, &outbox, 1);
    for seq in 1..=3 {
        desk.say(&conversation, &format!("m{seq}")).await;
        assert_eq!(heard(&outbox), [Some(seq)]);
    }
}

#[tokio::test]
async fn a_repeat_reaches_nobody_in_its_own_batch_or_later() {
    let desk = Desk::new(ROOMY).await;
    let conversation = desk.conversation("v").await;
    let outbox = Outbox::new(ROOM);
    desk.listen(&conversation, &outbox, 1);
    // The queue has room, so the committer finds all three in one batch.
    for name in ["a", "a", "b"] {
        desk.submit(&conversation, name, Reply::Nobody).await;
    }
    for name in ["a", "b", "c"] {
        desk.say(&conversation, name).await;
    }
    assert_eq!(heard(&outbox), [Some(1), Some(2), Some(3)]);
}

#[tokio::test]
async fn what_is_relayed_keeps_its_place_behind_earlier_entries() {
    let desk = Desk::new(ROOMY).await;
    let conversation = desk.conversation("v").await;
    let outbox = Outbox::new(ROOM);
    desk.listen(&conversation, &outbox, 1);
    for round in 0..3 {
        desk.submit(&conversation, &format!("first-{round}"), Reply::Nobody).await;
        desk.submit(&conversation, &format!("second-{round}"), Reply::Nobody).await;
        let publication = relayed(conversation.topic.clone(), conversation.id);
        desk.log.submit(Job::Relay { publication, ticket: None }).await.unwrap();
    }
    let round = |first| [Some(first), Some(first + 1), None];
    assert_eq!(hear(&outbox, 9).await, [round(1), round(3), round(5)].concat());
}

#[tokio::test]
async fn only_the_topic_of_an_entry_hears_of_it() {
    let desk = Desk::new(ROOMY).await;
    let (one, other) = (desk.conversation("v").await, desk.conversation("w").await);
    let (ones, others) = (Outbox::new(ROOM), Outbox::new(ROOM));
    desk.listen(&one, &ones, 1);
    desk.listen(&other, &others, 1);
    desk.say(&one, "a").await;
    assert_eq!((heard(&ones), heard(&others)), (vec![Some(1)], vec![]));
}

#[tokio::test]
async fn a_receipt_is_heard_once_and_only_if_the_cursor_moved() {
    let desk = Desk::new(ROOMY).await;
    let conversation = desk.conversation("v").await;
    for name in ["a", "b"] {
        desk.say(&conversation, name).await;
    }
    let outbox = Outbox::new(ROOM);
    desk.listen(&conversation, &outbox, 1);
    for (seq, moves) in [(2, true), (2, false), (1, false)] {
        let (log, device, upto) = (conversation.id, Some(Box::default()), Upto::Seq(Seq(seq)));
        let write = Write::Read { log, user: uid("v"), device, upto };
        let announce = Announce::Receipt(relayed(conversation.topic.clone(), log).into());
        let written = desk.log.commit(write, announce).await.unwrap();
        let moved = moves.then(|| Moved { seq: Seq(2), uid: MessageUid::new("b").unwrap() });
        assert_eq!(written, Written::Cursor(moved), "read up to {seq}");
        assert_eq!(heard(&outbox).len(), usize::from(moves), "read up to {seq}");
    }
}

#[tokio::test]
async fn a_refused_entry_is_not_announced() {
    let desk = Desk::new(ROOMY).await;
    let conversation = desk.conversation("v").await;
    let outbox = Outbox::new(ROOM);
    desk.listen(&conversation, &outbox, 1);
    let nowhere = deskwire_model::LogId(conversation.id.0 + 1);
    let announce = Announce::Entry(conversation.topic.clone());
    let written = desk.log.commit(append(nowhere, "a"), announce).await.unwrap();
    assert!(matches!(written, Written::Refused(_)), "{written:?}");
    assert_eq!(heard(&outbox), []);
}
