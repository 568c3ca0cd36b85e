//! Single values of a row, and back.

use rusqlite::{
    Result, Row,
    types::{FromSqlError, Type},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{JobId, Timestamp};

pub(super) fn time(row: &Row<'_>, column: usize) -> Result<Timestamp> {
    let micros = row.get(column)?;
    Timestamp::from_micros(micros).ok_or(rusqlite::Error::IntegralValueOutOfRange(column, micros))
}

pub(super) fn id(row: &Row<'_>, column: usize) -> Result<JobId> {
    row.get(column).map(JobId::from_bytes)
}

/// A count, which is never negative.
pub(super) fn count(row: &Row<'_>, column: usize) -> Result<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
}

/// `None` where the column is NULL, else what `read` reads.
pub(super) fn optional<'a, T>(
    row: &'a Row<'_>,
    column: usize,
    read: impl FnOnce(&'a Row<'_>, usize) -> Result<T>,
) -> Result<Option<T>> {
    if row.get_ref(column)?.data_type() == Type::Null {
        return Ok(None);
    }
    read(row, column).map(Some)
}

pub(super) fn text<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a str> {
    row.get_ref(column)?
        .as_str()
        .map_err(|error| unreadable(column, error))
}

/// Reads a text that has a form, such as the name of a status.
pub(super) fn parse<T: std::str::FromStr>(row: &Row<'_>, column: usize) -> Result<T> {
    text(row, column)?
        .parse()
        .map_err(|_| unreadable(column, FromSqlError::InvalidType))
}

pub(super) fn from_json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T> {
    // The error of the parser is left out: it may quote what it read.
    serde_json::from_str(text(row, column)?)
        .map_err(|_| unreadable(column, FromSqlError::InvalidType))
}

pub(super) fn unreadable(column: usize, error: FromSqlError) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}

/// Whether the row was found and is not what a store writes, rather than not found or not fetched.
pub(super) const fn is_unreadable(error: &rusqlite::Error) -> bool {
    use rusqlite::Error as E;

    matches!(
        error,
        E::FromSqlConversionFailure(..) | E::IntegralValueOutOfRange(..) | E::InvalidColumnType(..)
    )
}

pub(super) fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// A number that counts up from zero by one, so that it never reaches the half that SQLite would show
/// as negative; one that a caller made up is taken for the largest.
pub(super) fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A limit as SQLite takes it.
pub(super) fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
