//! Who there is: two organisations that are alike, each with visitors, agents, a supervisor, an administrator, workgroups
//! and a robot.

use std::collections::BTreeSet;

use deskwire_model::{AgentProfile, AgentStatus, Principal, Profile, Role, ThreadType, Topic, Uid};
use deskwire_store::{NewWebhook, Store, Visitor, VisitorTold};

use crate::house::BEGINNING;

/// Conversations that an agent takes at first.
pub(crate) const CAPACITY: u32 = 1;

/// One tenant.
#[derive(Debug)]
pub(crate) struct Organisation {
    pub(crate) uid: Uid,
    pub(crate) visitors: Vec<Principal>,
    pub(crate) agents: Vec<Principal>,
    pub(crate) supervisor: Principal,
    pub(crate) admin: Principal,
    /// The account of a business system.
    pub(crate) service: Principal,
    pub(crate) workgroups: Vec<Uid>,
}

pub(crate) fn uid(text: &str) -> Uid {
    Uid::new(text).unwrap()
}

impl Organisation {
    /// The organisation whose uids begin with `letter`.
    pub(crate) fn new(letter: char) -> Self {
        let org = uid(&format!("{letter}-org"));
        let person = |name: &str, role| Principal { org: org.clone(), uid: uid(&format!("{letter}-{name}")), role };
        Self {
            // The last one is called as the notes about the first one are.
            visitors: ["v0", "v1", "v2", "v3", "v4", "v0_internal"].map(|name| person(name, Role::Visitor)).to_vec(),
            agents: ["ann", "bob", "cid", "dan"].iter().map(|name| person(name, Role::Agent)).collect(),
            supervisor: person("boss", Role::Supervisor),
            admin: person("admin", Role::Admin),
            service: person("shop", Role::Service),
            workgroups: ["sales", "support", "robots"].iter().map(|name| uid(&format!("{letter}-{name}"))).collect(),
            uid: org,
        }
    }

    /// Enters everybody into a new store.
    pub(crate) async fn move_in(&self, store: &Store) {
        store.create_organisation(&self.uid, self.uid.as_str()).await.unwrap();
        for person in self.agents.iter().chain([&self.supervisor, &self.admin]) {
            let agent = AgentProfile {
                uid: person.uid.clone(),
                org: self.uid.clone(),
                username: person.uid.to_string(),
                profile: Profile { nickname: person.uid.to_string(), avatar: String::new() },
                status: AgentStatus::Available,
                capacity: CAPACITY,
                role: person.role,
            };
            store.create_agent(&agent, "").await.unwrap();
        }
        for visitor in &self.visitors {
            store.introduce_visitor(&profile(visitor), VisitorTold::default(), BEGINNING).await.unwrap();
        }
        let members = |range: &[usize]| range.iter().map(|n| self.agents[*n].uid.clone()).collect::<Vec<_>>();
        for (workgroup, agents) in self.workgroups.iter().zip([members(&[0, 1, 2]), members(&[2, 3]), members(&[3])]) {
            store.create_workgroup(workgroup, &self.uid, workgroup.as_str(), &agents).await.unwrap();
        }
        let robot = NewWebhook {
            uid: uid(&format!("{}-bot", self.uid)),
            org: self.uid.clone(),
            url: "https://robot.example/".to_owned(),
            secret: Box::from(*b"key"),
            topics: Vec::new(),
            bot_of: Some(self.robots().clone()),
            created_at: BEGINNING,
        };
        store.create_webhook(&robot).await.unwrap();
    }

    /// Everybody who may come with a token.
    pub(crate) fn everybody(&self) -> impl Iterator<Item = &Principal> {
        let others = [&self.supervisor, &self.admin, &self.service];
        self.visitors.iter().chain(&self.agents).chain(others)
    }

    /// The workgroup that has a robot.
    pub(crate) fn robots(&self) -> &Uid {
        &self.workgroups[2]
    }

    /// Everybody who can be asked for.
    pub(crate) fn services(&self) -> Vec<(ThreadType, Uid)> {
        let agents = self.agents[..2].iter().map(|agent| (ThreadType::Agent, agent.uid.clone()));
        self.workgroups.iter().map(|group| (ThreadType::Workgroup, group.clone())).chain(agents).collect()
    }

    /// The topics of all conversations that there may be, and of the notes about them.
    pub(crate) fn topics(&self) -> BTreeSet<Topic> {
        let services = self.services();
        let mut talks = BTreeSet::new();
        for visitor in &self.visitors {
            talks.extend(services.iter().map(|(kind, service)| kind.topic(service, &visitor.uid)));
        }
        let notes = talks.iter().map(|topic| Topic::new(&format!("{topic}_internal")).unwrap()).collect();
        &talks | &notes
    }
}

pub(crate) fn profile(visitor: &Principal) -> Visitor {
    let profile = Profile { nickname: visitor.uid.to_string(), avatar: String::new() };
    Visitor { uid: visitor.uid.clone(), org: visitor.org.clone(), profile, channel: "WEB".to_owned() }
}
