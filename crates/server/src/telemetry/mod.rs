//! What the server tells about itself: [`logging`] to standard error and [`metrics`] for Prometheus. Neither ever
//! holds a message body, a token or a query string.

pub mod logging;
pub mod metrics;
