//! Access tokens: JWTs signed with HS256 and the key of the data folder.

use std::{fmt, time::Duration};

use deskwire_model::{Principal, Role, Timestamp, Uid};
use deskwire_store::TokenName;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, errors::ErrorKind};
use serde::{Deserialize, Serialize};

use super::ended::EndedTokens;
use crate::data_folder::SecretKey;

/// Longest token that is looked at, in bytes.
const MAX_TOKEN_LEN: usize = 4096;

/// Why a token proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It was ours, but its time is over.
    #[error("the token has expired")]
    Expired,
    /// It has ended before its time.
    #[error("the token has ended")]
    Ended,
    /// Signed with another key or algorithm, or changed on the way.
    #[error("the token was not signed by this server")]
    Forged,
    /// No JWT, or without our claims.
    #[error("the token cannot be read")]
    Malformed,
}

/// A token could not be signed.
#[derive(Debug, thiserror::Error)]
#[error("cannot sign a token: {0}")]
pub struct SigningError(#[from] jsonwebtoken::errors::Error);

/// What a token says (RFC 7519 §4.1 names, times in seconds).
#[derive(Serialize, Deserialize)]
struct Claims {
    sub: Uid,
    org: Uid,
    role: Role,
    name: String,
    iat: i64,
    /// `iat` in milliseconds, so that a new password ends the tokens before it and not those of the same second. Tokens of
    /// earlier releases have none.
    #[serde(default)]
    iat_ms: Option<i64>,
    exp: i64,
    jti: String,
}

/// A fresh token.
#[derive(Clone, PartialEq, Eq)]
pub struct Issued {
    /// The token, to be shown to its owner only.
    pub token: String,
    /// Its number, by which it can be revoked and logged.
    pub id: String,
    /// When it ends.
    pub expires: Timestamp,
}

impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued").field("id", &self.id).field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// What a valid token proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Who it is.
    pub principal: Principal,
    /// The name they log in with; visitors have none, it is empty then.
    pub name: String,
    /// Which token it is.
    pub token: TokenName,
    /// When it ends.
    pub expires: Timestamp,
}

/// Issues and verifies tokens.
pub struct Tokens {
    ended: EndedTokens,
    signing: EncodingKey,
    verifying: DecodingKey,
    validation: Validation,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

impl Tokens {
    /// Signs with `key`.
    #[must_use]
    pub fn new(key: &SecretKey) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        // The time is compared here, against the time that the caller passes.
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        validation.leeway = 0;
        Self {
            ended: EndedTokens::default(),
            signing: EncodingKey::from_secret(key.expose()),
            verifying: DecodingKey::from_secret(key.expose()),
            validation,
        }
    }

    /// Those that have ended before their time.
    #[must_use]
    pub const fn ended(&self) -> &EndedTokens {
        &self.ended
    }

