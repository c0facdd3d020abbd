//! Visitors, agents, supervisors and timers in any order: one owner, capacity kept, the fence grows, every change is an
//! entry, what is closed is closed (invariants I9 and I10).

use std::collections::BTreeMap;

use deskwire_desk::Command;
use deskwire_model::{AgentStatus, Conversation, LogId, Role, ThreadStatus, ThreadType};
use proptest::prelude::*;
use serde_json::json;

use crate::office::{Office, agent, default_device, draft, later, principal, uid, visitor};

const VISITORS: [&str; 3] = ["v0", "v1", "v2"];
const AGENTS: [&str; 3] = ["ann", "bob", "cid"];
const CAPACITY: u32 = 1;

type Name = &'static str;

#[derive(Clone, Debug)]
enum Step {
    Ask(Name),
    Write(Name),
    Answer(Name, Name),
    Close(Option<Name>, Name),
    Command(Name, Name, Command, Name),
    Accept(Name, Name),
    TakeOver(Name),
    Status(Name, AgentStatus),
    Settle,
    Time(i64),
}

fn step() -> impl Strategy<Value = Step> {
    use prop::sample::select;
    let (v, a) = (|| select(&VISITORS[..]), || select(&AGENTS[..]));
    let commands = || select(&Command::ALL[..10]);
    prop_oneof![
        4 => v().prop_map(Step::Ask),
        3 => v().prop_map(Step::Write),
        3 => (a(), v()).prop_map(|(a, v)| Step::Answer(a, v)),
        2 => (prop::option::of(a()), v()).prop_map(|(a, v)| Step::Close(a, v)),
        6 => (a(), v(), commands(), a()).prop_map(|(by, v, command, to)| Step::Command(by, v, command, to)),
        2 => (a(), v()).prop_map(|(a, v)| Step::Accept(a, v)),
        1 => v().prop_map(Step::TakeOver),
        2 => (a(), select(&[AgentStatus::Available, AgentStatus::Away][..])).prop_map(|(a, s)| Step::Status(a, s)),
        4 => Just(Step::Settle),
        2 => select(&[31_i64, 301, 1501, 90_000][..]).prop_map(Step::Time),
    ]
}

struct Story {
    office: Office,
    /// Seconds that have passed.
    passed: i64,
    /// What was known of each conversation before the step: itself, and the end of its log.
    known: BTreeMap<LogId, (Conversation, u64)>,
    number: usize,
}

impl Story {
    async fn run(&mut self, step: &Step) {
        self.number += 1;
        let (office, name, now) = (&self.office, format!("m{}", self.number), later(self.passed));
        // What is refused is refused: only what it leaves behind counts.
        match step {
            Step::Ask(visitor) => drop(office.ask(visitor, ThreadType::Workgroup, "sales").await),
            Step::Write(v) | Step::Answer(_, v) => {
                let by = if let Step::Answer(agent_name, _) = step { agent(agent_name) } else { visitor(v) };
                if let Some(conversation) = self.find(v).await {
                    let conversation = std::sync::Arc::new(conversation);
                    let said = draft(&name, "TEXT", "x");
                    drop(office.desk.send(default_device(&by), &conversation, said, now).await);
                }
            }
            Step::Close(by, v) => {
                let by = by.map_or_else(|| visitor(v), agent);
                if self.find(v).await.is_some() {
                    drop(office.command(&by, v, Command::Close, json!("bye")).await);
                }
            }
            Step::Command(by, v, command, to) => {
                if self.find(v).await.is_some() {
                    drop(office.command(&agent(by), v, *command, json!({ "agentUid": to })).await);
                }
            }
            Step::Accept(by, v) => {
                if let Some(conversation) = self.find(v).await {
                    drop(office.desk.accept(&agent(by), conversation.id, now).await);
                }
            }
            Step::TakeOver(v) => {
                if let Some(conversation) = self.find(v).await {
                    drop(office.desk.take_over(&principal("acme", "boss", Role::Supervisor), conversation.id).await);
                }
            }
            Step::Status(name, status) => office.desk.set_agent_status(&uid(name), *status, now).await.unwrap(),
            Step::Settle => office.desk.settle(now).await.unwrap(),
            Step::Time(seconds) => {
                self.passed += seconds;
                office.desk.fire_due(later(self.passed)).await.unwrap();
            }
        }
        self.check(step).await;
    }

