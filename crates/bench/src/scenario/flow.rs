//! Topics with one publisher and some subscribers each: what `pairs` and `fanout` have in common.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::poll_fn,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use tokio::task::spawn_local;

use super::{ScenarioError, parameters};
use crate::{
    cli::{CommonArgs, FlowArgs},
    client::{Client, ClientError, Event},
    ledger::{Arrival, Flow, Verdict},
    pace::{Pacing, pace},
    report::Report,
    run::Run,
    stamp::{Body, Stamp},
};

/// How many topics and subscribers there are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Name of the scenario.
    pub(super) scenario: &'static str,
    /// What is counted in its parameters, and how many there are.
    pub(super) unit: (&'static str, u32),
    /// Topics, with a publisher each.
    pub(super) topics: u32,
    /// Subscribers of each topic.
    pub(super) subscribers_per_topic: u32,
}

/// What publisher and subscribers of one topic share.
struct Circuit {
    run: Rc<Run>,
    publisher: u32,
    sent: Cell<u32>,
    /// For each publication on the way, from the oldest: how many subscribers do not have it yet.
    on_the_way: RefCell<VecDeque<u32>>,
    publisher_waker: Cell<Option<Waker>>,
    flows: Vec<RefCell<Flow>>,
}

struct Publisher {
    circuit: Rc<Circuit>,
    client: Client,
    topic: String,
    body: Body,
    pacing: Pacing,
}

/// Runs a scenario of this `shape`.
///
/// # Errors
/// [`ScenarioError`] when the connections cannot be set up.
pub(super) async fn run(shape: Shape, args: &FlowArgs, common: &CommonArgs) -> Result<Report, ScenarioError> {
    let nodes = common.nodes().await?;
    let run = Rc::new(Run::new());
    let (mut circuits, mut lanes, mut publishers) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..shape.topics {
        let topic = common.topic(&run, &format!("{}/{number}", shape.scenario));
        let circuit = Rc::new(Circuit::new(Rc::clone(&run), number, shape.subscribers_per_topic));
        for subscriber in 0..shape.subscribers_per_topic {
            let name = format!("s{number}-{subscriber}");
            let mut client =
                common.connect(nodes.of(subscriber_node(number, subscriber)), &run, args.subscribe, &name).await?;
            client.subscribe(&args.subscribe.topic(&topic)).await?;
            spawn_local(subscriber_task(Rc::clone(&circuit), subscriber as usize, client));
        }
        let pacing = Pacing::new(args.window, args.rate, &mut lanes);
        let node = nodes.opposite(subscriber_node(number, 0), number as usize);
        let client = common.connect(node, &run, args.publish, &format!("p{number}")).await?;
        let topic = args.publish.topic(&topic);
        let body = run.id.payload(common.size as usize)?;
        publishers.push(Publisher { circuit: Rc::clone(&circuit), client, topic, body, pacing });
        circuits.push(circuit);
    }
    eprintln!("{}: connected", shape.scenario);
    for publisher in publishers {
        spawn_local(publisher.run());
    }
    if let Some(rate) = args.rate {
        let run = Rc::clone(&run);
        spawn_local(async move { pace(&run, rate, &lanes).await });
    }
    let spent = run.measure(common.timing(), &common.sampler()).await;
    run.drain(|| circuits.iter().all(|circuit| circuit.is_complete())).await;
    let verdict = circuits.iter().map(|circuit| circuit.verdict()).sum();
    let parameters = parameters(shape.unit, args, common)?;
    Ok(Report::new(shape.scenario, parameters, &run, &spent, verdict))
}

/// Subscribers take their turn over the nodes, within a topic and from topic to topic.
const fn subscriber_node(topic: u32, subscriber: u32) -> usize {
    topic as usize + subscriber as usize
}

impl Circuit {
    fn new(run: Rc<Run>, publisher: u32, subscribers: u32) -> Self {
        Self {
            run,
            publisher,
            sent: Cell::new(0),
            on_the_way: RefCell::default(),
            publisher_waker: Cell::new(None),
            flows: (0..subscribers).map(|_| RefCell::default()).collect(),
        }
    }

