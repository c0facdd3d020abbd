//! The node that has a session answers for it.

use std::{
    collections::{HashMap, hash_map::Entry},
    fmt,
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use deskwire_cluster::{Answering, Asked, NodeId};
use deskwire_wire::sockjs::{self, Messages};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until, timeout},
};

use super::{
    Openings,
    words::{self, Answer, Question, Whose},
};
use crate::sockjs::{
    endpoints::SETTLING,
    outgoing::Said,
    session::{Attachment, DeliverError},
    sessions::{Reception, Sessions},
};

/// Bytes of a frame that go into one answer.
const PART: usize = 256 * 1024;
/// What another node may say before it was listened to: it waits for each answer.
const UNHEARD: usize = 4;
/// How long a response of another node may do nothing. Its end is told, and so is the end of its node: this is for what
/// nobody has thought of.
const FORGOTTEN: Duration = Duration::from_secs(600);

/// A response of another node: which node, and its ticket there.
type Key = (NodeId, u64);

/// What another node says of a response.
enum Word {
    Next { number: u64, wait: Duration, answer: Answering },
    Finish,
}

/// Answers other nodes for the sessions that are here.
pub struct Home {
    sessions: Arc<Sessions>,
    openings: Arc<Openings>,
    /// Where the words for each response go; without that it has broken off.
    lent: Mutex<HashMap<Key, mpsc::Sender<Word>>>,
}

impl fmt::Debug for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Home").field("lent", &self.lock().len()).finish_non_exhaustive()
    }
}

