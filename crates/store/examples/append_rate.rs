//! Appends per second by batch size and number of logs, each batch on disk before the next one starts.
//!
//! `append_rate [DIRECTORY | URL]`: the database is made in DIRECTORY, by default a temporary one; the medium decides how
//! fast small batches are. With a URL as `postgres://user@host/database` it is that one, and what is written stays there.

use std::{error::Error, time::Instant};

use deskwire_model::{LogId, MessageType, MessageUid, Payload, Profile, ThreadType, Uid};
use deskwire_store::{NewConversation, NewEntry, PostgresOptions, Refusal, SqliteOptions, Store, Write, Written};

const PAYLOAD_BYTES: usize = 600;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let place = std::env::args().nth(1);
    let url = place.as_deref().filter(|place| place.contains("://"));
    let directory = match &place {
        Some(directory) if url.is_none() => tempfile::tempdir_in(directory)?,
        _ => tempfile::tempdir()?,
    };
    println!("{PAYLOAD_BYTES} byte payloads, {}\n", if url.is_some() { "PostgreSQL" } else { "synchronous=FULL" });
    println!("{:>6} {:>6} {:>9} {:>11} {:>12}", "logs", "batch", "entries", "appends/s", "ms/commit");
    for logs in [1, 100, 1000] {
        for (batch, commits) in [(1, 3000), (64, 1500), (512, 400)] {
            let store = match url {
                Some(url) => Store::open_postgres(&PostgresOptions::new(url)).await?,
                None => {
                    let path = directory.path().join(format!("{logs}-{batch}.db"));
                    Store::open_sqlite(&path, SqliteOptions::default()).await?
                }
            };
            measure(&store, logs, batch, commits).await?;
        }
    }
    Ok(())
}

async fn measure(store: &Store, logs: usize, batch: usize, commits: usize) -> Result<(), Box<dyn Error>> {
    let targets = create_logs(store, logs).await?;
    let senders = [Uid::new("visitor")?, Uid::new("agent")?];
    let payload = Payload::Json(vec![b'x'; PAYLOAD_BYTES].into());
    let mut targets = targets.iter().cycle();
    let mut senders = senders.iter().cycle();
    let mut next = || {
        Write::Append(NewEntry {
            log: *targets.next().expect("a cycle of at least one log has no end"),
            sender: senders.next().expect("a cycle of two senders has no end").clone(),
            uid: MessageUid::random(),
            kind: MessageType::text(),
            payload: payload.clone(),
            hides: None,
        })
    };
    let start = Instant::now();
    for _ in 0..commits {
        store.commit((0..batch).map(|_| next()).collect()).await?;
    }
    let seconds = start.elapsed().as_secs_f64();
    let entries = batch * commits;
    println!(
        "{logs:>6} {batch:>6} {entries:>9} {:>11.0} {:>12.3}",
        entries as f64 / seconds,
        seconds * 1000.0 / commits as f64
    );
    Ok(())
}

async fn create_logs(store: &Store, count: usize) -> Result<Vec<LogId>, Box<dyn Error>> {
    let mut writes = Vec::with_capacity(count);
    for number in 0..count {
        let (service, visitor) = (Uid::new("agent")?, Uid::new(&format!("visitor{number}"))?);
        writes.push(Write::CreateConversation(NewConversation {
            uid: Uid::random(),
            org: Uid::new("org")?,
            topic: ThreadType::Agent.topic(&service, &visitor),
            kind: ThreadType::Agent,
            participants: vec![visitor.clone()],
            service,
            visitor,
            visitor_profile: Profile::default(),
            channel: "WEB".to_owned(),
        }));
    }
    let written = store.commit(writes).await?;
    let logs = written.iter().map(|written| match written {
        Written::Conversation { conversation, .. } => Ok(conversation.id),
        Written::Refused(refusal) => Err(*refusal),
        _ => Err(Refusal::UnknownLog),
    });
    Ok(logs.collect::<Result<_, _>>()?)
}
