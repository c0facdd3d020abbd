//! CPU time and memory of processes, from Linux' `/proc` (proc(5)).

use std::{fs, time::Duration};

/// A clock tick of `/proc`. `USER_HZ` is 100 on every architecture that Linux runs this on.
const TICK: Duration = Duration::from_millis(10);

/// A process that works, alone or with all that it has started.
#[derive(Clone, Copy, Debug)]
pub(super) enum Watched {
    /// The process alone.
    One(u32),
    /// The process, its children and theirs.
    Tree(u32),
}

/// What processes have used until now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Usage {
    /// CPU time.
    pub(super) cpu: Duration,
    /// Resident memory; of a tree, what is shared counts once.
    pub(super) memory_kib: Option<u64>,
}

impl Watched {
    /// What it has used; `None` if it is gone.
    pub(super) fn usage(self) -> Option<Usage> {
        match self {
            Self::One(pid) => {
                let cpu = own_time(&read(&format!("/proc/{pid}/stat"))?)?;
                Some(Usage { cpu, memory_kib: resident_kib(&read(&format!("/proc/{pid}/status"))?) })
            }
            Self::Tree(root) => {
                let stats: Vec<Stat> =
                    all_processes().filter_map(|pid| stat(&read(&format!("/proc/{pid}/stat"))?)).collect();
                let tree = tree(root, &stats);
                // Who has ended is in the time of its parent, once that has taken note.
                let cpu = tree.iter().map(|stat| stat.own + stat.ended_children).sum();
                let shares = tree.iter().map(|stat| share_kib(&read(&format!("/proc/{}/smaps_rollup", stat.pid))?));
                (!tree.is_empty()).then_some(Usage { cpu, memory_kib: shares.sum() })
            }
        }
    }
}

/// CPU time of this process.
pub(super) fn this_process() -> Option<Duration> {
    own_time(&read("/proc/self/stat")?)
}

/// CPU time that the machine was busy.
pub(super) fn machine() -> Option<Duration> {
    busy_time(&read("/proc/stat")?)
}

/// What is of interest in `/proc/PID/stat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stat {
    pid: u32,
    parent: u32,
    own: Duration,
    ended_children: Duration,
}

fn all_processes() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten();
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

/// The process `root` with all below it; nothing if it is not there.
fn tree(root: u32, stats: &[Stat]) -> Vec<Stat> {
    let mut tree: Vec<Stat> = stats.iter().filter(|stat| stat.pid == root).copied().collect();
    let mut known = 0;
    while known < tree.len() {
        let parent = tree[known].pid;
        tree.extend(stats.iter().filter(|stat| stat.parent == parent && stat.pid != root).copied());
        known += 1;
    }
    tree
}

/// How many files a process may have open: the one with this id, or this one.
pub(crate) fn open_files_limit(pid: Option<u32>) -> Option<u32> {
    let process = pid.map_or_else(|| "self".to_owned(), |pid| pid.to_string());
    limit(&read(&format!("/proc/{process}/limits"))?, "Max open files")
}

/// The soft limit of that name in `/proc/PID/limits`; `None` if there is none.
fn limit(limits: &str, name: &str) -> Option<u32> {
    let values = limits.lines().find_map(|line| line.strip_prefix(name))?;
    values.split_ascii_whitespace().next()?.parse().ok()
}

fn read(path: &str) -> Option<String> {
    fs::read_to_string(path).ok()
}

fn own_time(text: &str) -> Option<Duration> {
    Some(stat(text)?.own)
}

/// Fields of `/proc/PID/stat`: 1 is pid, 4 ppid, 14 and 15 utime and stime, 16 and 17 cutime and cstime. The second, the
/// name, may hold blanks and parentheses.
fn stat(text: &str) -> Option<Stat> {
    let pid = text.split_once(' ')?.0.parse().ok()?;
    let behind_name = &text[text.rfind(')')? + 1..];
    let mut fields = behind_name.split_ascii_whitespace().skip(1);
    let parent = fields.next()?.parse().ok()?;
    let mut fields = fields.skip(9);
    let mut time = || {
        let (user, system) = (fields.next()?.parse::<u32>().ok()?, fields.next()?.parse::<u32>().ok()?);
        Some(TICK * user.checked_add(system)?)
    };
    Some(Stat { pid, parent, own: time()?, ended_children: time()? })
}

