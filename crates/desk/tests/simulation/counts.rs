//! Numbers that are kept or derived, beside the same numbers counted anew: what is unread (invariant I4), and reports.

use std::collections::BTreeMap;

use deskwire_desk::{Desk, ReportRequest};
use deskwire_model::{LogId, ThreadStatus, Timestamp, Uid};
use deskwire_store::{Counters, Store};

use crate::{
    cast::Organisation,
    ledger::{Ledger, Record},
};

/// A day, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// How far everybody has read, as was last seen.
#[derive(Debug, Default)]
pub(crate) struct Reading(BTreeMap<(LogId, Uid), u64>);

impl Reading {
    /// What nobody has read is what others said behind where one has read or joined, and did not recall.
    pub(crate) async fn check(&mut self, store: &Store, record: &Record) {
        let log = record.conversation.id;
        let read: BTreeMap<Uid, u64> = store
            .read_positions(log)
            .await
            .unwrap()
            .into_iter()
            .map(|position| (position.user, position.seq.0))
            .collect();
        let recalled = |n: usize| {
            let line = &record.log[n];
            record.log[n + 1..]
                .iter()
                .any(|later| later.kind == "RECALL" && later.sender == line.sender && later.content == line.uid)
        };
        for participant in store.participants(log).await.unwrap() {
            let user = participant.user;
            let position = read.get(&user).copied().unwrap_or_default();
            let before = self.0.insert((log, user.clone()), position).unwrap_or_default();
            assert!(position >= before, "{user} has read {position} of {log} and had read {before}");
            assert!(position <= record.log.len() as u64, "{user} has read what is not there");
            let from = position.max(participant.joined.0) as usize;
            let unread = (from..record.log.len()).filter(|n| record.log[*n].sender != user && !recalled(*n)).count();
            assert_eq!(
                store.unread(log, &user).await.unwrap(),
                unread as u64,
                "unread of {user} in {log} behind {from}"
            );
        }
    }
}

/// The counters of an organisation's report are what its episodes and logs say.
pub(crate) async fn reports(desk: &Desk, store: &Store, org: &Organisation, ledger: &Ledger) {
    let mut counted = Counters::default();
    let mut times = Vec::new();
    for record in ledger.talks().filter(|record| record.conversation.org == org.uid) {
        recount(record, &mut counted);
        times.extend(record.log.iter().map(|line| line.at.0));
        for episode in store.episodes(record.conversation.id, 1000).await.unwrap() {
            counted.opened += 1;
            counted.queued += u64::from(episode.queued_at.is_some());
            counted.waited += u64::from(episode.assigned_at.is_some());
            counted.responded += u64::from(episode.responded_at.is_some());
            if let Some((closed, _)) = episode.closed {
                counted.closed += 1;
                if let Some(assigned) = episode.assigned_at {
                    counted.handled += 1;
                    counted.handling_ms += u64::try_from(closed.0 - assigned.0).unwrap();
                }
            }
            if let Some(rating) = episode.rating {
                counted.rated += 1;
                counted.score += u64::from(rating.score);
                counted.satisfied += u64::from(rating.score >= 4);
                counted.resolved += u64::from(rating.resolved == Some(true));
            }
        }
    }
    let (Some(first), Some(last)) = (times.iter().min(), times.iter().max()) else { return };
    let (from, to) = (Timestamp(first - DAY), Timestamp(last + DAY));
    let request = ReportRequest { from, to, service: None, agent: None, group_by: Vec::new() };
    let rows = desk.report(&org.supervisor, &request).await.unwrap();
    let mut reported = rows.iter().fold(Counters::default(), |sum, row| sum.plus(&row.counters));
    // These are sums of times whose ends the episode has not kept.
    (reported.wait_ms, reported.response_ms) = (0, 0);
    assert_eq!(reported, counted, "the report of {}", org.uid);
}

/// Adds what the log alone tells.
fn recount(record: &Record, counted: &mut Counters) {
    let (mut status, mut open, mut answered, mut missed) = (ThreadStatus::New, false, false, false);
    for line in &record.log {
        if line.is_speech {
            if line.sender == record.conversation.visitor {
                counted.visitor_messages += 1;
            } else {
                counted.service_messages += 1;
            }
        }
        let by_agent = line.sender != record.conversation.visitor && !line.sender.as_str().ends_with("-bot");
        answered |= line.is_speech && status == ThreadStatus::Chatting && by_agent;
        let Some(change) = &line.change else { continue };
        if change.to == change.from
            && change.agent.is_some()
            && !["TRANSFER", "TAKE_OVER", "ASSIGN"].contains(&change.name.as_str())
        {
            continue;
        }
        let taken = ["ASSIGN", "TAKE_OVER", "TRANSFER"].contains(&change.name.as_str()) && change.reason != "offered";
        counted.assigned += u64::from(taken && change.to == ThreadStatus::Chatting);
        if !open && !matches!(change.to, ThreadStatus::Closed | ThreadStatus::New) {
            (open, answered, missed) = (true, false, false);
        }
        let talked = matches!(change.from, ThreadStatus::Roboting | ThreadStatus::Timeout);
        let misses = change.from != change.to
            && (change.to == ThreadStatus::Offline || change.to == ThreadStatus::Closed && !talked);
        if misses && open && !answered && !missed {
            missed = true;
            counted.missed += 1;
        }
        open &= change.to != ThreadStatus::Closed;
        status = change.to;
    }
}
