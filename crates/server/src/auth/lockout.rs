//! Slows down whoever guesses passwords: per user name and per address.

use std::{
    hash::{BuildHasher, Hash, RandomState},
    net::IpAddr,
    time::Duration,
};

use deskwire_model::Timestamp;
use moka::{ops::compute::Op, policy::EvictionPolicy, sync::Cache};

use crate::{address::network, config::Limits};

/// Names and addresses remembered at a time; beyond it the longest unused are forgotten.
const MOST_REMEMBERED: u64 = 65_536;

/// Too many failures; the name or the address has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many failed logins, try again in {} s", retry_after.as_secs())]
pub struct Locked {
    /// Until the lock ends.
    pub retry_after: Duration,
}

/// Failures of one name or address. A window begins with its first failure.
#[derive(Clone, Copy, Debug)]
struct Record {
    window_start: Timestamp,
    failures: u32,
    locked_until: Option<Timestamp>,
}

/// The bounds of one kind of key.
#[derive(Clone, Copy, Debug)]
struct Rule {
    attempts: u32,
    window: Duration,
    lock: Duration,
}

/// Failed logins by user name and by address.
#[derive(Debug)]
pub struct Lockout {
    /// By hash, because a name can be as long as a request; keyed at random, so that nobody finds names that collide.
    names: Cache<u64, Record>,
    hasher: RandomState,
    addresses: Cache<IpAddr, Record>,
    name_rule: Rule,
    address_rule: Rule,
}

impl Lockout {
    /// With the login limits of the configuration.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let name_rule = Rule {
            attempts: limits.login_attempts,
            window: limits.login_window_s.duration(),
            lock: limits.login_lock_s.duration(),
        };
        Self {
            names: records(),
            hasher: RandomState::new(),
            addresses: records(),
            name_rule,
            address_rule: Rule { attempts: limits.login_attempts_per_address, ..name_rule },
        }
    }

    /// To be called before the password is looked at. Counts the attempt as failed until
    /// [`succeeded`](Self::succeeded), so that attempts side by side cannot slip through together.
    ///
    /// # Errors
    /// [`Locked`] when name or address has used up its attempts; the password must not be looked at then.
    pub fn begin(&self, name: &str, address: IpAddr, now: Timestamp) -> Result<(), Locked> {
        // The address first: who is locked out there must not lock out a name as well.
        count(&self.addresses, network(address), self.address_rule, now)?;
        count(&self.names, self.hasher.hash_one(name), self.name_rule, now)
    }

    /// Whether `name` and `address` may still try; counts nothing. For secrets that are compared at once: a right one is
    /// never counted as a failure, however many come side by side.
    ///
    /// # Errors
    /// [`Locked`].
    pub fn check(&self, name: &str, address: IpAddr, now: Timestamp) -> Result<(), Locked> {
        let address = self.addresses.get(&network(address)).map(|record| (record, self.address_rule));
        let name = self.names.get(&self.hasher.hash_one(name)).map(|record| (record, self.name_rule));
        address.into_iter().chain(name).try_for_each(|(record, rule)| record.check(rule, now))
    }

    /// The password was right: the name starts anew, and the attempt no longer counts against the address. Earlier
    /// failures of the address stay, or one own account would wash away the guesses at all others.
    pub fn succeeded(&self, name: &str, address: IpAddr) {
        self.names.invalidate(&self.hasher.hash_one(name));
        self.addresses.entry(network(address)).and_compute_with(|entry| match entry {
            Some(entry) => {
                let mut record = *entry.value();
                record.failures = record.failures.saturating_sub(1);
                Op::Put(record)
            }
            None => Op::Nop,
        });
    }
}

fn records<K: Hash + Eq + Send + Sync + 'static>() -> Cache<K, Record> {
    Cache::builder().max_capacity(MOST_REMEMBERED).eviction_policy(EvictionPolicy::lru()).build()
}

fn count<K>(cache: &Cache<K, Record>, key: K, rule: Rule, now: Timestamp) -> Result<(), Locked>
where
    K: Hash + Eq + Send + Sync + 'static,
{
    let mut verdict = Ok(());
    cache.entry(key).and_compute_with(|entry| {
        let mut record = entry
            .map(|entry| *entry.value())
            .filter(|record| record.is_current(rule, now))
            .unwrap_or(Record { window_start: now, failures: 0, locked_until: None });
        if record.failures < rule.attempts {
            record.failures += 1;
            return Op::Put(record);
        }
        let until = *record.locked_until.get_or_insert_with(|| after(now, rule.lock));
        verdict = Err(Locked { retry_after: between(now, until) });
        Op::Put(record)
    });
    verdict
}

