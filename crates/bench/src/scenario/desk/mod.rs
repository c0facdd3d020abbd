//! A service desk at work: conversations in which visitors on STOMP and agents on MQTT talk, visitors who are only there,
//! and what happens over HTTP meanwhile.
//!
//! An exchange is five messages: the visitor types and says something, the agent reads it and answers, the visitor reads
//! the answer; some of what was said is recalled. Texts carry a stamp, so that their loss, repetition and disorder is
//! counted; the round trip is from when the visitor's text was due until it has the answer. Conversations that are
//! passed on, or closed and opened again, are others: a text that changes hands would be rightly heard twice.

mod agent;
mod requests;
mod visitor;

use std::{cell::RefCell, rc::Rc};

use tokio::task::spawn_local;

use self::{
    agent::{Agent, Places},
    requests::{Moves, read_histories},
    visitor::{Habits, Visitor},
};
use super::{
    ScenarioError,
    books::Books,
    parameters,
    setup::{self, Conversation, together},
    staff::Staff,
};
use crate::{
    cli::{CommonArgs, DeskArgs},
    client::{Client, Login, Nodes, Protocol},
    measure::{Latencies, open_files_limit},
    pace::{Lane, Pacing, pace},
    report::{Opening, Report, round},
    run::Run,
};

/// What agents publish and receive with.
const QOS: u8 = 1;
/// Messages of an exchange.
const EXCHANGE: f64 = 5.0;
/// Connections that are being opened at one time.
const AT_ONCE: usize = 64;
/// Files that the server and the generator have open beside their connections.
const OTHER_FILES: u32 = 500;
/// Of how many conversations one is passed on, closed and opened again.
const MOVED: u32 = 50;

/// Runs the scenario.
///
/// # Errors
/// [`ScenarioError`] when the connections or conversations cannot be set up.
pub(super) async fn run(args: &DeskArgs, common: &CommonArgs) -> Result<Report, ScenarioError> {
    let common = &CommonArgs { qos: QOS, ..common.clone() };
    let args = &fitting(args, &common.pid);
    let nodes = Rc::new(common.nodes().await?);
    let run = Rc::new(Run::new());
    let sampler = common.sampler();
    let before = sampler.sample();

    // Room for uneven shares, and for those who come back.
    let capacity = args.conversations.div_ceil(args.agents) * 2;
    let staff = Staff::hire(nodes.endpoint(0), &run, &args.admin, &vec![capacity; args.agents as usize]).await?;
    let staff = Rc::new(staff);
    let moved = args.conversations / MOVED;
    let books = Rc::new(Books::new(Rc::clone(&run), (args.conversations - moved) as usize, 1));
    let places = agents(&nodes, &books, &staff).await?;
    let mut conversations = setup::conversations(&nodes, &staff.service, args.conversations as usize).await?;
    let moved = conversations.split_off(conversations.len().saturating_sub(moved as usize));
    let conversations: Rc<[Conversation]> = conversations.into();
    eprintln!("desk: {} conversations are open", conversations.len() + moved.len());

    let mut owners = Vec::with_capacity(conversations.len());
    for (number, conversation) in conversations.iter().enumerate() {
        let owner = staff.owner_of(conversation)?;
        owners.push(owner);
        places[owner].add(&run.id, &staff.agents[owner], (number, conversation), common.size)?;
    }
    let lanes = visitors(&nodes, &books, (&conversations, &owners), args, common.size).await?;
    listeners(&nodes, &run, args, conversations.len() + places.len()).await?;
    let spent = sampler.since(&before);
    eprintln!("desk: {} connections after {:.1} s", args.connections, spent.elapsed.as_secs_f64());

    let [history, moves] = [(); 2].map(|()| Rc::new(RefCell::new(Latencies::new())));
    spawn_local(read_histories(Rc::clone(&nodes), Rc::clone(&run), conversations, args.reads, Rc::clone(&history)));
    spawn_local(Moves::new(nodes, Rc::clone(&run), staff, moved)?.keep_on(args.moves, Rc::clone(&moves)));
    let (paced, rate) = (Rc::clone(&run), args.rate / EXCHANGE);
    spawn_local(async move { pace(&paced, rate, &lanes).await });

    let measured = run.measure(common.timing(), &sampler).await;
    let growth = sampler.since(&before).server().and_then(|server| server.growth_kib);
    run.drain(|| books.is_complete()).await;
    let parameters = parameters(("visitors", args.connections - args.agents), args, common)?;
    let mut report = Report::new("desk", parameters, &run, &measured, books.verdict());
    report.committed_per_s = Some(round(run.counts().committed as f64 / measured.elapsed.as_secs_f64()));
    report.seq_breaks = Some(books.seq_breaks());
    report.opening = Some(Opening::new(args.connections.into(), &spent, growth));
    report.history_ms = history.borrow().percentiles();
    report.move_ms = moves.borrow().percentiles();
    Ok(report)
}

