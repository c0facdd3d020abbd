//! The walk: what is done in a step, and what is checked behind it.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use deskwire_desk::DeskError;
use deskwire_model::{AgentStatus, LogId, Principal, Timestamp};
use deskwire_store::Timer;
use rand::{RngExt as _, rngs::SmallRng, seq::IndexedRandom as _};
use tokio::task::JoinSet;

use crate::{
    acts::{Act, Outcome, is_defect},
    cast::{CAPACITY, Organisation},
    counts::{self, Reading},
    house::{BEGINNING, House},
    ledger::{Ledger, Record},
    notes, queues, rules,
    script::Script,
    strangers,
    witness::Witness,
};

/// How often the walk looks whether the desk has done its work, before it says that it does not: each time is a read of the
/// store.
const PATIENCE: usize = 20_000;
/// The shortest sleep of the desk's own task.
const NAP: Duration = Duration::from_millis(20);
/// Seconds that may pass at once: not long, until an offer is over, a minute, an invitation, until a conversation closes by
/// itself, a night.
const PAUSES: [u64; 6] = [1, 31, 60, 301, 1501, 36_000];
/// Steps that are printed if the walk fails.
const TRACED: usize = 40;
/// Messages that were acknowledged lately and may be said again.
const REMEMBERED: usize = 40;
/// Steps between two counts of everything.
const COUNTED: usize = 100;

/// What was done last, printed if the walk fails.
#[derive(Debug, Default)]
struct Trace(Vec<String>);

impl Drop for Trace {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let from = self.0.len().saturating_sub(TRACED);
            self.0[from..].iter().for_each(|done| eprintln!("{done}"));
        }
    }
}

