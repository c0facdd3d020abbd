//! What those who run the service look at and do: `/api/v1/ops/…`.
//!
//! The server may serve several organisations; what is of all of them, or of the machine, is for administrators of the
//! organisation that runs it ([`Operator`]). [`overview`], [`sessions`], [`health`], [`nodes`] and [`settings`] are such; [`trace`] and
//! [`audit`] are for administrators of every organisation, who see their own.

mod audit;
mod health;
mod nodes;
mod overview;
mod sessions;
mod settings;
mod trace;

use axum::{
    extract::{FromRef, FromRequestParts},
    http::request::Parts,
};
use deskwire_model::{Principal, Role};

use super::{ApiState, caller::AgentCaller};
use crate::{
    first_start,
    http::{Access, AppError, Description, Input, Routes},
};

pub(crate) use self::nodes::{Node, Nodes};

const ADMINS: [Role; 1] = [Role::Admin];

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Operation")
        .merge(overview::routes())
        .merge(sessions::routes())
        .merge(trace::routes())
        .merge(settings::routes())
        .merge(health::routes())
        .merge(nodes::routes())
        .merge(audit::routes())
}

/// An administrator.
#[derive(Clone, Debug)]
struct Administrator(Principal);

/// An administrator of the organisation that runs the server: the one of the first start, for which service accounts act
/// too.
#[derive(Clone, Debug)]
struct Operator;

impl Input for Administrator {
    fn describe(description: &mut Description<'_>) {
        description.access(Access::Staff);
        description.can_fail();
    }
}

impl Input for Operator {
    fn describe(description: &mut Description<'_>) {
        Administrator::describe(description);
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Administrator
where
    ApiState: FromRef<S>,
{
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AppError> {
        let AgentCaller(principal) = AgentCaller::from_request_parts(parts, state).await?;
        match principal.role {
            Role::Admin => Ok(Self(principal)),
            _ => Err(AppError::Forbidden("only administrators may do this".into())),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Operator
where
    ApiState: FromRef<S>,
{
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AppError> {
        let Administrator(principal) = Administrator::from_request_parts(parts, state).await?;
        let operating = first_start::organisation().map_err(AppError::internal)?;
        if principal.org == operating {
            return Ok(Self);
        }
        Err(AppError::Forbidden("only administrators of the organisation that runs the server may do this".into()))
    }
}
