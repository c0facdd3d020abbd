//! Keys by which programs act as services of an organisation.

use std::fmt;

use deskwire_model::{Timestamp, Uid};

/// The SHA-256 of the secret of a key. A secret is 256 random bits, which nobody finds by trying: a hash that is slow on
/// purpose, as for passwords that people think up, would only slow down those who are let in.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretDigest(pub [u8; 32]);

impl fmt::Debug for SecretDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretDigest(..)")
    }
}

/// A key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceKey {
    /// The name that is shown with the secret.
    pub uid: Uid,
    /// The organisation whose service it is.
    pub org: Uid,
    /// What administrators call it.
    pub name: String,
    /// What its secret is compared with.
    pub digest: SecretDigest,
    /// The first characters of its secret, to know it again by.
    pub start: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who has made it.
    pub created_by: Uid,
    /// From when on it lets nobody in.
    pub expires_at: Option<Timestamp>,
    /// About when it was last shown.
    pub used_at: Option<Timestamp>,
}
