//! Visitors who wait in a queue, and agents who come online all at once: how long until everybody is served, each once
//! and in turn.

use std::{cell::RefCell, rc::Rc, time::Duration};

use serde::Deserialize;
use tokio::task::spawn_local;

use super::{
    ScenarioError, parameters,
    setup::{self, together},
    staff::Staff,
};
use crate::{
    cli::{AssignArgs, CommonArgs},
    client::{Client, Event, Login, Nodes, Protocol},
    ledger::Verdict,
    report::Report,
    run::Run,
};

/// Visitors who are connecting at one time.
const AT_ONCE: usize = 32;
/// How long a second assignment may take to show itself.
const AFTERMATH: Duration = Duration::from_secs(1);

/// When each visitor, in the order of the queue, was given an agent, in milliseconds of the server's clock.
type Assignments = Rc<RefCell<Vec<Vec<u64>>>>;

/// What a visitor hears of its conversation.
#[derive(Deserialize)]
struct Heard<'a> {
    #[serde(rename = "type", borrow)]
    kind: &'a str,
    #[serde(default)]
    timestamp: u64,
}

/// Runs the scenario.
///
/// # Errors
/// [`ScenarioError`] when the queue cannot be set up; [`ScenarioError::NotWaiting`] when a visitor need not wait.
pub(super) async fn run(args: &AssignArgs, common: &CommonArgs) -> Result<Report, ScenarioError> {
    let nodes = Rc::new(common.nodes().await?);
    let run = Rc::new(Run::new());
    // Somebody is there and has no time: else visitors would be told to leave a message.
    let each = args.waiting.div_ceil(args.agents);
    let capacities: Vec<u32> = std::iter::once(1).chain((0..args.agents).map(|_| each)).collect();
    let staff = Staff::hire(nodes.endpoint(0), &run, &args.admin, &capacities).await?;
    let doorkeeper = staff.agents[0].connect(nodes.of(0)).await?;
    let task = Rc::clone(&run);
    spawn_local(async move { task.failed(&doorkeeper.listen(|_| {}).await) });
    setup::conversation(nodes.endpoint(0), &staff.service).await?.served()?;

    let waiting = args.waiting as usize;
    let assignments: Assignments = Rc::new(RefCell::new(vec![Vec::new(); waiting]));
    open_queue(&nodes, &run, &staff, &assignments).await?;
    eprintln!("assign: {waiting} visitors wait");
    let begun = run.now();
    for number in 1..=args.agents as usize {
        let (nodes, run, account) = (Rc::clone(&nodes), Rc::clone(&run), staff.agents[number].clone());
        spawn_local(async move {
            match account.connect(nodes.of(number)).await {
                Ok(client) => run.failed(&client.listen(|_| {}).await),
                Err(error) => run.failed(&error),
            }
        });
    }
    let noted = Rc::clone(&assignments);
    let is_complete = || noted.borrow().iter().all(|times| !times.is_empty());
    let spent = run.measure_until(&common.sampler(), is_complete).await;
    tokio::time::sleep(AFTERMATH).await;
    eprintln!("assign: over after {:.3} s", (run.now() - begun) as f64 / 1e9 - AFTERMATH.as_secs_f64());
    let parameters = parameters(("waiting", args.waiting), args, common)?;
    let verdict = verdict(&assignments.borrow());
    Ok(Report::new("assign", parameters, &run, &spent, verdict))
}

/// Has visitors ask one after the other, so that their order is known, and listen.
async fn open_queue(
    nodes: &Rc<Nodes>,
    run: &Rc<Run>,
    staff: &Staff,
    assignments: &Assignments,
) -> Result<(), ScenarioError> {
    let mut queue = Vec::new();
    let waiting = assignments.borrow().len();
    for place in 0..waiting {
        let conversation = setup::conversation(nodes.endpoint(place), &staff.service).await?;
        let status = conversation.thread["status"].as_str().unwrap_or_default();
        if status != "QUEUING" {
            return Err(ScenarioError::NotWaiting(status.to_owned()));
        }
        queue.push(conversation);
    }
    let queue = Rc::new(queue);
    let clients = together(AT_ONCE, queue.len(), |place| {
        let (nodes, queue) = (Rc::clone(nodes), Rc::clone(&queue));
        async move {
            let login = Login { name: Some(&queue[place].visitor), ..Login::default() };
            let mut client = Client::connect(nodes.of(place), Protocol::StompWs, login).await?;
            client.subscribe(&Protocol::StompWs.topic(&queue[place].topic)).await?;
            Ok((place, client))
        }
    })
    .await?;
    for (place, client) in clients {
        spawn_local(wait(Rc::clone(run), Rc::clone(assignments), place, client));
    }
    Ok(())
}

/// Listens until the connection fails, and notes each WELCOME.
async fn wait(run: Rc<Run>, assignments: Assignments, place: usize, client: Client) {
    let failure = client.listen(|event| {
        let Event::Message { body, seq: Some(_), .. } = event else { return };
        if let Ok(Heard { kind: "WELCOME", timestamp }) = serde_json::from_slice(body) {
            let mut assignments = assignments.borrow_mut();
            if assignments[place].is_empty() {
                run.delivered(run.measured_from());
            }
            assignments[place].push(timestamp);
        }
    });
    run.failed(&failure.await);
}

/// Who was never served, who was served again, and who was served before somebody who had waited longer.
fn verdict(assignments: &[Vec<u64>]) -> Verdict {
    let mut verdict = Verdict::default();
    let mut latest = 0;
    for times in assignments {
        let Some(first) = times.first() else {
            verdict.lost += 1;
            continue;
        };
        verdict.doubled += times.len() as u64 - 1;
        verdict.reordered += u64::from(*first < latest);
        latest = latest.max(*first);
    }
    verdict
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_served_once_and_in_turn() {
        let cases: &[(&[&[u64]], Verdict)] = &[
            (&[&[5], &[5], &[6]], Verdict::default()),
            (&[&[5], &[]], Verdict { lost: 1, ..Verdict::default() }),
            (&[&[5, 9], &[6]], Verdict { doubled: 1, ..Verdict::default() }),
            (&[&[7], &[5], &[6], &[7]], Verdict { reordered: 2, ..Verdict::default() }),
        ];
        for (times, expected) in cases {
            let times: Vec<Vec<u64>> = times.iter().map(|times| times.to_vec()).collect();
            assert_eq!(verdict(&times), *expected, "{times:?}");
        }
    }

    #[test]
    fn a_welcome_is_known_by_its_type() {
        let body = br#"{"uid":"w","type":"WELCOME","content":"{\"faqs\":[]}","timestamp":17,"seq":2}"#;
        let heard: Heard<'_> = serde_json::from_slice(body).unwrap();
        assert_eq!((heard.kind, heard.timestamp), ("WELCOME", 17));
    }
}
