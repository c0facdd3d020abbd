//! Lays file, environment and flags over the defaults and remembers who set what.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt, io,
    path::{Path, PathBuf},
};

use deskwire_model::{InvalidUid, Uid};
use serde::Deserialize;
use toml::{Table, Value};

use super::{Config, ListenUrl, Secret, ServiceAccountSection, check::Problem};

/// `DESKWIRE__SECTION__KEY` sets `section.key`.
const KEY_PREFIX: &str = "DESKWIRE__";
/// `name:secret` of one more service account.
const SERVICE_ACCOUNT: &str = "DESKWIRE_SERVICE_ACCOUNT";

/// The layer that set a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Built in.
    Default,
    /// The configuration file.
    File(PathBuf),
    /// An environment variable, by its name.
    Environment(String),
    /// A command-line flag.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("the defaults"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// Why there is no usable configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A layer holds an unknown key or a value of the wrong kind.
    #[error("{origin}: {reason}")]
    Layer {
        /// The layer.
        origin: Origin,
        /// What is wrong, naming the key.
        reason: String,
    },
    /// Every key is known, but some values cannot be used.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Values(Vec<Problem>),
}

/// What the command line says about the configuration.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--data`.
    pub data: Option<PathBuf>,
    /// `--listen`; when given it replaces the configured listeners.
    pub listen: Vec<ListenUrl>,
}

impl Config {
    /// Lays `file`, `environment` and `flags` over the defaults and checks the result.
    ///
    /// # Errors
    /// [`ConfigError`] names the key and the layer it came from.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
        flags: &Flags,
    ) -> Result<Self, ConfigError> {
        let mut layers = Layers::default();
        if let Some(path) = file {
            layers.add_file(path)?;
        }
        let mut service_account = None;
        for (name, value) in environment {
            let Some(name) = name.to_str() else { continue };
            if name == SERVICE_ACCOUNT {
                service_account = Some(value);
            } else if let Some(key) = name.strip_prefix(KEY_PREFIX) {
                layers.add_variable(name, key, value)?;
            }
        }
        if let Some(text) = service_account {
            layers.add_service_account(text)?;
        }
        layers.add_flags(flags);
        layers.finish()
    }
}

#[derive(Default)]
struct Layers {
    table: Table,
    config: Config,
    origins: BTreeMap<String, Origin>,
}

impl Layers {
    fn add_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        let origin = Origin::File(path.to_owned());
        // Read from the text, not from the table: only so the error shows line and column.
        self.config = toml::from_str(&text).map_err(|error| layer_error(&origin, &error))?;
        self.table = toml::from_str(&text).map_err(|error| layer_error(&origin, &error))?;
        for (section, keys) in &self.table {
            match keys {
                Value::Table(keys) => {
                    for key in keys.keys() {
                        self.origins.insert(format!("{section}.{key}"), origin.clone());
                    }
                }
                _ => {
                    self.origins.insert(section.clone(), origin.clone());
                }
            }
        }
        Ok(())
    }

    fn add_variable(&mut self, name: &str, key: &str, value: OsString) -> Result<(), ConfigError> {
        let origin = Origin::Environment(name.to_owned());
        let text = value.into_string().map_err(|_| layer_error(&origin, &"the value is not UTF-8"))?;
        let lower = key.to_ascii_lowercase();
        let (section, key) = lower
            .split_once("__")
            .filter(|(section, key)| !section.is_empty() && !key.is_empty() && !key.contains("__"))
            .ok_or_else(|| layer_error(&origin, &"the name must have the form DESKWIRE__SECTION__KEY"))?;

        // A text stays a text even if it looks like a number; only where no text fits is it read as TOML.
        let as_text = self.overlaid(section, key, Value::String(text.clone()));
        let overlaid = match (as_text, text.parse::<Value>()) {
            (Err(_), Ok(value)) => self.overlaid(section, key, value),
            (as_text, _) => as_text,
        };
        (self.table, self.config) = overlaid.map_err(|error| {
            let reason = error.to_string();
            layer_error(&origin, &format_args!("{section}.{key}: {}", reason.lines().next().unwrap_or_default()))
        })?;
        self.origins.insert(format!("{section}.{key}"), origin);
        Ok(())
    }

    fn overlaid(&self, section: &str, key: &str, value: Value) -> Result<(Table, Config), toml::de::Error> {
        let mut table = self.table.clone();
        let keys = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
        match keys {
            Value::Table(keys) => {
                keys.insert(key.to_owned(), value);
            }
            other => *other = Value::Table(Table::from_iter([(key.to_owned(), value)])),
        }
        let config = Config::deserialize(table.clone())?;
        Ok((table, config))
    }

    fn add_service_account(&mut self, value: OsString) -> Result<(), ConfigError> {
        let origin = Origin::Environment(SERVICE_ACCOUNT.to_owned());
        let text = value.into_string().map_err(|_| layer_error(&origin, &"the value is not UTF-8"))?;
        let (name, secret) =
            text.split_once(':').ok_or_else(|| layer_error(&origin, &"the value must have the form name:secret"))?;
        let name = Uid::new(name).map_err(|error: InvalidUid| layer_error(&origin, &error))?;
        let accounts = &mut self.config.service_accounts;
        accounts.retain(|account| account.name != name);
        accounts.push(ServiceAccountSection::unrestricted(name, Secret::new(secret.to_owned())));
        self.origins.insert("service_accounts".to_owned(), origin);
        Ok(())
    }

    fn add_flags(&mut self, flags: &Flags) {
        if let Some(data) = &flags.data {
            self.config.server.data.clone_from(data);
            self.origins.insert("server.data".to_owned(), Origin::Flag("--data"));
        }
        if !flags.listen.is_empty() {
            self.config.server.listen.clone_from(&flags.listen);
            self.origins.insert("server.listen".to_owned(), Origin::Flag("--listen"));
        }
    }

    fn finish(self) -> Result<Config, ConfigError> {
        let problems = self.config.problems(|key| self.origins.get(key).cloned().unwrap_or(Origin::Default));
        if problems.is_empty() { Ok(self.config) } else { Err(ConfigError::Values(problems)) }
    }
}

fn layer_error(origin: &Origin, reason: &dyn fmt::Display) -> ConfigError {
    ConfigError::Layer { origin: origin.clone(), reason: reason.to_string().trim_end().to_owned() }
}
