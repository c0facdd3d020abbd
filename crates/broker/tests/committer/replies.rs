//! What whoever submitted a write is told, and that nobody is forgotten when the queue is full.

use std::{collections::BTreeSet, future::poll_fn, sync::Arc};

use deskwire_broker::{Announce, Answer, Job, LogLimits, Outbox, Reply};
use deskwire_model::{LogId, MessageUid, Seq};
use deskwire_store::{NewEntry, Refusal, Write, Written};

use crate::desk::{Desk, NEVER, ROOMY, append, entry};

#[tokio::test]
async fn each_write_gets_its_own_answer_in_one_batch() {
    let desk = Desk::new(ROOMY).await;
    let log = desk.conversation("v").await.id;
    let recall = |sender, name, target| {
        Write::Append(NewEntry { hides: Some(MessageUid::new(target).unwrap()), ..entry(log, sender, name) })
    };
    let outbox = Outbox::new(1);
    let writes = [
        append(log, "a"),
        append(log, "a"),
        append(LogId(log.0 + 1), "a"),
        recall("somebody", "r1", "unheard of"),
        recall("another", "r2", "a"),
        append(log, "b"),
        Write::Probe,
    ];
    for (ticket, write) in (10..).zip(writes) {
        let reply = Reply::Outbox(Arc::clone(&outbox), ticket);
        let job = Job::Write { write, announce: Announce::Nobody, reply };
        desk.log.submit(job).await.unwrap();
    }
    let mut answers = Vec::new();
    while answers.len() < 7 {
        poll_fn(|cx| outbox.poll_ready(cx, false, false)).await;
        answers.extend(outbox.take_answers().into_iter().map(|answer| match answer {
            Answer::Committed { ticket, outcome } => (ticket, outcome.unwrap()),
            Answer::HandedOn { .. } | Answer::Joined { .. } => panic!("only writes were submitted: {answer:?}"),
        }));
    }
    assert_eq!(answers.iter().map(|(ticket, _)| *ticket).collect::<Vec<_>>(), (10..17).collect::<Vec<_>>());
    let answers: Vec<Written> = answers.into_iter().map(|(_, written)| written).collect();
    let Written::Appended { seq: Seq(1), at } = answers[0] else { panic!("{:?}", answers[0]) };
    assert_eq!(answers[1], Written::Duplicate { seq: Seq(1), at });
    assert_eq!(answers[2], Written::Refused(Refusal::UnknownLog));
    assert_eq!(answers[3], Written::Refused(Refusal::UnknownMessage));
    assert_eq!(answers[4], Written::Refused(Refusal::NotTheSender));
    assert!(matches!(answers[5], Written::Appended { seq: Seq(2), .. }), "{:?}", answers[5]);
    assert_eq!(answers[6], Written::Probed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_queue_of_one_loses_nothing() {
    const TASKS: u64 = 20;
    const EACH: u64 = 6;
    for batch in [1, 64] {
        let desk = Arc::new(Desk::new(LogLimits { queue: 1, batch, cursor_delay: NEVER }).await);
        let conversation = desk.conversation("v").await;
        let tasks: Vec<_> = (0..TASKS)
            .map(|task| {
                let (desk, conversation) = (Arc::clone(&desk), conversation.clone());
                tokio::spawn(async move {
                    let mut positions = Vec::new();
                    for number in 0..EACH {
                        match desk.say(&conversation, &format!("{task}-{number}")).await {
                            Written::Appended { seq, .. } => positions.push(seq.0),
                            other => panic!("{other:?}"),
                        }
                    }
                    assert!(positions.is_sorted(), "the writes of one task stay in order: {positions:?}");
                    positions
                })
            })
            .collect();
        let mut answered = BTreeSet::new();
        for task in tasks {
            answered.extend(task.await.unwrap());
        }
        assert!(answered.iter().copied().eq(1..=TASKS * EACH), "batches of {batch}");
        assert_eq!(desk.store.head(conversation.id).await.unwrap(), Seq(TASKS * EACH));
    }
}

#[tokio::test]
async fn a_waiter_that_left_holds_nobody_up() {
    let desk = Desk::new(ROOMY).await;
    let conversation = desk.conversation("v").await;
    let (waiter, gone) = tokio::sync::oneshot::channel();
    drop(gone);
    desk.submit(&conversation, "a", Reply::Waiter(waiter)).await;
    assert!(matches!(desk.say(&conversation, "b").await, Written::Appended { seq: Seq(2), .. }));
}
