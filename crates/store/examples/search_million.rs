//! What search costs at a million messages: filling the index, its size, commits meanwhile, and each kind of question.
//!
//! `search_million [DIRECTORY [MESSAGES]]`: the database is made in DIRECTORY, by default a temporary one.

use std::{
    error::Error,
    path::Path,
    time::{Duration, Instant},
};

use deskwire_model::{LogId, MessageType, MessageUid, Payload, Profile, ThreadType, Uid};
use deskwire_store::{
    NewConversation, NewEntry, Refusal, SearchOrder, SearchQuery, SearchScope, Sought, SqliteOptions, Store, Write,
    Written,
};

type Failure = Box<dyn Error>;

const CONVERSATIONS: usize = 30_000;
const BATCH: usize = 512;
/// Entries of a step, as the server has it.
const STEP: usize = 256;
const RUNS: usize = 20;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let directory = match arguments.next() {
        Some(directory) => tempfile::tempdir_in(directory)?,
        None => tempfile::tempdir()?,
    };
    let messages = arguments.next().map_or(Ok(1_000_000), |count| count.parse())?;
    let path = directory.path().join("desk.db");
    let store = Store::open_sqlite(&path, SqliteOptions::default()).await?;
    let logs = create_logs(&store).await?;
    let mut text = Text(1);
    fill(&store, &logs, &mut text, messages).await?;
    let without = size(&path)?;
    index(&store, messages).await?;
    let with = size(&path)?;
    println!("database {} MiB, with its index {} MiB", without >> 20, with >> 20);
    commits_meanwhile(&store, &logs, &mut text).await?;
    questions(&store, &logs).await?;
    drop(store);
    let start = Instant::now();
    let store = Store::open_sqlite(&path, SqliteOptions::default()).await?;
    println!("opening and checking: {:.1} s", start.elapsed().as_secs_f64());
    let start = Instant::now();
    while store.index(STEP).await?.more {}
    println!("finding that nothing is behind: {:.2} s", start.elapsed().as_secs_f64());
    Ok(())
}

