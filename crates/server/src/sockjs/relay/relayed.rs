//! A response whose frames come from another node.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use deskwire_cluster::{AskError, NodeId};
use deskwire_wire::sockjs;
use tokio::runtime::Handle;

use super::{
    asking::{Relaying, Relays},
    lost,
    words::{Answer, Question},
};
use crate::sockjs::{Owner, outgoing::Said};

/// How long the home waits for something to say before it is asked again.
const WAIT: Duration = Duration::from_secs(10);
/// How often the home is told that a response has ended, as long as it does not answer.
const TELLINGS: usize = 60;
/// How long to wait before it is told again.
const AGAIN: Duration = Duration::from_secs(1);

/// Something that is waited for.
type Waiting = Pin<Box<dyn Future<Output = ()> + Send>>;
type Asked = Pin<Box<dyn Future<Output = Result<(Answer, Bytes), AskError>> + Send>>;

/// Frames of a session elsewhere, for one response. Dropped before [`Self::finish`] the response has broken off, and
/// the home is told so.
pub(in crate::sockjs) struct Relayed {
    relays: Arc<Relays>,
    home: NodeId,
    ticket: u64,
    /// How often was asked for what comes next.
    number: u64,
    /// What came and was not looked at.
    came: Option<(Answer, Bytes)>,
    asked: Option<Asked>,
    /// The parts of a frame that is not complete.
    frame: Vec<u8>,
    end: End,
    /// Until this node stops; none when it does.
    stopped: Option<Waiting>,
    _relaying: Relaying,
}

/// What the home has to be told when this is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It receives nothing for this.
    Nothing,
    Broken,
    Ordinary,
}

impl fmt::Debug for Relayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relayed").field("home", &self.home).field("ticket", &self.ticket).finish_non_exhaustive()
    }
}

impl Relayed {
    pub(super) fn new(relays: Arc<Relays>, home: NodeId, relaying: Relaying) -> Self {
        let (ticket, mut stopped) = (relays.ticket(), relays.stopped());
        Self {
            relays,
            home,
            ticket,
            number: 0,
            came: None,
            asked: None,
            frame: Vec::new(),
            end: End::Nothing,
            stopped: Some(Box::pin(async move { stopped.requested().await })),
            _relaying: relaying,
        }
    }

    /// Asks the home to let this receive, and what it has to say at once.
    pub(super) async fn begin(&mut self, name: &str, owner: &Owner) -> Result<Answer, AskError> {
        let question = Question::Receive { name: name.to_owned(), owner: owner.into(), ticket: self.ticket };
        // From now on it may: also if its answer is lost, or nobody waits for it any more.
        self.end = End::Broken;
        let (answer, body) = self.relays.ask(&self.home, &question, &[], self.relays.parting()).await?;
        if matches!(answer, Answer::Frame { .. } | Answer::Nothing) {
            self.came = Some((answer, body));
        } else {
            self.end = End::Nothing;
        }
        Ok(answer)
    }

    pub(in crate::sockjs) fn response_bytes(&self) -> usize {
        self.relays.response_bytes()
    }

    /// Appends the next frame to `out`: heart-beats are among them, and the end when nobody can be asked. When this node
    /// stops a heart-beat is the last one, and the client goes on in its session by way of another node.
    pub(in crate::sockjs) fn poll_frame(&mut self, cx: &mut Context<'_>, out: &mut Vec<u8>) -> Poll<Said> {
        loop {
            let came = match self.came.take() {
                Some(came) => Ok(came),
                None => {
                    self.next();
                    self.part(cx);
                    let came = ready!(self.next().as_mut().poll(cx));
                    self.asked = None;
                    came
                }
            };
            match came {
                Ok((Answer::Nothing, _)) | Err(AskError::Refused) if self.has_parted() => {
                    self.end = End::Nothing;
                    sockjs::put_heartbeat(out);
                    return Poll::Ready(Said::Last);
                }
                Ok((Answer::Nothing, _)) => {}
                Ok((Answer::Frame { last, more: false }, part)) => {
                    self.frame.extend_from_slice(&part);
                    out.append(&mut self.frame);
                    let has_parted = self.has_parted();
                    self.end = if has_parted { End::Nothing } else { End::Ordinary };
                    return Poll::Ready(if last || has_parted { Said::Last } else { Said::Frame });
                }
                Ok((Answer::Frame { more: true, .. }, part)) if !self.has_parted() => {
                    self.frame.extend_from_slice(&part);
                }
                gone => {
                    tracing::debug!(home = %self.home, ?gone, "a session is lost that another node had");
                    self.relays.lost();
                    self.end = End::Broken;
                    let goodbye = lost();
                    sockjs::put_close(out, goodbye.code, &goodbye.reason);
                    return Poll::Ready(Said::Last);
                }
            }
        }
    }

    /// When this node stops, tells the home so while it is asked for a frame: either it has said that before, and it is the
    /// last one, or it says none. In the middle of a frame its end is waited for.
    fn part(&mut self, cx: &mut Context<'_>) {
        if self.frame.is_empty() && self.stopped.as_mut().is_some_and(|stopped| stopped.as_mut().poll(cx).is_ready()) {
            self.stopped = None;
            self.tell_home(true);
        }
    }

    fn has_parted(&self) -> bool {
        self.stopped.is_none()
    }

    /// What the home was asked, or is asked now.
    fn next(&mut self) -> &mut Asked {
        let Self { relays, home, ticket, number, asked, end, .. } = self;
        asked.get_or_insert_with(|| {
            *number += 1;
            // What it says may not arrive.
            *end = End::Broken;
            let (relays, home) = (Arc::clone(relays), home.clone());
            let wait_ms = u64::try_from(WAIT.as_millis()).unwrap_or(u64::MAX);
            let question = Question::Next { ticket: *ticket, number: *number, wait_ms };
            Box::pin(async move { relays.ask(&home, &question, &[], WAIT).await })
        })
    }

    /// The response has ended, in the ordinary way if the last frame came from the home.
    pub(in crate::sockjs) fn finish(mut self) {
        if self.end != End::Nothing {
            self.tell_home(self.end == End::Ordinary);
            self.end = End::Nothing;
        }
    }

    /// Tells the home until it knows, or is gone: until then nobody else receives from the session.
    fn tell_home(&self, is_ordinary: bool) {
        let ticket = self.ticket;
        let question = if is_ordinary { Question::Finish { ticket } } else { Question::Abort { ticket } };
        let (relays, home) = (Arc::clone(&self.relays), self.home.clone());
        let telling = async move {
            for _ in 0..TELLINGS {
                match relays.ask(&home, &question, &[], Duration::ZERO).await {
                    Ok(_) | Err(AskError::NoSuchPeer | AskError::Lost | AskError::Refused) => return,
                    Err(AskError::Down | AskError::Full | AskError::TimedOut) => tokio::time::sleep(AGAIN).await,
                }
            }
            tracing::warn!(%home, "the home of a session cannot be told that a response has ended");
        };
        // The end of the process tells it, too.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(telling);
        }
    }
}

impl Drop for Relayed {
    fn drop(&mut self) {
        if self.end != End::Nothing {
            self.tell_home(false);
        }
    }
}
