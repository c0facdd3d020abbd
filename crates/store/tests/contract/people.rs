//! Organisations, agents, workgroups and visitors.

use deskwire_model::{AgentProfile, AgentStatus, Profile, Role, Timestamp};
use deskwire_store::{Member, StoreError, Visitor, VisitorTold};

use crate::{
    Backend,
    fixtures::{agent, introduce, uid},
};

pub(crate) async fn an_organisation_is_there_once_it_is_created(backend: &impl Backend) {
    let store = backend.open().await;
    assert!(!store.organisation_exists(&uid("acme")).await.unwrap());
    store.create_organisation(&uid("acme"), "Acme").await.unwrap();
    assert!(store.organisation_exists(&uid("acme")).await.unwrap());
    assert!(matches!(store.create_organisation(&uid("acme"), "Again").await, Err(StoreError::Exists)));
}

pub(crate) async fn agents_are_found_by_uid_and_name(backend: &impl Backend) {
    let store = backend.open().await;
    let ann = agent("ann", "acme");
    assert!(matches!(store.create_agent(&ann, "hash").await, Err(StoreError::Missing)), "no organisation yet");
    for org in ["acme", "other"] {
        store.create_organisation(&uid(org), org).await.unwrap();
    }
    store.create_agent(&ann, "hash").await.unwrap();
    assert_eq!(store.agent(&ann.uid).await.unwrap().as_ref(), Some(&ann));
    let known = Some((ann.clone(), "hash".to_owned()));
    assert_eq!(store.agent_by_username(None, "ann").await.unwrap(), known);
    assert_eq!(store.agent_by_username(Some(&uid("acme")), "ann").await.unwrap(), known);
    assert_eq!(store.agent_by_username(Some(&uid("other")), "ann").await.unwrap(), None);
    assert_eq!(store.agent_by_username(None, "ben").await.unwrap(), None);

    let namesake = AgentProfile { username: "ann".to_owned(), ..agent("ann2", "acme") };
    assert!(matches!(store.create_agent(&namesake, "").await, Err(StoreError::Exists)));
    let elsewhere = AgentProfile { org: uid("other"), ..namesake };
    store.create_agent(&elsewhere, "theirs").await.unwrap();
    assert_eq!(store.agent_by_username(None, "ann").await.unwrap(), None, "two organisations know the name");
    assert_eq!(store.agent_by_username(Some(&uid("acme")), "ann").await.unwrap(), known);
}

pub(crate) async fn an_agent_changes_status_and_duty(backend: &impl Backend) {
    let store = backend.open().await;
    store.create_organisation(&uid("acme"), "Acme").await.unwrap();
    store.create_agent(&agent("ann", "acme"), "old").await.unwrap();
    store.set_agent_status(&uid("ann"), AgentStatus::Away).await.unwrap();
    assert_eq!(store.agent(&uid("ann")).await.unwrap().unwrap().status, AgentStatus::Away);
    let nobody = uid("nobody");
    assert!(matches!(store.set_agent_status(&nobody, AgentStatus::Away).await, Err(StoreError::Missing)));
    store.set_agent_duty(&uid("ann"), Role::Supervisor, 7).await.unwrap();
    let ann = store.agent(&uid("ann")).await.unwrap().unwrap();
    assert_eq!((ann.role, ann.capacity), (Role::Supervisor, 7));
    assert!(matches!(store.set_agent_duty(&nobody, Role::Agent, 1).await, Err(StoreError::Missing)));
}

pub(crate) async fn a_workgroup_has_agents_of_its_own_organisation(backend: &impl Backend) {
    let store = backend.open().await;
    for org in ["acme", "other"] {
        store.create_organisation(&uid(org), org).await.unwrap();
    }
    for (name, org) in [("ann", "acme"), ("ben", "acme"), ("zoe", "other")] {
        store.create_agent(&agent(name, org), "").await.unwrap();
    }
    let (sales, acme) = (uid("sales"), uid("acme"));
    for (members, complaint) in [(["ann", "zoe"], StoreError::Missing), (["ann", "ann"], StoreError::Exists)] {
        let failed = store.create_workgroup(&sales, &acme, "Sales", &members.map(uid)).await.unwrap_err();
        assert_eq!(failed.to_string(), complaint.to_string(), "{members:?}");
        assert_eq!(store.workgroup(&sales).await.unwrap(), None, "half a workgroup was kept");
    }
    store.create_workgroup(&sales, &acme, "Sales", &["ben", "ann"].map(uid)).await.unwrap();
    let found = store.workgroup(&sales).await.unwrap().unwrap();
    assert_eq!((found.uid, found.org, found.name.as_str()), (sales, acme, "Sales"));
    let member = |name, weight| Member { agent: agent(name, "acme"), weight };
    assert_eq!(found.members, [member("ben", 1), member("ann", 1)]);
    store.set_weight(&uid("sales"), &uid("ann"), 3).await.unwrap();
    assert_eq!(store.workgroup(&uid("sales")).await.unwrap().unwrap().members, [member("ben", 1), member("ann", 3)]);
    assert!(matches!(store.set_weight(&uid("sales"), &uid("zoe"), 3).await, Err(StoreError::Missing)));
    assert_eq!(store.workgroups_of(&uid("ann")).await.unwrap(), [uid("sales")]);
    assert_eq!(store.agents_of(&uid("acme")).await.unwrap(), [agent("ann", "acme"), agent("ben", "acme")]);
}

