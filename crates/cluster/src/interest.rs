//! Which channels this node listens to, and which of them Redis has confirmed.

use std::{
    collections::{HashMap, HashSet},
    future::Future,
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use tokio::sync::{Notify, oneshot};

use crate::{
    channel::{Channel, Name},
    figures::limit_hit,
};

/// Most channels that are subscribed to, or let go, in one step.
const STEP: usize = 512;

/// What became of the wish to listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listened {
    /// Whatever is published from now on is heard, or told to be missed.
    Confirmed,
    /// Redis cannot be reached now. When it can, the channel is listened to and [`Missed::Everything`] is told.
    ///
    /// [`Missed::Everything`]: crate::Missed::Everything
    Deaf,
    /// Too many channels are listened to: this one is not.
    Full,
    /// The channel was let go meanwhile.
    Unlistened,
}

/// Becomes what has become of the wish to listen. Need not be waited for.
#[derive(Debug)]
pub struct Listening(State);

#[derive(Debug)]
enum State {
    Known(Listened),
    Waiting(oneshot::Receiver<Listened>),
}

impl Listening {
    pub(crate) const fn known(listened: Listened) -> Self {
        Self(State::Known(listened))
    }
}

impl Future for Listening {
    type Output = Listened;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Listened> {
        match &mut self.0 {
            State::Known(listened) => Poll::Ready(*listened),
            State::Waiting(waiting) => Pin::new(waiting).poll(cx).map(|told| told.unwrap_or(Listened::Deaf)),
        }
    }
}

#[derive(Debug)]
struct Wanted {
    channel: Channel,
    waiters: Vec<oneshot::Sender<Listened>>,
}

#[derive(Debug, Default)]
struct Channels {
    wanted: HashMap<Name, Wanted>,
    /// What Redis has confirmed on this connection.
    confirmed: HashSet<Name>,
    /// What may differ between the two.
    changed: HashSet<Name>,
    is_connected: bool,
}

/// The channels of a node.
#[derive(Debug)]
pub(crate) struct Interest {
    channels: Mutex<Channels>,
    has_changed: Notify,
    most: usize,
}

/// What to tell Redis next.
#[derive(Debug, Default)]
pub(crate) struct Step {
    pub(crate) subscribe: Vec<Name>,
    pub(crate) unsubscribe: Vec<Name>,
}

impl Interest {
    pub(crate) fn new(most: usize) -> Self {
        Self { channels: Mutex::default(), has_changed: Notify::new(), most }
    }

    fn lock(&self) -> MutexGuard<'_, Channels> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Listens to `channel`, which Redis calls `name`.
    pub(crate) fn listen(&self, name: Name, channel: &Channel) -> Listening {
        let mut channels = self.lock();
        if channels.wanted.len() >= self.most && !channels.wanted.contains_key(&name) {
            limit_hit("bus_channels");
            return Listening::known(Listened::Full);
        }
        let is_connected = channels.is_connected;
        // One that waits to be let go is not settled, even though it is still subscribed to.
        let is_settled = channels.confirmed.contains(&name) && !channels.changed.contains(&name);
        let wanted = channels
            .wanted
            .entry(name.clone())
            .or_insert_with(|| Wanted { channel: channel.clone(), waiters: Vec::new() });
        if !is_connected {
            return Listening::known(Listened::Deaf);
        }
        if is_settled {
            return Listening::known(Listened::Confirmed);
        }
        let (tell, told) = oneshot::channel();
        wanted.waiters.retain(|waiter| !waiter.is_closed());
        wanted.waiters.push(tell);
        channels.changed.insert(name);
        self.has_changed.notify_one();
        Listening(State::Waiting(told))
    }

    /// Lets a channel go.
    pub(crate) fn unlisten(&self, name: Name) {
        let mut channels = self.lock();
        let Some(wanted) = channels.wanted.remove(&name) else { return };
        tell(wanted.waiters, Listened::Unlistened);
        if channels.is_connected {
            channels.changed.insert(name);
            self.has_changed.notify_one();
        }
    }

    /// Which channel Redis calls `name`, if it is listened to.
    pub(crate) fn channel(&self, name: &str) -> Option<Channel> {
        self.lock().wanted.get(name).map(|wanted| wanted.channel.clone())
    }

    /// Whether Redis has confirmed that we listen to what it calls `name`, and has not been told otherwise.
    pub(crate) fn is_confirmed(&self, name: &str) -> bool {
        self.lock().confirmed.contains(name)
    }

    /// A connection begins, which knows of no channel yet.
    pub(crate) fn connected(&self) {
        let mut channels = self.lock();
        channels.is_connected = true;
        channels.confirmed.clear();
        channels.changed = channels.wanted.keys().cloned().collect();
        self.has_changed.notify_one();
    }

