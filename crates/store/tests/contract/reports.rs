//! What is counted for reports.

use deskwire_model::{LogId, ThreadStatus, Timestamp};
use deskwire_store::{
    Closer, Counters, Decision, Fact, Placement, ReportKey, ReportQuery, ReportRow, Saying, Store, Write,
};

use crate::{
    Backend,
    fixtures::{append, commit_one, create, decision, entry, uid},
};

fn asked() -> ReportQuery {
    ReportQuery {
        org: uid("acme"),
        from: Timestamp(0),
        to: Timestamp(i64::MAX / 2),
        service: None,
        agent: None,
        by_hour: false,
        by_service: false,
        by_agent: false,
        limit: 100,
    }
}

/// A conversation that has gone somewhere, with facts.
async fn decide(store: &Store, log: LogId, fence: u64, status: ThreadStatus, agent: Option<&str>, facts: Vec<Fact>) {
    let to = Some(Placement { status, agent: agent.map(uid), capacity: None, service: None });
    commit_one(store, Write::Decide(Box::new(Decision { to, facts, ..decision(log, fence) }))).await;
}

fn rated(score: u8) -> Fact {
    Fact::Rated { score, resolved: Some(score > 3), comment: Box::default() }
}

async fn total(store: &Store) -> Counters {
    let rows = store.report(&asked()).await.unwrap();
    rows.iter().fold(Counters::default(), |sum, row| sum.plus(&row.counters))
}

pub(crate) async fn an_episode_is_counted_as_it_goes(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create(&store, "v").await.id;
    decide(&store, log, 0, ThreadStatus::Queuing, None, vec![Fact::Opened, Fact::Queued]).await;
    commit_one(&store, append(log, "v", "m1")).await;
    decide(&store, log, 1, ThreadStatus::Chatting, Some("a"), vec![Fact::Assigned]).await;
    for name in ["r1", "r2"] {
        let saying =
            Saying { entry: entry(log, "a", name), status: None, timers: Vec::new(), facts: vec![Fact::Responded] };
        commit_one(&store, Write::Say(Box::new(saying.clone()))).await;
        commit_one(&store, Write::Say(Box::new(saying))).await;
    }
    decide(&store, log, 2, ThreadStatus::Closed, Some("a"), vec![Fact::Closed(Closer::Agent)]).await;
    for score in [2, 5] {
        let facts = vec![rated(score)];
        let fence = store.conversation(log).await.unwrap().unwrap().fence;
        commit_one(&store, Write::Decide(Box::new(Decision { facts, ..decision(log, fence) }))).await;
    }
    let counted = total(&store).await;
    let times = Counters { wait_ms: 0, response_ms: 0, handling_ms: 0, ..counted };
    let expected = Counters {
        opened: 1,
        queued: 1,
        assigned: 1,
        waited: 1,
        responded: 1,
        closed: 1,
        handled: 1,
        rated: 1,
        score: 5,
        satisfied: 1,
        resolved: 1,
        visitor_messages: 1,
        service_messages: 2,
        ..Counters::default()
    };
    assert_eq!(times, expected);
}

pub(crate) async fn rows_are_added_up_as_asked_for(backend: &impl Backend) {
    let store = backend.open().await;
    for (visitor, agent) in [("v", "a"), ("w", "b"), ("x", "b")] {
        let log = create(&store, visitor).await.id;
        decide(&store, log, 0, ThreadStatus::Chatting, Some(agent), vec![Fact::Opened, Fact::Assigned]).await;
    }
    let rows = |query: ReportQuery| {
        let store = store.clone();
        async move { store.report(&query).await.unwrap() }
    };
    let by_agent = rows(ReportQuery { by_agent: true, ..asked() }).await;
    let of = |agent: &str| ReportKey { agent: Some(uid(agent)), ..ReportKey::default() };
    let assigned = |row: &ReportRow| (row.key.clone(), row.counters.assigned);
    assert_eq!(by_agent.iter().map(assigned).collect::<Vec<_>>(), [(of("a"), 1), (of("b"), 2)]);
    let by_service = rows(ReportQuery { by_service: true, agent: Some(uid("b")), ..asked() }).await;
    assert_eq!((by_service.len(), by_service[0].counters.opened), (1, 2));
    assert_eq!(by_service[0].key.service, Some(uid("sales")));
    let by_hour = rows(ReportQuery { by_hour: true, ..asked() }).await;
    assert!(by_hour.iter().all(|row| row.key.hour.is_some_and(|hour| hour.0 % 3_600_000 == 0)), "{by_hour:?}");
    for none in [
        ReportQuery { org: uid("other"), ..asked() },
        ReportQuery { to: Timestamp(0), ..asked() },
        ReportQuery { from: asked().to, ..asked() },
        ReportQuery { service: Some(uid("support")), ..asked() },
    ] {
        assert_eq!(rows(none).await, []);
    }
}

pub(crate) async fn what_nobody_answered_is_missed_once(backend: &impl Backend) {
    let store = backend.open().await;
    let log = create(&store, "v").await.id;
    decide(&store, log, 0, ThreadStatus::Offline, None, vec![Fact::Opened]).await;
    assert_eq!(total(&store).await.missed, 1);
    decide(&store, log, 1, ThreadStatus::Closed, None, vec![Fact::Closed(Closer::Visitor)]).await;
    assert_eq!(total(&store).await.missed, 1);
    let robot = create(&store, "w").await.id;
    decide(&store, robot, 0, ThreadStatus::Roboting, None, vec![Fact::Opened]).await;
    decide(&store, robot, 1, ThreadStatus::Closed, None, vec![Fact::Closed(Closer::Visitor)]).await;
    let counted = total(&store).await;
    assert_eq!((counted.missed, counted.closed), (1, 2), "a robot has answered");
}
