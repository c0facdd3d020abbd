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
    /// Whether it reaches nobody outside of its organisation.
    is_confined: bool,
}

impl ServiceAccount {
    /// The account of the service key called `uid`: it may send to the users of `org`, and has the live topics below
    /// `tenant/{org}` and the queues below `queue/tenant/{org}`, which no key of another organisation has. One of the
    /// organisation that runs the server (`is_home`) has the topics and queues that are no tenant's too.
    #[must_use]
    pub fn of_key(uid: &Uid, org: &Uid, is_home: bool) -> Self {
        let shared = if is_home { vec![filter("#")] } else { Vec::new() };
        let own = || places_of(org).into_iter().chain(shared.clone()).collect();
        let mut publish: Vec<TopicFilter> = own();
        publish.push(filter("user/#"));
        Self {
            principal: Principal { org: org.clone(), uid: uid.clone(), role: Role::Service },
            publish,
            subscribe: own(),
            withheld: None,
            is_confined: true,
        }
    }

    /// The organisation outside of which it reaches nobody; none for one that the configuration trusts.
    #[must_use]
    pub fn confines(&self) -> Option<&Uid> {
        self.is_confined.then_some(&self.principal.org)
    }

    /// Whether it may publish to `topic`.
    #[must_use]
    pub fn may_publish(&self, topic: &Topic) -> bool {
        self.publish.iter().any(|right| right.matches(topic.as_str())) && !self.is_foreign(&TopicFilter::from(topic))
    }

    /// Whether it may send to where the sessions of `user` listen to their own `topic`. A right to everything is none to
    /// users: the filter must begin with `user/`.
    #[must_use]
    pub fn may_push(&self, user: &Uid, topic: &Topic) -> bool {
        let place = format!("user/{user}/{topic}");
        self.publish.iter().any(|right| right.as_str().starts_with("user/") && right.matches(&place))
    }

    /// Whether it may post notices to `user`, or if none is named to everybody of its organisation. As with
    /// [`Self::may_push`] the right must be one to users.
    #[must_use]
    pub fn may_notify(&self, user: Option<&Uid>) -> bool {
        let place = TopicFilter::new(&format!("user/{}/notices", user.map_or("+", Uid::as_str)));
        let covers = |place: &TopicFilter| {
            self.publish.iter().any(|right| right.as_str().starts_with("user/") && right.covers(place))
        };
        place.is_ok_and(|place| covers(&place))
    }

    /// Whether it may not subscribe to `filter` whatever its rights say.
    #[must_use]
    pub fn is_withheld(&self, filter: &TopicFilter) -> bool {
        self.withheld.as_ref() == Some(filter)
    }

    /// Whether it may subscribe to all that `filter` matches (invariant I9).
    #[must_use]
    pub fn may_subscribe(&self, filter: &TopicFilter) -> bool {
        let right = self.subscribe.iter().any(|right| right.covers(filter));
        right && !self.is_withheld(filter) && !self.is_foreign(filter)
    }

    /// Whether `place` is, or takes in, what is another tenant's.
    fn is_foreign(&self, place: &TopicFilter) -> bool {
        self.is_confined && is_tenants(place) && !places_of(&self.principal.org).iter().any(|own| own.covers(place))
    }
}

/// The first segment of topics that are an organisation's own.
const TENANT: &str = "tenant";

/// The live topics and queues of `org`.
fn places_of(org: &Uid) -> [TopicFilter; 2] {
    ["", "queue/"].map(|place| filter(&format!("{place}{TENANT}/{org}/#")))
}

fn filter(text: &str) -> TopicFilter {
    TopicFilter::new(text).expect("a uid is one segment, and a last segment # is a filter")
}

/// Whether `place` is, or takes in, topics or queues of tenants.
fn is_tenants(place: &TopicFilter) -> bool {
    let mut segments = place.as_str().split('/');
    let (first, second) = (segments.next(), segments.next());
    let may_be_tenant = |segment: Option<&str>| matches!(segment, Some("+" | "#" | TENANT));
    may_be_tenant(first) || (first == Some("queue") && may_be_tenant(second))
}

