//! What the server tells about itself: [`logging`] to standard error and [`metrics`] for Prometheus, of which [`readings`]
//! keeps some for the people who run it, spans of time as a [`spread`]. None ever holds a message body, a token or a query
//! string.

pub mod logging;
pub mod metrics;
pub(crate) mod readings;
pub(crate) mod spread;
