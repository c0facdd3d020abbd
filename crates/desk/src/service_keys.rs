//! Service keys, as administrators see them: which programs act as services of their organisation.

use deskwire_model::{Principal, Role, Timestamp, Uid};
use deskwire_store::{ServiceKey, StoreError};

use crate::{Desk, DeskError};

/// Longest name of a key, in characters.
const MAX_NAME: usize = 100;

fn administers(by: &Principal) -> Result<(), DeskError> {
    if by.role == Role::Admin { Ok(()) } else { Err(DeskError::NotAllowed) }
}

/// The name of a key as it is kept: without blanks around it.
fn checked_name(name: &str) -> Result<String, DeskError> {
    let name = name.trim();
    let is_fit = !name.is_empty() && name.chars().count() <= MAX_NAME && !name.chars().any(char::is_control);
    is_fit
        .then(|| name.to_owned())
        .ok_or_else(|| DeskError::Settings(format!("the name of a service key has 1 to {MAX_NAME} characters")))
}

/// The store has no such key, or cannot say.
fn missing(error: StoreError) -> DeskError {
    match error {
        StoreError::Missing => DeskError::UnknownServiceKey,
        error => error.into(),
    }
}

impl Desk {
    /// The service keys of all organisations.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn all_service_keys(&self) -> Result<Vec<ServiceKey>, DeskError> {
        Ok(self.store.service_keys(None).await?)
    }

    /// The service keys of the administrator's organisation, the oldest first.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for others than administrators, [`DeskError::Store`].
    pub async fn service_keys(&self, by: &Principal) -> Result<Vec<ServiceKey>, DeskError> {
        administers(by)?;
        Ok(self.store.service_keys(Some(&by.org)).await?)
    }

    /// Makes a key of the administrator's organisation, which has at most `limit`; the key as it is kept.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for others than administrators and other organisations, [`DeskError::Settings`] for a
    /// name that is none and a key that would have expired already, [`DeskError::Taken`], [`DeskError::TooMany`],
    /// [`DeskError::Store`].
    pub async fn create_service_key(
        &self,
        by: &Principal,
        new: ServiceKey,
        limit: usize,
    ) -> Result<ServiceKey, DeskError> {
        administers(by)?;
        if new.org != by.org {
            return Err(DeskError::NotAllowed);
        }
        if new.expires_at.is_some_and(|expires_at| expires_at <= new.created_at) {
            return Err(DeskError::Settings("the service key would have expired already".to_owned()));
        }
        let new = ServiceKey { name: checked_name(&new.name)?, ..new };
        match self.store.create_service_key(&new, limit).await {
            Ok(()) => Ok(new),
            Err(StoreError::Full) => Err(DeskError::TooMany("service keys")),
            Err(StoreError::Exists) => Err(DeskError::Taken),
            Err(error) => Err(error.into()),
        }
    }

    /// Calls a key of the administrator's organisation otherwise; the key as it is then.
    ///
    /// # Errors
    /// As [`Self::service_keys`], [`DeskError::Settings`], [`DeskError::UnknownServiceKey`].
    pub async fn rename_service_key(&self, by: &Principal, uid: &Uid, name: &str) -> Result<ServiceKey, DeskError> {
        administers(by)?;
        let name = checked_name(name)?;
        self.store.rename_service_key(&by.org, uid, &name).await.map_err(missing)?;
        let keys = self.service_keys(by).await?;
        keys.into_iter().find(|key| key.uid == *uid).ok_or(DeskError::UnknownServiceKey)
    }

    /// Revokes a key of the administrator's organisation, for ever.
    ///
    /// # Errors
    /// As [`Self::service_keys`], and [`DeskError::UnknownServiceKey`].
    pub async fn revoke_service_key(&self, by: &Principal, uid: &Uid) -> Result<(), DeskError> {
        administers(by)?;
        self.store.drop_service_key(&by.org, uid).await.map_err(missing)
    }

    /// Notes when keys were last shown.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn note_key_uses(&self, uses: Vec<(Uid, Timestamp)>) -> Result<(), DeskError> {
        Ok(self.store.note_key_uses(uses).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_can_be_read() {
        for (name, expected) in [
            ("ERP", Some("ERP")),
            ("  订单系统 ", Some("订单系统")),
            ("", None),
            (" \u{3000}", None),
            ("a\nb", None),
            (&"键".repeat(MAX_NAME), Some(&*"键".repeat(MAX_NAME))),
            (&"键".repeat(MAX_NAME + 1), None),
        ] {
            assert_eq!(checked_name(name).ok().as_deref(), expected, "{name:?}");
        }
    }
}
