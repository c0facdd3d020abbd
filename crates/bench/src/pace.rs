//! Sending at a given rate, whether or not the server keeps up.
//!
//! Messages have a time at which they are due. Their latency counts from then, so that a server which stalls pays for
//! all the messages that it delayed, not only for the one it was busy with ("coordinated omission").

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Waker},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use tokio::sync::Notify;

use crate::run::Run;

/// Shortest time between two ticks: below it, several messages are due at once.
const SHORTEST_TICK: Duration = Duration::from_micros(250);

/// When a sender sends.
pub(crate) enum Pacing {
    /// As long as fewer of its messages than this are on the way: a closed loop.
    Window(u32),
    /// When the schedule says so: an open loop.
    Rate(Rc<Lane>),
}

/// The messages that are due at one sender.
#[derive(Default)]
pub(crate) struct Lane {
    due: RefCell<Vec<u64>>,
    waker: Cell<Option<Waker>>,
}

/// How many messages are due when.
#[derive(Clone, Copy, Debug)]
struct Schedule {
    tick: Duration,
    per_tick: f64,
}

impl Pacing {
    /// By the `window`, or by a `rate` if there is one; then the sender's lane is added to `lanes`.
    pub(crate) fn new(window: u32, rate: Option<f64>, lanes: &mut Vec<Rc<Lane>>) -> Self {
        if rate.is_none() {
            return Self::Window(window);
        }
        let lane = Rc::new(Lane::default());
        lanes.push(Rc::clone(&lane));
        Self::Rate(lane)
    }

    /// Calls `send` with the time of each message that is to be sent now. A closed loop looks at `on_the_way`, an open
    /// one wakes the task when more is due.
    ///
    /// # Errors
    /// The first one of `send`.
    pub(crate) fn send_due<E>(
        &self,
        context: &Context<'_>,
        run: &Run,
        on_the_way: impl Fn() -> u32,
        mut send: impl FnMut(u64) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Self::Window(window) => {
                while run.is_sending() && on_the_way() < *window {
                    send(run.now())?;
                }
                Ok(())
            }
            Self::Rate(lane) => {
                lane.waker.set(Some(context.waker().clone()));
                lane.due.borrow_mut().drain(..).try_for_each(send)
            }
        }
    }
}

impl Lane {
    fn add(&self, due: u64) {
        self.due.borrow_mut().push(due);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

impl Schedule {
    fn new(rate: f64) -> Self {
        let tick = SHORTEST_TICK.max(Duration::from_secs_f64(1.0 / rate));
        Self { tick, per_tick: rate * tick.as_secs_f64() }
    }

    /// How many messages are due up to the end of `tick`.
    fn until(self, tick: u64) -> u64 {
        (self.per_tick * (tick + 1) as f64).round() as u64
    }

    /// Nanoseconds from the first tick to `tick`.
    fn time(self, tick: u64) -> u64 {
        self.tick.as_nanos() as u64 * tick
    }

    /// The last tick that has begun after `nanos`.
    fn tick_at(self, nanos: u64) -> u64 {
        nanos / self.tick.as_nanos() as u64
    }
}

/// Deals `rate` messages per second to `lanes` in turn, as long as the run is sending.
pub(crate) async fn pace(run: &Run, rate: f64, lanes: &[Rc<Lane>]) {
    let schedule = Schedule::new(rate);
    let start = run.now();
    let ticker = Ticker::start(run.instant(start), schedule.tick);
    let (mut tick, mut dealt) = (0, 0);
    let mut turn = lanes.iter().cycle();
    while run.is_sending() {
        let reached = schedule.tick_at(run.now() - start);
        while tick <= reached {
            let due = start + schedule.time(tick);
            let until = schedule.until(tick);
            turn.by_ref().take((until - dealt) as usize).for_each(|lane| lane.add(due));
            dealt = until;
            tick += 1;
        }
        ticker.next.notified().await;
    }
}

/// A thread that notifies at every tick: the runtime's own timers are only good to a millisecond.
#[derive(Debug)]
struct Ticker {
    next: Arc<Notify>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    fn start(first: Instant, tick: Duration) -> Self {
        let (next, stop) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
        let (notify, stopped) = (Arc::clone(&next), Arc::clone(&stop));
        let thread = thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                let elapsed = first.elapsed();
                let into_tick = elapsed.as_nanos() % tick.as_nanos();
                thread::park_timeout(tick - Duration::from_nanos(into_tick as u64));
                notify.notify_one();
            }
        });
        Self { next, stop, thread: Some(thread) }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A panic of the ticker would have shown itself as a run without messages.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_keeps_its_rate() {
        for rate in [0.5, 1.0, 7.0, 2_000.0, 3_999.0, 4_000.0, 10_000.0, 123_456.0] {
            let schedule = Schedule::new(rate);
            assert!(schedule.tick >= SHORTEST_TICK);
            let ticks_in_ten_seconds = schedule.tick_at(10_000_000_000);
            let messages = schedule.until(ticks_in_ten_seconds - 1) as f64;
            assert!((messages - rate * 10.0).abs() <= schedule.per_tick + 1.0, "{rate}: {messages}");
            assert!((0..100).all(|tick| schedule.until(tick) <= schedule.until(tick + 1)));
            assert!((0..100).all(|tick| schedule.tick_at(schedule.time(tick)) == tick));
        }
    }
}