impl Home {
    pub(in crate::sockjs) fn new(sessions: Arc<Sessions>, openings: Arc<Openings>) -> Arc<Self> {
        Arc::new(Self { sessions, openings, lent: Mutex::default() })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, mpsc::Sender<Word>>> {
        self.lent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether `asked` is about sessions.
    #[must_use]
    pub fn is_asked(asked: &Asked) -> bool {
        words::is_question(&asked.request)
    }

    /// Answers, without being waited for. What one node asks must come in its order.
    pub fn answer(self: &Arc<Self>, asked: Asked) {
        let Asked { from, request, answer } = asked;
        let Some((question, body)) = words::take_question(&request) else {
            // Dropped without an answer, which tells the asker.
            tracing::debug!(%from, "a question about sessions that this release does not know");
            return;
        };
        match question {
            Question::Receive { name, owner, ticket } => self.lend((from, ticket), name, owner, answer),
            Question::Next { ticket, number, wait_ms } => {
                let wait = Duration::from_millis(wait_ms);
                self.say(&(from, ticket), Word::Next { number, wait, answer });
            }
            Question::Finish { ticket } => {
                self.say(&(from, ticket), Word::Finish);
                answer.send(words::put_answer(Answer::Taken, &[]));
            }
            Question::Abort { ticket } => {
                self.lock().remove(&(from, ticket));
                answer.send(words::put_answer(Answer::Taken, &[]));
            }
            Question::Send { name, owner } => {
                let home = Arc::clone(self);
                tokio::spawn(async move {
                    let outcome = home.take(&name, owner, &body).await;
                    answer.send(words::put_answer(outcome, &[]));
                });
            }
        }
    }

    /// A node is gone, and the responses with it.
    pub fn lost(&self, node: &NodeId) {
        self.lock().retain(|(from, _), _| from != node);
    }

    /// Nobody can say that a frame has come: what is lent counts as broken off.
    pub fn cut_off(&self) {
        self.lock().clear();
    }

    /// Hands a word on. If there is nobody, or nobody who listens, whoever waits for its answer is told.
    fn say(&self, key: &Key, word: Word) {
        let mut lent = self.lock();
        if lent.get(key).is_some_and(|words| words.try_send(word).is_err()) {
            lent.remove(key);
        }
    }

    fn lend(self: &Arc<Self>, key: Key, name: String, owner: Whose, answer: Answering) {
        let (tell, words) = mpsc::channel(UNHEARD);
        match self.lock().entry(key.clone()) {
            Entry::Vacant(vacant) => drop(vacant.insert(tell)),
            // A ticket is used once.
            Entry::Occupied(_) => return,
        }
        let home = Arc::clone(self);
        tokio::spawn(async move {
            home.serve(&name, owner, answer, words).await;
            home.lock().remove(&key);
        });
    }

    /// Serves one response of another node until it ends.
    async fn serve(&self, name: &str, owner: Whose, answer: Answering, mut words: mpsc::Receiver<Word>) {
        let owner = owner.into();
        let receiving = async {
            self.openings.settled(name).await;
            self.sessions.resume(name, &owner, true).await
        };
        let reception = tokio::select! {
            reception = receiving => reception,
            // It broke off before it began.
            _ = words.recv() => return,
        };
        let refused = match reception {
            Some(Reception::Resumed(attachment)) => return Lent::new(attachment).serve(answer, words).await,
            Some(Reception::Busy) => Answer::Busy,
            Some(Reception::Foreign) => Answer::Foreign,
            Some(Reception::Opened(..) | Reception::Full) | None => Answer::Unknown,
        };
        answer.send(words::put_answer(refused, &[]));
    }

    /// Takes messages of the client for a session that is here.
    async fn take(&self, name: &str, owner: Whose, messages: &[u8]) -> Answer {
        self.openings.settled(name).await;
        let Some(session) = self.sessions.find(name, &owner.into()) else { return Answer::Unknown };
        let Ok(messages) = Messages::from_request(messages, usize::MAX) else { return Answer::Unknown };
        match session.deliver(messages).await {
            Ok(()) => {}
            Err(DeliverError::Over) => return Answer::Unknown,
            Err(DeliverError::Full) => return Answer::Full,
        }
        // As for a request that comes here itself.
        let _ = timeout(SETTLING, session.settled()).await;
        Answer::Taken
    }
}

/// What a response of another node receives.
struct Lent {
    attachment: Attachment,
    /// What was asked for last.
    number: u64,
    /// When something was said last.
    said: Instant,
    /// What is left of a frame, and whether it is the last one.
    rest: Bytes,
    is_last: bool,
}

impl Lent {
    fn new(attachment: Attachment) -> Self {
        Self { attachment, number: 0, said: Instant::now(), rest: Bytes::new(), is_last: false }
    }

    /// Says what there is, and then what is asked for. Whoever is not heard any more has broken off.
    async fn serve(mut self, answer: Answering, mut words: mpsc::Receiver<Word>) {
        let first = timeout(Duration::ZERO, self.next()).await.ok();
        answer.send(self.put(first));
        while let Ok(Some(word)) = timeout(FORGOTTEN, words.recv()).await {
            match word {
                // What is left of a frame nobody will get.
                Word::Finish if !self.rest.is_empty() => return,
                Word::Finish => return self.attachment.finish(),
                Word::Next { number, wait, answer } => {
                    self.number += 1;
                    if number != self.number {
                        return;
                    }
                    let next = tokio::select! {
                        biased;
                        // It ends while it waits: nothing was taken for it.
                        word = words.recv() => match word {
                            Some(Word::Finish) => return self.attachment.finish(),
                            _ => return,
                        },
                        next = timeout(wait, self.next()) => next.ok(),
                    };
                    answer.send(self.put(next));
                }
            }
        }
    }

    /// The next frame, or what is left of one; a heart-beat if there was none for too long. Cancel safe.
    async fn next(&mut self) -> (Bytes, bool) {
        if !self.rest.is_empty() {
            return (std::mem::take(&mut self.rest), self.is_last);
        }
        let mut frame = Vec::new();
        let silence = self.said + self.attachment.settings().heartbeat;
        let said = tokio::select! {
            biased;
            said = poll_fn(|cx| self.attachment.poll_frame(cx, &mut frame)) => said,
            () = sleep_until(silence) => {
                sockjs::put_heartbeat(&mut frame);
                Said::Frame
            }
        };
        self.said = Instant::now();
        (frame.into(), said == Said::Last)
    }

    /// The answer that says `next`, or as much of it as fits.
    fn put(&mut self, next: Option<(Bytes, bool)>) -> Bytes {
        let Some((mut frame, last)) = next else { return words::put_answer(Answer::Nothing, &[]) };
        if frame.len() > PART {
            self.rest = frame.split_off(PART);
        }
        self.is_last = last;
        words::put_answer(Answer::Frame { last, more: !self.rest.is_empty() }, &frame)
    }
}
