//! Conversations, who may be in them and who owns them (invariants I9 and I10).

use deskwire_model::{Conversation, LogId, Seq, ThreadStatus, Uid};
use deskwire_store::{NewConversation, Participant, QueuePlace, Refusal, StoreError, Visitor, Write, Written};

use crate::{
    Backend,
    fixtures::{
        agent, append, assign, commit_one, conversation, conversation_of, create, create_log, introduce, refused,
        set_status, uid,
    },
};

fn ids(conversations: &[Conversation]) -> Vec<LogId> {
    conversations.iter().map(|conversation| conversation.id).collect()
}

pub(crate) async fn a_topic_has_one_conversation(backend: &impl Backend) {
    let store = backend.open().await;
    let new = conversation_of("v");
    let again = NewConversation { uid: uid("another"), ..new.clone() };
    let written =
        store.commit(vec![Write::CreateConversation(new.clone()), Write::CreateConversation(again)]).await.unwrap();
    let Written::Conversation { conversation, created: true } = &written[0] else { panic!("{:?}", written[0]) };
    assert_eq!(written[1], Written::Conversation { conversation: conversation.clone(), created: false });

    let found = store.conversation_by_topic(&new.topic).await.unwrap().unwrap();
    assert_eq!(&found, conversation.as_ref());
    assert_eq!((&found.uid, &found.org, &found.topic), (&new.uid, &new.org, &new.topic));
    assert_eq!((found.kind, &found.service, &found.visitor), (new.kind, &new.service, &new.visitor));
    assert_eq!((&found.visitor_profile, &found.channel), (&new.visitor_profile, &new.channel));
    assert_eq!((found.status, found.agent.clone(), found.fence), (ThreadStatus::New, None, 0));
    assert_eq!(store.conversation(found.id).await.unwrap().as_ref(), Some(&found));
    let participants = store.participants(found.id).await.unwrap();
    assert_eq!(participants, [Participant { user: uid("v"), joined: Seq::ZERO }]);
    assert_ne!(create(&store, "w").await.session_no, found.session_no);
    assert_eq!(store.conversation(LogId(99)).await.unwrap(), None);
}

pub(crate) async fn a_taken_uid_is_refused(backend: &impl Backend) {
    let store = backend.open().await;
    let first = create(&store, "v").await;
    let second = NewConversation { uid: first.uid, ..conversation_of("w") };
    assert_eq!(commit_one(&store, Write::CreateConversation(second)).await, refused(Refusal::UidTaken));
}

pub(crate) async fn no_conversation_crosses_organisations(backend: &impl Backend) {
    let store = backend.open().await;
    for org in ["acme", "other"] {
        store.create_organisation(&uid(org), org).await.unwrap();
    }
    store.create_agent(&agent("theirs", "other"), "").await.unwrap();
    store.create_workgroup(&uid("their-group"), &uid("other"), "", &[]).await.unwrap();
    let visitor =
        |org| Visitor { uid: uid("guest"), org: uid(org), profile: Default::default(), channel: String::new() };
    introduce(&store, &visitor("other")).await.unwrap();
    assert!(matches!(introduce(&store, &visitor("acme")).await, Err(StoreError::Exists)));

    let ours = create(&store, "v").await;
    let new = conversation_of("w");
    let topic = new.topic.clone();
    for foreign in [
        NewConversation { org: uid("other"), ..conversation_of("v") },
        NewConversation { visitor: uid("guest"), ..new.clone() },
        NewConversation { service: uid("their-group"), ..new.clone() },
        NewConversation { participants: vec![uid("w"), uid("theirs")], ..new },
    ] {
        let written = commit_one(&store, Write::CreateConversation(foreign.clone())).await;
        assert_eq!(written, refused(Refusal::ForeignOrganisation), "{foreign:?}");
    }
    assert_eq!(commit_one(&store, assign(ours.id, 0, "theirs", 9)).await, refused(Refusal::ForeignOrganisation));
    assert_eq!(store.conversations_of(&uid("theirs"), 9).await.unwrap(), []);
    assert_eq!(store.conversation_by_topic(&topic).await.unwrap(), None);
}

