//! Reports. What they show is counted in the commits.

use super::Store;
use crate::{ReportQuery, ReportRow, StoreError};

/// Reports.
impl Store {
    /// The rows of a report, by hour, service and agent.
    pub async fn report(&self, query: &ReportQuery) -> Result<Vec<ReportRow>, StoreError> {
        match self {
            Self::Sqlite(db) => db.report(query).await,
        }
    }
}
