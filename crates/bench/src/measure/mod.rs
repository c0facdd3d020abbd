//! What a run costs and how long things take.

mod latency;
mod proc;

pub(crate) use latency::{Latencies, Percentiles};
pub(crate) use proc::{Sampler, Spent, open_files_limit};