pub(crate) async fn lists_show_the_newest_activity_first(backend: &impl Backend) {
    let store = backend.open().await;
    let mut logs = Vec::new();
    for service in ["sales", "support", "billing"] {
        let new = NewConversation {
            uid: uid(service),
            topic: deskwire_model::ThreadType::Workgroup.topic(&uid(service), &uid("v")),
            ..conversation_of("v")
        };
        let log = conversation(commit_one(&store, Write::CreateConversation(new)).await).id;
        commit_one(&store, assign(log, 0, "a", 9)).await;
        logs.push(log);
    }
    let [sales, support, billing] = logs[..] else { unreachable!("three were made") };
    // Entries until the clock has moved on: then the log of the last one is the newest for certain.
    for log in [billing, sales, support] {
        let mut started = None;
        for log in &logs {
            let last = store.entries_before(*log, None, 1).await.unwrap();
            started = started.max(last.first().map(|entry| entry.at));
        }
        let mut number = 0;
        loop {
            number += 1;
            let written = commit_one(&store, append(log, "v", &format!("m{number}"))).await;
            let Written::Appended { at, .. } = written else { panic!("{written:?}") };
            let created = store.conversation(billing).await.unwrap().unwrap().created_at;
            if at > started.unwrap_or(created) {
                break;
            }
        }
    }
    assert_eq!(ids(&store.conversations_of(&uid("a"), 9).await.unwrap()), [support, sales, billing]);
    assert_eq!(ids(&store.conversations_of(&uid("a"), 2).await.unwrap()), [support, sales]);
    commit_one(&store, set_status(sales, 1, ThreadStatus::Closed, None)).await;
    assert_eq!(ids(&store.conversations_of(&uid("a"), 9).await.unwrap()), [support, billing]);
    assert_eq!(ids(&store.conversations_of(&uid("a"), 1).await.unwrap()), [support]);
    assert_eq!(store.conversations_of(&uid("stranger"), 9).await.unwrap(), []);

    let behind = async |device: &str| ids(&store.closed_behind(&uid("a"), device, 9).await.unwrap());
    assert_eq!(behind("phone").await, [], "it has heard nothing of it");
    commit_one(&store, append(sales, "v", "goodbye")).await;
    let head = store.head(sales).await.unwrap();
    for (seq, expected) in [(Seq(head.0 - 1), &[sales][..]), (head, &[])] {
        let (user, device) = (uid("a"), "phone".into());
        commit_one(&store, Write::Delivered { log: sales, user, device, seq }).await;
        assert_eq!(behind("phone").await, expected, "{seq:?} of {head:?}");
    }
}

pub(crate) async fn an_assignment_is_fenced(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create(&store, "v").await.id;
    let written = store.commit(vec![assign(log, 0, "a", 9), assign(log, 0, "b", 9)]).await.unwrap();
    let assigned = conversation(written[0].clone());
    assert_eq!((assigned.status, assigned.agent, assigned.fence), (ThreadStatus::Chatting, Some(uid("a")), 1));
    assert_eq!(written[1], refused(Refusal::Fenced));
    assert_eq!(commit_one(&store, set_status(log, 0, ThreadStatus::Closed, None)).await, refused(Refusal::Fenced));
    let closed = conversation(commit_one(&store, set_status(log, 1, ThreadStatus::Closed, Some("a"))).await);
    assert_eq!((closed.status, closed.agent, closed.fence), (ThreadStatus::Closed, Some(uid("a")), 2));
    for write in [assign(LogId(99), 0, "a", 9), set_status(LogId(99), 0, ThreadStatus::New, None)] {
        assert_eq!(commit_one(&store, write).await, refused(Refusal::UnknownLog));
    }
    assert_eq!(commit_one(&store, assign(log, u64::MAX, "a", 9)).await, refused(Refusal::Fenced));
}

pub(crate) async fn capacity_holds_within_a_batch(backend: &impl Backend) {
    let store = backend.open().await;
    let (first, second) = (create(&store, "v").await.id, create(&store, "w").await.id);
    assert_eq!(commit_one(&store, assign(first, 0, "a", 0)).await, refused(Refusal::AtCapacity));
    let written = store.commit(vec![assign(first, 0, "a", 1), assign(second, 0, "a", 1)]).await.unwrap();
    assert_eq!(conversation(written[0].clone()).agent, Some(uid("a")));
    assert_eq!(written[1], refused(Refusal::AtCapacity));
    let counts: &[Uid] = &[uid("b"), uid("a")];
    assert_eq!(store.chatting_counts(counts).await.unwrap(), [0, 1]);
    assert_eq!(conversation(commit_one(&store, assign(first, 1, "a", 1)).await).fence, 2, "it counts only others");

    commit_one(&store, set_status(first, 2, ThreadStatus::Closed, None)).await;
    assert_eq!(conversation(commit_one(&store, assign(second, 0, "a", 1)).await).agent, Some(uid("a")));
    assert_eq!(store.chatting_counts(counts).await.unwrap(), [0, 1]);
}

