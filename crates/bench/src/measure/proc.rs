//! CPU time and memory of processes, from Linux' `/proc` (proc(5)).

use std::{
    fs,
    time::{Duration, Instant},
};

/// A clock tick of `/proc`. `USER_HZ` is 100 on every architecture that Linux runs this on.
const TICK: Duration = Duration::from_millis(10);

/// Takes samples of the server, of this process and of the machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sampler {
    server: Option<u32>,
}

/// What had been used at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    at: Instant,
    server_cpu: Option<Duration>,
    server_rss_kib: Option<u64>,
    own_cpu: Option<Duration>,
    machine_cpu: Option<Duration>,
}

/// What was used between two samples.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spent {
    /// The time between them.
    pub(crate) elapsed: Duration,
    /// CPU time of the server.
    pub(crate) server_cpu: Option<Duration>,
    /// Resident memory of the server at the end.
    pub(crate) server_rss_kib: Option<u64>,
    /// What it was above the first sample.
    pub(crate) server_rss_growth_kib: Option<i64>,
    /// CPU time of this process.
    pub(crate) own_cpu: Option<Duration>,
    /// CPU time of everything but the server and this process.
    pub(crate) rest_cpu: Option<Duration>,
}

impl Sampler {
    /// A sampler that looks at the process `server`, if there is one.
    pub(crate) const fn new(server: Option<u32>) -> Self {
        Self { server }
    }

    /// What has been used until now; what cannot be read is missing.
    pub(crate) fn sample(&self) -> Sample {
        let stat = |process: String| cpu_time(&read(&format!("/proc/{process}/stat"))?);
        let server = self.server.map(|pid| pid.to_string());
        Sample {
            at: Instant::now(),
            server_rss_kib: server.as_ref().and_then(|pid| resident_kib(&read(&format!("/proc/{pid}/status"))?)),
            server_cpu: server.and_then(stat),
            own_cpu: stat("self".into()),
            machine_cpu: read("/proc/stat").and_then(|stat| busy_time(&stat)),
        }
    }
}

impl Sample {
    /// What was used since `earlier`.
    pub(crate) fn since(&self, earlier: &Self) -> Spent {
        let between = |now: Option<Duration>, then: Option<Duration>| now?.checked_sub(then?);
        let server_cpu = between(self.server_cpu, earlier.server_cpu);
        let own_cpu = between(self.own_cpu, earlier.own_cpu);
        let accounted = own_cpu.unwrap_or_default() + server_cpu.unwrap_or_default();
        Spent {
            elapsed: self.at - earlier.at,
            server_cpu,
            server_rss_kib: self.server_rss_kib,
            server_rss_growth_kib: self
                .server_rss_kib
                .zip(earlier.server_rss_kib)
                .and_then(|(now, then)| now.checked_signed_diff(then)),
            own_cpu,
            rest_cpu: between(self.machine_cpu, earlier.machine_cpu).map(|busy| busy.saturating_sub(accounted)),
        }
    }
}

/// How many files a process may have open: the server if it is known, else this one.
pub(crate) fn open_files_limit(server: Option<u32>) -> Option<u32> {
    let process = server.map_or_else(|| "self".to_owned(), |pid| pid.to_string());
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

/// utime and stime of `/proc/PID/stat`, its 14th and 15th field. The second, the name, may hold blanks and parentheses.
fn cpu_time(stat: &str) -> Option<Duration> {
    let behind_name = &stat[stat.rfind(')')? + 1..];
    let mut fields = behind_name.split_ascii_whitespace().skip(11);
    let (user, system) = (fields.next()?.parse::<u32>().ok()?, fields.next()?.parse::<u32>().ok()?);
    Some(TICK * user.checked_add(system)?)
}

/// `VmRSS` of `/proc/PID/status`.
fn resident_kib(status: &str) -> Option<u64> {
    let value = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
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
    fn cpu_time_is_behind_any_name() {
        for name in ["deskwire", "a b", "tricky) R 1 1", "(((", ")"] {
            let stat = format!("4321 ({name}) S 1 4321 4321 0 -1 4194560 5821 0 3 0 1234 66 7 8 20 0 3 0 99 1 2 3\n");
            assert_eq!(cpu_time(&stat), Some(Duration::from_secs(13)), "{name}");
        }
        for broken in ["", "1 (a", "1 (a) S 1 2", "1 (a) S 1 1 1 0 -1 1 1 0 0 0 x 66 7 8"] {
            assert_eq!(cpu_time(broken), None, "{broken}");
        }
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

    #[test]
    fn this_process_can_be_sampled() {
        let sampler = Sampler::new(Some(std::process::id()));
        let before = sampler.sample();
        let spent = sampler.sample().since(&before);
        assert!(spent.server_rss_kib.is_some_and(|kib| kib > 0));
        assert!(spent.server_cpu.is_some() && spent.own_cpu.is_some() && spent.rest_cpu.is_some());
    }
}
