//! Many connections that subscribe, each to its own topic, and then do nothing.

use std::{cell::Cell, rc::Rc};

use tokio::task::{JoinSet, spawn_local};

use super::{ScenarioError, parameters};
use crate::{
    cli::{CommonArgs, OwnTopicArgs},
    client::{Client, ClientError},
    ledger::Verdict,
    report::{Opening, Report},
    run::Run,
};

/// Connections that are being opened at one time.
const AT_ONCE: u32 = 64;

/// Runs the scenario.
///
/// # Errors
/// [`ScenarioError`] when a connection cannot be set up.
pub(super) async fn run(connections: u32, args: &OwnTopicArgs, common: &CommonArgs) -> Result<Report, ScenarioError> {
    let run = Rc::new(Run::new());
    let sampler = common.sampler();
    let before = sampler.sample();
    let clients = open(&run, connections, args, common).await?;
    let opened = sampler.since(&before);
    for client in clients {
        let run = Rc::clone(&run);
        spawn_local(async move { run.failed(&client.listen(|_| {}).await) });
    }
    eprintln!("idle: {connections} connections in {:.1} s", opened.elapsed.as_secs_f64());
    let spent = run.measure(common.timing(), &sampler).await;
    let growth = sampler.since(&before).server().and_then(|server| server.growth_kib);
    let parameters = parameters(("connections", connections), args, common)?;
    let mut report = Report::new("idle", parameters, &run, &spent, Verdict::default());
    report.opening = Some(Opening::new(connections.into(), &opened, growth));
    Ok(report)
}

async fn open(
    run: &Rc<Run>,
    connections: u32,
    args: &OwnTopicArgs,
    common: &CommonArgs,
) -> Result<Vec<Client>, ScenarioError> {
    let nodes = Rc::new(common.nodes().await?);
    let (common, protocol) = (Rc::new(common.clone()), args.subscribe);
    let next = Rc::new(Cell::new(0));
    let mut openers = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (run, nodes, common, next) = (Rc::clone(run), Rc::clone(&nodes), Rc::clone(&common), Rc::clone(&next));
        openers.spawn_local(async move {
            let mut clients = Vec::new();
            while next.get() < connections {
                let number = next.replace(next.get() + 1);
                let node = nodes.of(number as usize);
                let mut client = common.connect(node, &run, protocol, &format!("i{number}")).await?;
                client.subscribe(&protocol.topic(&common.topic(&run, &format!("idle/{number}")))).await?;
                clients.push(client);
            }
            Ok::<_, ClientError>(clients)
        });
    }
    let mut clients = Vec::new();
    while let Some(opened) = openers.join_next().await {
        // A task that panicked has said so; its connections are missing in the report.
        clients.extend(opened.unwrap_or_else(|_| Ok(Vec::new()))?);
    }
    Ok(clients)
}
