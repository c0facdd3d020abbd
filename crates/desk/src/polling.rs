//! Who is there without a connection: agents whose network lets nothing but requests through. A device of theirs says again
//! and again that it is there, and each time holds for a while.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use deskwire_model::{Principal, Timestamp, Uid};
use deskwire_store::TokenName;
use tokio::time::Instant;

use crate::{Desk, DeskError};

/// Bounds of devices without a connection.
#[derive(Clone, Copy, Debug)]
pub struct PollingLimits {
    /// How long a device counts as there after it has said so.
    pub lease: Duration,
    /// Devices of one agent. A further one takes the place of the one that was heard longest ago.
    pub devices: usize,
}

/// A device that asks for what is new, instead of being told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollingDevice {
    /// What it calls itself; its agent's other devices are called otherwise.
    pub name: Box<str>,
    /// The access token that lets it in. The device is gone when that has ended.
    pub token: TokenName,
}

#[derive(Debug)]
struct Leased {
    device: PollingDevice,
    until: Instant,
}

/// The devices whose leases last, by their agents.
#[derive(Debug, Default)]
pub(crate) struct PollingDevices {
    by_user: Mutex<HashMap<Uid, Vec<Leased>>>,
}

impl PollingDevices {
    fn lock(&self) -> MutexGuard<'_, HashMap<Uid, Vec<Leased>>> {
        self.by_user.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many devices `user` has.
    pub(crate) fn of(&self, user: &Uid) -> usize {
        self.lock().get(user).map_or(0, Vec::len)
    }

    /// When the first lease ends, if there is one.
    pub(crate) fn first_end(&self) -> Option<Instant> {
        self.lock().values().flatten().map(|leased| leased.until).min()
    }

    /// `device` of `user` is there at `now`. Whether that is news.
    fn renew(&self, user: &Uid, device: PollingDevice, limits: PollingLimits, now: Instant) -> bool {
        let mut by_user = self.lock();
        let devices = by_user.entry(user.clone()).or_default();
        let others = devices.len();
        devices.retain(|leased| leased.device.name != device.name);
        let is_new = devices.len() == others;
        while devices.len() >= limits.devices.max(1) {
            // Each renewal puts its device behind the others.
            devices.remove(0);
        }
        devices.push(Leased { device, until: now + limits.lease });
        if is_new {
            count(&by_user);
        }
        is_new
    }

    /// The devices of `user` that are `gone` are there no more. Whether there were any.
    fn end(&self, user: &Uid, gone: impl Fn(&PollingDevice) -> bool) -> bool {
        let mut by_user = self.lock();
        let Some(devices) = by_user.get_mut(user) else { return false };
        let before = devices.len();
        devices.retain(|leased| !gone(&leased.device));
        let ended = devices.len() < before;
        if devices.is_empty() {
            by_user.remove(user);
        }
        if ended {
            count(&by_user);
        }
        ended
    }

    /// Ends the leases that are over at `now`; whose they were.
    fn end_over(&self, now: Instant) -> Vec<Uid> {
        let mut by_user = self.lock();
        let mut whose = Vec::new();
        by_user.retain(|user, devices| {
            let before = devices.len();
            devices.retain(|leased| leased.until > now);
            if devices.len() < before {
                whose.push(user.clone());
            }
            !devices.is_empty()
        });
        if !whose.is_empty() {
            count(&by_user);
        }
        whose
    }
}

fn count(by_user: &HashMap<Uid, Vec<Leased>>) {
    let devices = by_user.values().map(Vec::len).sum::<usize>();
    metrics::gauge!("deskwire_polling_devices").set(u32::try_from(devices).unwrap_or(u32::MAX));
}

