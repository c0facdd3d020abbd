//! What a visitor sees of the channel that it comes by.

use axum::{Extension, extract::State};
use deskwire_desk::{DeskError, Language, ShownChannel};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{ApiState, visitor::at_channels_pace};
use crate::{
    connection::timestamp,
    http::{AppError, QueryParams, Routes, Success},
    listener::Peer,
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Visitors").get("/visitor/api/v1/channel", channel, "Says how a channel looks to its visitors.")
}

#[derive(Debug, Deserialize, JsonSchema)]
struct ChannelQuery {
    /// Its uid.
    channel: String,
    /// A language tag, as `zh-CN`; what is no Chinese gets English.
    #[serde(default)]
    language: String,
}

/// How a channel looks, for everybody: what stands here is on the shop's pages too.
async fn channel(
    State(state): State<ApiState>,
    Extension(peer): Extension<Peer>,
    QueryParams(request): QueryParams<ChannelQuery>,
) -> Result<Success<ShownChannel>, AppError> {
    at_channels_pace(&state, peer.address.ip())?;
    let desk = &state.gateway.desk;
    let channel = desk.channel(&request.channel).await?.ok_or(DeskError::UnknownChannel)?;
    let shown = desk.shown_channel(&channel, Language::of_tag(&request.language), timestamp()).await?;
    Ok(Success::new(shown))
}