async fn fill(store: &Store, logs: &[LogId], text: &mut Text, messages: usize) -> Result<(), Failure> {
    let start = Instant::now();
    for _ in 0..messages.div_ceil(BATCH) {
        let batch = (0..BATCH).map(|_| text.message(logs)).collect::<Result<_, _>>()?;
        store.commit(batch).await?;
    }
    println!("{messages} messages in {CONVERSATIONS} conversations: {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

async fn index(store: &Store, messages: usize) -> Result<(), Failure> {
    let start = Instant::now();
    let mut steps = Vec::new();
    loop {
        let begun = Instant::now();
        let step = store.index(STEP).await?;
        steps.push(begun.elapsed());
        if !step.more {
            break;
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "indexed in {seconds:.1} s, {:.0} messages/s; steps of {STEP}: {}",
        messages as f64 / seconds,
        spread(steps)
    );
    Ok(())
}

/// Commits of one message each, while nothing is indexed and while everything that comes is.
async fn commits_meanwhile(store: &Store, logs: &[LogId], text: &mut Text) -> Result<(), Failure> {
    for indexing in [false, true] {
        let mut commits = Vec::new();
        for number in 0..2000 {
            let write = text.message(logs)?;
            let step =
                async { if indexing && number % 64 == 0 { store.index(STEP).await.map(|_| ()) } else { Ok(()) } };
            let commit = async {
                let begun = Instant::now();
                let written = store.commit(vec![write]).await;
                commits.push(begun.elapsed());
                written
            };
            let (written, step) = tokio::join!(commit, step);
            written?;
            step?;
        }
        let when = if indexing { "beside steps of the index" } else { "alone" };
        println!("commits of one message, {when}: {}", spread(commits));
    }
    while store.index(STEP).await?.more {}
    Ok(())
}

async fn questions(store: &Store, logs: &[LogId]) -> Result<(), Failure> {
    let organisation = SearchScope::Organisation(Uid::new("org")?);
    let some = |count: usize| SearchScope::Logs(logs.iter().step_by(logs.len() / count).copied().take(count).collect());
    println!("\n{:<44} {:>6} {:>22}", "question", "found", "median – worst of 20");
    for (name, text, scope, order, limit) in [
        ("a frequent pair", Some(Text::word(0)), organisation.clone(), SearchOrder::Newest, 80),
        ("a rare pair", Some(Text::word(1999)), organisation.clone(), SearchOrder::Newest, 80),
        (
            "two frequent pairs, both in a message",
            Some(Text::word(0) + " " + &Text::word(1)),
            organisation.clone(),
            SearchOrder::Newest,
            80,
        ),
        (
            "four frequent pairs as a phrase",
            Some([3, 2, 1, 0].map(Text::word).concat()),
            organisation.clone(),
            SearchOrder::Newest,
            80,
        ),
        (
            "two rare pairs, both in a message",
            Some(Text::word(1500) + " " + &Text::word(1999)),
            organisation.clone(),
            SearchOrder::Newest,
            80,
        ),
        (
            "one frequent character",
            Some(Text::word(0).chars().take(1).collect()),
            organisation.clone(),
            SearchOrder::Newest,
            80,
        ),
        (
            "one rare character",
            Some(Text::word(1999).chars().take(1).collect()),
            organisation.clone(),
            SearchOrder::Newest,
            80,
        ),
        ("a word by two letters", Some("or".to_owned()), organisation.clone(), SearchOrder::Newest, 80),
        ("an order number", Some("order-777".to_owned()), organisation.clone(), SearchOrder::Newest, 80),
        ("not in there", Some("不存在的词语".to_owned()), organisation.clone(), SearchOrder::Newest, 80),
        ("anything, newest first", None, organisation.clone(), SearchOrder::Newest, 80),
        ("a frequent pair, 2000 newest ranked", Some(Text::word(0)), organisation.clone(), SearchOrder::Best, 2000),
        ("a frequent pair, 20000 looked at", Some(Text::word(0)), organisation, SearchOrder::Newest, 20_000),
        ("a frequent pair in one conversation", Some(Text::word(0)), some(1), SearchOrder::Newest, 80),
        ("a frequent pair in 20 conversations", Some(Text::word(0)), some(20), SearchOrder::Newest, 80),
        ("a frequent pair in 200 conversations", Some(Text::word(0)), some(200), SearchOrder::Newest, 80),
        ("a rare pair in 200 conversations", Some(Text::word(1999)), some(200), SearchOrder::Newest, 80),
    ] {
        let sought = text.as_deref().map(Sought::new).transpose()?;
        let query = SearchQuery { sought, scope, kinds: Vec::new(), since: None, until: None };
        let (mut times, mut found) = (Vec::new(), 0);
        for _ in 0..RUNS {
            let begun = Instant::now();
            found = store.search(query.clone(), None, order, limit).await?.len();
            times.push(begun.elapsed());
        }
        times.sort_unstable();
        println!("{name:<44} {found:>6} {:>9.2} – {:>6.2} ms", ms(times[RUNS / 2]), ms(times[RUNS - 1]));
    }
    Ok(())
}

/// Messages that look like those of people: of 2,000 pairs of characters a few come often and most seldom.
struct Text(u64);

impl Text {
    fn next(&mut self) -> u64 {
        // xorshift64
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap_or_default()
    }

    fn word(rank: usize) -> String {
        let char = |number: usize| char::from_u32(0x4e00 + u32::try_from(number).unwrap_or_default()).unwrap_or('一');
        [char(rank * 7 % 3000), char(rank * 11 % 2500 + 300)].iter().collect()
    }

    /// The chance of a word falls with its rank.
    fn any_word(&mut self) -> String {
        let uniform = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let rank = (2000_f64.powf(uniform) - 1.0) as usize;
        Self::word(rank)
    }

    fn message(&mut self, logs: &[LogId]) -> Result<Write, Failure> {
        let mut text = String::new();
        for _ in 0..3 + self.below(12) {
            text.push_str(&self.any_word());
            if self.below(6) == 0 {
                text.push(',');
            }
        }
        if self.below(10) == 0 {
            text.push_str(&format!("订单 ORDER-{}", self.below(100_000)));
        }
        let log = logs[self.below(logs.len())];
        let payload = serde_json::json!({
            "uid": "", "type": "TEXT", "content": text, "status": "SUCCESS", "channel": "WEB_FLOAT",
            "thread": {"uid": "00000000000000000000000000000000", "topic": "org/agent/agent/visitor", "type": "AGENT"},
            "user": {"uid": "visitor", "nickname": "访客", "avatar": "", "type": "VISITOR"},
            "extra": "{\"orgUid\":\"org\"}",
        });
        Ok(Write::Append(NewEntry {
            log,
            sender: Uid::new("visitor")?,
            uid: MessageUid::random(),
            kind: MessageType::text(),
            payload: Payload::Json(payload.to_string().into_bytes().into()),
            hides: None,
        }))
    }
}

async fn create_logs(store: &Store) -> Result<Vec<LogId>, Failure> {
    let mut logs = Vec::with_capacity(CONVERSATIONS);
    for number in 0..CONVERSATIONS {
        let (service, visitor) = (Uid::new("agent")?, Uid::new(&format!("visitor{number}"))?);
        let new = NewConversation {
            uid: Uid::random(),
            org: Uid::new("org")?,
            topic: ThreadType::Agent.topic(&service, &visitor),
            kind: ThreadType::Agent,
            participants: vec![visitor.clone()],
            service,
            visitor,
            visitor_profile: Profile::default(),
            channel: "WEB".to_owned(),
        };
        logs.push(new);
    }
    let mut numbers = Vec::with_capacity(CONVERSATIONS);
    for batch in logs.chunks(BATCH) {
        for written in store.commit(batch.iter().cloned().map(Write::CreateConversation).collect()).await? {
            match written {
                Written::Conversation { conversation, .. } => numbers.push(conversation.id),
                _ => return Err(Refusal::UnknownLog.into()),
            }
        }
    }
    Ok(numbers)
}

/// Bytes of the database with its write-ahead log.
fn size(path: &Path) -> Result<u64, Failure> {
    Ok(std::fs::metadata(path)?.len() + std::fs::metadata(path.with_extension("db-wal"))?.len())
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn spread(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |share: f64| ms(times[((times.len() - 1) as f64 * share) as usize]);
    format!("median {:.2} ms, p99 {:.2} ms, worst {:.2} ms", at(0.5), at(0.99), at(1.0))
}
