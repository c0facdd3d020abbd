//! Who of the machine's processes works, and how much.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use super::{
    counters::{self, Counted, Counters},
    proc::{self, Usage, Watched},
};

/// A process beside the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Service {
    /// What it is called in the report.
    pub(crate) name: String,
    /// The process; its children belong to it.
    pub(crate) pid: u32,
}

/// Takes samples of the server's nodes, of its services, of this process and of the machine.
#[derive(Clone, Debug)]
pub(crate) struct Sampler {
    watched: Vec<(String, Watched)>,
    nodes: usize,
    counters: Option<PathBuf>,
}

/// What had been used at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    at: Instant,
    processes: Vec<Option<Usage>>,
    own_cpu: Option<Duration>,
    machine_cpu: Option<Duration>,
}

/// What was used between two samples.
#[derive(Clone, Debug)]
pub(crate) struct Spent {
    /// The time between them.
    pub(crate) elapsed: Duration,
    /// Each node, then each service.
    pub(crate) processes: Vec<ProcessSpent>,
    /// How many of these are nodes.
    pub(crate) nodes: usize,
    /// CPU time of this process.
    pub(crate) own_cpu: Option<Duration>,
    /// CPU time of everything that is not named here.
    pub(crate) rest_cpu: Option<Duration>,
    /// How far the counters went.
    pub(crate) counted: Option<Counted>,
}

/// What one process used between two samples.
#[derive(Clone, Debug)]
pub(crate) struct ProcessSpent {
    /// Its name.
    pub(crate) name: String,
    /// CPU time.
    pub(crate) cpu: Duration,
    /// Resident memory at the end.
    pub(crate) memory_kib: Option<u64>,
    /// What it was above the first sample.
    pub(crate) growth_kib: Option<i64>,
}

impl Sampler {
    /// A sampler that looks at the processes of `nodes`, at `services`, and at what the program `counters` prints.
    pub(crate) fn new(nodes: &[u32], services: &[Service], counters: Option<PathBuf>) -> Self {
        let named = (1..).zip(nodes).map(|(number, pid)| (format!("n{number}"), Watched::One(*pid)));
        let services = services.iter().map(|service| (service.name.clone(), Watched::Tree(service.pid)));
        Self { watched: named.chain(services).collect(), nodes: nodes.len(), counters }
    }

    /// What has been used until now; what cannot be read is missing.
    pub(crate) fn sample(&self) -> Sample {
        Sample {
            at: Instant::now(),
            processes: self.watched.iter().map(|(_, watched)| watched.usage()).collect(),
            own_cpu: proc::this_process(),
            machine_cpu: proc::machine(),
        }
    }

    /// What was used since `earlier`.
    pub(crate) fn since(&self, earlier: &Sample) -> Spent {
        self.between(earlier, &self.sample())
    }

    fn between(&self, earlier: &Sample, later: &Sample) -> Spent {
        let difference = |now: Option<Duration>, then: Option<Duration>| now?.checked_sub(then?);
        let usages = earlier.processes.iter().zip(&later.processes);
        let spent = self.watched.iter().zip(usages).filter_map(|((name, _), (then, now))| {
            let (then, now) = ((*then)?, (*now)?);
            let growth_kib = now.memory_kib.zip(then.memory_kib).and_then(|(now, then)| now.checked_signed_diff(then));
            let cpu = now.cpu.saturating_sub(then.cpu);
            Some(ProcessSpent { name: name.clone(), cpu, memory_kib: now.memory_kib, growth_kib })
        });
        let processes: Vec<ProcessSpent> = spent.collect();
        let own_cpu = difference(later.own_cpu, earlier.own_cpu);
        let named = own_cpu.unwrap_or_default() + processes.iter().map(|process| process.cpu).sum::<Duration>();
        Spent {
            elapsed: later.at - earlier.at,
            // A node that has ended makes the whole run worthless, which its lost connections tell.
            nodes: self.nodes.min(processes.len()),
            processes,
            own_cpu,
            rest_cpu: difference(later.machine_cpu, earlier.machine_cpu).map(|busy| busy.saturating_sub(named)),
            counted: None,
        }
    }

    /// What the counters stand at, if there are any.
    pub(crate) async fn count(&self) -> Option<Counters> {
        counters::read(self.counters.clone()?).await
    }
}

impl Spent {
    /// What the nodes used together; `None` if there is none that is known.
    pub(crate) fn server(&self) -> Option<ProcessSpent> {
        let nodes = &self.processes[..self.nodes];
        (!nodes.is_empty()).then(|| ProcessSpent {
            name: "server".to_owned(),
            cpu: nodes.iter().map(|node| node.cpu).sum(),
            memory_kib: nodes.iter().map(|node| node.memory_kib).sum(),
            growth_kib: nodes.iter().map(|node| node.growth_kib).sum(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_can_be_sampled() {
        let pid = std::process::id();
        let sampler = Sampler::new(&[pid], &[Service { name: "also".into(), pid }], None);
        let before = sampler.sample();
        let spent = sampler.since(&before);
        let names: Vec<&str> = spent.processes.iter().map(|process| process.name.as_str()).collect();
        assert_eq!((names, spent.nodes), (vec!["n1", "also"], 1));
        assert!(spent.processes.iter().all(|process| process.memory_kib.is_some_and(|kib| kib > 0)));
        assert!(spent.own_cpu.is_some() && spent.rest_cpu.is_some());
    }

    #[test]
    fn a_server_is_the_sum_of_its_nodes() {
        let sampler = Sampler::new(&[11, 12], &[Service { name: "redis".into(), pid: 13 }], None);
        let sample = |cpu: u64, kib: u64| {
            let usage =
                |times: u64| Some(Usage { cpu: Duration::from_secs(cpu * times), memory_kib: Some(kib * times) });
            let busy = Some(Duration::from_secs(cpu * 10));
            let own_cpu = Some(Duration::from_secs(cpu));
            Sample { at: Instant::now(), processes: vec![usage(1), usage(2), usage(3)], own_cpu, machine_cpu: busy }
        };
        let spent = sampler.between(&sample(1, 100), &sample(2, 150));
        let server = spent.server().unwrap();
        assert_eq!((server.cpu, server.memory_kib, server.growth_kib), (Duration::from_secs(3), Some(450), Some(150)));
        assert_eq!(spent.rest_cpu, Some(Duration::from_secs(3)), "10 less 1, 2, 3 and its own 1");
        assert!(Sampler::new(&[], &[], None).since(&Sampler::new(&[], &[], None).sample()).server().is_none());
    }
}
