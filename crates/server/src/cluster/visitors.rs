//! Visitors and listeners on all nodes. Each node knows its own; the others are asked when somebody wants to know.

use std::{
    collections::{HashMap, hash_map::Entry},
    time::Duration,
};

use deskwire_desk::{BROWSED_PAGES, BrowsingVisitor};
use deskwire_model::{SessionId, Topic, Uid};
use serde::{Deserialize, Serialize};

use super::questions::{self, Question};
use crate::gateway::Gateway;

/// How long a request that would be answered without them waits for other nodes.
const PATIENCE: Duration = Duration::from_secs(1);
/// Bytes of browsing visitors that a node tells another; the newest fit.
const MOST_BYTES: usize = 1024 * 1024;

/// Where connections may listen.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Place {
    /// A live topic, by its name.
    Topic(String),
    /// A place of the sessions of a user's own; of a user of the organisation only, if there is one.
    User { user: Uid, org: Option<Uid>, topic: String },
}

/// A visitor who looks at pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Browser {
    pub(crate) uid: Uid,
    pub(crate) nickname: String,
    pub(crate) avatar: String,
    pub(crate) channel: String,
    /// The newest first.
    pub(crate) pages: Vec<BrowsedPage>,
}

/// A page that a visitor has looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BrowsedPage {
    pub(crate) url: String,
    pub(crate) title: String,
    pub(crate) referrer: String,
    /// When, in milliseconds since 1970.
    pub(crate) at: i64,
}

impl From<BrowsingVisitor> for Browser {
    fn from(BrowsingVisitor { visitor, pages, .. }: BrowsingVisitor) -> Self {
        let pages = pages.into_iter().map(|page| BrowsedPage {
            url: page.url,
            title: page.title,
            referrer: page.referrer,
            at: page.at.0,
        });
        Self {
            uid: visitor.uid,
            nickname: visitor.profile.nickname,
            avatar: visitor.profile.avatar,
            channel: visitor.channel,
            pages: pages.collect(),
        }
    }
}

impl Browser {
    fn newest(&self) -> Option<i64> {
        self.pages.first().map(|page| page.at)
    }

    /// Roughly how many bytes it is.
    fn weight(&self) -> usize {
        let pages: usize =
            self.pages.iter().map(|page| page.url.len() + page.title.len() + page.referrer.len() + 64).sum();
        pages + self.nickname.len() + self.avatar.len() + self.channel.len() + 128
    }

    /// Takes over what another node knows of the same visitor: what is newer counts.
    fn join(&mut self, other: Self) {
        let pages = std::mem::take(&mut self.pages).into_iter().chain(other.pages.clone());
        let mut pages: Vec<BrowsedPage> = pages.collect();
        pages.sort_by_key(|page| std::cmp::Reverse(page.at));
        pages.dedup_by(|later, sooner| later.url == sooner.url);
        pages.truncate(BROWSED_PAGES);
        if other.newest() > self.newest() {
            *self = other;
        }
        self.pages = pages;
    }
}

/// What several nodes know, put together, who looked at something last first.
fn joined(nodes: impl IntoIterator<Item = Vec<Browser>>) -> Vec<Browser> {
    let mut by_uid: HashMap<Uid, Browser> = HashMap::new();
    for browser in nodes.into_iter().flatten() {
        match by_uid.entry(browser.uid.clone()) {
            Entry::Occupied(mut known) => known.get_mut().join(browser),
            Entry::Vacant(new) => {
                new.insert(browser);
            }
        }
    }
    let mut all: Vec<Browser> = by_uid.into_values().collect();
    all.sort_by(|a, b| b.newest().cmp(&a.newest()).then_with(|| a.uid.cmp(&b.uid)));
    all
}

/// What this node tells others of the visitors who browse on it.
pub(super) fn browsing_here(gateway: &Gateway, org: &Uid) -> Vec<Browser> {
    let mut bytes = 0;
    let all = gateway.desk.browsing_here(org).into_iter().map(Browser::from);
    all.take_while(|browser| {
        bytes += browser.weight();
        bytes <= MOST_BYTES
    })
    .collect()
}

