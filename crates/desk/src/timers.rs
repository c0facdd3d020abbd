//! What happens when a timer is due, and the task that waits for it.
//!
//! A timer is a row; the decision that answers it takes the row away. So it fires once, also after a kill and in a race
//! with whoever answers it in time.
//! Among several nodes one claims it first, so that the others need not try.

use std::time::Duration;

use deskwire_model::{ThreadStatus, Timestamp};
use deskwire_store::{Closer, Refusal, Timer, TimerChange};
use tokio::time::Instant;

use crate::{
    Desk, DeskError,
    deciding::{Plan, Snapshot, desk_itself},
    greeting::words,
    invitations::invitation_timed_out,
    state::{self, Event},
    texts::Text,
    transfers::transfer_timed_out,
    visitor_invitations::visitor_invitation_timed_out,
    wording::Language,
};

/// Timers that are taken from the store at a time.
const PAGE: usize = 64;
/// How long timers that were taken are left to who took them: far longer than answering a page takes. What could not be
/// answered is tried again then.
const CLAIM: Duration = Duration::from_secs(5);
/// The task looks at the timers that often at least: clocks may be set.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);
/// The same among other nodes: one that set a timer may be gone when it is due.
const LONGEST_SLEEP_AMONG_NODES: Duration = Duration::from_secs(5);
/// How often all queues are looked at among other nodes: one that freed a place may be gone before it gave it out.
const LOOK_AGAIN: Duration = Duration::from_secs(15);
/// The task sleeps at least so long, also if a timer cannot be answered.
const SHORTEST_SLEEP: Duration = Duration::from_millis(20);
/// How often those who wait are told their places at most.
const PLACES_PAUSE: Duration = Duration::from_secs(1);
/// How long the task pauses after the store has failed.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);
/// A timer that is kept so that it is not set again, but does not ring.
const NEVER: Timestamp = Timestamp(i64::MAX);

impl Desk {
    /// Does what has to be done without anybody asking, until [`Desk::close`]: gives out who waits, answers timers, and ends
    /// the leases of devices that poll. To be run once, beside everything else; `clock` is the wall clock.
    pub async fn work(self, clock: impl Fn() -> Timestamp + Send) {
        self.wakes.everything();
        let (mut places_due, mut looked) = (Instant::now(), Instant::now());
        while !self.wakes.is_stopping() {
            if self.bus.is_shared() && looked.elapsed() > LOOK_AGAIN {
                looked = Instant::now();
                self.wakes.everything();
            }
            let sleep = match self.look_around(&clock).await {
                Ok(sleep) => sleep,
                Err(error) => {
                    tracing::error!(%error, "the desk could not do its work, it tries again");
                    FAILURE_PAUSE
                }
            };
            let now = Instant::now();
            if self.wakes.has_places() && places_due <= now {
                places_due = now + PLACES_PAUSE;
                for service in self.wakes.take_places() {
                    if let Err(error) = self.tell_places(&service, clock()).await {
                        tracing::warn!(%error, %service, "places could not be told");
                    }
                }
            }
            let until = now + sleep;
            let until = if self.wakes.has_places() { until.min(places_due) } else { until };
            tokio::select! {
                () = self.wakes.woken() => {}
                () = tokio::time::sleep_until(until) => {}
            }
        }
    }

    /// Does what is to be done now; returns how long there is nothing else.
    async fn look_around(&self, clock: &impl Fn() -> Timestamp) -> Result<Duration, DeskError> {
        self.wakes.open(clock());
        self.settle(clock()).await?;
        // Before the timers are read: one that is set meanwhile wakes the task.
        self.wakes.plan(NEVER);
        self.fire_due(clock()).await?;
        let opening = self.wakes.open(clock());
        let lease = self.end_leases(Instant::now(), clock()).await?;
        let next = [self.store.next_due().await?, opening].into_iter().flatten().min().unwrap_or(NEVER);
        self.wakes.plan(next);
        let wait = Duration::from_millis(u64::try_from(next.0.saturating_sub(clock().0)).unwrap_or_default());
        let leased = lease.map(|end| end.saturating_duration_since(Instant::now()));
        let longest = if self.bus.is_shared() { LONGEST_SLEEP_AMONG_NODES } else { LONGEST_SLEEP };
        Ok(leased.map_or(wait, |leased| leased.min(wait)).clamp(SHORTEST_SLEEP, longest))
    }