    /// The stamp of the next publication.
    fn next_stamp(&self, time: u64) -> Stamp {
        let number = self.sent.get();
        self.sent.set(number + 1);
        self.on_the_way.borrow_mut().push_back(self.flows.len() as u32);
        Stamp { publisher: self.publisher, number, time }
    }

    fn arrived(&self, subscriber: usize, body: &[u8]) {
        let Some(stamp) = self.run.id.find(body).filter(|stamp| stamp.publisher == self.publisher) else {
            return self.run.foreign();
        };
        self.run.delivered(stamp.time);
        if self.flows[subscriber].borrow_mut().record(stamp.number.into()) != Arrival::Repeated {
            self.count_down(stamp.number);
        }
    }

    /// One more subscriber has publication `number`.
    fn count_down(&self, number: u32) {
        let mut on_the_way = self.on_the_way.borrow_mut();
        let oldest = self.sent.get() as usize - on_the_way.len();
        let Some(missing) = (number as usize).checked_sub(oldest).and_then(|place| on_the_way.get_mut(place)) else {
            return;
        };
        *missing -= 1;
        while on_the_way.front() == Some(&0) {
            on_the_way.pop_front();
            if let Some(waker) = self.publisher_waker.take() {
                waker.wake();
            }
        }
    }

    /// Publications that not all subscribers have.
    fn on_the_way(&self) -> u32 {
        self.on_the_way.borrow().len() as u32
    }

    fn is_complete(&self) -> bool {
        self.on_the_way.borrow().is_empty()
    }

    fn verdict(&self) -> Verdict {
        self.flows.iter().map(|flow| flow.borrow().verdict(self.sent.get().into())).sum()
    }
}

impl Publisher {
    async fn run(mut self) {
        if let Err(error) = poll_fn(|context| self.poll(context)).await {
            self.circuit.run.failed(&error);
        }
    }

    /// Ends only with an error.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<(), ClientError>> {
        while let Poll::Ready(received) = self.client.poll_receive(context, |_| {}) {
            received?;
        }
        let Self { circuit, client, topic, body, pacing } = self;
        circuit.publisher_waker.set(Some(context.waker().clone()));
        pacing.send_due(
            context,
            &circuit.run,
            || circuit.on_the_way(),
            |time| client.publish(topic, body.with(circuit.next_stamp(time))),
        )?;
        if let Poll::Ready(Err(error)) = self.client.poll_flush(context) {
            return Poll::Ready(Err(error));
        }
        Poll::Pending
    }
}

async fn subscriber_task(circuit: Rc<Circuit>, subscriber: usize, client: Client) {
    let failure = client.listen(|event| {
        if let Event::Message { body, .. } = event {
            circuit.arrived(subscriber, body);
        }
    });
    circuit.run.failed(&failure.await);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_publication_is_on_the_way_until_all_subscribers_have_it() {
        let run = Rc::new(Run::new());
        let circuit = Circuit::new(Rc::clone(&run), 3, 2);
        let bodies: Vec<Vec<u8>> =
            (0..3).map(|_| run.id.payload(80).unwrap().with(circuit.next_stamp(0)).to_vec()).collect();
        assert_eq!(circuit.on_the_way(), 3);
        circuit.arrived(0, &bodies[0]);
        circuit.arrived(0, &bodies[0]);
        circuit.arrived(0, &bodies[1]);
        circuit.arrived(1, &bodies[1]);
        assert_eq!(circuit.on_the_way(), 3, "the oldest has not reached the second subscriber");
        circuit.arrived(1, &bodies[0]);
        assert_eq!(circuit.on_the_way(), 1);
        assert!(!circuit.is_complete());
        assert_eq!(circuit.verdict(), Verdict { lost: 2, doubled: 1, reordered: 1 });
        circuit.arrived(0, &bodies[2]);
        circuit.arrived(1, &bodies[2]);
        assert!(circuit.is_complete());
        assert_eq!(run.counts().foreign, 0);
    }

    #[test]
    fn what_another_publisher_sent_is_foreign() {
        let run = Rc::new(Run::new());
        let circuit = Circuit::new(Rc::clone(&run), 3, 1);
        circuit.arrived(0, run.id.payload(80).unwrap().with(Stamp { publisher: 4, number: 0, time: 0 }));
        circuit.arrived(0, b"hello");
        assert_eq!(run.counts().foreign, 2);
    }
}