/// Where a walk is.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    script: Script<'a>,
    path: PathBuf,
    /// None only while one is replaced by the next.
    house: Option<House>,
    ledger: Ledger,
    witness: Witness,
    reading: Reading,
    /// Acts whose answers were not heard, to be done again.
    unanswered: Vec<Act>,
    /// Messages that were acknowledged lately, and where they are.
    acknowledged: Vec<(Act, u64)>,
    steps: usize,
    trace: Trace,
    _folder: tempfile::TempDir,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(cast: &'a [Organisation], rng: SmallRng) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.db");
        let mut house = House::open(&path, BEGINNING, cast);
        let handle = house.runtime.handle().clone();
        handle.block_on(async {
            for org in cast {
                org.move_in(&house.store).await;
            }
        });
        let mut witness = Witness::default();
        let agents = cast.iter().flat_map(|org| &org.agents);
        witness.capacity = agents.map(|agent| (agent.uid.clone(), CAPACITY)).collect();
        handle.block_on(async {
            for agent in cast.iter().flat_map(|org| &org.agents[..2]) {
                house.connect(agent).await;
            }
        });
        Self {
            script: Script::new(cast, rng),
            path,
            house: Some(house),
            ledger: Ledger::default(),
            witness,
            reading: Reading::default(),
            unanswered: Vec::new(),
            acknowledged: Vec::new(),
            steps: 0,
            trace: Trace::default(),
            _folder: folder,
        }
    }

    const fn house(&mut self) -> &mut House {
        self.house.as_mut().expect("it is there between two replacements")
    }

    pub(crate) fn step(&mut self) {
        self.steps += 1;
        match self.script.rng.random_range(0..20) {
            0..3 => self.time_passes(),
            3..5 => self.devices_come_and_go(),
            5 if self.script.rng.random_ratio(1, 2) => self.dies(),
            6..8 => self.somebody_repeats(),
            _ => self.people_act(),
        }
    }

    fn time_passes(&mut self) {
        let seconds = *PAUSES.choose(&mut self.script.rng).unwrap();
        self.trace.0.push(format!("{seconds} s pass"));
        self.observed(|walk| {
            let house = walk.house();
            house.runtime.block_on(tokio::time::advance(Duration::from_secs(seconds)));
        });
    }

    fn devices_come_and_go(&mut self) {
        let comes = self.script.rng.random_range(0..3) > 0;
        let org = self.script.cast.choose(&mut self.script.rng).unwrap();
        let agent = org.agents.choose(&mut self.script.rng).unwrap().clone();
        let connected = self.house().connections.len();
        let number = self.script.rng.random_range(0..connected.max(1));
        self.trace.0.push(format!("a device of {} comes: {comes}; or the {number}th goes", agent.uid));
        self.observed(|walk| {
            let house = walk.house();
            let handle = house.runtime.handle().clone();
            handle.block_on(async {
                if comes {
                    house.connect(&agent).await;
                } else if connected > 0 {
                    house.disconnect(number).await;
                }
            });
        });
    }

    fn people_act(&mut self) {
        let mut acts = self.script.next(&self.ledger);
        // What was not answered is said again, and what was, sometimes too.
        acts.append(&mut self.unanswered);
        let repeated = self.script.rng.random_range(0..4 * self.acknowledged.len() + 1);
        acts.extend(self.acknowledged.get(repeated).map(|(act, _)| act.clone()));
        // Or at once, over another connection.
        if self.script.rng.random_ratio(1, 4) {
            acts.extend(acts.choose(&mut self.script.rng).cloned());
        }
        self.together(&acts);
    }

    /// What was acknowledged is said again, over two connections at once, and nothing else happens: so nothing changes
    /// (invariant I3).
    fn somebody_repeats(&mut self) {
        let Some((act, _)) = self.acknowledged.choose(&mut self.script.rng).cloned() else { return };
        let state = |record: &Record| (record.conversation.clone(), record.timers.clone());
        let before: BTreeMap<LogId, _> =
            self.ledger.records.iter().map(|(log, record)| (*log, state(record))).collect();
        self.together(&[act.clone(), act.clone()]);
        for (log, record) in &self.ledger.records {
            assert!(record.new_lines().is_empty(), "{act:?} was said again, and there is {:?}", record.new_lines());
            assert_eq!(before.get(log), Some(&state(record)), "{act:?} was said again");
        }
    }

    /// Does `acts` at the same time, and hears what becomes of them.
    fn together(&mut self, acts: &[Act]) {
        self.trace.0.push(format!("{acts:?}"));
        self.observed(|walk| {
            walk.capacities(acts);
            let mut running = walk.begin(acts);
            let house = walk.house.as_mut().expect("it is there between two replacements");
            let done = house.runtime.block_on(async {
                let mut done = Vec::new();
                while let Some(one) = running.join_next().await {
                    done.push(one.unwrap());
                }
                done
            });
            walk.hear(acts, done);
        });
        self.settle_capacities();
    }

    /// The desk dies while people act.
    fn dies(&mut self) {
        let acts = self.script.next(&self.ledger);
        let patience = self.script.rng.random_range(0..30);
        self.trace.0.push(format!("it dies after {patience} reads, behind {acts:?}"));
        self.capacities(&acts);
        let mut running = self.begin(&acts);
        let house = self.house.take().expect("it is there between two replacements");
        let done = house.runtime.block_on(async {
            for _ in 0..patience {
                house.store.next_due().await.unwrap();
            }
            std::iter::from_fn(|| running.try_join_next()).map(Result::unwrap).collect::<Vec<_>>()
        });
        let now = house.now();
        let devices: Vec<Principal> = house.connections.iter().map(|connection| connection.user.clone()).collect();
        self.witness.listen(&house.witness);
        drop(running);
        house.kill();

        let cast = self.script.cast;
        let mut house = House::open(&self.path, now, cast);
        house.runtime.block_on(async { self.ledger.catch_up(&house.store, cast).await });
        self.witness.resume(&self.ledger);
        let answered: Vec<usize> = done.iter().map(|(number, _)| *number).collect();
        for (number, act) in acts.iter().enumerate().filter(|(number, _)| !answered.contains(number)) {
            if act.message().is_some() && !(number + patience).is_multiple_of(3) {
                self.unanswered.push(act.clone());
            }
        }
        self.hear(&acts, done);
        let handle = house.runtime.handle().clone();
        let returning: Vec<&Principal> = devices.iter().filter(|_| !self.script.rng.random_ratio(1, 4)).collect();
        handle.block_on(async {
            for device in returning {
                house.connect(device).await;
            }
        });
        self.house = Some(house);
        self.check_quiet(None);
        self.settle_capacities();
    }

    fn begin(&mut self, acts: &[Act]) -> JoinSet<(usize, Outcome)> {
        let house = self.house();
        let mut running = JoinSet::new();
        for (number, act) in acts.iter().cloned().enumerate() {
            let (desk, store, now) = (house.desk.clone(), house.store.clone(), house.now());
            let act = async move { (number, act.perform(&desk, &store, now).await) };
            running.spawn_on(act, house.runtime.handle());
        }
        running
    }

    /// What people were answered: nothing that only a defect explains, and the same for the same (invariant I3).
    fn hear(&mut self, acts: &[Act], done: Vec<(usize, Outcome)>) {
        let before = self.acknowledged.clone();
        for (number, outcome) in done {
            let act = &acts[number];
            match outcome {
                Outcome::Logged(seq) => {
                    let again = self.acknowledged.iter().find(|(known, _)| known.message() == act.message());
                    assert!(again.is_none_or(|(_, first)| *first == seq.0), "{act:?} is at {again:?} and at {seq}");
                    self.acknowledged.push((act.clone(), seq.0));
                }
                Outcome::Refused(error) => {
                    assert!(!is_defect(&error), "{act:?}: {error:?}");
                    let first = before.iter().find(|(known, _)| known.message() == act.message());
                    // Only who has no part in the conversation any more hears nothing about it.
                    let has_left = matches!(error, DeskError::NotYours) && !act.is_of_a_visitor(self.script.cast);
                    assert!(first.is_none() || has_left, "{act:?} was acknowledged, {first:?}: {error:?}");
                }
                Outcome::Done => {}
            }
        }
        let from = self.acknowledged.len().saturating_sub(REMEMBERED);
        self.acknowledged.drain(..from);
    }

    /// Until the next quiet moment an agent may have what it took before and what it is to take now.
    fn capacities(&mut self, acts: &[Act]) {
        for act in acts {
            if let Act::Duty { agent, capacity, .. } = act {
                let bound = self.witness.capacity.entry(agent.clone()).or_default();
                *bound = (*bound).max(*capacity);
            }
        }
    }

    fn settle_capacities(&mut self) {
        let cast = self.script.cast;
        let house = self.house.as_ref().expect("it is there between two replacements");
        self.witness.capacity = house.runtime.block_on(async {
            let mut capacities = BTreeMap::new();
            for agent in cast.iter().flat_map(|org| org.agents.iter().chain([&org.supervisor])) {
                let capacity = house.store.agent(&agent.uid).await.unwrap().unwrap().capacity;
                capacities.insert(agent.uid.clone(), capacity);
            }
            capacities
        });
    }

    /// Has something happen, waits until it is quiet, and checks.
    fn observed(&mut self, happens: impl FnOnce(&mut Self)) {
        let cast = self.script.cast;
        let house = self.house();
        let before = house.runtime.block_on(async { queues::read(&house.store, cast).await });
        happens(self);
        self.check_quiet(Some(&before));
    }

    fn check_quiet(&mut self, before: Option<&queues::Queues>) {
        let cast = self.script.cast;
        let house = self.house.as_ref().expect("it is there between two replacements");
        let known: BTreeMap<LogId, Vec<Timer>> =
            self.ledger.records.iter().map(|(log, record)| (*log, record.timers.clone())).collect();
        let counts = self.steps.is_multiple_of(COUNTED);
        house.runtime.block_on(async {
            let at = quiet(house, cast).await;
            let since = self.witness.waiting.clone();
            let given = self.witness.listen(&house.witness);
            let changed = self.ledger.catch_up(&house.store, cast).await;
            self.witness.has_heard(&self.ledger);
            let is_looked_at = |record: &Record| counts || changed.contains(&record.conversation.id);
            for record in self.ledger.records.values().filter(|record| is_looked_at(record)) {
                record.each_once();
                self.reading.check(&house.store, record).await;
            }
            for record in self.ledger.talks() {
                let log = record.conversation.id;
                rules::one_owner(record);
                rules::timers_fit(record, at);
                if is_looked_at(record) {
                    record.replay();
                    rules::one_end(record);
                    strangers::are_kept_out(&house.desk, &record.conversation, &record.conversation, cast).await;
                }
                if changed.contains(&log) && before.is_some() {
                    rules::in_time(record, known.get(&log).map_or(&[], Vec::as_slice), at);
                }
            }
            for (notes, about) in self.ledger.notes() {
                notes::are_apart(notes, about);
                if is_looked_at(notes) || is_looked_at(about) {
                    strangers::are_kept_out(&house.desk, &notes.conversation, &about.conversation, cast).await;
                    notes::are_hidden(&house.desk, &house.store, notes, cast).await;
                }
            }
            if let Some(before) = before {
                queues::in_turn(before, &queues::read(&house.store, cast).await, &since, &given);
            }
            if counts {
                for org in cast {
                    counts::reports(&house.desk, &house.store, org, &self.ledger).await;
                }
            }
        });
        for (act, seq) in &self.acknowledged {
            let (topic, sender, name) = act.message().unwrap();
            let record = self.ledger.on(topic).unwrap();
            let line = record.log.get(usize::try_from(*seq).unwrap() - 1);
            let found = line.is_some_and(|line| line.sender == *sender && line.uid == name);
            assert!(found, "{act:?} was acknowledged as {seq}, and there is {line:?}");
        }
    }

    /// Everybody is there and has room: so nobody waits but in pools.
    pub(crate) fn end(&mut self) {
        let agents = self.script.cast.iter().flat_map(|org| org.agents.iter().map(move |agent| (org, agent)));
        for (org, agent) in agents {
            let house = self.house.as_mut().expect("it is there between two replacements");
            let handle = house.runtime.handle().clone();
            handle.block_on(async { house.connect(agent).await });
            let available = Act::Status { by: agent.uid.clone(), status: AgentStatus::Available };
            let roomy = Act::Duty { by: org.admin.clone(), agent: agent.uid.clone(), capacity: 100 };
            let acts = [available, roomy];
            self.observed(|walk| {
                walk.capacities(&acts);
                let running = walk.begin(&acts);
                let house = walk.house();
                house.runtime.block_on(running.join_all());
            });
            self.settle_capacities();
        }
        self.steps = COUNTED;
        self.check_quiet(None);
        let house = self.house.take().expect("it is there between two replacements");
        house.runtime.block_on(house.desk.close()).unwrap();
        house.kill();
    }
}

/// Waits until nobody has anything to do; the time then.
async fn quiet(house: &House, cast: &[Organisation]) -> Timestamp {
    let mut why = None;
    for looks in 1..=PATIENCE {
        // The desk's own task may have looked just before time went on: it looks again after a short sleep.
        if looks.is_multiple_of(PATIENCE / 20) {
            tokio::time::advance(NAP).await;
        }
        let at = house.now();
        why = queues::stuck(&house.desk, &house.store, cast, at).await;
        if why.is_none() {
            // What is committed is announced before the probe is answered.
            house.desk.probe().await.unwrap();
            why = queues::stuck(&house.desk, &house.store, cast, at).await;
        }
        if why.is_none() {
            return at;
        }
    }
    panic!("nothing happens any more: {why:?}")
}
