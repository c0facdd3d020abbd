//! Who finds what: rights, filters, and searches by people with many conversations.

use deskwire_desk::{MessageSearch, SearchPage};
use deskwire_model::{Principal, Role, ThreadType};
use deskwire_store::{SearchOrder, Sought};

use crate::office::{Office, agent, default_device, draft, principal, read, uid, visitor};

fn search(text: &str) -> MessageSearch {
    MessageSearch {
        sought: Some(Sought::new(text).unwrap()),
        kinds: Vec::new(),
        since: None,
        until: None,
        conversation: None,
        agent: None,
        visitor: None,
        tag: None,
        order: SearchOrder::Newest,
    }
}

async fn index(office: &Office) {
    while office.store.index(256).await.unwrap().more {}
}

fn uids(page: &SearchPage) -> Vec<String> {
    page.hits.iter().map(|hit| read(&hit.message)["uid"].as_str().unwrap().to_owned()).collect()
}

async fn find(office: &Office, who: &Principal, search: &MessageSearch) -> Vec<String> {
    uids(&office.desk.search(who, search, None, 10).await.unwrap())
}

#[tokio::test]
async fn people_find_what_was_said_where_they_take_part() {
    let office = Office::new(&["ann", "bob"], 5).await;
    let _ann = office.connect("ann");
    let (one, two) = (office.direct("v", "ann").await, office.direct("w", "ann").await);
    for (name, conversation) in [("v", &one), ("w", &two)] {
        let who = visitor(name);
        let message = draft(&format!("of-{name}"), "TEXT", "退款在哪里");
        office.submit(default_device(&who), conversation, message).await.unwrap();
    }
    index(&office).await;
    let sought = search("退款");
    let org = agent("ann").org;
    for (who, expected) in [
        (visitor("v"), &["of-v"][..]),
        (visitor("w"), &["of-w"]),
        (visitor("x"), &[]),
        (agent("ann"), &["of-w", "of-v"]),
        (agent("bob"), &[]),
        (principal(org.as_str(), "sue", Role::Supervisor), &["of-w", "of-v"]),
        (principal(org.as_str(), "api", Role::Service), &[]),
        (principal("elsewhere", "sue", Role::Supervisor), &[]),
        (principal("elsewhere", "v", Role::Visitor), &[]),
        (principal("elsewhere", "ann", Role::Agent), &[]),
    ] {
        assert_eq!(find(&office, &who, &sought).await, expected, "{who:?}");
        let named = MessageSearch { conversation: Some(two.id), ..sought.clone() };
        let expected: Vec<_> = expected.iter().filter(|name| **name == "of-w").collect();
        assert_eq!(find(&office, &who, &named).await.iter().collect::<Vec<_>>(), expected, "{who:?}, by conversation");
    }
    let narrowed = MessageSearch { visitor: Some(uid("v")), agent: Some(uid("ann")), ..sought.clone() };
    assert_eq!(find(&office, &agent("ann"), &narrowed).await, ["of-v"]);
    let narrowed = MessageSearch { agent: Some(uid("bob")), ..sought };
    assert_eq!(find(&office, &agent("ann"), &narrowed).await, [""; 0]);
}

#[tokio::test]
async fn who_has_many_conversations_finds_in_all_of_them_page_by_page() {
    let office = Office::new(&["ann", "bob"], 1000).await;
    let _online = (office.connect("ann"), office.connect("bob"));
    for number in 0..210 {
        let served_by = if number % 3 == 0 { "bob" } else { "ann" };
        let name = format!("v{number}");
        let conversation = office.ask(&name, ThreadType::Agent, served_by).await.unwrap().conversation;
        for part in 0..2 {
            let who = visitor(&name);
            let message = draft(&format!("{served_by}-{number}-{part}"), "TEXT", "退款");
            office.submit(default_device(&who), &conversation, message).await.unwrap();
        }
    }
    index(&office).await;
    let sue = principal(agent("ann").org.as_str(), "sue", Role::Supervisor);
    for (who, expected) in [(agent("ann"), 280), (agent("bob"), 140), (sue, 420)] {
        let (mut all, mut cursor) = (Vec::new(), None);
        loop {
            let page = office.desk.search(&who, &search("退款"), cursor, 50).await.unwrap();
            all.extend(uids(&page));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert!(all.iter().all(|name| who.role == Role::Supervisor || name.starts_with(who.uid.as_str())));
        let found = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!((found, all.len()), (expected, expected), "{who:?}");
    }
}
