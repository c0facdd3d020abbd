//! Keys of programs that administrators make and revoke, in memory: whoever shows one is not to cost a question to the store.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicI64, Ordering},
    },
};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use deskwire_model::{Timestamp, Uid};
use deskwire_store::{SecretDigest, ServiceKey};
use subtle::ConstantTimeEq;

use super::service::ServiceAccount;

/// Random bytes of a secret.
const SECRET_BYTES: usize = 32;
/// What secrets begin with, so that people and scanners know one when they see it.
const MARK: &str = "dwsk_";
/// Characters of a secret that are kept. What stays secret of it has over 200 random bits.
const START_CHARS: usize = MARK.len() + 6;
/// No time at all: a key that was not shown yet.
const NEVER: i64 = i64::MIN;

/// The secret of a new key: `dwsk_` and Base64.
pub struct KeySecret(String);

impl fmt::Debug for KeySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeySecret(..)")
    }
}

impl KeySecret {
    /// A new one.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; SECRET_BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(format!("{MARK}{}", URL_SAFE_NO_PAD.encode(bytes))))
    }

    /// What is kept of it.
    #[must_use]
    pub fn digest(&self) -> SecretDigest {
        digest_of(self.0.as_bytes())
    }

    /// By what it is known again.
    #[must_use]
    pub fn start(&self) -> String {
        self.0.chars().take(START_CHARS).collect()
    }

    /// The secret itself, to be told once.
    #[must_use]
    pub fn into_text(self) -> String {
        self.0
    }
}

fn digest_of(secret: &[u8]) -> SecretDigest {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, secret).as_ref());
    SecretDigest(bytes)
}

/// What showing a key has proved.
#[derive(Clone, Debug)]
pub enum Shown {
    /// It lets its holder in as this.
    Valid(Arc<ServiceAccount>),
    /// It did once.
    Expired,
    /// There is no such key, or its secret is another.
    Wrong,
}

#[derive(Debug)]
struct Known {
    digest: SecretDigest,
    expires_at: Option<Timestamp>,
    account: Arc<ServiceAccount>,
    /// When it was last shown.
    used_at: AtomicI64,
    /// What of that the store knows.
    noted_at: AtomicI64,
}

impl Known {
    fn is_over(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= now)
    }
}

/// The keys of all organisations. They are as many as the store has: its bound is theirs.
#[derive(Debug)]
pub struct ServiceKeys {
    by_uid: RwLock<HashMap<Uid, Known>>,
    /// The organisation that runs the server.
    home: Uid,
}

impl ServiceKeys {
    /// No keys yet, on a server that `home` runs.
    #[must_use]
    pub fn new(home: Uid) -> Self {
        Self { by_uid: RwLock::default(), home }
    }

    fn read(&self) -> RwLockReadGuard<'_, HashMap<Uid, Known>> {
        self.by_uid.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<Uid, Known>> {
        self.by_uid.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a key of the store in from now on.
    pub fn learn(&self, key: &ServiceKey) {
        let used_at = key.used_at.map_or(NEVER, |at| at.0);
        let known = Known {
            digest: key.digest.clone(),
            expires_at: key.expires_at,
            account: Arc::new(ServiceAccount::of_key(&key.uid, &key.org, key.org == self.home)),
            used_at: AtomicI64::new(used_at),
            noted_at: AtomicI64::new(used_at),
        };
        self.write().insert(key.uid.clone(), known);
    }

    /// Lets a key in no more.
    pub fn forget(&self, uid: &Uid) {
        self.write().remove(uid);
    }

    /// Lets in no more those that `are_kept` does not name; which these were.
    pub fn retain(&self, are_kept: impl Fn(&Uid) -> bool) -> Vec<Uid> {
        self.write().extract_if(|uid, _| !are_kept(uid)).map(|(uid, _)| uid).collect()
    }

    /// Whether there is a key called `name`.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.read().contains_key(name)
    }

    /// What it proves at `now` to show the key called `name` with `secret`. How much of a wrong secret was right cannot be
    /// told from the time.
    #[must_use]
    pub fn authenticate(&self, name: &str, secret: &[u8], now: Timestamp) -> Shown {
        let by_uid = self.read();
        let Some(known) = by_uid.get(name) else { return Shown::Wrong };
        let is_equal: bool = known.digest.0.ct_eq(&digest_of(secret).0).into();
        if !is_equal {
            return Shown::Wrong;
        }
        if known.is_over(now) {
            return Shown::Expired;
        }
        known.used_at.fetch_max(now.0, Ordering::Relaxed);
        Shown::Valid(Arc::clone(&known.account))
    }

    /// Whether the key that has let `account` in still does at `now`.
    #[must_use]
    pub fn holds(&self, account: &Arc<ServiceAccount>, now: Timestamp) -> bool {
        let by_uid = self.read();
        let known = by_uid.get(&account.principal.uid);
        known.is_some_and(|known| Arc::ptr_eq(&known.account, account) && !known.is_over(now))
    }

    /// The keys that let nobody in at `now` any more, and are not revoked.
    #[must_use]
    pub fn over(&self, now: Timestamp) -> Vec<Uid> {
        self.read().iter().filter(|(_, known)| known.is_over(now)).map(|(uid, _)| uid.clone()).collect()
    }