/// What fits into the files that this process and the server may have open, and has a connection for each conversation.
fn fitting(args: &DeskArgs, nodes: &[u32]) -> DeskArgs {
    let limits = nodes.iter().map(|pid| open_files_limit(Some(*pid))).chain([open_files_limit(None)]);
    let most = limits.flatten().min().map_or(u32::MAX, |limit| limit.saturating_sub(OTHER_FILES));
    scaled(args, most)
}

/// At most `most` connections, and conversations in proportion.
fn scaled(args: &DeskArgs, most: u32) -> DeskArgs {
    let connections = args.connections.min(most).max(args.agents + 1);
    let share = f64::from(connections) / f64::from(args.connections.max(connections));
    let conversations = (f64::from(args.conversations) * share) as u32;
    DeskArgs { connections, conversations: conversations.clamp(1, connections - args.agents), ..args.clone() }
}

/// Connects the agents; what they have will be in their places.
async fn agents(nodes: &Nodes, books: &Rc<Books>, staff: &Staff) -> Result<Vec<Places>, ScenarioError> {
    let mut all = Vec::new();
    for (number, account) in staff.agents.iter().enumerate() {
        let places = Places::default();
        spawn_local(Agent::new(account.connect(nodes.of(number)).await?, Rc::clone(books), places.clone()).run());
        all.push(places);
    }
    Ok(all)
}

/// Connects the visitors who talk, each when its lane says so.
async fn visitors(
    nodes: &Rc<Nodes>,
    books: &Rc<Books>,
    (conversations, owners): (&Rc<[Conversation]>, &[usize]),
    args: &DeskArgs,
    size: u32,
) -> Result<Vec<Rc<Lane>>, ScenarioError> {
    let lanes: Rc<[Rc<Lane>]> = conversations.iter().map(|_| Rc::default()).collect();
    let habits = Habits { size, recall_every: args.recall_every };
    together(AT_ONCE, conversations.len(), |number| {
        let (books, conversations) = (Rc::clone(books), Rc::clone(conversations));
        let node = nodes.opposite(owners[number], number).clone();
        let pacing = Pacing::Rate(Rc::clone(&lanes[number]));
        async move {
            let conversation = conversations[number].clone();
            let visitor = Visitor::connect(&node, books, number, conversation, pacing, habits).await?;
            spawn_local(visitor.run());
            Ok(())
        }
    })
    .await?;
    Ok(lanes.to_vec())
}

/// Connects visitors who are only there, until there are as many connections as there should be beside the `others`.
async fn listeners(nodes: &Rc<Nodes>, run: &Rc<Run>, args: &DeskArgs, others: usize) -> Result<(), ScenarioError> {
    let org: Rc<str> = args.admin.org_uid.as_str().into();
    together(AT_ONCE, (args.connections as usize).saturating_sub(others), |number| {
        let (node, run, org) = (nodes.of(number).clone(), Rc::clone(run), Rc::clone(&org));
        async move {
            let (visitor, _) = setup::visitor(&node.endpoint, &org).await?;
            let login = Login { name: Some(&visitor), ..Login::default() };
            let mut client = Client::connect(&node, Protocol::StompWs, login).await?;
            client.subscribe("/user/queue/notify").await?;
            spawn_local(async move { run.failed(&client.listen(|_| {}).await) });
            Ok(())
        }
    })
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::{Cli, Command};

    #[test]
    fn few_files_mean_fewer_of_everything() {
        let parsed = Cli::try_parse_from(["deskwire-bench", "desk"]).unwrap();
        let Command::Desk { desk, .. } = parsed.command else { panic!("another scenario") };
        for (most, connections, conversations) in
            [(u32::MAX, 12_000, 8_000), (6_000, 6_000, 4_000), (101, 101, 1), (0, 101, 1)]
        {
            let scaled = scaled(&desk, most);
            assert_eq!((scaled.connections, scaled.conversations), (connections, conversations), "{most}");
        }
    }
}
