//! Access tokens that have ended before their time.

use deskwire_model::{Timestamp, Uid};

/// An access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenName {
    /// Its number.
    pub id: Box<str>,
    /// When it was issued, or when the login that it was issued for began.
    pub issued: Timestamp,
}

/// A token that has ended before its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedToken {
    /// Which.
    pub token: TokenName,
    /// Whose it was.
    pub user: Uid,
    /// When it would have ended by itself.
    pub expires: Timestamp,
}

/// From when on the tokens of an agent hold: all that were issued before have ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokensFrom {
    /// The agent.
    pub user: Uid,
    /// The first instant at which a token holds.
    pub from: Timestamp,
    /// The number of a token that holds although it was issued before.
    pub kept: Option<Box<str>>,
}
