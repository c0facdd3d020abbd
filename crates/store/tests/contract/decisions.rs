//! Decisions, timers, episodes and settings.

use deskwire_model::{Attendant, LogId, Part, Payload, Seq, ThreadStatus, ThreadType, Timestamp, Uid};
use deskwire_store::{
    CardChange, CardId, Closer, Decision, Fact, Participant, Placement, Refusal, Saying, Store, Timer, TimerChange,
    TimerId, Workload, Write, Written,
};

use crate::{
    Backend,
    fixtures::{
        append, assign, commit_one, conversation, create, create_log, decision, entry, refused, seq, set_status, uid,
    },
};

fn decide(decision: Decision) -> Write {
    Write::Decide(Box::new(decision))
}

fn set(kind: &'static str, key: &str, due: i64) -> TimerChange {
    TimerChange::Set { kind, key: key.into(), due: Timestamp(due), payload: "{}".into() }
}

fn chatting(agent: &str) -> Option<Placement> {
    Some(Placement { status: ThreadStatus::Chatting, agent: Some(uid(agent)), capacity: None, service: None })
}

fn closed(agent: &str) -> Option<Placement> {
    chatting(agent).map(|to| Placement { status: ThreadStatus::Closed, ..to })
}

async fn only_timer(store: &Store, log: LogId) -> Timer {
    let timers = store.timers_of(log).await.unwrap();
    assert_eq!(timers.len(), 1, "{timers:?}");
    timers.into_iter().next().unwrap()
}