/// How many connections and polling devices of each of these are within their leases on this node.
pub(super) fn active_here(gateway: &Gateway, users: &[Uid]) -> Vec<usize> {
    users.iter().map(|user| gateway.desk.presence().active(user)).collect()
}

/// How many connections on this node listen there.
pub(super) fn listeners_here(gateway: &Gateway, place: &Place) -> usize {
    let hub = &gateway.hub;
    match place {
        Place::Topic(topic) => Topic::new(topic).map_or(0, |topic| hub.listeners(&topic)),
        Place::User { user, org, topic } => {
            let Ok(topic) = Topic::new(topic) else { return 0 };
            let sessions = match org {
                Some(org) => gateway.sessions.of_member(user, org),
                None => gateway.sessions.of(user),
            };
            let listens = |session: SessionId| hub.listeners(&Topic::of_session(session, &topic)) > 0;
            sessions.iter().filter(|(session, _)| listens(*session)).count()
        }
    }
}

/// What the other nodes answer that do.
async fn answers<A: serde::de::DeserializeOwned>(gateway: &Gateway, question: &Question) -> Vec<A> {
    let asked = questions::ask_all(gateway, question, PATIENCE).await;
    asked
        .into_iter()
        .filter_map(|(node, answer)| {
            answer.inspect_err(|error| tracing::debug!(%node, %error, "a node does not answer")).ok()
        })
        .collect()
}

/// How many connections and polling devices of each of `users` are within their leases, on all nodes that answer.
pub(crate) async fn active(gateway: &Gateway, users: Vec<Uid>) -> Vec<usize> {
    let mut active = active_here(gateway, &users);
    if !users.is_empty() {
        for there in answers::<Vec<usize>>(gateway, &Question::Active { users }).await {
            active.iter_mut().zip(there).for_each(|(active, there)| *active += there);
        }
    }
    active
}

/// How many connections on other nodes listen there, of those that answer.
pub(crate) async fn listeners_elsewhere(gateway: &Gateway, place: Place) -> usize {
    answers::<usize>(gateway, &Question::Listeners(place)).await.into_iter().sum()
}

/// The visitors of an organisation who browse, by all nodes that answer, who looked at something last first.
pub(crate) async fn browsing(gateway: &Gateway, here: Vec<BrowsingVisitor>, org: &Uid) -> Vec<Browser> {
    let elsewhere = answers::<Vec<Browser>>(gateway, &Question::Browsing { org: org.clone() }).await;
    let here = here.into_iter().map(Browser::from).collect();
    joined([here].into_iter().chain(elsewhere))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn browser(uid: &str, nickname: &str, pages: &[(&str, i64)]) -> Browser {
        let page = |(url, at): &(&str, i64)| BrowsedPage {
            url: (*url).to_owned(),
            title: String::new(),
            referrer: String::new(),
            at: *at,
        };
        Browser {
            uid: Uid::new(uid).unwrap(),
            nickname: nickname.to_owned(),
            avatar: String::new(),
            channel: String::new(),
            pages: pages.iter().map(page).collect(),
        }
    }

    #[test]
    fn a_visitor_whose_pages_came_to_two_nodes_is_one() {
        let one = vec![browser("v", "Vera", &[("/c", 30), ("/a", 10)]), browser("w", "Will", &[("/x", 20)])];
        let two = vec![browser("v", "Vera B", &[("/d", 40), ("/b", 20)])];
        let all = joined([one, two]);
        let names: Vec<_> = all.iter().map(|one| one.nickname.as_str()).collect();
        assert_eq!(names, ["Vera B", "Will"], "the newest word of the visitor, and the newest visitor first");
        let urls: Vec<_> = all[0].pages.iter().map(|page| page.url.as_str()).collect();
        assert_eq!(urls, ["/d", "/c", "/b", "/a"]);
    }

    #[test]
    fn pages_stay_bounded() {
        let many = |from: i64| {
            (from..from + 8).rev().map(|at| (if at % 2 == 0 { "/even" } else { "/odd" }, at)).collect::<Vec<_>>()
        };
        let all = joined([vec![browser("v", "", &many(0))], vec![browser("v", "", &many(8))]]);
        assert_eq!(all[0].pages.len(), BROWSED_PAGES);
        assert_eq!(all[0].newest(), Some(15));
    }
}
