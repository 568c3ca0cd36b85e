//! What went wrong with an attempt.

use core::time::Duration;

use crate::hint::Hint;

/// What went wrong with an attempt, as far as it matters for the next one.
///
/// ```
/// use core::time::Duration;
/// use retry::{Failure, FailureKind, Hint};
///
/// let busy = Failure::throttled().after(Duration::from_secs(7));
/// assert_eq!(busy.kind(), FailureKind::Throttled);
/// assert_eq!(busy.hint(), Some(Hint::Wait(Duration::from_secs(7))));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Failure {
    kind: FailureKind,
    hint: Option<Hint>,
}

/// What kind of failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// It may work later: a connection was lost, a server is down.
    Transient,
    /// The far side is well and has asked for less: 429, a spent quota.
    Throttled,
    /// It will fail again: a request is wrong, a right is missing.
    Permanent,
    /// It may work later, and may have worked already: to do it twice is not safe.
    NotRepeatable,
}

impl Failure {
    /// It may work later.
    #[must_use]
    pub const fn transient() -> Self {
        Self::new(FailureKind::Transient)
    }

    /// The far side is well and has asked for less.
    #[must_use]
    pub const fn throttled() -> Self {
        Self::new(FailureKind::Throttled)
    }

    /// It will fail again.
    #[must_use]
    pub const fn permanent() -> Self {
        Self::new(FailureKind::Permanent)
    }

    /// It may work later, but to do it twice is not safe.
    #[must_use]
    pub const fn not_repeatable() -> Self {
        Self::new(FailureKind::NotRepeatable)
    }

    const fn new(kind: FailureKind) -> Self {
        Self { kind, hint: None }
    }

    /// The failure, with what the server said about when to come back.
    #[must_use]
    pub const fn hinted(mut self, hint: Option<Hint>) -> Self {
        self.hint = hint;
        self
    }

    /// The failure of a server that asks to be left alone for so long.
    #[must_use]
    pub const fn after(self, wait: Duration) -> Self {
        self.hinted(Some(Hint::Wait(wait)))
    }

    /// What kind of failure it was.
    pub const fn kind(&self) -> FailureKind {
        self.kind
    }

    /// What the server said about when to come back.
    pub const fn hint(&self) -> Option<Hint> {
        self.hint
    }
}