pub(crate) async fn the_first_agent_sees_everything_and_the_next_what_comes(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create_log(&store, "v", 2).await;
    store
        .commit(vec![
            assign(log, 0, "a", 9),
            append(log, "v", "m3"),
            assign(log, 1, "b", 9),
            append(log, "v", "m4"),
            assign(log, 2, "a", 9),
        ])
        .await
        .unwrap();
    let joined = |user, seq| Participant { user: uid(user), joined: Seq(seq) };
    let participants = store.participants(log).await.unwrap();
    assert_eq!(participants, [joined("a", 0), joined("v", 0), joined("b", 3)], "coming back is not joining again");
}

pub(crate) async fn the_oldest_is_the_first_in_its_queue(backend: &impl Backend) {
    let store = backend.open().await;
    let mut waiting = Vec::new();
    for (visitor, service) in [("u", "sales"), ("v", "sales"), ("w", "sales"), ("v", "support")] {
        let new = NewConversation {
            uid: uid(&format!("{service}-{visitor}")),
            service: uid(service),
            topic: deskwire_model::ThreadType::Workgroup.topic(&uid(service), &uid(visitor)),
            ..conversation_of(visitor)
        };
        let log = conversation(commit_one(&store, Write::CreateConversation(new)).await).id;
        commit_one(&store, set_status(log, 0, ThreadStatus::Queuing, None)).await;
        waiting.push(log);
    }
    let [first, second, third, elsewhere] = waiting[..] else { unreachable!("four were made") };
    for (service, log, position, size) in
        [("sales", first, 1, 3), ("sales", second, 2, 3), ("sales", third, 3, 3), ("support", elsewhere, 1, 1)]
    {
        let place = store.queue_place(&uid(service), log).await.unwrap();
        assert_eq!(place, QueuePlace { position, size }, "{log} in the queue for {service}");
    }
    let queue = store.waiting(&[uid("sales"), uid("support")], 2).await.unwrap();
    assert_eq!(ids(&queue), [first, second, elsewhere], "two at most of each");
    let mut services = store.services_with_queues().await.unwrap();
    services.sort();
    assert_eq!(services, [uid("sales"), uid("support")]);
    commit_one(&store, assign(first, 1, "a", 9)).await;
    let place = store.queue_place(&uid("sales"), third).await.unwrap();
    assert_eq!(place, QueuePlace { position: 2, size: 2 }, "who is served waits no more");
    commit_one(&store, set_status(first, 2, ThreadStatus::Queuing, None)).await;
    commit_one(&store, set_status(second, 1, ThreadStatus::Queuing, None)).await;
    let queue = store.waiting(&[uid("sales")], 9).await.unwrap();
    assert_eq!(ids(&queue), [second, third, first], "who comes back waits behind, who waits on keeps its place");
}

pub(crate) async fn a_conversation_is_found_by_its_number_and_by_its_people(backend: &impl Backend) {
    let store = backend.open().await;
    let (first, second) = (create(&store, "v").await, create(&store, "w").await);
    assert_eq!(store.conversation_by_number(&first.session_no).await.unwrap(), Some(first.clone()));
    assert_eq!(store.conversation_by_uid(&first.uid).await.unwrap(), Some(first.clone()));
    assert_eq!(store.conversation_by_uid(&uid("nothing")).await.unwrap(), None);
    assert_eq!(store.conversation_by_number("20000101000001").await.unwrap(), None);

    commit_one(&store, assign(first.id, 0, "a", 9)).await;
    let between = async |user, other| ids(&store.conversations_between(&uid(user), &uid(other), 9).await.unwrap());
    assert_eq!(between("v", "a").await, [first.id]);
    assert_eq!(between("a", "v").await, [first.id]);
    assert_eq!(between("w", "sales").await, [second.id], "the workgroup that was asked for");
    assert_eq!(between("w", "a").await, []);
    assert_eq!(between("v", "w").await, []);
    commit_one(&store, set_status(first.id, 1, ThreadStatus::Closed, None)).await;
    assert_eq!(between("v", "a").await, []);
}