    /// A token for `principal` that lasts `ttl` (whole seconds).
    ///
    /// # Errors
    /// [`SigningError`] when the cryptography fails.
    pub fn issue(
        &self,
        principal: &Principal,
        name: &str,
        now: Timestamp,
        ttl: Duration,
    ) -> Result<Issued, SigningError> {
        let iat = now.0.div_euclid(1000);
        let exp = iat.saturating_add(i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX));
        let claims = Claims {
            sub: principal.uid.clone(),
            org: principal.org.clone(),
            role: principal.role,
            name: name.to_owned(),
            iat,
            iat_ms: Some(now.0),
            exp,
            jti: uuid::Uuid::new_v4().simple().to_string(),
        };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.signing)?;
        Ok(Issued { token, id: claims.jti, expires: Timestamp(exp.saturating_mul(1000)) })
    }

    /// Checks signature and time, and that it has not ended before.
    ///
    /// # Errors
    /// [`TokenError`] says what is wrong with it.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Verified, TokenError> {
        if token.len() > MAX_TOKEN_LEN {
            return Err(TokenError::Malformed);
        }
        let claims = jsonwebtoken::decode::<Claims>(token, &self.verifying, &self.validation)
            .map_err(|error| match error.kind() {
                ErrorKind::InvalidSignature | ErrorKind::InvalidAlgorithm => TokenError::Forged,
                _ => TokenError::Malformed,
            })?
            .claims;
        let expires = Timestamp(claims.exp.saturating_mul(1000));
        if now >= expires {
            return Err(TokenError::Expired);
        }
        let issued = Timestamp(claims.iat_ms.unwrap_or(claims.iat.saturating_mul(1000)));
        let token = TokenName { id: claims.jti.into(), issued };
        if self.ended.covers(&claims.sub, &token) {
            return Err(TokenError::Ended);
        }
        let principal = Principal { org: claims.org, uid: claims.sub, role: claims.role };
        Ok(Verified { principal, name: claims.name, token, expires })
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    use deskwire_store::EndedToken;

    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_500);
    const HOUR: Duration = Duration::from_secs(3600);

    fn tokens(key: u8) -> Tokens {
        Tokens::new(&SecretKey::new([key; 32]))
    }

    fn ann() -> Principal {
        Principal { org: Uid::new("df_org").unwrap(), uid: Uid::new("ann").unwrap(), role: Role::Agent }
    }

    #[test]
    fn an_issued_token_proves_its_principal() {
        let issued = tokens(1).issue(&ann(), "ann@example.com", NOW, HOUR).unwrap();
        let verified = tokens(1).verify(&issued.token, NOW).unwrap();
        assert_eq!(verified.principal, ann());
        assert_eq!(verified.name, "ann@example.com");
        assert_eq!(*verified.token.id, issued.id);
        assert_eq!(verified.token.issued, NOW);
        assert_eq!(verified.expires, issued.expires);
        assert!(!format!("{issued:?}").contains(&issued.token));
    }

    #[test]
    fn a_token_ends_on_time() {
        let issued = tokens(1).issue(&ann(), "ann", NOW, HOUR).unwrap();
        assert_eq!(issued.expires, Timestamp(1_700_003_600_000));
        assert!(tokens(1).verify(&issued.token, Timestamp(issued.expires.0 - 1)).is_ok());
        assert_eq!(tokens(1).verify(&issued.token, issued.expires), Err(TokenError::Expired));
    }

    #[test]
    fn a_token_that_has_ended_proves_nothing() {
        let tokens = tokens(1);
        let [one, other] = [(); 2].map(|()| tokens.issue(&ann(), "ann", NOW, HOUR).unwrap());
        let token = tokens.verify(&one.token, NOW).unwrap().token;
        tokens.ended().end(EndedToken { token, user: ann().uid, expires: one.expires });
        assert_eq!(tokens.verify(&one.token, NOW), Err(TokenError::Ended));
        assert!(tokens.verify(&other.token, NOW).is_ok());
        assert_eq!(tokens.verify(&one.token, one.expires), Err(TokenError::Expired), "it is over by itself");
    }

    #[test]
    fn a_token_of_an_earlier_release_counts_by_its_second() {
        let claims = serde_json::json!({
            "sub": "ann", "org": "df_org", "role": "AGENT", "name": "ann", "iat": 5, "exp": 9, "jti": "x",
        });
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(&[1; 32]));
        assert_eq!(tokens(1).verify(&token.unwrap(), Timestamp(6000)).unwrap().token.issued, Timestamp(5000));
    }

    #[test]
    fn what_we_did_not_sign_proves_nothing() {
        let issued = tokens(1).issue(&ann(), "ann", NOW, HOUR).unwrap();
        assert_eq!(tokens(2).verify(&issued.token, NOW), Err(TokenError::Forged));

        let mut parts: Vec<String> = issued.token.split('.').map(str::to_owned).collect();
        let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(&parts[1]).unwrap()).unwrap();
        parts[1] = URL_SAFE_NO_PAD.encode(claims.replace("\"ann\"", "\"bob\""));
        assert_eq!(tokens(1).verify(&parts.join("."), NOW), Err(TokenError::Forged));

        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
        assert!(tokens(1).verify(&format!("{none}.{}.", parts[1]), NOW).is_err());
        let other = jsonwebtoken::encode(
            &Header::new(Algorithm::HS512),
            &serde_json::json!({"sub": "ann"}),
            &EncodingKey::from_secret(&[1; 32]),
        );
        assert_eq!(tokens(1).verify(&other.unwrap(), NOW), Err(TokenError::Forged));
    }

    proptest::proptest! {
        #[test]
        fn no_changed_byte_goes_unnoticed(position: proptest::sample::Index, other in "[A-Za-z0-9_-]") {
            let issued = tokens(1).issue(&ann(), "ann", NOW, HOUR).unwrap().token;
            let at = position.index(issued.len());
            let mut changed = issued.clone();
            changed.replace_range(at..=at, &other);
            proptest::prop_assume!(changed != issued);
            proptest::prop_assert!(tokens(1).verify(&changed, NOW).is_err());
        }
    }

    #[test]
    fn what_is_no_token_of_ours_cannot_be_read() {
        let foreign = jsonwebtoken::encode(
            &Header::new(Algorithm::HS256),
            &serde_json::json!({"sub": "ann"}),
            &EncodingKey::from_secret(&[1; 32]),
        );
        for text in ["", "a", "a.b", "a.b.c", "....", &"x".repeat(MAX_TOKEN_LEN + 1), &foreign.unwrap()] {
            assert_eq!(tokens(1).verify(text, NOW), Err(TokenError::Malformed), "{text:?}");
        }
    }
}