/// All accounts.
#[derive(Debug)]
pub struct ServiceAccounts {
    by_name: HashMap<Uid, (Secret, Arc<ServiceAccount>)>,
    org: Uid,
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
            is_confined: false,
        };
        let by_name = sections
            .iter()
            .map(|section| (section.name.clone(), (section.secret.clone(), Arc::new(account(section)))))
            .collect();
        Self { by_name, org: org.clone(), anonymous: None }
    }

    /// The names of the accounts of `org`, in order.
    #[must_use]
    pub fn names_of(&self, org: &Uid) -> Vec<&Uid> {
        let mut names: Vec<&Uid> = if *org == self.org { self.by_name.keys().collect() } else { Vec::new() };
        names.sort_unstable();
        names
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
                is_confined: false,
            };
            let topic = Topic::new("queue/notify").unwrap();
            assert_eq!(account.may_push(&Uid::new("ann").unwrap(), &topic), expected, "{right}");
        }
        let bench = accounts().authenticate("bench", b"s3cret").unwrap();
        assert!(bench.may_subscribe(&TopicFilter::new("#").unwrap()));
        assert!(!bench.may_subscribe(&TopicFilter::new("$SYS/#").unwrap()));
    }

    #[test]
    fn the_account_of_a_key_has_what_is_its_organisations() {
        let of = |is_home| ServiceAccount::of_key(&Uid::new("k").unwrap(), &Uid::new("acme").unwrap(), is_home);
        let (home, tenant) = (of(true), of(false));
        for (topic, of_home, of_tenant) in [
            ("tenant/acme/a/b", true, true),
            ("queue/tenant/acme/a", true, true),
            ("tenant/other/a", false, false),
            ("tenant", false, false),
            ("queue/tenant/other/a", false, false),
            ("queue/a", true, false),
            ("news", true, false),
            ("$SYS/sessions", false, false),
        ] {
            for (key, expected) in [(&home, of_home), (&tenant, of_tenant)] {
                assert_eq!(key.may_publish(&Topic::new(topic).unwrap()), expected, "{topic}");
                assert_eq!(key.may_subscribe(&TopicFilter::new(topic).unwrap()), expected, "{topic}");
            }
        }
        for (filter, of_home, of_tenant) in [
            ("#", false, false),
            ("+/acme/a", false, false),
            ("tenant/#", false, false),
            ("tenant/+/a", false, false),
            ("tenant/acme/+", true, true),
            ("queue/#", false, false),
            ("queue/+/acme/a", false, false),
            ("queue/jobs/#", true, false),
            ("news/#", true, false),
        ] {
            let filter = TopicFilter::new(filter).unwrap();
            for (key, expected) in [(&home, of_home), (&tenant, of_tenant)] {
                assert_eq!(key.may_subscribe(&filter), expected, "{filter:?}");
            }
        }
        for key in [home, tenant] {
            assert!(key.may_notify(None));
            assert!(key.may_push(&Uid::new("ann").unwrap(), &Topic::new("queue/notify").unwrap()));
            assert_eq!(key.confines().map(Uid::as_str), Some("acme"));
        }
        let bench = accounts().authenticate("bench", b"s3cret").unwrap();
        assert!(bench.confines().is_none() && bench.may_subscribe(&TopicFilter::new("tenant/#").unwrap()));
    }

    #[test]
    fn names_are_told_to_their_organisation() {
        let names = |org| -> Vec<String> {
            accounts().names_of(&Uid::new(org).unwrap()).into_iter().map(Uid::to_string).collect()
        };
        assert_eq!(names("df_org"), ["bench", "bridge"]);
        assert_eq!(names("other"), [""; 0]);
    }

    #[test]
    fn notices_need_a_right_to_their_users() {
        for (right, to_ann, to_everybody) in [
            ("user/#", true, true),
            ("user/+/notices", true, true),
            ("user/ann/notices", true, false),
            ("user/ann/#", true, false),
            ("user/bob/notices", false, false),
            ("user/+/queue/#", false, false),
            ("#", false, false),
            ("+/+/notices", false, false),
        ] {
            let mut account = ServiceAccount::clone(&accounts().authenticate("bridge", b"other").unwrap());
            account.publish = vec![TopicFilter::new(right).unwrap()];
            assert_eq!(account.may_notify(Some(&Uid::new("ann").unwrap())), to_ann, "{right}");
            assert_eq!(account.may_notify(None), to_everybody, "{right}");
        }
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