impl Record {
    fn check(self, rule: Rule, now: Timestamp) -> Result<(), Locked> {
        let until = self.locked_until.unwrap_or_else(|| after(self.window_start, rule.window));
        if self.failures >= rule.attempts && now < until {
            return Err(Locked { retry_after: between(now, until) });
        }
        Ok(())
    }

    fn is_current(&self, rule: Rule, now: Timestamp) -> bool {
        let end = self.locked_until.unwrap_or_else(|| after(self.window_start, rule.window));
        now < end
    }
}

fn after(start: Timestamp, span: Duration) -> Timestamp {
    Timestamp(start.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
}

fn between(start: Timestamp, end: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(end.0.saturating_sub(start.0)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Seconds;

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    fn lockout(attempts: u32, per_address: u32) -> Lockout {
        Lockout::new(&Limits {
            login_attempts: attempts,
            login_attempts_per_address: per_address,
            login_window_s: Seconds(10),
            login_lock_s: Seconds(60),
            ..Limits::default()
        })
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp(seconds * 1000)
    }

    #[test]
    fn a_name_is_locked_after_its_attempts_and_free_after_the_lock() {
        let lockout = lockout(2, 100);
        lockout.begin("ann", HOME, at(0)).unwrap();
        lockout.begin("ann", HOME, at(1)).unwrap();
        let locked = |s| Err(Locked { retry_after: Duration::from_secs(s) });
        assert_eq!(lockout.begin("ann", HOME, at(2)), locked(60));
        assert_eq!(lockout.begin("ann", HOME, at(61)), locked(1));
        assert_eq!(lockout.begin("bob", HOME, at(61)), Ok(()));
        assert_eq!(lockout.begin("ann", HOME, at(62)), Ok(()));
    }

    proptest::proptest! {
        #[test]
        fn no_window_sees_more_than_its_attempts(steps in proptest::collection::vec(0_i64..8000, 1..60)) {
            let lockout = lockout(3, 1000);
            let (mut now, mut window_start, mut inside) = (0, 0, 0);
            for step in steps {
                now += step;
                if lockout.begin("ann", HOME, Timestamp(now)).is_ok() {
                    if inside == 0 || now - window_start >= 10_000 {
                        (window_start, inside) = (now, 0);
                    }
                    inside += 1;
                    proptest::prop_assert!(inside <= 3);
                }
            }
        }
    }

    #[test]
    fn old_failures_are_forgotten() {
        let lockout = lockout(2, 100);
        lockout.begin("ann", HOME, at(0)).unwrap();
        lockout.begin("ann", HOME, at(9)).unwrap();
        assert_eq!(lockout.begin("ann", HOME, at(10)), Ok(()));
    }

    #[test]
    fn a_success_clears_the_name_but_not_the_address() {
        let lockout = lockout(2, 3);
        for second in 0..3 {
            lockout.begin("mine", HOME, at(second)).unwrap();
            lockout.succeeded("mine", HOME);
        }
        lockout.begin("ann", HOME, at(3)).unwrap();
        lockout.begin("bob", HOME, at(3)).unwrap();
        lockout.begin("mine", HOME, at(3)).unwrap();
        lockout.succeeded("mine", HOME);
        lockout.begin("cid", HOME, at(4)).unwrap();
        assert!(lockout.begin("dan", HOME, at(4)).is_err());
        let elsewhere = "198.51.100.7".parse().unwrap();
        assert_eq!(lockout.begin("dan", elsewhere, at(4)), Ok(()), "the locked address did not count against dan");
    }

    #[test]
    fn a_check_counts_nothing_and_knows_the_locks() {
        let lockout = lockout(2, 3);
        for _ in 0..10 {
            assert_eq!(lockout.check("ann", HOME, at(0)), Ok(()));
        }
        for second in 0..2 {
            lockout.begin("ann", HOME, at(second)).unwrap();
        }
        assert!(lockout.check("ann", HOME, at(2)).is_err(), "all attempts are used up");
        assert_eq!(lockout.check("bob", HOME, at(2)), Ok(()));
        assert_eq!(lockout.check("ann", HOME, at(10)), Ok(()), "the window is over");
        lockout.begin("bob", HOME, at(2)).unwrap();
        assert!(lockout.check("cid", HOME, at(3)).is_err(), "the address has used up its attempts");
    }

    #[test]
    fn one_ipv6_network_is_one_address() {
        let lockout = lockout(100, 1);
        lockout.begin("a", "2001:db8::1".parse().unwrap(), at(0)).unwrap();
        assert!(lockout.begin("b", "2001:db8::2".parse().unwrap(), at(0)).is_err());
        assert!(lockout.begin("c", "2001:db8:0:1::1".parse().unwrap(), at(0)).is_ok());
        lockout.begin("d", "192.0.2.9".parse().unwrap(), at(0)).unwrap();
        assert!(lockout.begin("e", "::ffff:192.0.2.9".parse().unwrap(), at(0)).is_err());
    }
}
