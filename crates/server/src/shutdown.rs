//! Telling every task that the server stops.

use tokio::sync::watch;

/// A new pair: whoever holds the trigger stops those who hold the token.
#[must_use]
pub fn channel() -> (ShutdownTrigger, Shutdown) {
    let (sender, receiver) = watch::channel(false);
    (ShutdownTrigger(sender), Shutdown(receiver))
}

/// Requests the shutdown.
#[derive(Debug)]
pub struct ShutdownTrigger(watch::Sender<bool>);

impl ShutdownTrigger {
    /// Wakes all tokens; a second call changes nothing.
    pub fn request(&self) {
        self.0.send_replace(true);
    }
}

/// Observes the shutdown. Cheap to clone, one per task. A dropped [`ShutdownTrigger`] counts as a request, so that no
/// task outlives whoever could have stopped it.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Receiver<bool>);

impl Shutdown {
    /// Waits for the request; returns at once when it has been made. Cancel safe.
    pub async fn requested(&mut self) {
        // An error says that the trigger is gone, which is a request too.
        let _ = self.0.wait_for(|requested| *requested).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_token_sees_the_request_also_a_late_one() {
        let (trigger, token) = channel();
        let (mut early, mut late) = (token.clone(), token);
        tokio::select! {
            biased;
            () = early.requested() => panic!("nobody asked yet"),
            () = std::future::ready(()) => {}
        }
        let waiting = tokio::spawn(async move { early.requested().await });
        trigger.request();
        waiting.await.unwrap();
        late.requested().await;
    }

    #[tokio::test]
    async fn a_lost_trigger_is_a_request() {
        let (trigger, mut token) = channel();
        drop(trigger);
        token.requested().await;
    }
}
