//! A round trip through the parts that every message passes: the store, the committer, the hub, an outbox.

use std::{
    future::{Future, poll_fn},
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use deskwire_broker::{Content, Opaque, Outbox, Publication, Subscriber};
use deskwire_model::{SessionId, Topic, TopicFilter};

use crate::gateway::Gateway;

/// How long a step may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes that the outbox of the test holds.
const ROOM: usize = 1024;

/// What a step of the test has come to.
#[derive(Debug)]
pub(crate) struct Step {
    /// `write`, `read` or `hub`.
    pub(crate) name: &'static str,
    /// How long it took.
    pub(crate) took: Duration,
    /// What went wrong, if something did.
    pub(crate) error: Option<String>,
}

/// Writes to the store, reads from it, and sends a message to itself by way of the committer and the hub.
pub(crate) async fn self_test(gateway: &Gateway) -> Vec<Step> {
    vec![
        step("write", async { gateway.desk.probe().await.map_err(|error| error.to_string()) }).await,
        step("read", async { gateway.desk.probe_reading().await.map_err(|error| error.to_string()) }).await,
        step("hub", pass_through(gateway)).await,
    ]
}

async fn step(name: &'static str, test: impl Future<Output = Result<(), String>>) -> Step {
    let begun = Instant::now();
    let error = match tokio::time::timeout(PATIENCE, test).await {
        Ok(outcome) => outcome.err(),
        Err(_) => Some(format!("it took more than {} s", PATIENCE.as_secs())),
    };
    Step { name, took: begun.elapsed(), error }
}

async fn pass_through(gateway: &Gateway) -> Result<(), String> {
    // No client can spell the topic of a session, and no two tests meet on one.
    let base = Topic::new("self-test").map_err(|error| error.to_string())?;
    let topic = Topic::of_session(SessionId::random(), &base);
    let filter = TopicFilter::from(&topic);
    let outbox = Outbox::new(ROOM);
    let _listening = Listening::to(&filter, Subscriber::new(&outbox, 0), gateway);
    let publication = Publication::new(topic, Content::Opaque(Opaque::new(Bytes::new(), None, Vec::new()).confined()));
    gateway.desk.pass_on(publication).await.map_err(|error| error.to_string())?;
    received(&outbox).await
}

/// A subscription that ends with the test, however that ends.
struct Listening<'a> {
    filter: &'a TopicFilter,
    subscriber: Subscriber,
    gateway: &'a Gateway,
}

impl<'a> Listening<'a> {
    fn to(filter: &'a TopicFilter, subscriber: Subscriber, gateway: &'a Gateway) -> Self {
        gateway.hub.subscribe(filter, subscriber.clone());
        Self { filter, subscriber, gateway }
    }
}

impl Drop for Listening<'_> {
    fn drop(&mut self) {
        self.gateway.hub.unsubscribe(self.filter, &self.subscriber);
    }
}

async fn received(outbox: &Arc<Outbox>) -> Result<(), String> {
    poll_fn(|cx| outbox.poll_ready(cx, true, false)).await;
    match outbox.take_deliveries().0.len() {
        1 => Ok(()),
        other => Err(format!("{other} messages came instead of one")),
    }
}
