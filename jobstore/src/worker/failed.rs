//! What a handler says when it fails.

use std::{fmt, time::Duration};

use crate::Category;

/// Why an attempt failed, and what is to happen next.
///
/// The message ends up in the job's error history, where people read it: leave secrets out.
///
/// ```
/// use std::time::Duration;
/// use jobstore::{Category, worker::Failed};
///
/// // Again, after the worker's backoff:
/// let busy = Failed::transient("the mail server is busy");
/// // Again, but not before the far side wants us to:
/// let limited = Failed::transient("429").category(Category::RateLimit).not_before(Duration::from_secs(90));
/// // Never again; the job is dead and a person must look:
/// let broken = Failed::for_good("no such mailbox").category(Category::Validation);
/// // Not even tried; the job is given back for a minute, and this was no attempt:
/// let away = Failed::postponed("the mail server is known to be away", Duration::from_secs(60));
/// # assert_ne!((&busy, &limited), (&broken, &away));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    pub(super) category: Category,
    pub(super) message: String,
    pub(super) again: Again,
}

impl Failed {
    /// A failure that another attempt may mend: the job is tried again after the worker's backoff, as
    /// long as it has attempts left.
    #[must_use]
    pub fn transient(message: impl fmt::Display) -> Self {
        Self {
            category: Category::Unknown,
            message: message.to_string(),
            again: Again::Backoff,
        }
    }

    /// A failure that no further attempt could mend: the job is dead.
    #[must_use]
    pub fn for_good(message: impl fmt::Display) -> Self {
        Self {
            again: Again::Never,
            ..Self::transient(message)
        }
    }

    /// Nothing was tried, because it is known that it would fail: the job is given back, and is not due
    /// before `delay` is over. That costs it no attempt and is no entry of its history, so however long the
    /// far side is away, no job dies of it.
    #[must_use]
    pub fn postponed(message: impl fmt::Display, delay: Duration) -> Self {
        Self {
            again: Again::Postponed(delay),
            ..Self::transient(message)
        }
    }

    /// What kind of failure it is; [`Category::Unknown`] if nothing is said.
    #[must_use]
    pub const fn category(mut self, category: Category) -> Self {
        self.category = category;
        self
    }

    /// Try again after the worker's backoff or after this delay, whichever is longer; as long as there are
    /// attempts left. This is for what the far side asks for: one that always says "in a second" does not
    /// use up in a minute the attempts that were to last for hours.
    #[must_use]
    pub const fn not_before(mut self, delay: Duration) -> Self {
        self.again = Again::NotBefore(delay);
        self
    }

    /// Try again after exactly this delay, whatever the worker's backoff says; as long as there are
    /// attempts left.
    #[must_use]
    pub const fn after(mut self, delay: Duration) -> Self {
        self.again = Again::After(delay);
        self
    }
}

/// Whether and when another attempt is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    Backoff,
    NotBefore(Duration),
    After(Duration),
    /// Not counting this one.
    Postponed(Duration),
    Never,
}
