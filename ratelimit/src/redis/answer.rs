//! What the scripts answer, and what it means when they do not.

use alloc::vec::Vec;

use fred::error::{Error, ErrorKind};
use thiserror::Error;

use crate::store::StoreError;
use crate::time::Time;

/// What a script says of one call.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// When the step was made.
    pub(super) now: Time,
    outcome: u64,
    /// What was missing from the bucket of each ask before: whole microseconds, and the grains left over.
    pub(super) missing: Vec<(u64, u64)>,
}

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was done.
    Done,
    /// Tokens were not there, and nothing was done.
    Refused,
    /// A bucket is from a time when its rule had another quota, and nothing was done.
    Changed,
}

impl Answer {
    /// What became of the call.
    pub(super) fn outcome(&self) -> Result<Outcome, StoreError> {
        match self.outcome {
            0 => Ok(Outcome::Refused),
            1 => Ok(Outcome::Done),
            2 => Ok(Outcome::Changed),
            3 => Err(StoreError::Corrupt(Foreign.into())),
            4 => Err(StoreError::Corrupt(TwoQuotas.into())),
            _ => Err(StoreError::Corrupt(Unexpected.into())),
        }
    }

    /// Makes sure that it was done.
    pub(super) fn done(&self) -> Result<(), StoreError> {
        match self.outcome()? {
            Outcome::Done => Ok(()),
            Outcome::Refused | Outcome::Changed => Err(StoreError::Corrupt(Unexpected.into())),
        }
    }

    /// Reads the answer to a call from the numbers; as many amounts belong to it as it has asks.
    fn read(numbers: &mut impl Iterator<Item = u64>, asks: usize) -> Option<Self> {
        let now = Time::from_micros(numbers.next()?);
        let outcome = numbers.next()?;
        let amounts = if outcome > 1 { 0 } else { asks };
        let missing = (0..amounts).map(|_| Some((numbers.next()?, numbers.next()?)));
        Some(Self {
            now,
            outcome,
            missing: missing.collect::<Option<_>>()?,
        })
    }
}

/// Reads the answers to calls that have so many asks. What is left over belongs to none.
pub(super) fn read(
    numbers: Vec<u64>,
    asks: impl Iterator<Item = usize>,
) -> Result<Vec<Answer>, Error> {
    let mut numbers = numbers.into_iter();
    let answers: Option<Vec<_>> = asks.map(|asks| Answer::read(&mut numbers, asks)).collect();
    match (answers, numbers.next()) {
        (Some(answers), None) => Ok(answers),
        _ => Err(Error::new(
            ErrorKind::Parse,
            "not as many numbers as there should be",
        )),
    }
}

/// What is under a key is no bucket.
#[derive(Debug, Error)]
#[error("a bucket is not what a limiter writes")]
pub(super) struct Foreign;

#[derive(Debug, Error)]
#[error("two rules of one name have different quotas")]
struct TwoQuotas;

/// The script has answered with something that does not belong to the verb.
#[derive(Debug, Error)]
#[error("the script has answered something else")]
pub(super) struct Unexpected;

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

    fn read_one(numbers: &[u64], asks: usize) -> Result<Answer, StoreError> {
        let answers = read(numbers.into(), [asks].into_iter()).map_err(diagnose)?;
        Ok(answers.into_iter().next().expect("one was asked for"))
    }

    #[test]
    fn an_answer_is_the_time_an_outcome_and_what_was_missing() {
        let numbers = [7, 1, 10, 11, 20, 21, 8, 2, 9, 0, 30, 31];
        let answers = read(numbers.into(), [2, 5, 1].into_iter()).expect("as many as there are");
        let said: Vec<_> = answers
            .iter()
            .map(|answer| (answer.now.as_micros(), answer.outcome().ok()))
            .collect();
        assert_eq!(
            said,
            [
                (7, Some(Outcome::Done)),
                (8, Some(Outcome::Changed)),
                (9, Some(Outcome::Refused))
            ]
        );
        assert_eq!(answers[0].missing, [(10, 11), (20, 21)]);
        assert_eq!(answers[1].missing, []);
        assert_eq!(answers[2].missing, [(30, 31)]);
    }

    #[test]
    fn what_is_no_answer_is_not_taken_for_one() {
        for (numbers, asks) in [
            (&[][..], 0),
            (&[7], 0),
            (&[7, 1, 10], 1),
            (&[7, 1, 10, 11, 12], 1),
            (&[7, 3, 10], 1),
        ] {
            let answer = read_one(numbers, asks);
            assert!(matches!(answer, Err(StoreError::Corrupt(_))), "{answer:?}");
        }
        for outcome in [0, 2, 3, 4, 5] {
            let done = read_one(&[7, outcome], 0).and_then(|answer| answer.done());
            assert!(matches!(done, Err(StoreError::Corrupt(_))), "{done:?}");
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