    async fn find(&self, visitor: &str) -> Option<Conversation> {
        let topic = ThreadType::Workgroup.topic(&uid("sales"), &uid(visitor));
        self.office.store.conversation_by_topic(&topic).await.unwrap()
    }

    async fn check(&mut self, step: &Step) {
        let mut chatting: BTreeMap<String, u32> = BTreeMap::new();
        for visitor in VISITORS {
            let Some(now) = self.find(visitor).await else { continue };
            let head = self.office.head(&now).await;
            let owned = matches!(now.status, ThreadStatus::Chatting);
            assert!(!owned || now.agent.is_some(), "{step:?}: nobody owns {now:?}");
            assert!(now.agent.is_none() || owned || now.status == ThreadStatus::Closed, "{step:?}: {now:?} is owned");
            if owned {
                *chatting.entry(now.agent.as_ref().unwrap().to_string()).or_default() += 1;
            }
            if now.status == ThreadStatus::Closed {
                assert_eq!(now.attendants, [], "{step:?}: somebody attends what is over");
                assert_eq!(self.office.store.timers_of(now.id).await.unwrap(), [], "{step:?}: something is waited for");
            }
            if let Some((before, was)) = self.known.get(&now.id) {
                assert!(now.fence >= before.fence && head >= *was, "{step:?}: back from {before:?} to {now:?}");
                let changed = (now.status, &now.agent) != (before.status, &before.agent);
                assert!(!changed || (now.fence > before.fence && head > *was), "{step:?}: a change without an entry");
                let opened = before.status == ThreadStatus::Closed && now.status != ThreadStatus::Closed;
                assert!(
                    !opened || matches!(step, Step::Ask(_) | Step::Write(_) | Step::Settle),
                    "{step:?} opened {now:?}"
                );
                if changed {
                    let (_, last) = self.office.log(&now).await;
                    assert_eq!(last["thread"]["status"], now.status.as_str(), "{step:?}: the entry says what is");
                }
            }
            let episodes = self.office.store.episodes(now.id, 99).await.unwrap();
            let open = episodes.iter().filter(|episode| episode.closed.is_none()).count();
            let expected = usize::from(!matches!(now.status, ThreadStatus::Closed | ThreadStatus::New));
            assert_eq!(open, expected, "{step:?}: {now:?} has {episodes:?}");
            self.known.insert(now.id, (now, head));
        }
        chatting.remove("boss");
        assert!(chatting.values().all(|count| *count <= CAPACITY), "{step:?}: {chatting:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_order_keeps_the_promises(steps in prop::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let office = Office::new(&["ann", "bob", "cid", "boss"], CAPACITY).await;
            office.desk.set_agent_status(&uid("boss"), AgentStatus::Busy, later(0)).await.unwrap();
            let _connections: Vec<_> = AGENTS.iter().map(|name| office.connect(name)).collect();
            let mut story = Story { office, passed: 0, known: BTreeMap::new(), number: 0 };
            for step in &steps {
                story.run(step).await;
            }
            // Whoever waits while somebody is there is served once all agents are free again.
            for name in AGENTS {
                story.run(&Step::Status(name, AgentStatus::Available)).await;
            }
            for _ in 0..VISITORS.len() {
                story.run(&Step::Settle).await;
            }
            let mut free = 0;
            for name in AGENTS {
                free += CAPACITY - story.office.store.chatting_counts(&[uid(name)]).await.unwrap()[0];
            }
            let waiting = story.office.store.waiting(&[uid("sales")], 9).await.unwrap().len();
            assert!(free == 0 || waiting == 0, "{free} places are free and {waiting} wait");
        });
    }
}
