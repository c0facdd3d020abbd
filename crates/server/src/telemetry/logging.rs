//! Log lines on standard error.

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::{LogFormat, LogSection};

/// Why logging cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum LoggingError {
    /// The level is no level and no list of directives.
    #[error("log.level: {0}")]
    Level(#[from] tracing_subscriber::filter::ParseError),
    /// The process logs already.
    #[error("cannot begin to log: {0}")]
    Installed(#[from] tracing_subscriber::util::TryInitError),
}

/// What libraries say that the store says itself; a directive of the operator for the same target wins.
const QUIETER: &str = "refinery_core=warn";

/// Begins to log for the whole process; to be called once.
///
/// # Errors
/// [`LoggingError`] when the level is wrong or the process logs already.
pub fn install(section: &LogSection) -> Result<(), LoggingError> {
    let filter = EnvFilter::try_new(format!("{QUIETER},{}", section.level))?;
    let lines = fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(filter);
    match section.format {
        LogFormat::Text => registry.with(lines.with_ansi(false)).try_init()?,
        LogFormat::Json => registry.with(lines.json().flatten_event(true)).try_init()?,
    }
    Ok(())
}
