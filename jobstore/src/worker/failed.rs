//! What a handler says when it fails.

use std::{error::Error, fmt, sync::Arc, time::Duration};

use crate::{ByType, Category, Classify, classify::chain};

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
#[derive(Clone)]
pub struct Failed {
    pub(super) category: Category,
    pub(super) message: String,
    pub(super) again: Again,
    /// What it came of, as long as the handler has not said of what category that is.
    error: Option<Arc<dyn Error + Send + Sync>>,
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
            error: None,
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

    /// A failure with the message of `error` and of its causes, of the category that `classify` says:
    /// the job is tried again after the worker's backoff. `?` leaves the category to the worker
    /// ([`Worker::classify`](super::Worker::classify)).
    #[must_use]
    pub fn classified(error: &(dyn Error + 'static), classify: &impl Classify) -> Self {
        Self::transient(Causes(error)).category(classify.category(error))
    }

    /// As [`classified`](Self::classified), with the category left to the worker.
    pub(super) fn of(error: Arc<dyn Error + Send + Sync>) -> Self {
        Self {
            error: Some(Arc::clone(&error)),
            ..Self::classified(&*error, &ByType)
        }
    }

    /// What kind of failure it is, whatever a classifier would say of it. If nothing is said, that of an error
    /// is found by its type, and a message is [`Category::Unknown`].
    #[must_use]
    pub fn category(mut self, category: Category) -> Self {
        self.category = category;
        self.error = None;
        self
    }

    /// The same failure, with the category that `classify` finds if the handler did not say it.
    pub(super) fn settle(self, classify: &dyn Classify) -> Self {
        match &self.error {
            Some(error) => {
                let category = classify.category(&**error);
                self.category(category)
            }
            None => self,
        }
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

/// So that `?` turns any error into a failure that another attempt may mend. Of what category it is, the worker
/// finds by its type ([`Worker::classify`](super::Worker::classify)).
///
/// ```
/// use jobstore::{Category, worker::Failed};
///
/// fn handle() -> Result<(), Failed> {
///     Err(std::io::Error::from(std::io::ErrorKind::ConnectionRefused))?;
///     Ok(())
/// }
///
/// let expected = Failed::transient("connection refused").category(Category::ExternalApi);
/// assert_eq!(handle(), Err(expected));
/// ```
impl<E: Error + Send + Sync + 'static> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::of(Arc::new(error))
    }
}

/// Whether they say the same: the error that a failure came of is in its message and its category.
impl PartialEq for Failed {
    fn eq(&self, other: &Self) -> bool {
        let told = |failed: &Self| (failed.category, failed.again);
        told(self) == told(other) && self.message == other.message
    }
}

impl Eq for Failed {}

/// Leaves out the error, which may show more of itself than its message says.
impl fmt::Debug for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failed")
            .field("category", &self.category)
            .field("message", &self.message)
            .field("again", &self.again)
            .finish_non_exhaustive()
    }
}

/// An error and its causes, each behind the one that it led to.
struct Causes<'a>(&'a (dyn Error + 'static));

impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before = String::new();
        for error in chain(self.0) {
            let text = error.to_string();
            // Many errors say what their cause says, and some nothing else.
            if before.is_empty() {
                f.write_str(&text)?;
            } else if !before.contains(&text) {
                write!(f, ": {text}")?;
            }
            before = text;
        }
        Ok(())
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

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the order could not be placed")]
    struct NotPlaced(#[source] io::Error);

    #[test]
    fn an_error_is_told_with_its_causes_each_once() {
        let error = NotPlaced(io::Error::other(io::Error::other("no such host")));
        let failed = Failed::from(error);
        assert_eq!(
            failed.message,
            "the order could not be placed: no such host"
        );
        assert_eq!(
            (failed.category, failed.again),
            (Category::Unknown, Again::Backoff)
        );
    }

    #[test]
    fn a_classifier_of_ones_own_is_asked() {
        let own =
            |error: &(dyn Error + 'static)| error.is::<NotPlaced>().then_some(Category::RateLimit);
        let error = NotPlaced(io::ErrorKind::TimedOut.into());
        assert_eq!(
            Failed::classified(&error, &own).category,
            Category::RateLimit
        );
        let failed = Failed::from(error);
        assert_eq!(failed.category, Category::Timeout);
        assert_eq!(failed.settle(&own).category, Category::RateLimit);
    }

    #[test]
    fn what_the_handler_says_is_not_asked_again() {
        let own = |_: &(dyn Error + 'static)| Some(Category::RateLimit);
        let said = Failed::from(io::Error::other("no")).category(Category::Validation);
        assert_eq!(said.settle(&own).category, Category::Validation);
        let said = Failed::classified(&io::Error::other("no"), &ByType);
        assert_eq!(said.settle(&own).category, Category::Unknown);
        let said = Failed::transient("no");
        assert_eq!(said.settle(&own).category, Category::Unknown);
    }
}
