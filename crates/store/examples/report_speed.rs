//! How fast reports are over many messages: `cargo run --release -p deskwire-store --example report_speed -- 1000000`.
//!
//! Commits conversations of 20 messages, multiplies these, then asks for reports. Counters are spread
//! over hours, services and agents as a year of work would have spread them.

use std::{error::Error, time::Instant};

use deskwire_model::{LogId, MessageType, MessageUid, Payload, Profile, ThreadStatus, ThreadType, Timestamp, Uid};
use deskwire_store::{
    Closer, Decision, Fact, NewConversation, NewEntry, Placement, ReportQuery, Saying, SqliteOptions, Store, Write,
    Written,
};

const PER_CONVERSATION: usize = 20;
const BATCH: usize = 1000;
/// So often each message that was committed is there.
const COPIES: usize = 20;
const AGENTS: usize = 50;
const WORKGROUPS: usize = 5;
const YEAR_MS: i64 = 365 * 24 * 60 * 60 * 1000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let messages: usize = std::env::args().nth(1).map_or(Ok(1_000_000), |count| count.parse())?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("report.db");
    let store = Store::open_sqlite(&path, SqliteOptions::default()).await?;
    let began = Instant::now();
    for first in (0..messages / COPIES / PER_CONVERSATION).step_by(BATCH / PER_CONVERSATION) {
        fill(&store, first).await?;
    }
    let messages = multiply(&path)?;
    println!("{messages} messages in {:.1} s", began.elapsed().as_secs_f64());
    spread(&path)?;
    let all = ReportQuery {
        org: Uid::new("acme")?,
        from: Timestamp(0),
        to: Timestamp(YEAR_MS),
        service: None,
        agent: None,
        by_hour: false,
        by_service: false,
        by_agent: false,
        limit: 1_000_000,
    };
    for (name, query) in [
        ("total of a year", all.clone()),
        ("by agent", ReportQuery { by_agent: true, ..all.clone() }),
        ("by workgroup", ReportQuery { by_service: true, ..all.clone() }),
        ("by hour", ReportQuery { by_hour: true, ..all.clone() }),
        ("one agent by hour", ReportQuery { by_hour: true, agent: Some(Uid::new("agent-7")?), ..all }),
    ] {
        let mut times = Vec::new();
        let mut rows = 0;
        for _ in 0..9 {
            let began = Instant::now();
            rows = store.report(&query).await?.len();
            times.push(began.elapsed());
        }
        times.sort();
        println!("{name}: {rows} rows, median {:.1} ms, most {:.1} ms", ms(times[4]), ms(times[8]));
    }
    Ok(())
}