pub(crate) async fn a_decision_happens_as_a_whole(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create_log(&store, "v", 1).await;
    let service = Some((ThreadType::Workgroup, uid("support")));
    let to = chatting("a").map(|to| Placement { service, ..to });
    let whole = Decision {
        to,
        joins: vec![Attendant { user: uid("h"), part: Part::Helper }],
        entries: vec![entry(log, "a", "welcome"), entry(log, "a", "more")],
        timers: vec![set("WAIT", "", 5)],
        facts: vec![Fact::Opened, Fact::Assigned],
        ..decision(log, 0)
    };
    let written = commit_one(&store, decide(whole)).await;
    let Written::Decided { conversation, entries } = written else { panic!("{written:?}") };
    assert_eq!(entries.iter().map(|(seq, _)| seq.0).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(
        (conversation.status, conversation.agent.clone(), conversation.fence),
        (ThreadStatus::Chatting, Some(uid("a")), 1)
    );
    assert_eq!((conversation.kind, conversation.service.clone()), (ThreadType::Workgroup, uid("support")));
    assert_eq!(conversation.topic, ThreadType::Workgroup.topic(&uid("sales"), &uid("v")), "the topic stays");
    assert_eq!(store.conversation(log).await.unwrap().as_ref(), Some(conversation.as_ref()));
    let joined = |user, seq| Participant { user: uid(user), joined: Seq(seq) };
    assert_eq!(store.participants(log).await.unwrap(), [joined("a", 0), joined("v", 0), joined("h", 1)]);
    assert_eq!(only_timer(&store, log).await.due, Timestamp(5));
    assert_eq!(store.episodes(log, 9).await.unwrap().len(), 1);
}

pub(crate) async fn a_refused_decision_changes_nothing(backend: &impl Backend) {
    let store = backend.open().await;
    for org in ["acme", "other"] {
        store.create_organisation(&uid(org), org).await.unwrap();
    }
    store.create_agent(&crate::fixtures::agent("spy", "other"), "").await.unwrap();
    let (log, busy) = (create(&store, "v").await.id, create(&store, "w").await.id);
    commit_one(&store, assign(busy, 0, "a", 1)).await;
    let whole = |decision: Decision| Decision {
        entries: vec![entry(log, "a", "said")],
        timers: vec![set("WAIT", "", 5)],
        facts: vec![Fact::Opened],
        ..decision
    };
    let spy = |part| vec![Attendant { user: uid("spy"), part }];
    for (refusal, decision) in [
        (Refusal::Fenced, whole(decision(log, 1))),
        (Refusal::UnknownLog, decision(LogId(99), 0)),
        (Refusal::TimerGone, Decision { consumes: Some(TimerId(7)), ..whole(decision(log, 0)) }),
        (Refusal::ForeignOrganisation, Decision { to: chatting("spy"), ..whole(decision(log, 0)) }),
        (Refusal::ForeignOrganisation, Decision { joins: spy(Part::Watcher), ..whole(decision(log, 0)) }),
        (
            Refusal::AtCapacity,
            Decision { to: chatting("a").map(|to| Placement { capacity: Some(1), ..to }), ..whole(decision(log, 0)) },
        ),
    ] {
        assert_eq!(commit_one(&store, decide(decision.clone())).await, refused(refusal), "{decision:?}");
        assert_eq!(store.conversation(log).await.unwrap().unwrap().fence, 0);
        assert_eq!(store.head(log).await.unwrap(), Seq::ZERO);
        assert_eq!((store.timers_of(log).await.unwrap(), store.episodes(log, 9).await.unwrap()), (vec![], vec![]));
    }
}

pub(crate) async fn a_decision_that_was_said_before_is_answered_and_not_repeated(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create(&store, "v").await.id;
    let said =
        |fence| decide(Decision { to: chatting("a"), entries: vec![entry(log, "a", "x")], ..decision(log, fence) });
    let first = commit_one(&store, said(0)).await;
    let Written::Decided { entries, .. } = &first else { panic!("{first:?}") };
    for fence in [0, 1] {
        let again = commit_one(&store, said(fence)).await;
        assert_eq!(again, Written::Duplicate { seq: entries[0].0, at: entries[0].1 }, "fence {fence}");
    }
    assert_eq!(store.conversation(log).await.unwrap().unwrap().fence, 1);
}

pub(crate) async fn a_timer_is_answered_once(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create(&store, "v").await.id;
    commit_one(&store, decide(Decision { timers: vec![set("TRANSFER", "t", 5)], ..decision(log, 0) })).await;
    let timer = only_timer(&store, log).await;
    assert_eq!(
        (timer.log, timer.kind.as_ref(), timer.key.as_ref(), timer.payload.as_ref()),
        (log, "TRANSFER", "t", "{}")
    );
    let answer = |fence| decide(Decision { consumes: Some(timer.id), ..decision(log, fence) });
    let written = store.commit(vec![answer(1), answer(2)]).await.unwrap();
    assert!(matches!(written[0], Written::Decided { .. }), "{:?}", written[0]);
    assert_eq!(written[1], refused(Refusal::TimerGone));
    assert_eq!(store.timers_of(log).await.unwrap(), []);
    // One that is set anew is another one.
    commit_one(&store, decide(Decision { timers: vec![set("TRANSFER", "t", 6)], ..decision(log, 2) })).await;
    assert_eq!(commit_one(&store, answer(3)).await, refused(Refusal::TimerGone));
}

pub(crate) async fn an_order_card_shows_what_has_become_of_it(backend: &impl Backend) {
    let store = backend.open().await;
    let (log, other) = (create(&store, "v").await.id, create(&store, "w").await.id);
    let offer = |log, name, fence| {
        let card = Some(CardChange::Offer(CardId(5)));
        decide(Decision { entries: vec![entry(log, "a", name)], card, ..decision(log, fence) })
    };
    let card = async |org| store.order_card(&uid(org), CardId(5)).await.unwrap();
    assert_eq!(card("acme").await, None);
    commit_one(&store, append(log, "v", "before")).await;
    commit_one(&store, offer(log, "c", 0)).await;
    assert_eq!(
        card("acme").await.map(|entry| (entry.log, entry.seq, entry.uid.to_string())),
        Some((log, Seq(2), "c".to_owned()))
    );
    assert_eq!(card("other").await, None, "numbers are an organisation's own");
    for (log, fence) in [(log, 1), (other, 0)] {
        assert_eq!(commit_one(&store, offer(log, "again", fence)).await, refused(Refusal::CardTaken));
    }
    assert!(matches!(commit_one(&store, offer(log, "c", 1)).await, Written::Duplicate { seq: Seq(2), .. }));

    let show = |log, fence, text: &'static str| {
        let payload = Payload::Json(text.into());
        decide(Decision { card: Some(CardChange::Show { card: CardId(5), payload }), ..decision(log, fence) })
    };
    commit_one(&store, show(other, 0, "{}")).await;
    assert_ne!(card("acme").await.unwrap().payload, Payload::Json("{}".into()), "it is a card of another conversation");
    commit_one(&store, show(log, 1, r#"{"paid":1}"#)).await;
    let shown = Payload::Json(r#"{"paid":1}"#.into());
    assert_eq!(card("acme").await.unwrap().payload, shown);
    let entries = store.entries_after(log, Seq::ZERO, 9).await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.payload == shown).collect::<Vec<_>>(), [false, true]);
}

pub(crate) async fn timers_are_set_kept_and_taken_away(backend: &impl Backend) {
    let store = backend.open().await;
    let (log, other) = (create(&store, "v").await.id, create(&store, "w").await.id);
    assert_eq!(store.next_due().await.unwrap(), None);
    let ensure = TimerChange::Ensure { kind: "REMIND", key: "".into(), due: Timestamp(30) };
    let later = TimerChange::Ensure { kind: "REMIND", key: "".into(), due: Timestamp(99) };
    let timers = vec![set("CARD", "b", 20), set("CARD", "a", 10), ensure, later];
    commit_one(&store, decide(Decision { timers, ..decision(log, 0) })).await;
    commit_one(&store, decide(Decision { timers: vec![set("CARD", "a", 15)], ..decision(other, 0) })).await;
    let due = async |until, limit| {
        let timers = store.timers_due(Timestamp(until), limit).await.unwrap();
        timers.into_iter().map(|timer| (timer.log, timer.due.0)).collect::<Vec<_>>()
    };
    assert_eq!(due(9, 9).await, []);
    assert_eq!(due(30, 9).await, [(log, 10), (other, 15), (log, 20), (log, 30)]);
    assert_eq!(due(30, 2).await, [(log, 10), (other, 15)]);
    assert_eq!(store.next_due().await.unwrap(), Some(Timestamp(10)));
    let timers = vec![set("CARD", "a", 40), TimerChange::Cancel { kind: "CARD", key: "b".into() }];
    commit_one(&store, decide(Decision { timers, ..decision(log, 1) })).await;
    assert_eq!(due(99, 9).await, [(other, 15), (log, 30), (log, 40)]);
    let timers = vec![TimerChange::CancelAll(&["CARD", "REMIND"])];
    commit_one(&store, decide(Decision { timers, ..decision(log, 2) })).await;
    drop(store);
    let store = backend.open().await;
    assert_eq!(store.timers_due(Timestamp(99), 9).await.unwrap().len(), 1, "timers outlive a restart");
}

pub(crate) async fn what_is_said_takes_its_timers_along(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create(&store, "v").await.id;
    commit_one(&store, assign(log, 0, "a", 9)).await;
    let say = |name, due| {
        Write::Say(Box::new(Saying {
            entry: entry(log, "v", name),
            status: Some(ThreadStatus::Chatting),
            timers: vec![set("REMIND", "", due)],
            facts: vec![Fact::Opened],
        }))
    };
    assert_eq!(seq(&commit_one(&store, say("m1", 10)).await), 1);
    assert!(matches!(commit_one(&store, say("m1", 20)).await, Written::Duplicate { seq: Seq(1), .. }));
    assert_eq!(only_timer(&store, log).await.due, Timestamp(10), "a repeat changes nothing");
    assert_eq!(store.conversation(log).await.unwrap().unwrap().fence, 1, "and a message is no decision");
    let closing = Decision { timers: vec![TimerChange::CancelAll(&["REMIND"])], ..decision(log, 1) };
    commit_one(&store, decide(Decision { to: closed("a"), ..closing })).await;
    assert_eq!(seq(&commit_one(&store, say("m2", 30)).await), 2, "what was on its way is said");
    assert_eq!(store.timers_of(log).await.unwrap(), [], "and nobody waits for an answer to it");
}

pub(crate) async fn who_attends_is_known_with_the_conversation(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create(&store, "v").await.id;
    let attendant = |user, part| Attendant { user: uid(user), part };
    let joins = vec![attendant("h", Part::Invited), attendant("g", Part::Watcher)];
    let joined = conversation(commit_one(&store, decide(Decision { joins, ..decision(log, 0) })).await);
    assert_eq!(joined.attendants, [attendant("g", Part::Watcher), attendant("h", Part::Invited)]);
    let (joins, leaves) = (vec![attendant("h", Part::Helper)], vec![uid("g")]);
    let changed = conversation(commit_one(&store, decide(Decision { joins, leaves, ..decision(log, 1) })).await);
    assert_eq!(changed.attendants, [attendant("h", Part::Helper)]);
    assert_eq!((changed.part_of(&uid("h")), changed.part_of(&uid("g"))), (Some(Part::Helper), None));
}

pub(crate) async fn notes_have_the_people_of_what_they_are_about(backend: &impl Backend) {
    let store = backend.open().await;
    let about = create(&store, "v").await;
    commit_one(&store, assign(about.id, 0, "a", 9)).await;
    let write = || Write::CreateNotes { of: about.id, uid: Uid::random(), topic: about.notes_topic() };
    let notes = conversation(commit_one(&store, write()).await);
    assert_eq!((notes.notes_of, notes.agent.clone()), (Some(about.id), Some(uid("a"))));
    assert_eq!(conversation(commit_one(&store, write()).await).id, notes.id, "there is one log of notes");
    let users = async || {
        let participants = store.participants(notes.id).await.unwrap();
        participants.into_iter().map(|participant| participant.user).collect::<Vec<_>>()
    };
    assert_eq!(users().await, [uid("a")], "the visitor has no part in them");
    let joins = vec![Attendant { user: uid("h"), part: Part::Helper }];
    commit_one(&store, decide(Decision { to: chatting("b"), joins: joins.clone(), ..decision(about.id, 1) })).await;
    assert_eq!(users().await, ["a", "b", "h"].map(uid));
    let notes = store.conversation(notes.id).await.unwrap().unwrap();
    assert_eq!((notes.agent, notes.attendants), (Some(uid("b")), joins));
    let to = Placement { service: Some((ThreadType::Agent, uid("c"))), ..chatting("c").unwrap() };
    commit_one(&store, decide(Decision { to: Some(to), ..decision(about.id, 2) })).await;
    let notes = store.conversation(notes.id).await.unwrap().unwrap();
    assert_eq!((notes.kind, notes.service), (ThreadType::Agent, uid("c")), "and are served by the same");
    assert_eq!(
        commit_one(
            &store,
            Write::CreateNotes { of: LogId(99), uid: uid("n"), topic: create(&store, "w").await.notes_topic() }
        )
        .await,
        refused(Refusal::UnknownLog)
    );
}

pub(crate) async fn episodes_follow_each_other(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create(&store, "v").await.id;
    let fence = std::cell::Cell::new(0);
    let decided = async |to: Option<Placement>, facts: Vec<Fact>| {
        commit_one(&store, decide(Decision { to, facts, ..decision(log, fence.get()) })).await;
        fence.set(fence.get() + 1);
    };
    decided(None, vec![Fact::Opened, Fact::Queued]).await;
    decided(chatting("a"), vec![Fact::Opened, Fact::Assigned]).await;
    for name in ["m1", "m2"] {
        let facts = vec![Fact::Responded];
        commit_one(
            &store,
            Write::Say(Box::new(Saying { entry: entry(log, "a", name), status: None, timers: vec![], facts })),
        )
        .await;
    }
    let rated = Fact::Rated { score: 4, resolved: Some(true), comment: "fine".into() };
    decided(None, vec![Fact::Closed(Closer::Visitor), rated]).await;
    decided(None, vec![Fact::Closed(Closer::Timer)]).await;
    let [first] = &store.episodes(log, 9).await.unwrap()[..] else { panic!("one episode was expected") };
    assert_eq!((first.agent.clone(), first.service.clone()), (Some(uid("a")), uid("sales")));
    let rating = first.rating.as_ref().unwrap();
    assert_eq!((rating.score, rating.resolved, rating.comment.as_ref()), (4, Some(true), "fine"));
    let times =
        [Some(first.opened_at), first.queued_at, first.assigned_at, first.responded_at, first.closed.map(|c| c.0)];
    assert!(times.iter().all(Option::is_some) && times.is_sorted(), "{first:?}");
    assert_eq!(first.closed.map(|(_, closer)| closer), Some(Closer::Visitor), "what is closed stays closed");
    decided(chatting("b"), vec![Fact::Opened, Fact::Assigned]).await;
    let episodes = store.episodes(log, 9).await.unwrap();
    assert_eq!(episodes.iter().map(|episode| episode.agent.clone().unwrap()).collect::<Vec<_>>(), ["b", "a"].map(uid));
    assert_eq!((&episodes[1], episodes[0].responded_at, &episodes[0].rating), (first, None, &None));
    assert_eq!(store.last_agent(log).await.unwrap(), Some(uid("b")));
    assert_eq!(store.last_agent(LogId(99)).await.unwrap(), None);
}

pub(crate) async fn what_an_agent_does_is_its_workload(backend: &impl Backend) {
    let store = backend.open().await;
    let (first, second) = (create(&store, "v").await.id, create(&store, "w").await.id);
    let opened = || vec![Fact::Opened, Fact::Assigned];
    commit_one(&store, decide(Decision { to: chatting("a"), facts: opened(), ..decision(first, 0) })).await;
    commit_one(&store, decide(Decision { to: chatting("a"), facts: opened(), ..decision(second, 0) })).await;
    let [ann, bob] = &store.workloads(&["a", "b"].map(uid)).await.unwrap()[..] else { panic!("two were asked for") };
    assert_eq!((ann.chatting, ann.last_assigned.is_some(), ann.response_ms), (2, true, None));
    assert_eq!(bob, &Workload::default());
    commit_one(
        &store,
        Write::Say(Box::new(Saying {
            entry: entry(first, "a", "m"),
            status: None,
            timers: vec![],
            facts: vec![Fact::Responded],
        })),
    )
    .await;
    commit_one(&store, set_status(second, 1, ThreadStatus::Closed, Some("a"))).await;
    let ann = store.workloads(&[uid("a")]).await.unwrap().remove(0);
    assert_eq!((ann.chatting, ann.response_ms.is_some()), (1, true));
    store.commit(vec![append(first, "a", "m2"), append(first, "v", "m3"), append(first, "a", "m4")]).await.unwrap();
    assert_eq!(store.newest_of_others(first, &uid("a")).await.unwrap(), Seq(3));
    assert_eq!(store.newest_of_others(first, &uid("v")).await.unwrap(), Seq(4));
}

pub(crate) async fn settings_are_replaced(backend: &impl Backend) {
    let store = backend.open().await;
    assert_eq!(store.settings(&uid("sales")).await.unwrap(), None);
    for value in ["{}", r#"{"routing":"RANDOM"}"#] {
        store.save_settings(&uid("sales"), value).await.unwrap();
        assert_eq!(store.settings(&uid("sales")).await.unwrap().as_deref(), Some(value));
    }
    assert_eq!(store.settings(&uid("support")).await.unwrap(), None);
}
