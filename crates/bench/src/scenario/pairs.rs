//! Pairs of a publisher and a subscriber, each on its own topic.

use super::{ScenarioError, flow, flow::Shape};
use crate::{
    cli::{CommonArgs, FlowArgs},
    report::Report,
};

/// Runs the scenario.
///
/// # Errors
/// [`ScenarioError`] when the connections cannot be set up.
pub(super) async fn run(pairs: u32, args: &FlowArgs, common: &CommonArgs) -> Result<Report, ScenarioError> {
    let shape = Shape { scenario: "pairs", unit: ("pairs", pairs), topics: pairs, subscribers_per_topic: 1 };
    flow::run(shape, args, common).await
}
