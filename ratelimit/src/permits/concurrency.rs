//! How much may run at once, with a name.

use alloc::borrow::Cow;
use core::time::Duration;

/// How much may run at once for each key, with a name, and for how long at most without a sign of life.
///
/// ```
/// use std::time::Duration;
/// use ratelimit::Concurrency;
///
/// static UPLOADS: Concurrency = Concurrency::new("uploads", 4, Duration::from_secs(60));
/// assert_eq!(UPLOADS.at_once(), 4);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concurrency {
    name: Cow<'static, str>,
    at_once: usize,
    lease: Duration,
}

impl Concurrency {
    /// A rule: so many at once, each for a lease, after which it no longer counts. The lease is longer
    /// than the work takes, unless it [goes wrong](crate::Permits) or is
    /// [renewed](crate::Permit::renew).
    ///
    /// Two rules of one name share their permits. Of none at once, nothing runs.
    pub const fn new(name: &'static str, at_once: usize, lease: Duration) -> Self {
        Self {
            name: Cow::Borrowed(name),
            at_once,
            lease,
        }
    }

    /// A rule whose name is made at run time.
    pub fn named(name: impl Into<Cow<'static, str>>, at_once: usize, lease: Duration) -> Self {
        Self {
            name: name.into(),
            at_once,
            lease,
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many may run at once.
    pub const fn at_once(&self) -> usize {
        self.at_once
    }

    /// How long a permit lasts that is not given back.
    pub const fn lease(&self) -> Duration {
        self.lease
    }
}
