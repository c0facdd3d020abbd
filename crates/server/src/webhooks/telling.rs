//! Telling one event once.

use std::{sync::Arc, time::Duration};

use deskwire_desk::{Desk, DeskError};
use deskwire_model::{Seq, Timestamp};
use deskwire_store::{HookEvent, HookOutcome, Store, Webhook};
use reqwest::{Client, Response, header, redirect};

use tokio::time::{Instant, timeout_at};

use super::{CourierError, Guard, HOOK_HEADER, letter, robot, streaming};
use crate::{config::WebhooksSection, connection::timestamp, telemetry::metrics::WEBHOOK_SECONDS};

/// Bytes of a robot's answer at most.
const MAX_ANSWER: usize = 256 * 1024;
/// Bytes of an error that are kept.
const MAX_ERROR: usize = 500;
const USER_AGENT: &str = concat!("deskwire/", env!("CARGO_PKG_VERSION"));

/// Sends requests.
#[derive(Debug)]
pub(super) struct Teller {
    store: Store,
    desk: Desk,
    client: Client,
    guard: Guard,
    config: WebhooksSection,
}

/// Why an event was not heard.
#[derive(Debug, thiserror::Error)]
enum Unheard {
    /// The request did not come to an answer.
    #[error("{}", whole_story(.0))]
    Request(#[from] reqwest::Error),
    /// There is no answer in time.
    #[error("no answer in time")]
    Late,
    /// A robot has said nothing that could be used before it broke off.
    #[error(transparent)]
    BrokenOff(#[from] streaming::BrokenOff),
    /// The answer says no.
    #[error("the answer has status {0}")]
    Status(u16),
    /// The answer is longer than anybody has to say.
    #[error("the answer has more than {MAX_ANSWER} bytes")]
    TooLong,
    /// The webhook leads where requests must not go.
    #[error(transparent)]
    Url(#[from] super::InvalidHookUrl),
    /// A robot's answer cannot be used.
    #[error(transparent)]
    Answer(#[from] robot::InvalidAnswer),
    /// Our own fault; it is tried again.
    #[error("internal error: {0}")]
    Internal(String),
}

impl Teller {
    pub(super) fn new(store: Store, desk: Desk, config: &WebhooksSection) -> Result<Self, CourierError> {
        let guard = Guard::new(&config.allowed_networks);
        let client = Client::builder()
            .dns_resolver(Arc::new(guard.clone()))
            // A proxy would go where the guard does not look, and a redirect where nobody has allowed.
            .no_proxy()
            .redirect(redirect::Policy::none())
            .user_agent(USER_AGENT)
            .build()?;
        Ok(Self { store, desk, client, guard, config: config.clone() })
    }

    /// Tells `event` to `hook`, and says in a robot's name what it answers.
    pub(super) async fn tell(&self, hook: &Webhook, event: &HookEvent) -> HookOutcome {
        let began = Instant::now();
        let heard = self.send(hook, event).await;
        metrics::histogram!(WEBHOOK_SECONDS).record(began.elapsed());
        let outcome = match heard {
            Ok(()) => HookOutcome::Told,
            Err(unheard) => self.unheard(hook, event, &unheard).await,
        };
        let label = match &outcome {
            HookOutcome::Told => "told",
            HookOutcome::Again { .. } => "again",
            HookOutcome::Dead { .. } => "dead",
        };
        metrics::counter!("deskwire_webhook_requests_total", "outcome" => label).increment(1);
        outcome
    }

    async fn send(&self, hook: &Webhook, event: &HookEvent) -> Result<(), Unheard> {
        let internal = |error: &dyn std::fmt::Display| Unheard::Internal(error.to_string());
        let url = self.guard.url(&hook.hook.url)?;
        let conversation = self.store.conversation(event.log).await.map_err(|error| internal(&error))?;
        let before = Seq(event.seq.0.saturating_sub(1));
        let entries = self.store.entries_after(event.log, before, 1).await.map_err(|error| internal(&error))?;
        // What is not there any more is not told.
        let entry = entries.first().filter(|entry| entry.seq == event.seq);
        let (Some(conversation), Some(entry)) = (conversation, entry) else { return Ok(()) };
        let message = self.desk.renderer().json(entry.into()).map_err(|error| internal(&error))?;
        let id = letter::id(&hook.hook.uid, event);
        let body = letter::body(&id, event, &conversation, &entry.kind, &message).map_err(|error| internal(&error))?;
        let (seconds, signature) = letter::signature(&hook.hook.secret, &id, timestamp(), &body);
        let is_robot = hook.hook.bot_of.is_some();
        let patience = if is_robot { self.config.robot_timeout_ms } else { self.config.timeout_ms }.duration();
        // An answer that comes in pieces may take longer than its robot may be silent.
        let whole = if is_robot { self.config.robot_stream_ms.duration().max(patience) } else { patience };
        let began = Instant::now();
        let request = self
            .client
            .post(url)
            .timeout(whole)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", signature)
            .header("deskwire-attempt", event.attempts + 1)
            .header(HOOK_HEADER, hook.hook.uid.as_str());
        let response = timeout_at(began + patience, request.body(body).send()).await.map_err(|_| Unheard::Late)??;
        if !response.status().is_success() {
            return Err(Unheard::Status(response.status().as_u16()));
        }
        if !is_robot {
            return Ok(());
        }
        if streaming::is_stream(&response) {
            return Ok(streaming::pass_on(&self.desk, hook, event, response, patience).await?);
        }
        let answer = timeout_at(began + patience, bounded(response)).await.map_err(|_| Unheard::Late)??;
        let answer = robot::read(&answer)?;
        match self.desk.robot_answers(hook, event, answer, timestamp()).await {
            // It comes too late: people have the conversation.
            Ok(()) | Err(DeskError::NotNow(_)) => Ok(()),
            Err(error) => Err(internal(&error)),
        }
    }

    /// What becomes of an event that was not heard.
    async fn unheard(&self, hook: &Webhook, event: &HookEvent, unheard: &Unheard) -> HookOutcome {
        let mut error = unheard.to_string();
        error.truncate(error.floor_char_boundary(MAX_ERROR));
        let is_robot = hook.hook.bot_of.is_some();
        let attempts = if is_robot { self.config.robot_attempts } else { self.config.attempts };
        let now = timestamp();
        if event.attempts + 1 < attempts {
            return HookOutcome::Again { due: self.next(now, event.attempts), error };
        }
        if is_robot {
            match self.desk.robot_hands_over_for(event, "the robot does not answer", now).await {
                Ok(()) | Err(DeskError::NotNow(_)) => {}
                Err(failure) => {
                    tracing::error!(%failure, hook = %hook.hook.uid, "a robot's conversation is not handed over yet");
                    return HookOutcome::Again { due: self.next(now, event.attempts), error };
                }
            }
        }
        tracing::warn!(hook = %hook.hook.uid, event = event.id, %error, "a webhook does not hear, an event is given up");
        HookOutcome::Dead { at: now, error }
    }

    /// When an event is told again that was told in vain as often: later each time, and not at the same moment as others.
    fn next(&self, now: Timestamp, attempts: u32) -> Timestamp {
        let first = self.config.retry_ms.duration();
        let delay = first.saturating_mul(2_u32.saturating_pow(attempts)).min(self.config.retry_max_s.duration());
        // Without random numbers the delay is the longest.
        let share = getrandom::u32().unwrap_or(u32::MAX);
        let delay = jittered(delay, share);
        Timestamp(now.0.saturating_add(i64::try_from(delay.as_millis()).unwrap_or(i64::MAX)))
    }
}

/// Between half of `delay` and all of it.
fn jittered(delay: Duration, share: u32) -> Duration {
    delay.mul_f64(0.5 + 0.5 * f64::from(share) / f64::from(u32::MAX))
}

async fn bounded(mut response: Response) -> Result<Vec<u8>, Unheard> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(Unheard::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// An error with its causes, without the URL: that may hold a secret.
fn whole_story(error: &reqwest::Error) -> String {
    let kind = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the request failed"
    };
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    causes.last().map_or_else(|| kind.to_owned(), |cause| format!("{kind}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_spread_over_its_second_half() {
        let delay = Duration::from_secs(8);
        for (share, expected) in [(0, 4.0), (u32::MAX / 2, 6.0), (u32::MAX, 8.0)] {
            assert!((jittered(delay, share).as_secs_f64() - expected).abs() < 0.001, "{share}");
        }
    }
}
