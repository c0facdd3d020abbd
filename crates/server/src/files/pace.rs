//! How many uploads there may be: at a time, and per minute.

use std::{
    collections::HashMap,
    net::IpAddr,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use deskwire_model::Uid;
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
};

use crate::config::FilesSection;

/// Who has begun how many uploads.
#[derive(Debug)]
pub(super) struct Pace {
    open: Arc<Mutex<Open>>,
    most: usize,
    most_per_address: usize,
    by_address: DefaultKeyedRateLimiter<IpAddr>,
    by_visitor: DefaultKeyedRateLimiter<Uid>,
    clock: DefaultClock,
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    of: HashMap<IpAddr, usize>,
}

/// An upload that may go on. Ends when it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    open: Arc<Mutex<Open>>,
    address: IpAddr,
}

/// An upload may not begin before this time has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wait(pub(super) Duration);

impl Pace {
    pub(super) fn new(config: &FilesSection) -> Self {
        let quota = |per_minute| Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN));
        Self {
            open: Arc::default(),
            most: config.uploads,
            most_per_address: config.uploads_per_address,
            by_address: RateLimiter::keyed(quota(config.address_uploads_per_minute)),
            by_visitor: RateLimiter::keyed(quota(config.visitor_uploads_per_minute)),
            clock: DefaultClock::default(),
        }
    }

    /// Begins an upload from `address`.
    pub(super) fn begin(&self, address: IpAddr) -> Result<Turn, Wait> {
        {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            if open.all >= self.most || open.of.get(&address).is_some_and(|of| *of >= self.most_per_address) {
                return Err(Wait(Duration::from_secs(1)));
            }
            open.all += 1;
            *open.of.entry(address).or_default() += 1;
        }
        let turn = Turn { open: Arc::clone(&self.open), address };
        let checked = self.by_address.check_key(&address);
        checked.map_err(|early| Wait(early.wait_time_from(self.clock.now())))?;
        Ok(turn)
    }

    /// Counts an upload of `visitor`.
    pub(super) fn count(&self, visitor: &Uid) -> Result<(), Wait> {
        let checked = self.by_visitor.check_key(visitor);
        checked.map_err(|early| Wait(early.wait_time_from(self.clock.now())))
    }

    /// Forgets who has been quiet, so that memory is bounded by who called lately.
    pub(super) fn forget_quiet(&self) {
        self.by_address.retain_recent();
        self.by_address.shrink_to_fit();
        self.by_visitor.retain_recent();
        self.by_visitor.shrink_to_fit();
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all = open.all.saturating_sub(1);
        let of = open.of.get(&self.address).copied().unwrap_or_default();
        if of > 1 {
            open.of.insert(self.address, of - 1);
        } else {
            open.of.remove(&self.address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn so_many_at_a_time() {
        let pace = Pace::new(&FilesSection { uploads: 3, uploads_per_address: 2, ..FilesSection::default() });
        let first = pace.begin(address(1)).unwrap();
        let _second = pace.begin(address(1)).unwrap();
        assert!(pace.begin(address(1)).is_err(), "one address has its share");
        let third = pace.begin(address(2)).unwrap();
        assert!(pace.begin(address(3)).is_err(), "all together have theirs");
        drop(first);
        let _again = pace.begin(address(1)).unwrap();
        drop(third);
        assert_eq!(pace.open.lock().unwrap().of.len(), 1);
    }

    #[test]
    fn so_many_a_minute() {
        let config =
            FilesSection { address_uploads_per_minute: 2, visitor_uploads_per_minute: 1, ..FilesSection::default() };
        let pace = Pace::new(&config);
        for _ in 0..2 {
            drop(pace.begin(address(1)).unwrap());
        }
        let Wait(span) = pace.begin(address(1)).unwrap_err();
        assert!(span > Duration::ZERO && span <= Duration::from_secs(30), "{span:?}");
        assert_eq!(pace.open.lock().unwrap().all, 0, "who is refused takes no place");
        drop(pace.begin(address(2)).unwrap());
        let ann = Uid::random();
        pace.count(&ann).unwrap();
        assert!(pace.count(&ann).is_err());
        pace.count(&Uid::random()).unwrap();
    }
}
