//! Access tokens that have ended before their time, in memory: whoever shows a token is not to cost a question to the store.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use deskwire_model::{Timestamp, Uid};
use deskwire_store::{EndedToken, TokenName, TokensFrom};

/// The tokens that have ended, by user. They are as many as the store has: its bound is theirs.
#[derive(Debug, Default)]
pub struct EndedTokens {
    by_user: RwLock<HashMap<Uid, OfUser>>,
}

/// What has ended of one user.
#[derive(Debug, Default)]
struct OfUser {
    /// All that were issued before, ...
    from: Option<Timestamp>,
    /// ... but for this one.
    kept: Option<Box<str>>,
    /// Single ones.
    tokens: HashMap<Box<str>, EndedToken>,
}

impl OfUser {
    fn covers(&self, token: &TokenName) -> bool {
        let is_too_old = self.from.is_some_and(|from| token.issued < from) && self.kept.as_ref() != Some(&token.id);
        is_too_old || self.tokens.contains_key(&token.id)
    }

    fn end_before(&mut self, from: Timestamp, kept: Option<Box<str>>) {
        self.tokens.retain(|_, ended| ended.token.issued >= from);
        (self.from, self.kept) = (Some(from), kept);
    }

    fn is_empty(&self) -> bool {
        self.from.is_none() && self.tokens.is_empty()
    }
}

impl EndedTokens {
    fn read(&self) -> RwLockReadGuard<'_, HashMap<Uid, OfUser>> {
        self.by_user.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<Uid, OfUser>> {
        self.by_user.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether `token` of `user` has ended before its time.
    #[must_use]
    pub fn covers(&self, user: &Uid, token: &TokenName) -> bool {
        self.read().get(user).is_some_and(|of_user| of_user.covers(token))
    }

    /// A token has ended.
    pub fn end(&self, ended: EndedToken) {
        let mut by_user = self.write();
        let of_user = by_user.entry(ended.user.clone()).or_default();
        of_user.tokens.insert(ended.token.id.clone(), ended);
    }

    /// The tokens of a user that were issued before a time have ended.
    pub fn end_before(&self, before: TokensFrom) {
        let TokensFrom { user, from, kept } = before;
        self.write().entry(user).or_default().end_before(from, kept);
    }

    /// Forgets tokens that would have ended by themselves at `now`; how many there were.
    pub fn forget_expired(&self, now: Timestamp) -> usize {
        let is_over = |of_user: &OfUser| of_user.tokens.values().filter(|ended| ended.expires <= now).count();
        let due: Vec<(Uid, usize)> = {
            let by_user = self.read();
            by_user
                .iter()
                .map(|(user, of_user)| (user.clone(), is_over(of_user)))
                .filter(|(_, count)| *count > 0)
                .collect()
        };
        for (user, _) in &due {
            if let Entry::Occupied(mut of_user) = self.write().entry(user.clone()) {
                of_user.get_mut().tokens.retain(|_, ended| ended.expires > now);
                if of_user.get().is_empty() {
                    of_user.remove();
                }
            }
        }
        due.into_iter().map(|(_, count)| count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uid(text: &str) -> Uid {
        Uid::new(text).unwrap()
    }

    fn token(id: &str, issued: i64) -> TokenName {
        TokenName { id: id.into(), issued: Timestamp(issued) }
    }

    fn end(tokens: &EndedTokens, user: &str, id: &str, issued: i64, expires: i64) {
        tokens.end(EndedToken { token: token(id, issued), user: uid(user), expires: Timestamp(expires) });
    }

    fn from(user: &str, from: i64, kept: Option<&str>) -> TokensFrom {
        TokensFrom { user: uid(user), from: Timestamp(from), kept: kept.map(Into::into) }
    }

    #[test]
    fn one_token_ends_alone() {
        let ended = EndedTokens::default();
        end(&ended, "ann", "a", 1, 9);
        for (user, id, expected) in [("ann", "a", true), ("ann", "b", false), ("ben", "a", false)] {
            assert_eq!(ended.covers(&uid(user), &token(id, 1)), expected, "{user} {id}");
        }
    }

    #[test]
    fn what_was_issued_before_ends_but_for_the_one_that_is_kept() {
        let ended = EndedTokens::default();
        ended.end_before(from("ann", 5, Some("mine")));
        for (id, issued, expected) in [("a", 4, true), ("a", 5, false), ("mine", 1, false)] {
            assert_eq!(ended.covers(&uid("ann"), &token(id, issued)), expected, "{id} {issued}");
        }
        assert!(!ended.covers(&uid("ben"), &token("a", 4)));
        end(&ended, "ann", "mine", 1, 9);
        assert!(ended.covers(&uid("ann"), &token("mine", 1)), "it may end alone all the same");
        ended.end_before(from("ann", 7, Some("other")));
        assert!(ended.covers(&uid("ann"), &token("mine", 1)), "one is kept at a time");
        assert!(ended.covers(&uid("ann"), &token("a", 5)));
    }

    #[test]
    fn what_ended_later_is_not_forgotten_with_what_was_before() {
        let ended = EndedTokens::default();
        end(&ended, "ann", "later", 6, 9);
        ended.end_before(from("ann", 5, None));
        assert!(ended.covers(&uid("ann"), &token("later", 6)));
    }

    #[test]
    fn what_is_over_by_itself_is_forgotten() {
        let ended = EndedTokens::default();
        end(&ended, "ann", "a", 1, 9);
        end(&ended, "ann", "b", 1, 10);
        end(&ended, "ben", "c", 1, 9);
        assert_eq!(ended.forget_expired(Timestamp(8)), 0);
        assert_eq!(ended.forget_expired(Timestamp(9)), 2);
        assert_eq!(ended.read().len(), 1, "users of whom nothing has ended are not kept");
        assert!(ended.covers(&uid("ann"), &token("b", 1)));
        ended.end_before(from("ann", 1, None));
        assert_eq!(ended.forget_expired(Timestamp(10)), 1);
        assert!(ended.covers(&uid("ann"), &token("x", 0)), "a time stays");
    }
}
