//! Who is at the other end of a connection.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use deskwire_desk::{Desk, DeskError};
use deskwire_model::{ErrorCode, Principal, Role, Timestamp, Uid};
use deskwire_store::TokenName;

use super::Gateway;
use crate::{
    address::network,
    auth::{
        lockout::Locked,
        service::ServiceAccount,
        service_key::Shown,
        token::{TokenError, Verified},
    },
    connection::timestamp,
    telemetry::metrics::Limit,
};

/// The address of whoever has none that is known.
const NOWHERE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// An authenticated principal.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Who.
    pub principal: Principal,
    /// The account of a program, with its rights to live topics; users have none.
    pub account: Option<Arc<ServiceAccount>>,
    /// The access token that proved it, if one did.
    pub token: Option<Box<SignedIn>>,
}

/// What an access token has proved beside who its holder is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// Which token.
    pub token: TokenName,
    /// When it ends by itself.
    pub expires: Timestamp,
}

/// Why nobody is let in. The text is made for the client's eyes and tells nothing that helps to guess.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// Nothing was shown that could be checked.
    #[error("no credentials: send Authorization: Bearer, login and passcode, or a visitor's uid as login")]
    Missing,
    /// What was shown is not ours.
    #[error("the credentials are not valid")]
    Invalid,
    /// The token was good once.
    #[error("the access token has expired")]
    Expired,
    /// The token has ended before its time.
    #[error("the access token has ended: its user has signed out, or has another password")]
    Revoked,
    /// The key of a program was good once.
    #[error("the service key has expired: an administrator can make another")]
    KeyExpired,
    /// Too many were not ours: they are not looked at for a while.
    #[error(transparent)]
    Locked(#[from] Locked),
    /// They could not be checked.
    #[error(transparent)]
    Desk(DeskError),
}

impl AuthError {
    /// Its stable name, the same on every protocol.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Missing | Self::Invalid | Self::KeyExpired => ErrorCode::NotSignedIn,
            Self::Expired => ErrorCode::TokenExpired,
            Self::Revoked => ErrorCode::TokenRevoked,
            Self::Locked(_) => ErrorCode::Locked,
            Self::Desk(error) => error.code(),
        }
    }
}

/// Why an MQTT client is not let in.
#[derive(Debug, thiserror::Error)]
pub enum MqttAuthError {
    /// The client id is not `uid/channel/device`, or the uid is not the token's.
    #[error("the client id must be uid/channel/device with the uid of the token")]
    ClientId,
    /// The credentials are not valid.
    #[error(transparent)]
    Credentials(#[from] AuthError),
}

impl From<TokenError> for AuthError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Expired => Self::Expired,
            TokenError::Ended => Self::Revoked,
            TokenError::Forged | TokenError::Malformed => Self::Invalid,
        }
    }
}

impl Gateway {
    /// The user of an access token.
    ///
    /// # Errors
    /// [`AuthError::Expired`], [`AuthError::Revoked`], [`AuthError::Invalid`].
    pub fn bearer(&self, token: &str) -> Result<Identity, AuthError> {
        Ok(self.tokens.verify(token, timestamp()).map(Identity::from)?)
    }

    /// Whether what has proved `identity` still does. The time of a token does not count, which says how long it may be
    /// shown; that of a key does.
    #[must_use]
    pub fn still_holds(&self, identity: &Identity) -> bool {
        let ended = |signed_in: &SignedIn| self.tokens.ended().covers(&identity.principal.uid, &signed_in.token);
        !identity.token.as_deref().is_some_and(ended) && self.key_holds(identity, timestamp())
    }

    /// Remembers where a visitor speaks from: it may be blocked with its address.
    pub fn heard_from(&self, principal: &Principal, address: Option<IpAddr>) {
        if let Some(address) = address {
            self.desk.seen_at(principal, network(address));
        }
    }

    /// The service account or key called `name`, if `secret` is its secret. Guesses count against the name at their
    /// `address`, so that nobody locks a back end out from elsewhere.
    ///
    /// # Errors
    /// [`AuthError::Invalid`], [`AuthError::KeyExpired`]; [`AuthError::Locked`] also for the right secret.
    pub fn program(&self, name: &str, secret: &str, address: IpAddr) -> Result<Arc<ServiceAccount>, AuthError> {
        let (guessed, now) = (format!("{name}@{address}"), timestamp());
        let shown = match self.services.authenticate(name, secret.as_bytes()) {
            Some(account) => Shown::Valid(account),
            // A key that is called like an account of the configuration is not asked.
            None if self.services.knows(name) => Shown::Wrong,
            None => self.service_keys.authenticate(name, secret.as_bytes(), now),
        };
        let counted = match &shown {
            // Worth nothing while whoever shows it is locked out.
            Shown::Valid(_) | Shown::Expired => self.lockout.check(&guessed, address, now),
            Shown::Wrong => self.lockout.begin(&guessed, address, now),
        };
        counted.inspect_err(|_| self.metrics.limit_hits(Limit::Login).increment(1))?;
        match shown {
            Shown::Valid(account) => Ok(account),
            Shown::Expired => Err(AuthError::KeyExpired),
            Shown::Wrong => Err(AuthError::Invalid),
        }
    }