/// `VmRSS` of `/proc/PID/status`.
fn resident_kib(status: &str) -> Option<u64> {
    kib(status, "VmRSS:")
}

/// `Pss` of `/proc/PID/smaps_rollup`: resident memory, of which what others share counts in part.
fn share_kib(rollup: &str) -> Option<u64> {
    kib(rollup, "Pss:")
}

fn kib(text: &str, name: &str) -> Option<u64> {
    let value = text.lines().find_map(|line| line.strip_prefix(name))?;
    value.trim().strip_suffix(" kB")?.trim().parse().ok()
}

/// What the processors did in the first line of `/proc/stat`: user, nice, system, irq and softirq, but not idle, iowait
/// or steal.
fn busy_time(stat: &str) -> Option<Duration> {
    let mut fields = stat.lines().next()?.split_ascii_whitespace();
    if fields.next()? != "cpu" {
        return None;
    }
    let times: Vec<u64> = fields.map_while(|field| field.parse().ok()).collect();
    let busy = [0, 1, 2, 5, 6].iter().try_fold(0_u64, |sum, field| sum.checked_add(*times.get(*field)?))?;
    Some(Duration::from_millis(busy.checked_mul(TICK.as_millis() as u64)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_behind_any_name() {
        for name in ["deskwire", "a b", "tricky) R 1 1", "(((", ")"] {
            let text = format!("4321 ({name}) S 17 4321 4321 0 -1 4194560 5821 0 3 0 1234 66 7 8 20 0 3 0 99 1 2 3\n");
            let (own, ended_children) = (Duration::from_secs(13), Duration::from_millis(150));
            assert_eq!(stat(&text), Some(Stat { pid: 4321, parent: 17, own, ended_children }), "{name}");
        }
        for broken in ["", "1 (a", "1 (a) S 1 2", "1 (a) S 1 1 1 0 -1 1 1 0 0 0 x 66 7 8"] {
            assert_eq!(stat(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_tree_is_all_below_its_root() {
        let stat = |pid, parent| Stat { pid, parent, own: TICK, ended_children: TICK };
        let stats = [stat(1, 0), stat(5, 1), stat(9, 5), stat(7, 5), stat(8, 7), stat(6, 1)];
        let pids = |root| tree(root, &stats).iter().map(|stat| stat.pid).collect::<Vec<_>>();
        assert_eq!(pids(5), [5, 9, 7, 8]);
        assert_eq!(pids(6), [6]);
        assert_eq!(pids(4), [0; 0]);
    }

    #[test]
    fn resident_memory_is_in_kib() {
        let cases = [
            ("VmHWM:\t   99 kB\nVmRSS:\t    1812 kB\nRssAnon:\t 1 kB\n", Some(1_812)),
            ("VmRSS:\t1812\n", None),
            ("Name:\tkthreadd\n", None),
        ];
        for (status, expected) in cases {
            assert_eq!(resident_kib(status), expected, "{status}");
        }
    }

    #[test]
    fn a_limit_is_the_soft_one() {
        let limits = "Limit           Soft Limit  Hard Limit  Units\nMax processes   unlimited   unlimited   processes\n\
                      Max open files  20000       524288      files\n";
        for (name, expected) in [("Max open files", Some(20_000)), ("Max processes", None), ("Max nothing", None)] {
            assert_eq!(limit(limits, name), expected, "{name}");
        }
    }

    #[test]
    fn a_machine_is_busy_while_it_is_not_waiting() {
        let cases = [
            ("cpu  100 10 50 9000 400 3 7 5 0 0\ncpu0 1 2 3\n", Some(Duration::from_millis(1_700))),
            ("cpu  100 10 50\n", None),
            ("cpu0 100 10 50 9000 400 3 7\n", None),
            ("", None),
        ];
        for (stat, expected) in cases {
            assert_eq!(busy_time(stat), expected, "{stat}");
        }
    }
}
