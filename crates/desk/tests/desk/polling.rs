//! An agent without a connection is online while a device of its says so.

use std::time::Duration;

use deskwire_desk::{DeskError, PollingDevice};
use deskwire_model::{ThreadStatus, ThreadType, Timestamp};
use deskwire_store::TokenName;
use tokio::time::Instant;

use crate::office::{NOW, Office, agent, uid, visitor};

const LEASE: Duration = Duration::from_secs(30);

fn device(name: &str, token: &str) -> PollingDevice {
    PollingDevice { name: name.into(), token: TokenName { id: token.into(), issued: Timestamp(0) } }
}

#[tokio::test]
async fn a_device_that_polls_is_given_visitors_until_its_lease_is_over() {
    let office = Office::new(&["ann"], 10).await;
    let (desk, start) = (&office.desk, Instant::now());
    let seats = office.listen_on("org/acme/seat/status");
    let ask = async |name| office.ask(name, ThreadType::Workgroup, "sales").await.unwrap().conversation;
    assert_eq!(ask("early").await.agent, None, "nobody is there");

    assert_eq!(desk.keep_online(&agent("ann"), device("page", "t"), start, NOW).await.unwrap(), LEASE);
    let told = office.next(&seats).await;
    assert_eq!((&told["agentUid"], &told["online"], &told["available"]), (&"ann".into(), &true.into(), &true.into()));
    assert_eq!((desk.presence().is_online(&uid("ann")), desk.presence().active(&uid("ann"))), (true, 1));
    assert_eq!(ask("first").await.agent, Some(uid("ann")));

    desk.keep_online(&agent("ann"), device("page", "t"), start + LEASE / 2, NOW).await.unwrap();
    let end = desk.end_leases(start + LEASE, NOW).await.unwrap();
    assert_eq!(end, Some(start + LEASE / 2 + LEASE), "it was heard since");
    assert_eq!(ask("second").await.agent, Some(uid("ann")));

    assert_eq!(desk.end_leases(start + LEASE * 2, NOW).await.unwrap(), None);
    let told = office.next(&seats).await;
    assert_eq!((&told["online"], &told["available"]), (&false.into(), &false.into()), "renewing was no news");
    assert_eq!(ask("late").await.agent, None);
    let kept = office.of("first").await;
    assert_eq!((kept.status, kept.agent.clone()), (ThreadStatus::Chatting, Some(uid("ann"))), "as with a lost socket");
}

#[tokio::test]
async fn who_waits_gets_an_agent_who_begins_to_poll() {
    let office = Office::new(&["ann", "bob"], 1).await;
    let _ann = office.arrive("ann").await;
    for name in ["served", "waits"] {
        office.ask(name, ThreadType::Workgroup, "sales").await.unwrap();
    }
    assert_eq!(office.of("waits").await.status, ThreadStatus::Queuing);
    office.desk.keep_online(&agent("bob"), device("page", "t"), Instant::now(), NOW).await.unwrap();
    office.desk.settle(NOW).await.unwrap();
    assert_eq!(office.of("waits").await.agent, Some(uid("bob")));
}

#[tokio::test]
async fn what_an_ended_token_has_let_in_is_gone_at_once() {
    let office = Office::new(&["ann"], 10).await;
    let (desk, presence) = (&office.desk, office.desk.presence());
    for (name, token) in [("page", "one"), ("phone", "other")] {
        desk.keep_online(&agent("ann"), device(name, token), Instant::now(), NOW).await.unwrap();
    }
    let _socket = office.connect("ann");
    assert_eq!(presence.active(&uid("ann")), 3);
    desk.end_polling(&uid("ann"), |device| &*device.token.id == "one", NOW).await.unwrap();
    assert_eq!(presence.active(&uid("ann")), 2);
    desk.end_polling(&uid("ann"), |device| &*device.name == "phone", NOW).await.unwrap();
    assert_eq!(presence.active(&uid("ann")), 1, "its connection stays");
}

#[tokio::test]
async fn only_agents_are_kept_online() {
    let office = Office::new(&["ann"], 10).await;
    let refused = office.desk.keep_online(&visitor("v"), device("page", "t"), Instant::now(), NOW).await;
    assert!(matches!(refused, Err(DeskError::NotAllowed)), "{refused:?}");
    assert!(!office.desk.presence().is_online(&uid("v")));
}

#[tokio::test(start_paused = true)]
async fn the_desk_ends_leases_by_itself() {
    let office = Office::new(&["ann"], 10).await;
    let seats = office.listen_on("org/acme/seat/status");
    let work = tokio::spawn(office.desk.clone().work(|| NOW));
    office.desk.keep_online(&agent("ann"), device("page", "t"), Instant::now(), NOW).await.unwrap();
    // Nothing else moves the clock on than that nobody has anything to do until then.
    while office.next(&seats).await["online"] == true {}
    assert!(!office.desk.presence().is_online(&uid("ann")));
    office.desk.close().await.unwrap();
    work.await.unwrap();
}
