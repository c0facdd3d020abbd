//! `deskwire config check` and `deskwire config print`.

use std::{
    io::{self, Write},
    path::Path,
};

use crate::config::{Config, ConfigError, Flags};

/// Why a `config` command fails.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConfigCommandError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("cannot write the configuration as TOML: {0}")]
    Toml(#[from] toml::ser::Error),
    #[error("cannot print: {0}")]
    Output(#[from] io::Error),
}

pub(super) fn check(file: Option<&Path>) -> Result<(), ConfigCommandError> {
    load(file)?;
    writeln!(io::stdout(), "the configuration is good")?;
    Ok(())
}

pub(super) fn print(file: Option<&Path>) -> Result<(), ConfigCommandError> {
    let text = load(file)?.to_masked_toml()?;
    io::stdout().write_all(text.as_bytes())?;
    Ok(())
}

fn load(file: Option<&Path>) -> Result<Config, ConfigError> {
    Config::load(file, std::env::vars_os(), &Flags::default())
}
