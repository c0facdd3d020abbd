//! Clients that connect, subscribe, publish, receive and disconnect, again and again.

use std::{cell::Cell, rc::Rc};

use tokio::task::spawn_local;

use super::{ScenarioError, parameters};
use crate::{
    cli::{CommonArgs, OwnTopicArgs},
    client::{ClientError, Event, Protocol, Server},
    ledger::Verdict,
    report::Report,
    run::Run,
    stamp::{Body, Stamp},
};

struct Churner {
    run: Rc<Run>,
    server: Server,
    common: CommonArgs,
    protocol: Protocol,
    body: Body,
    number: u32,
}

/// Runs the scenario.
///
/// # Errors
/// [`ScenarioError`] when the server is unknown. A cycle that fails is an error in the report.
pub(super) async fn run(clients: u32, args: &OwnTopicArgs, common: &CommonArgs) -> Result<Report, ScenarioError> {
    let run = Rc::new(Run::new());
    let nodes = common.nodes().await?;
    let active = Rc::new(Cell::new(clients));
    for number in 0..clients {
        let churner = Churner {
            run: Rc::clone(&run),
            server: nodes.of(number as usize).clone(),
            common: common.clone(),
            protocol: args.subscribe,
            body: run.id.payload(common.size as usize)?,
            number,
        };
        let active = Rc::clone(&active);
        spawn_local(async move {
            churner.run().await;
            active.set(active.get() - 1);
        });
    }
    let spent = run.measure(common.timing(), &common.sampler()).await;
    run.drain(|| active.get() == 0).await;
    let parameters = parameters(("clients", clients), args, common)?;
    Ok(Report::new("churn", parameters, &run, &spent, Verdict::default()))
}

impl Churner {
    async fn run(&self) {
        let mut cycle = 0;
        while self.run.is_sending() {
            let begun = self.run.now();
            match Box::pin(self.cycle(cycle)).await {
                Ok(()) => self.run.delivered(begun),
                Err(error) => self.run.failed(&error),
            }
            cycle += 1;
            // A server that refuses at once must not keep the others from running.
            tokio::task::yield_now().await;
        }
    }

    async fn cycle(&self, cycle: u32) -> Result<(), ClientError> {
        let name = format!("c{}-{cycle}", self.number);
        let mut client = self.common.connect(&self.server, &self.run, self.protocol, &name).await?;
        let topic = self.protocol.topic(&self.common.topic(&self.run, &format!("churn/{}", self.number)));
        client.subscribe(&topic).await?;
        let stamp = Stamp { publisher: self.number, number: cycle, time: self.run.now() };
        client.publish(&topic, self.body.clone().with(stamp))?;
        let is_ours = |body: &[u8]| self.run.id.find(body) == Some(stamp);
        client.wait_for(|event| matches!(event, Event::Message { body, .. } if is_ours(body))).await?;
        client.disconnect().await
    }
}