    /// Answers the timers that are due at `now`; returns how many there were.
    ///
    /// # Errors
    /// [`DeskError::Store`], [`DeskError::Commit`]; what was not answered is still due.
    pub async fn fire_due(&self, now: Timestamp) -> Result<usize, DeskError> {
        let mut answered = 0;
        loop {
            let before = answered;
            for timer in self.store.claim_timers(now, PAGE, CLAIM).await? {
                match self.fire(&timer, now).await {
                    // Somebody has answered it at the same moment.
                    Ok(()) | Err(DeskError::Refused(Refusal::TimerGone | Refusal::Fenced)) => answered += 1,
                    Err(error @ (DeskError::Store(_) | DeskError::Commit(_))) => return Err(error),
                    // It stays due, and holds no other one up.
                    Err(error) => {
                        tracing::error!(%error, kind = %timer.kind, conversation = %timer.log, "a timer is not answered");
                    }
                }
            }
            if answered == before {
                return Ok(answered);
            }
        }
    }

    async fn fire(&self, timer: &Timer, now: Timestamp) -> Result<(), DeskError> {
        if timer.kind.as_ref() == state::ORDER_CARD {
            return self.expire_card(timer).await;
        }
        if timer.kind.as_ref() == state::ROBOT_IDLE
            && let Some(conversation) = self.store.conversation(timer.log).await?
            && self.settings(&conversation.service).await?.robot_idle_to_people
        {
            // What takes it away from the robot takes this timer away too; what finds it gone drops the timer below.
            self.leave_robot(&conversation, now).await?;
        }
        let language = self.language(timer.log).await?;
        let is_set = |snapshot: &Snapshot| snapshot.timers.iter().any(|set| set.id == timer.id);
        let decided = self
            .change(timer.log, |snapshot| {
                if !is_set(snapshot) {
                    return Err(DeskError::Refused(Refusal::TimerGone));
                }
                match self.answer(timer, snapshot, language) {
                    Ok(plan) => Ok(Plan { consumes: Some(timer.id), ..plan }),
                    // It has lost its meaning.
                    Err(DeskError::NotNow(_)) => Ok(Plan::drop_timer(timer.id)),
                    Err(error) => Err(error),
                }
            })
            .await?;
        if timer.kind.as_ref() == state::REMIND
            && let Some(agent) = &decided.conversation.agent
        {
            let reminder = words("NOTIFICATION_AGENT_REPLY_TIMEOUT", "the visitor waits for your answer");
            self.tell_user(agent, &decided.conversation, &reminder, now).await?;
        }
        Ok(())
    }

    /// What a timer does to its conversation, in which the desk speaks `language`.
    fn answer(&self, timer: &Timer, snapshot: &Snapshot, language: Language) -> Result<Plan, DeskError> {
        let Snapshot { conversation, settings, .. } = snapshot;
        match timer.kind.as_ref() {
            state::WAIT => self.leaving_message(conversation, Event::WaitOver, settings, language, "waited too long"),
            state::AUTO_CLOSE => {
                let text = settings.auto_closed.as_deref().unwrap_or(Text::AutoClosed.in_language(language));
                let plan = Plan::moving(conversation, Event::Close(Closer::Timer), None)?;
                let told = words("AUTO_CLOSED", text);
                let plan = plan.telling(desk_itself(conversation), told, "the visitor did not answer");
                Ok(snapshot.asking_for_rating(plan, language))
            }
            // Kept without ringing, so that it is not set again before the agent has answered.
            state::REMIND => Ok(Plan {
                timers: vec![TimerChange::Set {
                    kind: state::REMIND,
                    key: Box::default(),
                    due: NEVER,
                    payload: Box::default(),
                }],
                ..Plan::default()
            }),
            state::TRANSFER => Ok(transfer_timed_out(timer, conversation, language)),
            state::INVITE => Ok(invitation_timed_out(timer, conversation, language)),
            state::INVITE_VISITOR => Ok(visitor_invitation_timed_out(timer, conversation, language)),
            state::ROBOT_IDLE if conversation.status != ThreadStatus::Roboting => Ok(Plan::default()),
            state::ROBOT_IDLE => {
                let text = settings.auto_closed.as_deref().unwrap_or(Text::AutoClosed.in_language(language));
                let plan = Plan::moving(conversation, Event::Close(Closer::Timer), None)?;
                let told = words("AUTO_CLOSED", text);
                Ok(plan.telling(desk_itself(conversation), told, "the visitor said nothing to the robot"))
            }
            // The rule may speak again.
            state::AUTO_REPLY => Ok(Plan::default()),
            unknown => {
                tracing::error!(kind = unknown, conversation = %timer.log, "nobody knows this timer, it is dropped");
                Ok(Plan::default())
            }
        }
    }
}
