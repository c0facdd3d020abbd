//! Links that open a file for whoever has them, for a while: `/file/{path}?access={until}.{proof}`.
//!
//! The parameter has one length and no character that JSON or a URL would spell otherwise, so that a link inside a
//! message is renewed by writing over it.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use deskwire_model::Timestamp;
use deskwire_store::FilePath;

use crate::data_folder::SecretKey;

/// Says what the key is for, so that no access token passes for a link.
const PURPOSE: &[u8] = b"deskwire links to files 1";
/// Digits of the second in which a link ends: enough until the year 2286.
const UNTIL_LEN: usize = 10;
/// HMAC-SHA256 in base64url.
const PROOF_LEN: usize = 43;
const ACCESS_LEN: usize = UNTIL_LEN + 1 + PROOF_LEN;
/// What stands between the path and its access.
const QUERY: &[u8] = b"?access=";

/// Whether there may be links in `text`.
pub(super) fn has_links(text: &[u8]) -> bool {
    memchr::memmem::find(text, QUERY).is_some()
}

/// Why a link opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LinkError {
    /// Its time is over.
    #[error("the link has expired")]
    Expired,
    /// It is not ours, or was changed.
    #[error("the link is not valid")]
    Forged,
}

/// Signs links and checks them.
pub(crate) struct Links {
    key: hmac::Key,
    /// Seconds.
    ttl: i64,
}

impl Links {
    /// Links that open a file for `ttl` (whole seconds), and up to a quarter longer.
    pub(crate) fn new(key: &SecretKey, ttl: Duration) -> Self {
        let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.expose()), PURPOSE);
        let ttl = i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX);
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref()), ttl }
    }

    /// What opens `path`. Links that are made about the same time are the same, so that browsers keep what they opened.
    pub(crate) fn access(&self, path: &FilePath, now: Timestamp) -> String {
        let step = (self.ttl / 4).max(1);
        let until =
            (now.0.div_euclid(1000).saturating_add(self.ttl).saturating_add(step - 1) / step).saturating_mul(step);
        let until = until.clamp(0, 9_999_999_999);
        format!("{until:0UNTIL_LEN$}.{}", URL_SAFE_NO_PAD.encode(self.proof(path, until)))
    }

    /// The path with what opens it, as it stands behind a host.
    pub(crate) fn link(&self, path: &FilePath, now: Timestamp) -> String {
        format!("/file/{path}?access={}", self.access(path, now))
    }

    /// Whether `access` opens `path`.
    ///
    /// # Errors
    /// [`LinkError`] says why not.
    pub(crate) fn check(&self, path: &FilePath, access: &str, now: Timestamp) -> Result<(), LinkError> {
        let (until, proof) = access.split_once('.').ok_or(LinkError::Forged)?;
        let seconds = Some(until).filter(|until| until.len() == UNTIL_LEN).and_then(|until| until.parse().ok());
        let seconds: i64 = seconds.ok_or(LinkError::Forged)?;
        let proof = URL_SAFE_NO_PAD.decode(proof).map_err(|_| LinkError::Forged)?;
        hmac::verify(&self.key, &signed(path, seconds), &proof).map_err(|_| LinkError::Forged)?;
        if now.0 < seconds.saturating_mul(1000) { Ok(()) } else { Err(LinkError::Expired) }
    }

    fn proof(&self, path: &FilePath, until: i64) -> hmac::Tag {
        hmac::sign(&self.key, &signed(path, until))
    }

    /// Renews the links in the text of a message, as far as they lead to files that `may_open` says yes to. Everything
    /// else of the text stays as it is.
    pub(crate) fn renew(&self, text: &mut [u8], now: Timestamp, may_open: impl Fn(&FilePath) -> bool) {
        let mut at = 0;
        while let Some(found) = memchr::memmem::find(&text[at..], QUERY) {
            let access = at + found + QUERY.len();
            if let Some(path) = path_before(text, at + found)
                && let Some(place) = text.get_mut(access..access + ACCESS_LEN)
                && looks_like_access(place)
                && may_open(&path)
            {
                place.copy_from_slice(self.access(&path, now).as_bytes());
            }
            at = access;
        }
    }
}

fn signed(path: &FilePath, until: i64) -> Vec<u8> {
    format!("{path}\n{until}").into_bytes()
}

/// The longest path with a backslash or more before each slash.
const PATH_REACH: usize = 128;

