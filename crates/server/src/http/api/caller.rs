//! Who calls.

use std::sync::Arc;

use axum::{
    extract::{FromRef, FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, header::AUTHORIZATION, request::Parts},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use deskwire_desk::{Desk, DeskError};
use deskwire_model::{ErrorCode, Principal, Role, Uid};
use deskwire_store::Visitor;

use super::ApiState;
use crate::{
    auth::service::ServiceAccount,
    gateway::{AuthError, Identity, SessionView, SignedIn, bearer_token},
    http::{Access, AppError, Description, Input},
    listener::Peer,
    telemetry::metrics::Protocol,
};

/// `name:secret` of a service account or key, for callers whose `Authorization` belongs to a proxy.
const SERVICE_KEY: &str = "x-service-key";

/// Somebody with a valid access token in `Authorization`.
#[derive(Clone, Debug)]
pub(super) struct Bearer(pub(super) Principal);

impl Input for Option<Bearer> {
    fn describe(description: &mut Description<'_>) {
        description.access(Access::Visitor);
        description.can_fail();
    }
}

impl Input for AgentCaller {
    fn describe(description: &mut Description<'_>) {
        description.access(Access::Staff);
        description.can_fail();
    }
}

impl Input for ServiceCaller {
    fn describe(description: &mut Description<'_>) {
        description.access(Access::Service);
        description.can_fail();
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Bearer
where
    ApiState: FromRef<S>,
{
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, AppError> {
        Ok(shown(parts, &ApiState::from_ref(state))?.map(|identity| Self(identity.principal)))
    }
}

/// An agent with a valid access token.
#[derive(Clone, Debug)]
pub(super) struct AgentCaller(pub(super) Principal);

impl<S: Send + Sync> FromRequestParts<S> for AgentCaller
where
    ApiState: FromRef<S>,
{
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AppError> {
        match <Bearer as OptionalFromRequestParts<S>>::from_request_parts(parts, state).await? {
            Some(Bearer(principal)) if principal.role.is_staff() => Ok(Self(principal)),
            Some(_) => Err(AppError::Forbidden("only agents may do this".into())),
            None => Err(AppError::Unauthorized("an access token is needed: Authorization: Bearer".into())),
        }
    }
}

/// An agent with the token that it has shown.
#[derive(Clone, Debug)]
pub(super) struct TokenCaller {
    pub(super) principal: Principal,
    pub(super) signed_in: SignedIn,
}

impl Input for TokenCaller {
    fn describe(description: &mut Description<'_>) {
        AgentCaller::describe(description);
    }
}

impl<S: Send + Sync> FromRequestParts<S> for TokenCaller
where
    ApiState: FromRef<S>,
{
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AppError> {
        match shown(parts, &ApiState::from_ref(state))? {
            Some(Identity { principal, token: Some(signed_in), .. }) if principal.role.is_staff() => {
                Ok(Self { principal, signed_in: *signed_in })
            }
            Some(_) => Err(AppError::Forbidden("only agents may do this".into())),
            None => Err(AppError::Unauthorized("an access token is needed: Authorization: Bearer".into())),
        }
    }
}

/// Who is proved by the token in `Authorization`, if there is one.
fn shown(parts: &Parts, state: &ApiState) -> Result<Option<Identity>, AppError> {
    let Some(header) = parts.headers.get(AUTHORIZATION) else { return Ok(None) };
    let token = header.to_str().ok().and_then(bearer_token);
    let token = token.ok_or_else(|| AppError::Unauthorized("Authorization must be Bearer and a token".into()))?;
    let identity = state.gateway.bearer(token);
    identity.map(Some).map_err(|error| AppError::Named(error.code(), error.to_string()))
}

/// A service account or key with the right secret.
#[derive(Clone, Debug)]
pub(super) struct ServiceCaller(pub(super) Arc<ServiceAccount>);

/// Asks the interceptors about a message that is sent over HTTP, where there is no session.
pub(super) fn may_send(
    state: &ApiState,
    (principal, peer): (&Principal, &Peer),
    destination: &str,
    body: &[u8],
) -> Result<(), AppError> {
    let sender = SessionView { id: None, principal, protocol: Protocol::Http, address: Some(peer.address.ip()) };
    let asked = state.gateway.extensions.ask(|interceptor| interceptor.send(&sender, destination, body));
    asked.map_err(|veto| AppError::Named(ErrorCode::Vetoed, veto.to_string()))
}

impl<S: Send + Sync> FromRequestParts<S> for ServiceCaller
where
    ApiState: FromRef<S>,
{
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AppError> {
        let state = ApiState::from_ref(state);
        let (name, secret) = shown_by_program(&parts.headers).ok_or_else(|| {
            AppError::Unauthorized("a service account is needed: Authorization: Basic, or X-Service-Key".into())
        })?;
        let peer = parts.extensions.get::<Peer>().map(|peer| peer.address.ip());
        let peer = peer.ok_or_else(|| AppError::internal("a request came from nowhere"))?;
        state.gateway.program(&name, &secret, peer).map(Self).map_err(|error| match error {
            AuthError::Locked(locked) => AppError::Locked { retry_after: locked.retry_after },
            AuthError::Invalid => AppError::Unauthorized("wrong name or secret of a service account or key".into()),
            error => AppError::Unauthorized(error.to_string()),
        })
    }
}

/// The name and the secret that a program shows.
pub(in crate::http) fn shown_by_program(headers: &HeaderMap) -> Option<(String, String)> {
    let shown = match headers.get(SERVICE_KEY) {
        Some(key) => key.to_str().ok()?.to_owned(),
        None => {
            let (scheme, credentials) = headers.get(AUTHORIZATION)?.to_str().ok()?.trim().split_once(' ')?;
            let decoded = scheme.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(credentials.trim()))?;
            String::from_utf8(decoded.ok()?).ok()?
        }
    };
    let (name, secret) = shown.split_once(':').unwrap_or((&shown, ""));
    Some((name.to_owned(), secret.to_owned()))
}

/// The visitor who calls: by its token, or by its uid, which only it knows (seed 000).
pub(super) async fn visitor(state: &ApiState, bearer: Option<Bearer>, uid: Option<&str>) -> Result<Visitor, AppError> {
    let uid = match bearer {
        Some(Bearer(principal)) if principal.role == Role::Visitor => principal.uid,
        Some(_) => return Err(AppError::Forbidden("only visitors may do this".into())),
        None => {
            let uid = uid.ok_or_else(|| AppError::Refused("uid is missing".into()))?;
            Uid::new(uid).map_err(|_| AppError::from(DeskError::UnknownVisitor))?
        }
    };
    Ok(state.gateway.desk.visitor(&uid).await?)
}

/// As [`visitor_principal`], of one who says or asks for something from `peer`.
pub(super) async fn speaking_visitor(
    state: &ApiState,
    (bearer, peer): (Option<Bearer>, &Peer),
    uid: Option<&str>,
) -> Result<Principal, AppError> {
    let principal = visitor_principal(state, bearer, uid).await?;
    state.gateway.heard_from(&principal, Some(peer.address.ip()));
    Ok(principal)
}

/// As [`visitor`], as a principal.
pub(super) async fn visitor_principal(
    state: &ApiState,
    bearer: Option<Bearer>,
    uid: Option<&str>,
) -> Result<Principal, AppError> {
    Ok(Desk::visitor_principal(&visitor(state, bearer, uid).await?))
}
