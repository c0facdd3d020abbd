//! Who calls.

use axum::{
    extract::{FromRef, FromRequestParts, OptionalFromRequestParts},
    http::{header::AUTHORIZATION, request::Parts},
};
use deskwire_desk::{Desk, DeskError};
use deskwire_model::{Principal, Role, Uid};
use deskwire_store::Visitor;

use super::ApiState;
use crate::{gateway::bearer_token, http::AppError};

/// Somebody with a valid access token in `Authorization`.
#[derive(Clone, Debug)]
pub(super) struct Bearer(pub(super) Principal);

impl<S: Send + Sync> OptionalFromRequestParts<S> for Bearer
where
    ApiState: FromRef<S>,
{
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, AppError> {
        let Some(header) = parts.headers.get(AUTHORIZATION) else { return Ok(None) };
        let token = header.to_str().ok().and_then(bearer_token);
        let token = token.ok_or_else(|| AppError::Unauthorized("Authorization must be Bearer and a token".into()))?;
        match ApiState::from_ref(state).gateway.bearer(token) {
            Ok(identity) => Ok(Some(Self(identity.principal))),
            Err(error) => Err(AppError::Unauthorized(error.to_string())),
        }
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
            Some(Bearer(principal)) if principal.role == Role::Agent => Ok(Self(principal)),
            Some(_) => Err(AppError::Forbidden("only agents may do this".into())),
            None => Err(AppError::Unauthorized("an access token is needed: Authorization: Bearer".into())),
        }
    }
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

/// As [`visitor`], as a principal.
pub(super) async fn visitor_principal(
    state: &ApiState,
    bearer: Option<Bearer>,
    uid: Option<&str>,
) -> Result<Principal, AppError> {
    Ok(Desk::visitor_principal(&visitor(state, bearer, uid).await?))
}