/// The path of a file that ends where `text[..end]` does.
fn path_before(text: &[u8], end: usize) -> Option<FilePath> {
    let reach = &text[end.saturating_sub(PATH_REACH)..end];
    let start = memchr::memmem::rfind(reach, b"file")?;
    let path = FilePath::find_all(&reach[start..], 1).pop()?;
    reach.ends_with(path.as_str().rsplit('/').next()?.as_bytes()).then_some(path)
}

fn looks_like_access(bytes: &[u8]) -> bool {
    let (until, proof) = bytes.split_at(UNTIL_LEN);
    until.iter().all(u8::is_ascii_digit)
        && proof.first() == Some(&b'.')
        && proof[1..].iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use deskwire_model::Uid;

    use super::*;

    const NOW: Timestamp = Timestamp(1_795_000_000_500);
    const HOUR: Duration = Duration::from_secs(3600);

    fn links(key: u8) -> Links {
        Links::new(&SecretKey::new([key; 32]), HOUR)
    }

    fn path(digit: char) -> FilePath {
        FilePath::new((2026, 11, 21), &Uid::new(&digit.to_string().repeat(32)).unwrap(), "jpg").unwrap()
    }

    fn later(seconds: i64) -> Timestamp {
        Timestamp(NOW.0 + seconds * 1000)
    }

    #[test]
    fn a_link_opens_its_file_until_its_end() {
        let (links, path) = (links(1), path('a'));
        let access = links.access(&path, NOW);
        assert_eq!(access.len(), ACCESS_LEN);
        assert_eq!(links.check(&path, &access, NOW), Ok(()));
        assert_eq!(links.check(&path, &access, later(3599)), Ok(()));
        let until: i64 = access[..UNTIL_LEN].parse().unwrap();
        assert_eq!(links.check(&path, &access, Timestamp(until * 1000 - 1)), Ok(()));
        assert_eq!(links.check(&path, &access, Timestamp(until * 1000)), Err(LinkError::Expired));
        assert!((3600..=4500).contains(&(until - NOW.0 / 1000)));
        assert_eq!(links.access(&path, Timestamp(until * 1000 - 4_500_000 + 1000)), access, "browsers keep it");
    }

    #[test]
    fn what_was_changed_opens_nothing() {
        let (links, path) = (links(1), path('a'));
        let access = links.access(&path, NOW);
        let longer = format!("9999999999{}", &access[UNTIL_LEN..]);
        for (path, access) in [
            (&super::tests::path('b'), access.as_str()),
            (&path.thumbnail("jpg").unwrap(), &access),
            (&path, &longer),
            (&path, &access[..access.len() - 1]),
            (&path, ""),
            (&path, "."),
            (&path, &format!("+{}", &access[1..])),
            (&path, &super::tests::links(2).access(&path, NOW)),
        ] {
            assert_eq!(links.check(path, access, NOW), Err(LinkError::Forged), "{path} {access}");
        }
    }

    #[test]
    fn links_in_messages_are_renewed_as_they_are_spelled() {
        let (links, mine, other) = (links(1), path('a'), path('b'));
        let (old, new) = (later(-9999), NOW);
        let text = |now| {
            let (mine_link, other_link) = (links.link(&mine, now), links.link(&other, old));
            let escaped = mine_link.replace('/', "\\/");
            format!(
                r#"{{"content":"{{\"url\":\"https://a.example{mine_link}\",\"t\":\"{other_link}\",\"u\":\"{escaped}\"}}"}}"#
            )
        };
        let mut bytes = text(old).into_bytes();
        links.renew(&mut bytes, new, |path| *path == mine);
        assert_eq!(String::from_utf8(bytes).unwrap(), text(new));
    }

    #[test]
    fn nothing_else_of_a_message_changes() {
        let (links, path) = (links(1), path('a'));
        let access = links.access(&path, NOW);
        for text in [
            "?access=".to_owned(),
            format!("/file/{path}?access=short"),
            format!("/file/{path} ?access={access}"),
            format!("/file/{path}/x?access={access}"),
            format!("/file/{path}-x?access={access}"),
            format!("/elsewhere/{path}?access={access}"),
            format!("/file/{path}?access={}", "猫".repeat(18)),
        ] {
            let mut bytes = text.clone().into_bytes();
            links.renew(&mut bytes, later(9999), |_| true);
            assert_eq!(String::from_utf8(bytes).unwrap(), text);
        }
    }
}
