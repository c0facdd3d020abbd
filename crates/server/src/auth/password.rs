//! Hashing passwords with argon2id, never more than a few at a time.

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::Semaphore;

/// Longest accepted password, in bytes.
pub const MAX_PASSWORD_LEN: usize = 1024;

/// Why a password cannot be hashed or compared. A wrong password is not an error.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Longer than [`MAX_PASSWORD_LEN`].
    #[error("a password has at most {MAX_PASSWORD_LEN} bytes")]
    TooLong,
    /// The stored hash is no argon2 hash in PHC form, or hashing failed.
    #[error("cannot hash: {0}")]
    Hash(#[from] argon2::password_hash::Error),
    /// The parameters are out of argon2's range.
    #[error("cannot hash: {0}")]
    Cost(#[from] argon2::Error),
    /// The runtime is shutting down.
    #[error("the server is stopping")]
    Stopping,
}

/// Hashes and compares passwords on the blocking pool. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Passwords {
    argon2: Argon2<'static>,
    turns: Arc<Semaphore>,
    nobodys_hash: Arc<str>,
}

impl Passwords {
    /// At most `concurrency` at a time, with argon2's recommended cost (19 MiB, two passes). Hashes once, so it takes
    /// some ten milliseconds.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn new(concurrency: usize) -> Result<Self, PasswordError> {
        Self::with_params(concurrency, Params::DEFAULT)
    }

    fn with_params(concurrency: usize, params: Params) -> Result<Self, PasswordError> {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobodys_hash = hash(&argon2, b"nobody's password")?.into();
        Ok(Self { argon2, turns: Arc::new(Semaphore::new(concurrency)), nobodys_hash })
    }

    /// The hash of `password` in PHC form, with a fresh salt.
    ///
    /// # Errors
    /// [`PasswordError`]
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        if password.len() > MAX_PASSWORD_LEN {
            return Err(PasswordError::TooLong);
        }
        self.in_turn(move |argon2| hash(argon2, password.as_bytes())).await
    }

    /// Whether `password` is the one behind `stored`. Give `None` for an unknown user: it takes as long as a known one
    /// and is false, so that the time does not tell who exists.
    ///
    /// # Errors
    /// [`PasswordError::Hash`] when `stored` is no argon2 hash.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<bool, PasswordError> {
        if password.len() > MAX_PASSWORD_LEN {
            return Ok(false);
        }
        let nobodys_hash = Arc::clone(&self.nobodys_hash);
        self.in_turn(move |argon2| {
            let known = stored.is_some();
            let stored = PasswordHash::new(stored.as_deref().unwrap_or(&nobodys_hash))
                .map_err(argon2::password_hash::Error::from)?;
            match argon2.verify_password(password.as_bytes(), &stored) {
                Ok(()) => Ok(known),
                Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
                Err(error) => Err(error.into()),
            }
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>) -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| PasswordError::Stopping)?;
        let argon2 = self.argon2.clone();
        // The turn goes with the work, which goes on even if nobody waits for its result any more.
        let working = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work(&argon2)
        });
        working.await.map_err(|_| PasswordError::Stopping)?
    }
}

fn hash(argon2: &Argon2<'static>, password: &[u8]) -> Result<String, PasswordError> {
    let hash: PasswordHash = argon2.hash_password(password)?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cheap(concurrency: usize) -> Passwords {
        Passwords::with_params(concurrency, Params::new(8, 1, 1, None).unwrap()).unwrap()
    }

    #[tokio::test]
    async fn only_the_right_password_of_a_known_user_is_right() {
        let passwords = cheap(2);
        let stored = passwords.hash("correct horse".to_owned()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$"));
        assert!(!stored.contains("horse"));
        for (given, stored, expected) in [
            ("correct horse", Some(stored.clone()), true),
            ("correct horse ", Some(stored.clone()), false),
            ("", Some(stored), false),
            ("nobody's password", None, false),
            ("correct horse", None, false),
        ] {
            assert_eq!(passwords.verify(given.to_owned(), stored).await.unwrap(), expected, "{given:?}");
        }
    }

    #[tokio::test]
    async fn the_same_password_gets_another_salt() {
        let passwords = cheap(1);
        let first = passwords.hash("a".to_owned()).await.unwrap();
        assert_ne!(first, passwords.hash("a".to_owned()).await.unwrap());
    }

    #[tokio::test]
    async fn bad_input_is_an_answer_not_a_panic() {
        let passwords = cheap(1);
        let long = "x".repeat(MAX_PASSWORD_LEN + 1);
        assert!(matches!(passwords.hash(long.clone()).await, Err(PasswordError::TooLong)));
        assert!(!passwords.verify(long, None).await.unwrap());
        let stored = Some("not a hash".to_owned());
        assert!(matches!(passwords.verify("a".to_owned(), stored).await, Err(PasswordError::Hash(_))));
    }

    #[tokio::test]
    async fn one_waits_while_the_only_turn_is_taken() {
        let passwords = cheap(1);
        let turn = Arc::clone(&passwords.turns).acquire_owned().await.unwrap();
        let waiting = tokio::spawn({
            let passwords = passwords.clone();
            async move { passwords.hash("a".to_owned()).await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(turn);
        waiting.await.unwrap().unwrap();
    }
}
