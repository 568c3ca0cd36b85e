//! What the script answers, and what it means when it does not.

use std::string::String;

use fred::error::{Error, ErrorKind};
use fred::types::{FromValue, Value};
use thiserror::Error;

use crate::replay::claim::{Forgotten, Settled};
use crate::replay::entry::State;
use crate::replay::store::StoreError;
use crate::unix_time::UnixTime;

/// An answer of the script.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) word: String,
    /// The time of the step; in microseconds since the epoch, as all times here.
    pub(super) now: u64,
    /// The time that belongs to the word.
    at: u64,
    /// The fence of a claim.
    pub(super) fence: u64,
}

impl Answer {
    pub(super) const fn at(&self) -> UnixTime {
        UnixTime::from_micros(self.at)
    }

    /// Why a claim was not granted.
    pub(super) fn held(self) -> Result<State, StoreError> {
        match self.word.as_str() {
            "in_flight" => Ok(State::InFlight { until: self.at() }),
            "done" => Ok(State::Done { at: self.at() }),
            _ => Err(self.unexpected()),
        }
    }

    /// What became of a commit or a release.
    pub(super) fn settled(self) -> Result<Settled, StoreError> {
        match self.word.as_str() {
            "accepted" => Ok(Settled::Accepted),
            "not_held" => Ok(Settled::NotHeld),
            _ => Err(self.unexpected()),
        }
    }

    /// What became of a wish to forget.
    pub(super) fn forgotten(self) -> Result<Forgotten, StoreError> {
        match self.word.as_str() {
            "forgotten" => Ok(Forgotten::Forgotten),
            "in_flight" => Ok(Forgotten::InFlight { until: self.at() }),
            "unknown" => Ok(Forgotten::Unknown),
            _ => Err(self.unexpected()),
        }
    }

    /// What the check has found.
    pub(super) fn healthy(self) -> Result<(), StoreError> {
        match self.word.as_str() {
            "healthy" => Ok(()),
            _ => Err(self.unexpected()),
        }
    }

    fn unexpected(self) -> StoreError {
        StoreError::Corrupt(Unexpected(self.word).into())
    }
}

impl FromValue for Answer {
    fn from_value(value: Value) -> Result<Self, Error> {
        let (word, now, at, fence) = value.convert()?;
        Ok(Self {
            word,
            now,
            at,
            fence,
        })
    }
}

/// The script has answered with a word that does not belong to the verb.
#[derive(Debug, Error)]
#[error("the script has answered {0:?}")]
struct Unexpected(String);

/// What a failure means: either what is kept, or the answer, is not what a store writes, or nobody knows
/// whether the step was made.
pub(super) fn diagnose(error: Error) -> StoreError {
    // A server before version 7 puts the error that has ended a script at the end of its message.
    let is_foreign = ["CORRUPT", "WRONGTYPE"].map(|code| error.details().contains(code));
    if is_foreign.contains(&true) || *error.kind() == ErrorKind::Parse {
        return StoreError::Corrupt(error.into());
    }
    StoreError::Unavailable(error.into())
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    fn answer(word: &str) -> Answer {
        let numbers = [1, 2, 3].map(Value::Integer);
        let mut values = Vec::from([Value::from(word)]);
        values.extend(numbers);
        Value::Array(values).convert().unwrap()
    }

    #[test]
    fn an_answer_is_a_word_and_three_numbers() {
        let fresh = answer("fresh");
        assert_eq!(
            (fresh.word.as_str(), fresh.now, fresh.fence),
            ("fresh", 1, 3)
        );
        assert_eq!(fresh.at(), UnixTime::from_micros(2));
        for value in [
            Value::Null,
            Value::from("fresh"),
            Value::Array(Vec::new()),
            Value::Array(Vec::from([Value::from("fresh"), Value::Integer(-1)])),
        ] {
            let error = value.convert::<Answer>().unwrap_err();
            assert!(matches!(diagnose(error), StoreError::Corrupt(_)));
        }
    }

    #[test]
    fn a_word_that_answers_another_verb_is_not_taken_for_an_answer() {
        let corrupt = |result| matches!(result, Err(StoreError::Corrupt(_)));
        assert!(corrupt(answer("accepted").held().map(drop)));
        assert!(corrupt(answer("fresh").settled().map(drop)));
        assert!(corrupt(answer("done").forgotten().map(drop)));
        assert!(corrupt(answer("unknown").healthy()));
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
