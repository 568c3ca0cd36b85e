//! Whether the disk can still be trusted.

use std::sync::{Arc, OnceLock};

use rusqlite::ErrorCode;

use super::cell;
use crate::StoreError;

/// Remembers the first failure of the disk.
///
/// When a write or a sync has failed, nobody knows what is on the disk: Linux marks pages that it could
/// not write as clean, so trying again would succeed without writing them ([Rebello et al., "Can
/// Applications Recover from fsync Failures?"][fsync]). So from then on the store refuses everything,
/// until it is opened again and reads what is there.
///
/// [fsync]: https://www.usenix.org/conference/atc20/presentation/rebello
#[derive(Debug, Default)]
pub(super) struct Health {
    failure: OnceLock<String>,
}

impl Health {
    /// Fails if the disk has failed before.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        match self.failure.get() {
            None => Ok(()),
            Some(failure) => Err(StoreError::Unavailable(Box::new(Stopped(failure.clone())))),
        }
    }

    /// Turns an error of SQLite into one of the store, and remembers it if it is the disk's.
    pub(super) fn diagnose(&self, error: &Arc<rusqlite::Error>) -> StoreError {
        if is_fatal(error) {
            // Only the first failure counts: later ones are its consequences.
            let _ = self.failure.set(error.to_string());
        }
        let source = Box::new(Arc::clone(error));
        if is_corruption(error) {
            return StoreError::Corrupt(source);
        }
        StoreError::Unavailable(source)
    }
}

/// The store has stopped.
#[derive(Debug, thiserror::Error)]
#[error("the disk has failed, and the store must be opened again: {0}")]
struct Stopped(String);

fn is_fatal(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::SystemIoFailure
                | ErrorCode::DiskFull
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
        )
    )
}

fn is_corruption(error: &rusqlite::Error) -> bool {
    cell::is_unreadable(error)
        || matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
        )
}