    /// When a key was last shown.
    #[must_use]
    pub fn used_at(&self, uid: &Uid) -> Option<Timestamp> {
        let used_at = self.read().get(uid)?.used_at.load(Ordering::Relaxed);
        (used_at != NEVER).then_some(Timestamp(used_at))
    }

    /// Which keys were shown when, as far as the store does not know it.
    #[must_use]
    pub fn unnoted_uses(&self) -> Vec<(Uid, Timestamp)> {
        let by_uid = self.read();
        let used = by_uid.iter().filter_map(|(uid, known)| {
            let used_at = known.used_at.load(Ordering::Relaxed);
            (used_at != known.noted_at.load(Ordering::Relaxed)).then(|| (uid.clone(), Timestamp(used_at)))
        });
        used.collect()
    }

    /// The store knows of these uses.
    pub fn uses_noted(&self, uses: &[(Uid, Timestamp)]) {
        let by_uid = self.read();
        for (uid, at) in uses {
            if let Some(known) = by_uid.get(uid) {
                known.noted_at.store(at.0, Ordering::Relaxed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uid(text: &str) -> Uid {
        Uid::new(text).unwrap()
    }

    fn key(name: &str, secret: &KeySecret, expires_at: Option<i64>) -> ServiceKey {
        ServiceKey {
            uid: uid(name),
            org: uid("acme"),
            name: name.to_owned(),
            digest: secret.digest(),
            start: secret.start(),
            created_at: Timestamp(1),
            created_by: uid("ann"),
            expires_at: expires_at.map(Timestamp),
            used_at: None,
        }
    }

    fn account(shown: Shown) -> Option<Arc<ServiceAccount>> {
        match shown {
            Shown::Valid(account) => Some(account),
            Shown::Expired | Shown::Wrong => None,
        }
    }

    #[test]
    fn secrets_differ_and_show_how_they_begin() {
        let [one, other] = [(); 2].map(|()| KeySecret::random().unwrap());
        assert_ne!(one.digest(), other.digest());
        let start = one.start();
        assert!(!format!("{one:?}").contains(&start));
        let text = one.into_text();
        assert!(start.starts_with(MARK) && text.starts_with(&start));
        assert_eq!((start.len(), text.len()), (11, 48));
        assert!(!text.contains(':'), "a colon ends the name in front of it");
    }

    #[test]
    fn name_and_secret_belong_together() {
        let keys = ServiceKeys::new(uid("home"));
        let [one, other] = [(); 2].map(|()| KeySecret::random().unwrap());
        keys.learn(&key("one", &one, None));
        keys.learn(&key("other", &other, None));
        let (one, other) = (one.into_text(), other.into_text());
        for (name, secret, expected) in [
            ("one", &*one, true),
            ("other", &*other, true),
            ("one", &*other, false),
            ("one", "", false),
            ("one", &one[..47], false),
            ("nobody", &*one, false),
        ] {
            let found = account(keys.authenticate(name, secret.as_bytes(), Timestamp(2)));
            assert_eq!(found.is_some_and(|account| account.principal.uid.as_str() == name), expected, "{name}");
        }
    }

    #[test]
    fn what_is_revoked_or_over_lets_nobody_in_and_keeps_nobody() {
        let keys = ServiceKeys::new(uid("home"));
        let secret = KeySecret::random().unwrap();
        let new = key("k", &secret, Some(10));
        keys.learn(&new);
        let text = secret.into_text();
        let show = |now| keys.authenticate("k", text.as_bytes(), Timestamp(now));
        let held = account(show(9)).unwrap();
        assert!(keys.holds(&held, Timestamp(9)) && keys.over(Timestamp(9)).is_empty());
        assert!(matches!(show(10), Shown::Expired) && !keys.holds(&held, Timestamp(10)));
        assert!(matches!(keys.authenticate("k", b"x", Timestamp(10)), Shown::Wrong), "nobody learns of it by guessing");
        assert_eq!(keys.over(Timestamp(10)), [uid("k")]);
        keys.forget(&uid("k"));
        assert!(matches!(show(9), Shown::Wrong) && !keys.holds(&held, Timestamp(9)));
        keys.learn(&new);
        assert!(!keys.holds(&held, Timestamp(9)), "another key of the same name");
    }

    #[test]
    fn uses_are_noted_once() {
        let keys = ServiceKeys::new(uid("home"));
        let secret = KeySecret::random().unwrap();
        keys.learn(&ServiceKey { used_at: Some(Timestamp(3)), ..key("k", &secret, None) });
        keys.learn(&key("unused", &secret, None));
        assert_eq!((keys.unnoted_uses(), keys.used_at(&uid("k"))), (vec![], Some(Timestamp(3))));
        assert_eq!(keys.used_at(&uid("unused")), None);
        let text = secret.into_text();
        for now in [8, 7] {
            account(keys.authenticate("k", text.as_bytes(), Timestamp(now))).unwrap();
        }
        let uses = keys.unnoted_uses();
        assert_eq!(uses, [(uid("k"), Timestamp(8))]);
        assert_eq!(keys.unnoted_uses(), uses, "until the store has them");
        account(keys.authenticate("k", text.as_bytes(), Timestamp(9))).unwrap();
        keys.uses_noted(&uses);
        assert_eq!(keys.unnoted_uses(), [(uid("k"), Timestamp(9))]);
    }
}
