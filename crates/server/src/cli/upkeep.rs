//! What a running server does by itself now and then.

use std::time::Duration;

use deskwire_desk::SweptConversations;
use deskwire_model::Timestamp;
use metrics::counter;
use tokio::time::MissedTickBehavior;

use crate::{cluster::Lease, connection::timestamp, http::api::ApiState, shutdown::Shutdown};

/// How often histograms are folded together between two scrapes, and quiet addresses forgotten.
const UPKEEP: Duration = Duration::from_secs(5);
/// How often it is written down which service keys were shown.
const KEY_USES: Duration = Duration::from_secs(60);
/// How often the audit log is looked through for what is old.
const AUDIT_UPKEEP: Duration = Duration::from_secs(600);

/// Does what has to be done now and then, until the shutdown.
pub(super) async fn keep_up(state: ApiState, mut shutdown: Shutdown) {
    let mut ticks = tokio::time::interval(UPKEEP);
    loop {
        tokio::select! {
            () = shutdown.requested() => return,
            _ = ticks.tick() => {
                state.prometheus.run_upkeep();
                state.rates.forget_quiet();
                state.gateway.queues.sweep();
                state.gateway.retained.sweep(timestamp()).await;
                state.gateway.mailboxes.sweep(timestamp()).await;
                if let Err(error) = state.gateway.notices.sweep().await {
                    error.note("old notices could not be forgotten");
                }
                if let Err(error) = state.gateway.forget_ended_tokens().await {
                    error.note("tokens that are over could not be forgotten");
                }
                state.gateway.end_holders_of_expired_keys();
                if let Err(error) = state.gateway.desk.sweep_moderation(timestamp()).await {
                    error.note("old hits and blocks could not be forgotten");
                }
            }
        }
    }
}

/// Writes down which service keys were shown, now and then and at the shutdown.
pub(super) async fn keep_key_uses(state: ApiState, mut shutdown: Shutdown) {
    let mut ticks = tokio::time::interval(KEY_USES);
    loop {
        let is_last = tokio::select! {
            () = shutdown.requested() => true,
            _ = ticks.tick() => false,
        };
        if let Err(error) = state.gateway.note_key_uses().await {
            error.note("it could not be noted which service keys were used");
        }
        if is_last {
            return;
        }
    }
}

/// Forgets what of the audit log is too old or too much, until the shutdown.
pub(super) async fn keep_audit(state: ApiState, mut shutdown: Shutdown) {
    let mut ticks = tokio::time::interval(AUDIT_UPKEEP);
    loop {
        tokio::select! {
            () = shutdown.requested() => return,
            _ = ticks.tick() => {
                let ops = &state.gateway.config.ops;
                let kept_ms = i64::try_from(ops.audit_keep_s.duration().as_millis()).unwrap_or(i64::MAX);
                let before = Timestamp(timestamp().0.saturating_sub(kept_ms));
                if let Err(error) = state.gateway.desk.forget_audit(before, ops.audit_entries).await {
                    error.note("old entries of the audit log could not be forgotten");
                }
            }
        }
    }
}

/// Deletes conversations that were closed longer ago than their organisations keep them, until the shutdown.
pub(super) async fn keep_retention(state: ApiState, lease: Lease, mut shutdown: Shutdown) {
    let config = &state.gateway.config.retention;
    let mut ticks = tokio::time::interval(config.every_s.duration());
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.requested() => return,
            _ = ticks.tick() => {}
        }
        // Another node does it this time; if it dies over it, the next look goes on.
        if !lease.hold().await.unwrap_or(false) {
            continue;
        }
        let mut files = 0;
        let noted = |swept: SweptConversations| {
            files += swept.files;
            counter!("deskwire_retention_deleted_total", "kind" => "conversation")
                .increment(swept.conversations as u64);
            counter!("deskwire_retention_deleted_total", "kind" => "entry").increment(swept.entries as u64);
            counter!("deskwire_retention_deleted_total", "kind" => "file").increment(swept.files as u64);
        };
        if let Err(error) = state.gateway.desk.sweep_retention(timestamp(), config.batch, noted).await {
            error.note("conversations that are not kept any more could not be deleted");
        }
        // Their bytes go last: what is not removed now the files' own sweep finds, also after a kill.
        if files > 0
            && let Err(error) = state.files.remove_unfinished(timestamp()).await
        {
            tracing::error!(%error, "files of deleted conversations could not be removed");
        }
    }
}
