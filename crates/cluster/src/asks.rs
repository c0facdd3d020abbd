//! Questions to other nodes that wait for their answers.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::{
    channel::Channel,
    codec::{Answer, Letter},
    figures::limit_hit,
    node::NodeId,
    shared::Shared,
};

/// Why a question was not answered. Whether the other node acted on it is not known, except where it is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// No such node is known: it was not asked.
    #[error("no such node is known")]
    NoSuchPeer,
    /// Redis cannot be reached, or could not be before the answer came.
    #[error("redis cannot be reached")]
    Down,
    /// The question, or too many others that wait, are beyond a bound: it was not asked.
    #[error("the question does not fit")]
    Full,
    /// The node was lost before it answered.
    #[error("the node was lost before it answered")]
    Lost,
    /// The node does not answer this.
    #[error("the node does not answer this")]
    Refused,
    /// The answer did not come in time.
    #[error("the answer did not come in time")]
    TimedOut,
}

type Outcome = Result<Bytes, AskError>;

#[derive(Debug, Default)]
struct Waiting {
    last: u64,
    asked: HashMap<u64, (NodeId, oneshot::Sender<Outcome>)>,
}

/// The questions that wait.
#[derive(Debug)]
pub(crate) struct Asks {
    waiting: Mutex<Waiting>,
    most: usize,
}

/// One question; forgotten when this is dropped.
#[derive(Debug)]
pub(crate) struct Question<'a> {
    asks: &'a Asks,
    pub(crate) id: u64,
    outcome: oneshot::Receiver<Outcome>,
}

impl Asks {
    pub(crate) fn new(most: usize) -> Self {
        Self { waiting: Mutex::default(), most }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A question to `peer`; none if too many wait.
    pub(crate) fn question(&self, peer: &NodeId) -> Option<Question<'_>> {
        let (tell, outcome) = oneshot::channel();
        let mut waiting = self.lock();
        if waiting.asked.len() >= self.most {
            limit_hit("bus_asks");
            return None;
        }
        waiting.last += 1;
        let id = waiting.last;
        waiting.asked.insert(id, (peer.clone(), tell));
        Some(Question { asks: self, id, outcome })
    }

    /// `from` answers `id`. Nobody but who was asked can.
    pub(crate) fn answered(&self, from: &NodeId, id: u64, answer: Answer) {
        let mut waiting = self.lock();
        if waiting.asked.get(&id).is_some_and(|(asked, _)| asked == from)
            && let Some((_, tell)) = waiting.asked.remove(&id)
        {
            // Whoever asked may have given up.
            let _ = tell.send(match answer {
                Answer::Given(bytes) => Ok(bytes),
                Answer::Refused => Err(AskError::Refused),
            });
        }
    }

    /// `peer` will answer nothing more.
    pub(crate) fn lost(&self, peer: &NodeId) {
        self.fail(AskError::Lost, |asked| asked == peer);
    }

    /// No answer will be heard.
    pub(crate) fn down(&self) {
        self.fail(AskError::Down, |_| true);
    }

    fn fail(&self, error: AskError, whose: impl Fn(&NodeId) -> bool) {
        for (_, (_, tell)) in self.lock().asked.extract_if(|_, (asked, _)| whose(asked)) {
            // Whoever asked may have given up.
            let _ = tell.send(Err(error));
        }
    }
}

impl Question<'_> {
    /// What becomes of it.
    pub(crate) async fn outcome(&mut self) -> Outcome {
        (&mut self.outcome).await.unwrap_or(Err(AskError::Lost))
    }
}

impl Drop for Question<'_> {
    fn drop(&mut self) {
        self.asks.lock().asked.remove(&self.id);
    }
}

/// Takes the answer to a question.
#[derive(Debug)]
pub struct Answering {
    shared: Arc<Shared>,
    to: NodeId,
    id: u64,
    is_answered: bool,
}

impl Answering {
    pub(crate) const fn new(shared: Arc<Shared>, to: NodeId, id: u64) -> Self {
        Self { shared, to, id, is_answered: false }
    }

    /// Sends `answer`, of at most [`max_hint_bytes`](crate::RedisOptions::max_hint_bytes): beyond it the question is
    /// refused. Never waits.
    pub fn send(mut self, answer: Bytes) {
        if answer.len() <= self.shared.options.max_hint_bytes {
            self.is_answered = true;
            self.publish(Answer::Given(answer));
        }
    }

    fn publish(&self, answer: Answer) {
        self.shared.publish(&Channel::Node(self.to.clone()), &Letter::Answer { id: self.id, answer });
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        if !self.is_answered {
            self.publish(Answer::Refused);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_who_was_asked_can_answer() {
        let asks = Asks::new(1);
        let (a, b) = (NodeId::starting("a").unwrap(), NodeId::starting("b").unwrap());
        let mut question = asks.question(&a).unwrap();
        assert!(asks.question(&a).is_none(), "bounded");
        asks.answered(&b, question.id, Answer::Refused);
        asks.answered(&a, question.id, Answer::Given(Bytes::from_static(b"yes")));
        assert_eq!(question.outcome().await, Ok(Bytes::from_static(b"yes")));
    }

    #[tokio::test]
    async fn questions_to_the_lost_fail_and_are_forgotten() {
        let asks = Asks::new(2);
        let (a, b) = (NodeId::starting("a").unwrap(), NodeId::starting("b").unwrap());
        let (mut one, mut two) = (asks.question(&a).unwrap(), asks.question(&b).unwrap());
        asks.lost(&a);
        assert_eq!(one.outcome().await, Err(AskError::Lost));
        asks.down();
        assert_eq!(two.outcome().await, Err(AskError::Down));
        drop((one, two));
        drop(asks.question(&a));
        assert!(asks.lock().asked.is_empty());
    }
}
