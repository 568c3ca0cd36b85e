//! What the scripts answer, and what it means when they do not.

use alloc::string::String;
use alloc::vec::Vec;

use fred::error::{Error, ErrorKind};
use fred::types::{FromValue, Value};
use thiserror::Error;

use crate::store::StoreError;
use crate::time::Time;

/// An answer of a script.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) word: String,
    /// When the step was made.
    pub(super) now: Time,
    /// What follows.
    rest: Vec<Value>,
}

impl Answer {
    /// What was missing from each bucket before, and whether the tokens were taken.
    pub(super) fn taken(self) -> Result<(bool, Vec<u64>), StoreError> {
        let is_allowed = match self.word.as_str() {
            "allowed" => true,
            "refused" => false,
            _ => return Err(self.unexpected()),
        };
        let amounts = Value::Array(self.rest).convert();
        Ok((is_allowed, amounts.map_err(diagnose)?))
    }

    /// What is kept under each key; nothing where there is no bucket.
    pub(super) fn kept(self) -> Result<Vec<String>, StoreError> {
        Value::Array(self.rest).convert().map_err(diagnose)
    }

    /// Makes sure that it is the word that belongs to the verb.
    pub(super) fn expect(self, word: &str) -> Result<(), StoreError> {
        if self.word == word {
            return Ok(());
        }
        Err(self.unexpected())
    }

    fn unexpected(self) -> StoreError {
        StoreError::Corrupt(Unexpected(self.word).into())
    }
}

impl FromValue for Answer {
    fn from_value(value: Value) -> Result<Self, Error> {
        let short = || Error::new(ErrorKind::Parse, "an answer is a word and a time");
        let Value::Array(values) = value else {
            return Err(short());
        };
        let mut values = values.into_iter();
        let word = values.next().ok_or_else(short)?.convert()?;
        let now = Time::from_micros(values.next().ok_or_else(short)?.convert()?);
        let rest = values.collect();
        Ok(Self { word, now, rest })
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
    use super::*;

    fn answer(values: Vec<Value>) -> Result<Answer, StoreError> {
        Value::Array(values).convert().map_err(diagnose)
    }

    fn taken(word: &str, amounts: [i64; 2]) -> Result<(bool, Vec<u64>), StoreError> {
        let mut values = Vec::from([Value::from(word), Value::Integer(7)]);
        values.extend(amounts.map(Value::Integer));
        answer(values)?.taken()
    }

    #[test]
    fn an_answer_is_a_word_the_time_and_what_follows() {
        assert!(matches!(taken("allowed", [1, 2]), Ok((true, amounts)) if amounts == [1, 2]));
        assert!(matches!(taken("refused", [3, 4]), Ok((false, amounts)) if amounts == [3, 4]));
        for values in [
            Vec::new(),
            Vec::from([Value::from("allowed")]),
            Vec::from([Value::from("allowed"), Value::Integer(-1)]),
        ] {
            let error = answer(values).map(drop);
            assert!(matches!(error, Err(StoreError::Corrupt(_))), "{error:?}");
        }
        let error = Value::from("allowed").convert::<Answer>().map(drop);
        assert!(matches!(
            error.map_err(diagnose),
            Err(StoreError::Corrupt(_))
        ));
    }

    #[test]
    fn what_answers_another_verb_is_not_taken_for_an_answer() {
        let settled = || answer(Vec::from([Value::from("settled"), Value::Integer(1)]));
        assert!(
            settled()
                .and_then(|answer| answer.expect("settled"))
                .is_ok()
        );
        for error in [
            settled().and_then(|answer| answer.expect("healthy")),
            settled().and_then(Answer::taken).map(drop),
            taken("allowed", [-1, 0]).map(drop),
        ] {
            assert!(matches!(error, Err(StoreError::Corrupt(_))), "{error:?}");
        }
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