fn ms(time: std::time::Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// One batch: conversations that are opened, talked in and closed.
async fn fill(store: &Store, first: usize) -> Result<(), Box<dyn Error>> {
    let conversations = first..first + BATCH / PER_CONVERSATION;
    let created =
        conversations.clone().map(|n| new(n).map(Write::CreateConversation)).collect::<Result<Vec<_>, _>>()?;
    let mut writes = Vec::new();
    for (number, written) in conversations.zip(store.commit(created).await?) {
        let Written::Conversation { conversation, .. } = written else { return Err("no conversation".into()) };
        let agent = Uid::new(&format!("agent-{}", number % AGENTS))?;
        let log = conversation.id;
        writes.push(decide(log, 0, ThreadStatus::Chatting, &agent, vec![Fact::Opened, Fact::Assigned]));
        for position in 0..PER_CONVERSATION {
            let sender = if position % 2 == 0 { &conversation.visitor } else { &agent };
            let facts = if position % 2 == 0 { Vec::new() } else { vec![Fact::Responded] };
            writes.push(Write::Say(Box::new(Saying {
                entry: entry(log, sender, position)?,
                status: None,
                timers: Vec::new(),
                facts,
            })));
        }
        let rated = Fact::Rated { score: 5, resolved: Some(true), comment: Box::default() };
        writes.push(decide(log, 1, ThreadStatus::Closed, &agent, vec![Fact::Closed(Closer::Agent), rated]));
    }
    store.commit(writes).await?;
    Ok(())
}

fn new(number: usize) -> Result<NewConversation, Box<dyn Error>> {
    let (visitor, service) = (Uid::new(&format!("v{number}"))?, Uid::new(&format!("group-{}", number % WORKGROUPS))?);
    Ok(NewConversation {
        uid: Uid::random(),
        org: Uid::new("acme")?,
        topic: ThreadType::Workgroup.topic(&service, &visitor),
        kind: ThreadType::Workgroup,
        service,
        visitor: visitor.clone(),
        visitor_profile: Profile::default(),
        channel: "WEB".to_owned(),
        participants: vec![visitor],
    })
}

fn decide(log: LogId, fence: u64, status: ThreadStatus, agent: &Uid, facts: Vec<Fact>) -> Write {
    Write::Decide(Box::new(Decision {
        log,
        fence,
        to: Some(Placement { status, agent: Some(agent.clone()), capacity: None, service: None }),
        joins: Vec::new(),
        leaves: Vec::new(),
        entries: Vec::new(),
        timers: Vec::new(),
        consumes: None,
        card: None,
        facts,
    }))
}

fn entry(log: LogId, sender: &Uid, position: usize) -> Result<NewEntry, Box<dyn Error>> {
    let text = "x".repeat(150);
    let payload = format!(r#"{{"uid":"m{position}","type":"TEXT","content":"{text}"}}"#);
    Ok(NewEntry {
        log,
        sender: sender.clone(),
        uid: MessageUid::new(&format!("m{position}"))?,
        kind: MessageType::text(),
        payload: Payload::Json(payload.into_bytes().into()),
        hides: None,
    })
}

/// Copies all messages into further logs; how many there are then.
fn multiply(path: &std::path::Path) -> Result<i64, Box<dyn Error>> {
    let mut db = rusqlite::Connection::open(path)?;
    let change = db.transaction()?;
    change.execute_batch(&format!(
        "WITH RECURSIVE copies (c) AS (SELECT 1 UNION ALL SELECT c + 1 FROM copies WHERE c < {COPIES} - 1)
         INSERT INTO entry (log, seq, at, sender, uid, kind, dialect, payload)
         SELECT log + c * 1000000, seq, at, sender, uid, kind, dialect, payload FROM copies CROSS JOIN entry"
    ))?;
    let messages = change.query_row("SELECT COUNT(*) FROM entry", [], |row| row.get(0))?;
    change.commit()?;
    Ok(messages)
}

/// Spreads the counters over a year, about one row per conversation: gives hours of it the rows that the generator has put into the hour of its run.
fn spread(path: &std::path::Path) -> Result<(), Box<dyn Error>> {
    let mut db = rusqlite::Connection::open(path)?;
    let columns = deskwire_store::Counters::NAMES.join(", ");
    let change = db.transaction()?;
    change.execute_batch(&format!(
        "CREATE TEMP TABLE seen AS SELECT * FROM report_hour; DELETE FROM report_hour;
         WITH RECURSIVE hours (h) AS (SELECT 0 UNION ALL SELECT h + 1 FROM hours WHERE h < 365 * 24 - 1)
         INSERT OR IGNORE INTO report_hour (org, hour, service, agent, {columns})
         SELECT org, h, service, agent, {columns} FROM hours JOIN (SELECT *, row_number() OVER () AS n FROM seen)
          WHERE (h + n) % 9 < 2 AND h % 24 BETWEEN 8 AND 19 AND n <= 55"
    ))?;
    let rows: i64 = change.query_row("SELECT COUNT(*) FROM report_hour", [], |row| row.get(0))?;
    change.commit()?;
    println!("{rows} rows of counters");
    Ok(())
}