impl Desk {
    /// `device` of an agent is there at `heard`. It keeps its agent online as a connection does, for as long as is returned,
    /// unless it says so again.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for who is no agent, [`DeskError::Store`], [`DeskError::Commit`].
    pub async fn keep_online(
        &self,
        agent: &Principal,
        device: PollingDevice,
        heard: Instant,
        now: Timestamp,
    ) -> Result<Duration, DeskError> {
        if !agent.role.is_staff() {
            return Err(DeskError::NotAllowed);
        }
        let limits = self.config.polling;
        if self.presence.polling().renew(&agent.uid, device, limits, heard) {
            self.seat_changed(&agent.uid, now).await?;
        }
        Ok(limits.lease)
    }

    /// The devices of `agent` that are `gone` keep it online no more.
    ///
    /// # Errors
    /// [`DeskError::Store`], [`DeskError::Commit`].
    pub async fn end_polling(
        &self,
        agent: &Uid,
        gone: impl Fn(&PollingDevice) -> bool,
        now: Timestamp,
    ) -> Result<(), DeskError> {
        if self.presence.polling().end(agent, gone) { self.seat_changed(agent, now).await } else { Ok(()) }
    }

    /// Ends the leases of devices that were not heard for too long at `instant`; returns when the next one ends, if none is
    /// renewed.
    ///
    /// # Errors
    /// [`DeskError::Store`], [`DeskError::Commit`]; the leases have ended nevertheless.
    pub async fn end_leases(&self, instant: Instant, now: Timestamp) -> Result<Option<Instant>, DeskError> {
        let polling = self.presence.polling();
        for agent in polling.end_over(instant) {
            self.seat_changed(&agent, now).await?;
        }
        Ok(polling.first_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: PollingLimits = PollingLimits { lease: Duration::from_secs(30), devices: 2 };

    fn user(name: &str) -> Uid {
        Uid::new(name).unwrap()
    }

    fn device(name: &str) -> PollingDevice {
        PollingDevice { name: name.into(), token: TokenName { id: "token".into(), issued: Timestamp(0) } }
    }

    #[test]
    fn a_lease_lasts_from_the_last_time_that_its_device_was_heard() {
        let (devices, start) = (PollingDevices::default(), Instant::now());
        let after = |seconds| start + Duration::from_secs(seconds);
        let ann = user("ann");
        assert_eq!((devices.of(&ann), devices.first_end()), (0, None));
        assert!(devices.renew(&ann, device("page"), LIMITS, start));
        assert!(!devices.renew(&ann, device("page"), LIMITS, after(20)), "it was there");
        assert_eq!((devices.of(&ann), devices.first_end()), (1, Some(after(50))));
        assert_eq!(devices.end_over(after(49)), []);
        assert_eq!(devices.end_over(after(50)), std::slice::from_ref(&ann));
        assert_eq!((devices.of(&ann), devices.first_end()), (0, None));
        assert_eq!(devices.end_over(after(60)), [], "once");
        assert!(devices.renew(&ann, device("page"), LIMITS, after(60)), "it is there again");
    }

    #[test]
    fn the_device_that_was_heard_longest_ago_gives_way() {
        let (devices, start) = (PollingDevices::default(), Instant::now());
        let after = |seconds| start + Duration::from_secs(seconds);
        let (ann, bob) = (user("ann"), user("bob"));
        devices.renew(&bob, device("page"), LIMITS, start);
        for (at, name) in [(0, "one"), (1, "two"), (2, "one"), (3, "three")] {
            devices.renew(&ann, device(name), LIMITS, after(at));
        }
        assert_eq!((devices.of(&ann), devices.of(&bob)), (2, 1), "each agent has its own");
        assert!(!devices.end(&ann, |device| &*device.name == "two"), "its place was taken");
        assert!(devices.end(&ann, |device| &*device.name == "one"));
        assert_eq!(devices.of(&ann), 1);
        assert!(devices.end(&ann, |_| true));
        assert!(!devices.end(&ann, |_| true), "there is nothing more to end");
        assert_eq!((devices.of(&ann), devices.of(&bob)), (0, 1));
    }
}
