//! What the scripts answer, and what it means when they do not.

use std::{fmt::Display, str::FromStr, vec};

use bytes::Bytes;
use fred::{
    error::{Error, ErrorKind},
    types::Value,
};

use crate::{StoreError, Timestamp};

/// What a script has answered, read from the front.
#[derive(Debug)]
pub(super) struct Reply(vec::IntoIter<Value>);

impl Reply {
    /// Reads a list.
    pub(super) fn of(value: Value) -> Result<Self, StoreError> {
        match value {
            Value::Array(values) => Ok(Self(values.into_iter())),
            _ => Err(unexpected("no list")),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.as_slice().is_empty()
    }

    pub(super) fn list(&mut self) -> Result<Self, StoreError> {
        Self::of(self.next()?)
    }

    pub(super) fn bytes(&mut self) -> Result<Bytes, StoreError> {
        let bytes = self.next()?.into_bytes();
        bytes.ok_or_else(|| unexpected("no text"))
    }

    pub(super) fn text(&mut self) -> Result<String, StoreError> {
        String::from_utf8(self.bytes()?.into()).map_err(|error| StoreError::Corrupt(error.into()))
    }

    /// A number, or what else is written as text.
    pub(super) fn parsed<T: FromStr<Err: Display>>(&mut self) -> Result<T, StoreError> {
        parsed(&self.text()?)
    }

    /// How many there are. A step that a server has made by half leaves less than none; that is for `examine` to
    /// mend, and no reason to withhold all other counts.
    pub(super) fn count(&mut self) -> Result<u64, StoreError> {
        let count: i64 = self.parsed()?;
        Ok(count.try_into().unwrap_or_default())
    }

    /// A time, or nothing.
    pub(super) fn time(&mut self) -> Result<Option<Timestamp>, StoreError> {
        time(&self.text()?)
    }

    /// The next so many values, as a reply of their own.
    pub(super) fn take(&mut self, count: usize) -> Result<Self, StoreError> {
        let values: Vec<_> = self.0.by_ref().take(count).collect();
        if values.len() < count {
            return Err(unexpected("too little"));
        }
        Ok(Self(values.into_iter()))
    }

    fn next(&mut self) -> Result<Value, StoreError> {
        self.0.next().ok_or_else(|| unexpected("too little"))
    }
}

/// What a word stands for.
pub(super) fn parsed<T: FromStr<Err: Display>>(word: &str) -> Result<T, StoreError> {
    word.parse().map_err(|error: T::Err| {
        // Enough to find it by, and not a whole message or payload that stands in the wrong place.
        let word: String = word.chars().take(24).collect();
        unexpected(&format!("{word:?} ({error})"))
    })
}

/// A time in microseconds; none if there is nothing.
pub(super) fn time(word: &str) -> Result<Option<Timestamp>, StoreError> {
    if word.is_empty() {
        return Ok(None);
    }
    let time = Timestamp::from_micros(parsed(word)?);
    time.map(Some).ok_or_else(|| unexpected("no time"))
}

/// What is kept, or answered, is not what a store writes.
pub(super) fn unexpected(what: &str) -> StoreError {
    StoreError::Corrupt(format!("found {what}, which is not what belongs there").into())
}

/// What a failure means: either what is kept, or the answer, is not what a store writes, or nobody knows
/// whether the step was made.
pub(super) fn diagnose(error: Error) -> StoreError {
    // A server before version 7 puts the error that has ended a script at the end of its message.
    if error.details().contains("WRONGTYPE") || *error.kind() == ErrorKind::Parse {
        return StoreError::Corrupt(error.into());
    }
    StoreError::Unavailable(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_answer_is_not_taken_for_one() {
        let reply = |values: &[&str]| {
            let values = values.iter().map(|text| Value::from(*text)).collect();
            Reply::of(Value::Array(values)).unwrap()
        };
        let is_corrupt = |error| matches!(error, StoreError::Corrupt(_));
        assert!(is_corrupt(Reply::of(Value::Null).unwrap_err()));
        assert!(is_corrupt(reply(&[]).text().unwrap_err()));
        assert!(is_corrupt(reply(&["x"]).parsed::<u32>().unwrap_err()));
        assert!(is_corrupt(reply(&["-1"]).time().unwrap_err()));
        assert!(is_corrupt(reply(&["1"]).list().unwrap_err()));
        assert_eq!(reply(&[""]).time().unwrap(), None);
        assert_eq!(reply(&["7"]).parsed::<u32>().unwrap(), 7);
        assert_eq!(reply(&["7"]).count().unwrap(), 7);
        assert_eq!(reply(&["-1"]).count().unwrap(), 0);
        assert!(is_corrupt(reply(&["1.5"]).count().unwrap_err()));
    }

    #[test]
    fn what_an_older_server_says_of_a_foreign_key_is_understood() {
        let error = "ERR Error running script (call to f_1): @user_script:1: WRONGTYPE Operation";
        let error = diagnose(Error::new(ErrorKind::Unknown, error));
        assert!(matches!(error, StoreError::Corrupt(_)));
        let error = diagnose(Error::new(ErrorKind::Timeout, "Request timed out."));
        assert!(matches!(error, StoreError::Unavailable(_)));
    }
}
