//! One publisher and many subscribers on one topic.

use super::{ScenarioError, flow, flow::Shape};
use crate::{
    cli::{CommonArgs, FlowArgs},
    report::Report,
};

/// Runs the scenario.
///
/// # Errors
/// [`ScenarioError`] when the connections cannot be set up.
pub(super) async fn run(subscribers: u32, args: &FlowArgs, common: &CommonArgs) -> Result<Report, ScenarioError> {
    let unit = ("subscribers", subscribers);
    let shape = Shape { scenario: "fanout", unit, topics: 1, subscribers_per_topic: subscribers };
    flow::run(shape, args, common).await
}
