//! Wills of MQTT clients that may still come back (MQTT 5.0, 3.1.3.2.2).

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::task::AbortHandle;

/// What is to be done about a will when its time has come.
type Publish = Box<dyn FnOnce() + Send>;

/// A will that waits.
struct Waiting {
    number: u64,
    publish: Publish,
    timer: AbortHandle,
}

/// The wills that wait for their delay: one for each session at most, so that they are bounded as sessions are. They end with
/// the process; a clean stop publishes them.
#[derive(Clone, Default)]
pub struct Wills {
    waiting: Arc<Mutex<HashMap<Arc<str>, Waiting>>>,
    numbers: Arc<AtomicU64>,
}

impl fmt::Debug for Wills {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wills").field("waiting", &self.lock().len()).finish()
    }
}

impl Wills {
    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the will of a session published when `delay` is over, unless its client comes back before.
    pub fn later(&self, session: Arc<str>, delay: Duration, publish: impl FnOnce() + Send + 'static) {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let mut waiting = self.lock();
        let (wills, name) = (self.clone(), Arc::clone(&session));
        let timer = tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            wills.due(&name, number);
        });
        waiting.insert(session, Waiting { number, publish: Box::new(publish), timer: timer.abort_handle() });
    }

    fn due(&self, session: &str, number: u64) {
        let mut waiting = self.lock();
        if waiting.get(session).is_none_or(|will| will.number != number) {
            return;
        }
        let due = waiting.remove(session);
        drop(waiting);
        if let Some(Waiting { publish, .. }) = due {
            publish();
        }
    }

    /// The client of a session is back: its will is void if it goes on with the session [MQTT-3.1.3-9], and due if that has
    /// ended.
    pub fn reconnected(&self, session: &str, resumed: bool) {
        let Some(Waiting { publish, timer, .. }) = self.lock().remove(session) else { return };
        timer.abort();
        if !resumed {
            publish();
        }
    }

    /// Publishes what waits: the server is stopping.
    pub fn publish_all(&self) {
        let waiting = std::mem::take(&mut *self.lock());
        for Waiting { publish, timer, .. } in waiting.into_values() {
            timer.abort();
            publish();
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    fn will(wills: &Wills, session: &str, delay_s: u64) -> mpsc::UnboundedReceiver<()> {
        let (said, heard) = mpsc::unbounded_channel();
        wills.later(session.into(), Duration::from_secs(delay_s), move || said.send(()).unwrap());
        heard
    }

    #[tokio::test(start_paused = true)]
    async fn a_will_is_published_when_its_delay_is_over() {
        let wills = Wills::default();
        let (mut soon, mut late) = (will(&wills, "a", 1), will(&wills, "b", 5));
        assert_eq!(soon.recv().await, Some(()));
        assert!(late.try_recv().is_err(), "its time has not come");
        assert_eq!(late.recv().await, Some(()));
        assert!(wills.lock().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_back_is_not_mourned_unless_the_session_has_ended() {
        let wills = Wills::default();
        let (mut resumed, mut ended) = (will(&wills, "a", 1), will(&wills, "b", 1));
        wills.reconnected("a", true);
        wills.reconnected("b", false);
        assert_eq!(ended.try_recv(), Ok(()));
        assert_eq!(resumed.recv().await, None, "dropped unpublished");
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_publishes_what_waits() {
        let wills = Wills::default();
        let mut heard = will(&wills, "a", 1000);
        wills.publish_all();
        assert_eq!(heard.try_recv(), Ok(()));
    }
}
