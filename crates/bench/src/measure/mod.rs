//! What a run costs and how long things take.

mod counters;
mod latency;
mod proc;
mod sampler;

#[cfg(test)]
pub(crate) use counters::Counted;
pub(crate) use latency::{Latencies, Percentiles};
pub(crate) use proc::open_files_limit;
pub(crate) use sampler::{ProcessSpent, Sampler, Service, Spent};
