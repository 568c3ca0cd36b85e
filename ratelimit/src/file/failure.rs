//! Why the store has stopped.

use std::string::{String, ToString as _};
use std::sync::{Arc, OnceLock};

use rusqlite::ErrorCode;
use thiserror::Error;

use crate::store::StoreError;

/// Remembers the first failure of the disk.
///
/// When a write or a sync has failed, nobody knows what is on the disk: Linux marks pages that it could
/// not write as clean, so trying again would succeed without writing them ([Rebello et al., "Can
/// Applications Recover from fsync Failures?"][fsync]). So the store stops, until it is opened again and
/// reads what is there.
///
/// [fsync]: https://www.usenix.org/conference/atc20/presentation/rebello
#[derive(Debug, Default)]
pub(super) struct Failure(OnceLock<String>);

impl Failure {
    /// The error of those who come after the store has stopped.
    pub(super) fn stopped(&self) -> StoreError {
        let why = self.0.get().map_or("its thread is gone", String::as_str);
        StoreError::Unavailable(Stopped(why.to_string()).into())
    }

    /// Whether the disk has failed.
    pub(super) fn is_set(&self) -> bool {
        self.0.get().is_some()
    }

    /// Turns an error of SQLite into one of the store, and remembers it if it is the disk's.
    pub(super) fn diagnose(&self, error: &Arc<rusqlite::Error>) -> StoreError {
        if is_fatal(error) {
            // Only the first failure counts: later ones are its consequences.
            let _ = self.0.set(error.to_string());
        }
        if is_corruption(error) {
            return StoreError::Corrupt(Arc::clone(error).into());
        }
        StoreError::Unavailable(Arc::clone(error).into())
    }
}

/// The store has stopped.
#[derive(Debug, Error)]
#[error("it has stopped and must be opened again: {0}")]
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
    use rusqlite::Error as E;

    matches!(
        error,
        E::FromSqlConversionFailure(..) | E::IntegralValueOutOfRange(..) | E::InvalidColumnType(..)
    ) || matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    )
}