    /// Who opens a STOMP session: a bearer token (seed 002), a service account or key, an access token as passcode, or a
    /// visitor by its uid alone (seed 000), which only the visitor knows and which opens only its own conversations.
    ///
    /// # Errors
    /// [`AuthError`].
    pub async fn authenticate_stomp(
        &self,
        authorization: Option<&str>,
        login: Option<&str>,
        passcode: Option<&str>,
        address: Option<IpAddr>,
    ) -> Result<Identity, AuthError> {
        if let Some(header) = authorization {
            return self.bearer(bearer_token(header).ok_or(AuthError::Invalid)?);
        }
        let login = login.filter(|login| !login.is_empty()).ok_or(AuthError::Missing)?;
        match passcode.filter(|passcode| !passcode.is_empty()) {
            Some(passcode) => self.login(login, passcode, address),
            None => self.visitor_by_uid(login).await,
        }
    }

    /// Who opens an MQTT session (seed 001): client id `uid/channel/device` and an access token as password, or a
    /// service account or key with any client id. Who shows neither name nor password is let in where the accounts say so.
    ///
    /// # Errors
    /// [`MqttAuthError`].
    pub fn authenticate_mqtt(
        &self,
        client_id: &str,
        username: Option<&str>,
        password: Option<&str>,
        address: Option<IpAddr>,
    ) -> Result<Identity, MqttAuthError> {
        if let (None, None, Some(account)) = (username, password, self.services.anonymous()) {
            return Ok(Identity::program(account));
        }
        let username = username.unwrap_or_default();
        let password = password.ok_or(AuthError::Missing)?;
        let identity = self.login(username, password, address)?;
        if identity.principal.role != Role::Service {
            let mut parts = client_id.split('/');
            let named = parts.next() == Some(identity.principal.uid.as_str());
            if !named || parts.clone().count() != 2 || parts.any(str::is_empty) {
                return Err(MqttAuthError::ClientId);
            }
        }
        Ok(identity)
    }

    /// A service account or key with its secret, or whoever has an access token for a secret.
    fn login(&self, name: &str, secret: &str, address: Option<IpAddr>) -> Result<Identity, AuthError> {
        match self.tokens.verify(secret, timestamp()) {
            Ok(verified) => Ok(Identity::from(verified)),
            Err(error @ (TokenError::Expired | TokenError::Ended)) => Err(error.into()),
            // A token of a server that lost its key is no guess: a client that has one shows it again and again, and would
            // lock out everybody at its address.
            Err(TokenError::Forged) if !self.services.knows(name) && !self.service_keys.knows(name) => {
                Err(AuthError::Invalid)
            }
            Err(TokenError::Forged | TokenError::Malformed) => {
                self.program(name, secret, address.unwrap_or(NOWHERE)).map(Identity::program)
            }
        }
    }

    async fn visitor_by_uid(&self, login: &str) -> Result<Identity, AuthError> {
        let uid = Uid::new(login).map_err(|_| AuthError::Invalid)?;
        match self.desk.visitor(&uid).await {
            Ok(visitor) => Ok(Identity::user(Desk::visitor_principal(&visitor))),
            Err(DeskError::UnknownVisitor) => Err(AuthError::Invalid),
            Err(error) => Err(AuthError::Desk(error)),
        }
    }
}

impl From<Verified> for Identity {
    fn from(verified: Verified) -> Self {
        let Verified { principal, token, expires, .. } = verified;
        Self { token: Some(Box::new(SignedIn { token, expires })), ..Self::user(principal) }
    }
}

impl Identity {
    const fn user(principal: Principal) -> Self {
        Self { principal, account: None, token: None }
    }

    /// Whoever was let in as `account`.
    #[must_use]
    pub fn program(account: Arc<ServiceAccount>) -> Self {
        Self { principal: account.principal.clone(), account: Some(account), token: None }
    }

    /// The service key that has let it in, if one did.
    #[must_use]
    pub fn key(&self) -> Option<&Uid> {
        let account = self.account.as_ref()?;
        account.confines().is_some().then_some(&account.principal.uid)
    }
}

/// The token of an `Authorization` header: `Bearer` in any case, one blank.
#[must_use]
pub fn bearer_token(header: &str) -> Option<&str> {
    let (scheme, token) = header.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::bearer_token;

    #[test]
    fn a_bearer_header_has_a_scheme_and_a_token() {
        assert_eq!(bearer_token("Bearer abc"), Some("abc"));
        assert_eq!(bearer_token("bearer  abc "), Some("abc"));
        assert_eq!(bearer_token("Basic abc"), None);
        assert_eq!(bearer_token("abc"), None);
    }
}
