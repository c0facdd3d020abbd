//! Order cards (seed 002): `/api/v1/order-card/{id}`, for visitors, agents and back ends.

use axum::{
    extract::{FromRef, FromRequestParts, OptionalFromRequestParts, Path, State},
    http::{header::AUTHORIZATION, request::Parts},
};
use deskwire_desk::{DeskError, Settlement};
use deskwire_model::Principal;
use deskwire_store::CardId;

use super::{
    ApiState,
    caller::{Bearer, ServiceCaller},
    shapes::CardJson,
};
use crate::{
    connection::timestamp,
    http::{Access, AppError, Description, Input, Routes, Success},
};

pub(super) fn routes() -> Routes<ApiState> {
    let settle = |settlement| {
        move |State(state): State<ApiState>, CardCaller(caller): CardCaller, Path(id): Path<String>| async move {
            let settled = state.gateway.desk.settle_card(&caller, number(&id)?, settlement, timestamp()).await?;
            Ok::<_, AppError>(Success::new(CardJson(settled)))
        }
    };
    Routes::about("Order cards")
        .get("/api/v1/order-card/{id}", card, "Gives an order card as it is now.")
        .post("/api/v1/order-card/{id}/pay", settle(Settlement::Pay), "Notes that an order is paid.")
        .post("/api/v1/order-card/{id}/cancel", settle(Settlement::Cancel), "Cancels an order.")
}

async fn card(
    State(state): State<ApiState>,
    CardCaller(caller): CardCaller,
    Path(id): Path<String>,
) -> Result<Success<CardJson>, AppError> {
    Ok(Success::new(CardJson(state.gateway.desk.order_card(&caller, number(&id)?).await?)))
}

/// The card's number; what is none is no card's.
fn number(id: &str) -> Result<CardId, AppError> {
    Ok(id.parse().map(CardId).map_err(|_| DeskError::UnknownCard)?)
}

/// A visitor or agent with an access token, or a service account.
#[derive(Clone, Debug)]
struct CardCaller(Principal);

impl Input for CardCaller {
    fn describe(description: &mut Description<'_>) {
        description.access(Access::TokenOrService);
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CardCaller
where
    ApiState: FromRef<S>,
{
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AppError> {
        let scheme = parts.headers.get(AUTHORIZATION).and_then(|header| header.to_str().ok()).unwrap_or_default();
        let is_token = scheme.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer "));
        if is_token
            && let Some(Bearer(principal)) =
                <Bearer as OptionalFromRequestParts<S>>::from_request_parts(parts, state).await?
        {
            return Ok(Self(principal));
        }
        let ServiceCaller(account) = ServiceCaller::from_request_parts(parts, state).await?;
        Ok(Self(account.principal.clone()))
    }
}
