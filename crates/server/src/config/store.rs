//! `[store]`: where what was said is kept.

use std::path::PathBuf;

use deskwire_store::PostgresOptions;

use super::{
    amount::{Millis, bounded_section},
    secret::Secret,
};

bounded_section! {
    /// `[store]`: the database.
    StoreSection in "store" {
        /// Connections that read, besides one that searches; of PostgreSQL.
        readers: usize = 4, 1..=256;
        /// Connections that write; of PostgreSQL.
        writers: usize = 4, 1..=256;
        /// Jobs that may wait for the connections that write, and as many for those that read; of PostgreSQL.
        waiting: usize = 1024, 1..=1_000_000;
        /// Milliseconds for connecting; of PostgreSQL.
        connect_timeout_ms: Millis = Millis(5000), 100..=600_000;
        /// Milliseconds for a statement, and for a transaction that lies idle; of PostgreSQL.
        statement_timeout_ms: Millis = Millis(30_000), 100..=3_600_000;
        /// Milliseconds for which a statement waits for what others have locked; of PostgreSQL.
        lock_timeout_ms: Millis = Millis(10_000), 10..=3_600_000;
    } and {
        /// `postgres://user:password@host/database`; empty for a file of SQLite in the data folder.
        url: Secret;
        /// PEM file with the certificates of who vouches for the server; empty for those that the system trusts.
        ca_file: PathBuf;
    }
}

impl StoreSection {
    /// The server of `url`; none for the file.
    #[must_use]
    pub fn postgres(&self) -> Option<PostgresOptions> {
        let url = self.url.expose();
        if url.is_empty() {
            return None;
        }
        let default = PostgresOptions::new(url);
        Some(PostgresOptions {
            ca_file: (!self.ca_file.as_os_str().is_empty()).then(|| self.ca_file.clone()),
            readers: self.readers.try_into().unwrap_or(default.readers),
            writers: self.writers.try_into().unwrap_or(default.writers),
            waiting: self.waiting.try_into().unwrap_or(default.waiting),
            connect_timeout: self.connect_timeout_ms.duration(),
            statement_timeout: self.statement_timeout_ms.duration(),
            lock_timeout: self.lock_timeout_ms.duration(),
            ..default
        })
    }

    /// What is wrong with the texts.
    pub(super) fn check(&self, found: &mut Vec<(&'static str, String)>) {
        if let Some(Err(error)) = self.postgres().map(|options| options.check_url()) {
            found.push(("store.url", error.to_string()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_means_postgresql() {
        assert!(StoreSection::default().postgres().is_none());
        let section = StoreSection {
            url: Secret::new("postgres://u:p@h/d".to_owned()),
            readers: 7,
            ca_file: PathBuf::from("ca.pem"),
            ..StoreSection::default()
        };
        let options = section.postgres().unwrap();
        assert_eq!((options.readers.get(), options.ca_file), (7, Some(PathBuf::from("ca.pem"))));
        assert_eq!(options.writers, PostgresOptions::new("").writers, "the defaults are those of the store");
    }

    #[test]
    fn a_url_of_something_else_is_refused() {
        for (url, problems) in [("", 0), ("postgres://h/d", 0), ("mysql://h/d", 1), ("desk.db", 1)] {
            let section = StoreSection { url: Secret::new(url.to_owned()), ..StoreSection::default() };
            let mut found = Vec::new();
            section.check(&mut found);
            assert_eq!(found.len(), problems, "{url}");
        }
    }
}
