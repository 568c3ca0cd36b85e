//! Why a call is not made again.

use core::fmt;

/// Why a call is not made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// It would fail again.
    Permanent,
    /// To do it twice is not safe.
    NotRepeatable,
    /// It was made as often as the policy allows.
    RetriesSpent,
    /// The next attempt would not fit before the deadline.
    DeadlineWouldPass,
    /// The server asks for a longer wait than the policy allows.
    HintTooLong,
    /// The server asks for no more attempts.
    ToldToStop,
    /// It is part of a call that somebody else makes again.
    Nested,
    /// The budget of retries, which this call shares with others, is spent.
    BudgetSpent,
    /// The far side has accepted too little of late.
    Overloaded,
    /// As many calls wait for their turn as there is room for.
    NoRoom,
    /// The circuit breaker is open: the far side is known to be down.
    BreakerOpen,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Permanent => "it would fail again",
            Self::NotRepeatable => "to do it twice is not safe",
            Self::RetriesSpent => "no retries are left",
            Self::DeadlineWouldPass => "another attempt would not fit before the deadline",
            Self::HintTooLong => "the server asks for too long a wait",
            Self::ToldToStop => "the server asks for no more attempts",
            Self::Nested => "it is part of a call that is made again",
            Self::BudgetSpent => "the budget of retries is spent",
            Self::Overloaded => "the far side has accepted too little of late",
            Self::NoRoom => "too many calls wait for their turn",
            Self::BreakerOpen => "the circuit breaker is open",
        })
    }
}