    /// The connection is gone.
    pub(crate) fn disconnected(&self) {
        let mut channels = self.lock();
        channels.is_connected = false;
        channels.confirmed = HashSet::new();
        channels.changed = HashSet::new();
        for wanted in channels.wanted.values_mut() {
            tell(std::mem::take(&mut wanted.waiters), Listened::Deaf);
        }
    }

    /// Returns when something differs from what Redis knows.
    pub(crate) async fn changed(&self) {
        while self.lock().changed.is_empty() {
            self.has_changed.notified().await;
        }
    }

    /// What to tell Redis next; nothing if it knows all.
    pub(crate) fn next_step(&self) -> Option<Step> {
        let mut channels = self.lock();
        let names: Vec<Name> = channels.changed.iter().take(STEP).cloned().collect();
        if names.is_empty() {
            return None;
        }
        let mut step = Step::default();
        for name in names {
            channels.changed.remove(&name);
            match (channels.wanted.contains_key(&name), channels.confirmed.contains(&name)) {
                (true, false) => step.subscribe.push(name),
                (false, true) => {
                    // At once: who wants it again while Redis is being told has to subscribe again.
                    channels.confirmed.remove(&name);
                    step.unsubscribe.push(name);
                }
                (true, true) => settle(&mut channels, &name),
                (false, false) => {}
            }
        }
        Some(step)
    }

    /// Redis has confirmed a step.
    pub(crate) fn confirmed(&self, step: &Step) {
        let mut channels = self.lock();
        for name in &step.subscribe {
            channels.confirmed.insert(name.clone());
            settle(&mut channels, name);
        }
        // Wanted again, or no more, while Redis was being told otherwise: these are in `changed` and come next.
    }
}

/// Whoever waits for `name` may know that it is heard.
fn settle(channels: &mut Channels, name: &Name) {
    if let Some(wanted) = channels.wanted.get_mut(name) {
        tell(std::mem::take(&mut wanted.waiters), Listened::Confirmed);
    }
}

fn tell(waiters: Vec<oneshot::Sender<Listened>>, listened: Listened) {
    for waiter in waiters {
        // Nobody has to wait.
        let _ = waiter.send(listened);
    }
}

#[cfg(test)]
mod tests {
    use deskwire_model::Uid;

    use super::*;
    use crate::channel::Prefix;

    fn channel(user: &str) -> (Name, Channel) {
        let channel = Channel::User(Uid::new(user).unwrap());
        (Prefix::new("x").unwrap().channel(&channel), channel)
    }

    fn told(listening: &mut Listening) -> Option<Listened> {
        match Pin::new(listening).poll(&mut Context::from_waker(std::task::Waker::noop())) {
            Poll::Ready(listened) => Some(listened),
            Poll::Pending => None,
        }
    }

    #[test]
    fn who_listens_is_told_when_redis_has_confirmed() {
        let (interest, (name, channel)) = (Interest::new(1), channel("a"));
        assert_eq!(told(&mut interest.listen(name.clone(), &channel)), Some(Listened::Deaf));
        interest.connected();
        let step = interest.next_step().unwrap();
        let mut listening = interest.listen(name.clone(), &channel);
        assert_eq!(told(&mut listening), None);
        interest.confirmed(&step);
        assert_eq!(told(&mut listening), Some(Listened::Confirmed));
        let (other, channel) = self::channel("b");
        assert_eq!(told(&mut interest.listen(other, &channel)), Some(Listened::Full));
        let mut again = interest.listen(name, &channel);
        interest.disconnected();
        // Asked for while a step was due: answered by it, or by the end of the connection.
        assert_eq!(told(&mut again), Some(Listened::Deaf));
    }

    #[test]
    fn wanted_again_while_it_is_being_let_go_is_subscribed_again() {
        let (interest, (name, channel)) = (Interest::new(9), channel("a"));
        interest.connected();
        let mut first = interest.listen(name.clone(), &channel);
        interest.confirmed(&interest.next_step().unwrap());
        assert_eq!(told(&mut first), Some(Listened::Confirmed));
        interest.unlisten(name.clone());
        let leaving = interest.next_step().unwrap();
        assert_eq!(leaving.unsubscribe, std::slice::from_ref(&name));
        let mut second = interest.listen(name.clone(), &channel);
        interest.confirmed(&leaving);
        assert_eq!(told(&mut second), None, "redis has just let it go");
        let step = interest.next_step().unwrap();
        assert_eq!(step.subscribe, [name]);
        interest.confirmed(&step);
        assert_eq!(told(&mut second), Some(Listened::Confirmed));
        assert!(interest.next_step().is_none());
    }
}
