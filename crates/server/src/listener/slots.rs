//! Counts connections, bounds them, and knows when the last one is gone.

use std::{
    collections::HashMap,
    net::IpAddr,
    num::NonZeroU32,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio::sync::Notify;

use crate::{
    address::network,
    config::Limits,
    telemetry::metrics::{Limit, Metrics},
};

/// After so many connections the addresses that have been quiet are forgotten.
const FORGET_AFTER: usize = 4096;

/// The places for connections. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Slots(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    most: usize,
    most_per_address: usize,
    open: AtomicUsize,
    by_address: Mutex<HashMap<IpAddr, usize>>,
    rates: DefaultKeyedRateLimiter<IpAddr>,
    /// How often a place was asked for.
    asked: AtomicUsize,
    emptied: Notify,
    metrics: Arc<Metrics>,
}

impl Shared {
    fn by_address(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.by_address.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slots {
    /// Places as `limits` has them.
    pub(super) fn new(limits: &Limits, metrics: Arc<Metrics>) -> Self {
        let per_second = NonZeroU32::new(limits.connects_per_second).unwrap_or(NonZeroU32::MIN);
        Self(Arc::new(Shared {
            most: limits.max_connections,
            most_per_address: limits.connections_per_address,
            open: AtomicUsize::new(0),
            by_address: Mutex::default(),
            rates: RateLimiter::keyed(Quota::per_second(per_second)),
            asked: AtomicUsize::new(0),
            emptied: Notify::new(),
            metrics,
        }))
    }

    /// Takes a place for a connection from `address`, if one is left; an address that speaks for many is not counted.
    ///
    /// # Errors
    /// The bound that is reached.
    pub(super) fn take(&self, address: Option<IpAddr>) -> Result<ConnectionGuard, Limit> {
        let (shared, address) = (&self.0, address.map(network));
        if let Some(address) = address {
            if shared.asked.fetch_add(1, Ordering::Relaxed).is_multiple_of(FORGET_AFTER) {
                shared.rates.retain_recent();
            }
            shared.rates.check_key(&address).map_err(|_| Limit::Address)?;
        }
        shared
            .open
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |open| (open < shared.most).then_some(open + 1))
            .map_err(|_| Limit::Connections)?;
        // From here on the place gives back what it took.
        let mut place = Place { shared: Arc::clone(shared), address: None };
        shared.metrics.sockets.increment(1.0);
        if let Some(address) = address {
            let mut by_address = shared.by_address();
            let open = by_address.entry(address).or_default();
            if *open >= shared.most_per_address {
                drop(by_address);
                return Err(Limit::Address);
            }
            *open += 1;
            place.address = Some(address);
        }
        Ok(ConnectionGuard { _place: Arc::new(place) })
    }

    /// Places taken now.
    pub(super) fn open(&self) -> usize {
        self.0.open.load(Ordering::Acquire)
    }

    /// Waits until no place is taken. Cancel safe.
    pub(super) async fn all_free(&self) {
        loop {
            // Listens before it looks, or the last drop in between would go unheard.
            let emptied = self.0.emptied.notified();
            if self.open() == 0 {
                return;
            }
            emptied.await;
        }
    }
}

/// One connection's place; free again when the last clone is dropped.
#[derive(Clone, Debug)]
pub struct ConnectionGuard {
    _place: Arc<Place>,
}

#[derive(Debug)]
struct Place {
    shared: Arc<Shared>,
    address: Option<IpAddr>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let shared = &self.shared;
        if let Some(address) = self.address {
            let mut by_address = shared.by_address();
            if let Some(open) = by_address.get_mut(&address) {
                *open -= 1;
                if *open == 0 {
                    by_address.remove(&address);
                }
            }
        }
        shared.metrics.sockets.decrement(1.0);
        if shared.open.fetch_sub(1, Ordering::AcqRel) == 1 {
            shared.emptied.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn slots(limits: &Limits) -> Slots {
        Slots::new(limits, Arc::new(Metrics::register()))
    }

    #[tokio::test]
    async fn places_are_bounded_and_come_back_with_the_last_clone() {
        let slots = slots(&Limits { max_connections: 2, ..Limits::default() });
        let first = slots.take(None).unwrap();
        let second = slots.take(None).unwrap();
        assert_eq!(slots.take(None).err(), Some(Limit::Connections));
        let clone = first.clone();
        drop(first);
        assert_eq!(slots.open(), 2);
        drop(clone);
        assert_eq!(slots.open(), 1);
        let waiting = tokio::spawn({
            let slots = slots.clone();
            async move { slots.all_free().await }
        });
        tokio::task::yield_now().await;
        drop(second);
        waiting.await.unwrap();
        slots.all_free().await;
    }

    #[test]
    fn one_address_does_not_take_the_places_of_all() {
        let slots = slots(&Limits { connections_per_address: 1, ..Limits::default() });
        let (greedy, other) = (Ipv4Addr::new(192, 0, 2, 1).into(), Ipv4Addr::new(192, 0, 2, 2).into());
        let first = slots.take(Some(greedy)).unwrap();
        assert_eq!(slots.take(Some(greedy)).err(), Some(Limit::Address));
        let second = slots.take(Some(other)).unwrap();
        assert_eq!(slots.open(), 2, "who was refused takes no place");
        let (one, neighbour) = ("2001:db8::1".parse().unwrap(), "2001:db8::2".parse().unwrap());
        let third = slots.take(Some(one)).unwrap();
        assert_eq!(slots.take(Some(neighbour)).err(), Some(Limit::Address), "a /64 is one address");
        drop(third);
        drop(first);
        drop(slots.take(Some(greedy)).unwrap());
        drop(second);
        assert!(slots.0.by_address().is_empty(), "who is gone is forgotten");
    }

    #[test]
    fn an_address_that_connects_too_often_has_to_wait() {
        let slots = slots(&Limits { connects_per_second: 1, ..Limits::default() });
        let (hasty, other) = (Ipv4Addr::new(192, 0, 2, 1).into(), Ipv4Addr::new(192, 0, 2, 2).into());
        drop(slots.take(Some(hasty)).unwrap());
        assert_eq!(slots.take(Some(hasty)).err(), Some(Limit::Address));
        slots.take(Some(other)).unwrap();
    }
}
