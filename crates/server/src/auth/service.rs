//! Accounts of programs: back ends, bridges, load generators. They come from the configuration and use live topics.

use std::{collections::HashMap, sync::Arc};

use deskwire_model::{Principal, Role, Topic, TopicFilter, Uid};
use subtle::ConstantTimeEq;

use crate::config::{Secret, ServiceAccountSection};

/// What one account may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceAccount {
    /// Whom it acts as.
    pub principal: Principal,
    publish: Vec<TopicFilter>,
    subscribe: Vec<TopicFilter>,
    /// What it may not subscribe to all the same.
    withheld: Option<TopicFilter>,
}

impl ServiceAccount {
    /// Whether it may publish to `topic`.
    #[must_use]
    pub fn may_publish(&self, topic: &Topic) -> bool {
        self.publish.iter().any(|right| right.matches(topic.as_str()))
    }

    /// Whether it may send to where the sessions of `user` listen to their own `topic`. A right to everything is none to
    /// users: the filter must begin with `user/`.
    #[must_use]
    pub fn may_push(&self, user: &Uid, topic: &Topic) -> bool {
        let place = format!("user/{user}/{topic}");
        self.publish.iter().any(|right| right.as_str().starts_with("user/") && right.matches(&place))
    }

    /// Whether it may not subscribe to `filter` whatever its rights say.
    #[must_use]
    pub fn is_withheld(&self, filter: &TopicFilter) -> bool {
        self.withheld.as_ref() == Some(filter)
    }

    /// Whether it may subscribe to all that `filter` matches (invariant I9).
    #[must_use]
    pub fn may_subscribe(&self, filter: &TopicFilter) -> bool {
        !self.is_withheld(filter) && self.subscribe.iter().any(|right| right.covers(filter))
    }
}

/// All accounts.
#[derive(Debug)]
pub struct ServiceAccounts {
    by_name: HashMap<Uid, (Secret, Arc<ServiceAccount>)>,
    anonymous: Option<Arc<ServiceAccount>>,
}

impl ServiceAccounts {
    /// The configured accounts, as principals of `org`.
    #[must_use]
    pub fn new(sections: &[ServiceAccountSection], org: &Uid) -> Self {
        let account = |section: &ServiceAccountSection| ServiceAccount {
            principal: Principal { org: org.clone(), uid: section.name.clone(), role: Role::Service },
            publish: section.publish.clone(),
            subscribe: section.subscribe.clone(),
            withheld: None,
        };
        let by_name = sections
            .iter()
            .map(|section| (section.name.clone(), (section.secret.clone(), Arc::new(account(section)))))
            .collect();
        Self { by_name, anonymous: None }
    }

    /// Lets MQTT clients that show nothing in, with the rights of the account called `name` but for a subscription to
    /// exactly `withheld`. Without such an account nobody is let in.
    #[must_use]
    pub fn admit_anonymous(mut self, name: &str, withheld: TopicFilter) -> Self {
        let account = self.by_name.get(name).map(|(_, account)| ServiceAccount::clone(account));
        self.anonymous = account.map(|account| Arc::new(ServiceAccount { withheld: Some(withheld), ..account }));
        self
    }

    /// As whom an MQTT client acts that shows nothing.
    #[must_use]
    pub fn anonymous(&self) -> Option<Arc<ServiceAccount>> {
        self.anonymous.clone()
    }

    /// Whether there is an account called `name`.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// The account called `name` if `secret` is its secret. How much of a wrong secret was right cannot be told from
    /// the time; its length can.
    #[must_use]
    pub fn authenticate(&self, name: &str, secret: &[u8]) -> Option<Arc<ServiceAccount>> {
        let (expected, account) = self.by_name.get(name)?;
        let equal: bool = expected.expose().as_bytes().ct_eq(secret).into();
        equal.then(|| Arc::clone(account))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts() -> ServiceAccounts {
        let sections = [
            ServiceAccountSection::unrestricted(Uid::new("bench").unwrap(), Secret::new("s3cret".to_owned())),
            ServiceAccountSection {
                name: Uid::new("bridge").unwrap(),
                secret: Secret::new("other".to_owned()),
                publish: vec![TopicFilter::new("bridge/out").unwrap()],
                subscribe: vec![TopicFilter::new("bridge/in/#").unwrap(), TopicFilter::new("news/+").unwrap()],
            },
        ];
        ServiceAccounts::new(&sections, &Uid::new("df_org").unwrap())
    }

    #[test]
    fn name_and_secret_belong_together() {
        let accounts = accounts();
        for (name, secret, expected) in [
            ("bench", "s3cret", true),
            ("bench", "s3cret ", false),
            ("bench", "", false),
            ("bench", "other", false),
            ("bridge", "other", true),
            ("nobody", "s3cret", false),
            ("", "", false),
        ] {
            assert_eq!(accounts.authenticate(name, secret.as_bytes()).is_some(), expected, "{name}:{secret}");
        }
        let principal = &accounts.authenticate("bench", b"s3cret").unwrap().principal;
        assert_eq!((principal.uid.as_str(), principal.role), ("bench", Role::Service));
    }

    #[test]
    fn rights_are_patterns() {
        let bridge = accounts().authenticate("bridge", b"other").unwrap();
        for (topic, expected) in [("bridge/out", true), ("bridge/out/x", false), ("bridge/in/x", false)] {
            assert_eq!(bridge.may_publish(&Topic::new(topic).unwrap()), expected, "publish {topic}");
        }
        for (filter, expected) in [("bridge/in/+", true), ("bridge/#", false), ("news/a", true), ("#", false)] {
            assert_eq!(bridge.may_subscribe(&TopicFilter::new(filter).unwrap()), expected, "subscribe {filter}");
        }
        for (right, expected) in [
            ("user/#", true),
            ("user/+/queue/#", true),
            ("user/ann/queue/notify", true),
            ("user/ann/topic/#", false),
            ("user/bob/#", false),
            ("#", false),
            ("+/#", false),
            ("users/#", false),
        ] {
            let account = ServiceAccount {
                principal: bridge.principal.clone(),
                publish: vec![TopicFilter::new(right).unwrap()],
                subscribe: Vec::new(),
                withheld: None,
            };
            let topic = Topic::new("queue/notify").unwrap();
            assert_eq!(account.may_push(&Uid::new("ann").unwrap(), &topic), expected, "{right}");
        }
        let bench = accounts().authenticate("bench", b"s3cret").unwrap();
        assert!(bench.may_subscribe(&TopicFilter::new("#").unwrap()));
        assert!(!bench.may_subscribe(&TopicFilter::new("$SYS/#").unwrap()));
    }

    #[test]
    fn who_shows_nothing_is_let_in_only_when_that_was_wished() {
        let withheld = TopicFilter::new("test/nosubscribe").unwrap();
        assert_eq!(accounts().anonymous(), None);
        assert_eq!(accounts().admit_anonymous("nobody", withheld.clone()).anonymous(), None);
        let accounts = accounts().admit_anonymous("bench", withheld.clone());
        let anonymous = accounts.anonymous().unwrap();
        assert!(!anonymous.may_subscribe(&withheld));
        assert!(anonymous.may_subscribe(&TopicFilter::new("#").unwrap()));
        let named = accounts.authenticate("bench", b"s3cret").unwrap();
        assert!(named.may_subscribe(&withheld), "the account itself keeps its rights");
        assert_eq!(anonymous.principal, named.principal);
    }
}
