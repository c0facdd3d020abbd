//! The effective configuration, without its secrets.

use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{ADMINS, Operator};
use crate::{
    config::Config,
    http::{AppError, Routes, Success, api::ApiState},
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Operation")
        .get("/api/v1/ops/config", configuration, "Gives the configuration that is in effect, with secrets masked.")
        .only_for(&ADMINS)
}

#[derive(Debug, Serialize, JsonSchema)]
struct Configuration {
    version: &'static str,
    settings: Vec<Setting>,
}

/// A key of the configuration.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Setting {
    section: String,
    /// Empty for a section that is a list.
    key: String,
    value: Value,
    /// Whether it is what it would be if nobody had set it.
    is_default: bool,
}

async fn configuration(State(state): State<ApiState>, _: Operator) -> Result<Success<Configuration>, AppError> {
    let settings = settings(&state.gateway.config).map_err(AppError::internal)?;
    Ok(Success::new(Configuration { version: env!("CARGO_PKG_VERSION"), settings }))
}

/// Every key with its value; serialising has masked the secrets.
fn settings(config: &Config) -> Result<Vec<Setting>, serde_json::Error> {
    let (effective, default) = (sections(config)?, sections(&Config::default())?);
    let mut settings = Vec::new();
    for (section, value) in effective {
        let by_default = &default[&section];
        match value {
            Value::Object(keys) => settings.extend(keys.into_iter().map(|(key, value)| {
                let is_default = by_default.get(&key) == Some(&value);
                Setting { section: section.clone(), key, value, is_default }
            })),
            value => {
                let is_default = *by_default == value;
                settings.push(Setting { section, key: String::new(), value, is_default });
            }
        }
    }
    Ok(settings)
}

fn sections(config: &Config) -> Result<Map<String, Value>, serde_json::Error> {
    match serde_json::to_value(config)? {
        Value::Object(sections) => Ok(sections),
        // A struct is an object.
        _ => Ok(Map::new()),
    }
}

#[cfg(test)]
mod tests {
    use deskwire_model::Uid;
    use serde_json::json;

    use super::*;
    use crate::config::{Secret, ServiceAccountSection};

    #[test]
    fn what_was_set_is_told_from_what_is_built_in_and_secrets_are_not_told() {
        let mut config = Config::default();
        config.limits.drain_ms.0 = 7;
        let account = ServiceAccountSection::unrestricted(Uid::new("bench").unwrap(), Secret::new("hush".to_owned()));
        config.service_accounts.push(account);
        let settings = settings(&config).unwrap();
        assert!(settings.len() > 100);
        let of = |section: &str, key: &str| {
            let found = settings.iter().find(|setting| setting.section == section && setting.key == key).unwrap();
            (found.value.clone(), found.is_default)
        };
        assert_eq!(of("limits", "drain_ms"), (json!(7), false));
        assert_eq!(of("limits", "commit_batch"), (json!(512), true));
        let (accounts, is_default) = of("service_accounts", "");
        assert_eq!((&accounts[0]["name"], is_default), (&json!("bench"), false));
        assert!(!serde_json::to_string(&settings).unwrap().contains("hush"));
    }
}