pub(crate) async fn visitors_introduce_themselves_again(backend: &impl Backend) {
    let store = backend.open().await;
    let profile = |nickname: &str| Profile { nickname: nickname.to_owned(), avatar: "a.png".to_owned() };
    let visitor = Visitor { uid: uid("v"), org: uid("acme"), profile: profile("Eve"), channel: "WEB".to_owned() };
    assert!(matches!(introduce(&store, &visitor).await, Err(StoreError::Missing)), "no organisation yet");
    assert_eq!(store.visitor(&uid("v")).await.unwrap(), None);
    store.create_organisation(&uid("acme"), "Acme").await.unwrap();
    let told = |nickname: &str| VisitorTold { nickname: nickname.to_owned(), ..VisitorTold::default() };
    for (said, expected) in [("", "Eve"), ("Ada", "Ada"), ("", "Ada")] {
        let introduced = store.introduce_visitor(&visitor, told(said), Timestamp(1)).await.unwrap();
        assert_eq!(introduced, Visitor { profile: profile(expected), ..visitor.clone() });
        assert_eq!(store.visitor(&uid("v")).await.unwrap(), Some(introduced));
    }
}

pub(crate) async fn an_agent_and_a_workgroup_are_changed(backend: &impl Backend) {
    let store = backend.open().await;
    for org in ["acme", "other"] {
        store.create_organisation(&uid(org), org).await.unwrap();
    }
    for (name, org) in [("ann", "acme"), ("ben", "acme"), ("zoe", "other")] {
        store.create_agent(&agent(name, org), "").await.unwrap();
    }
    let profile = Profile { nickname: "Anna".to_owned(), avatar: "/a.png".to_owned() };
    store.set_agent_profile(&uid("ann"), &profile).await.unwrap();
    assert_eq!(store.agent(&uid("ann")).await.unwrap().unwrap().profile, profile);
    assert!(matches!(store.set_agent_profile(&uid("nobody"), &profile).await, Err(StoreError::Missing)));

    let sales = uid("sales");
    store.create_workgroup(&sales, &uid("acme"), "Sales", &["ann", "ben"].map(uid)).await.unwrap();
    store.set_weight(&sales, &uid("ben"), 7).await.unwrap();
    let members = async || {
        let found = store.workgroup(&sales).await.unwrap().unwrap();
        let members = found.members.into_iter().map(|member| (member.agent.uid.to_string(), member.weight));
        (found.name, members.collect::<Vec<_>>())
    };
    for (agents, refused) in [
        (["ben", "zoe"], Some(StoreError::Missing)),
        (["ben", "ben"], Some(StoreError::Exists)),
        (["ben", "ann"], None),
    ] {
        let changed = store.change_workgroup(&sales, "Care", Some(&agents.map(uid))).await;
        assert_eq!(changed.err().map(|e| e.to_string()), refused.map(|e| e.to_string()), "{agents:?}");
    }
    assert_eq!(members().await, ("Care".to_owned(), vec![("ben".to_owned(), 7), ("ann".to_owned(), 1)]));
    store.change_workgroup(&sales, "Sales", None).await.unwrap();
    assert_eq!(members().await.1.len(), 2);
    assert!(matches!(store.change_workgroup(&uid("none"), "x", None).await, Err(StoreError::Missing)));
    assert_eq!(store.workgroups_of_organisation(&uid("acme")).await.unwrap(), std::slice::from_ref(&sales));
    assert_eq!(store.workgroups_of_organisation(&uid("other")).await.unwrap(), []);
}
