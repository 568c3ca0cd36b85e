//! For how long a delivery is held and remembered.

use core::time::Duration;

use thiserror::Error;

use crate::timestamp::Tolerance;
use crate::verifier::Verifier;

/// For how long a delivery is held by who works on it, and remembered once it is done.
///
/// It is made for a [`Verifier`], because what is remembered must outlive what the verifier lets
/// through: else a delivery could be forgotten while it may still be replayed.
///
/// ```
/// use std::time::Duration;
/// use webhook_verify::replay::{InvalidWindows, Windows};
/// use webhook_verify::{Provider, Secret, Verifier};
///
/// let verifier = Verifier::new(Provider::Stripe, Secret::new("whsec_an_endpoint_secret"))?;
///
/// let windows = Windows::standard(&verifier)?;
/// assert_eq!(windows.lease(), Duration::from_secs(60));
/// assert_eq!(windows.keep(), Duration::from_secs(4 * 24 * 60 * 60));
///
/// // A replay is let through for six minutes: from one ahead of the clock to five behind it.
/// let (lease, five_minutes) = (Duration::from_secs(10), Duration::from_secs(300));
/// let error = Windows::new(lease, five_minutes, &verifier).unwrap_err();
/// assert_eq!(error, InvalidWindows::TooShort { accepted: Duration::from_secs(360) });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windows {
    lease: Duration,
    keep: Duration,
}

/// The windows do not hold what they are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidWindows {
    /// The lease is zero, so that nothing would ever be in flight.
    #[error("a lease of zero holds nothing")]
    NoLease,
    /// A delivery would be forgotten while the verifier still accepts it.
    #[error("a delivery is accepted for {accepted:?}, and must be remembered for longer than that")]
    TooShort {
        /// For how long a delivery is accepted: the tolerance of the verifier, past and future.
        accepted: Duration,
    },
    /// A window is longer than [`Windows::MAX`], or is not whole microseconds.
    #[error(
        "{window:?} cannot be kept: give whole microseconds, and at most {:?}",
        Windows::MAX
    )]
    Unrepresentable {
        /// The window.
        window: Duration,
    },
}

impl Windows {
    /// The lease when nothing else is said: twice as long as patient providers wait for an answer.
    pub const STANDARD_LEASE: Duration = Duration::from_secs(60);

    /// How long is remembered when nothing else is said: four days. The [schedule of Standard
    /// Webhooks](https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md)
    /// goes on for three days and a bit, and a provider's last attempt should still be recognised.
    pub const STANDARD_KEEP: Duration = Duration::from_secs(4 * 24 * 60 * 60);

    /// The longest window: ten years.
    pub const MAX: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

    /// The standard windows; a verifier that accepts deliveries for longer than
    /// [`STANDARD_KEEP`](Self::STANDARD_KEEP) has them remembered for twice as long as it does.
    ///
    /// # Errors
    ///
    /// That would be longer than [`MAX`](Self::MAX).
    pub fn standard(verifier: &Verifier) -> Result<Self, InvalidWindows> {
        let accepted = accepted(verifier).unwrap_or_default();
        let keep = if accepted < Self::STANDARD_KEEP {
            Self::STANDARD_KEEP
        } else {
            accepted.saturating_mul(2)
        };
        Self::new(Self::STANDARD_LEASE, keep, verifier)
    }

    /// These windows. Choose the lease longer than the work may take: when it is over, a repetition is
    /// worked on beside the first. Choose what is remembered longer than the provider tries again.
    ///
    /// A verifier that accepts deliveries of any age, or whose scheme signs no time, puts no lower
    /// bound to `keep`: what is replayed after that is then not recognised.
    ///
    /// # Errors
    ///
    /// The lease is zero, `keep` does not outlive the tolerance of the verifier, or one of them cannot
    /// be represented.
    pub fn new(
        lease: Duration,
        keep: Duration,
        verifier: &Verifier,
    ) -> Result<Self, InvalidWindows> {
        if lease.is_zero() {
            return Err(InvalidWindows::NoLease);
        }
        for window in [lease, keep] {
            if window > Self::MAX || !window.subsec_nanos().is_multiple_of(1_000) {
                return Err(InvalidWindows::Unrepresentable { window });
            }
        }
        if let Some(accepted) = accepted(verifier)
            && keep <= accepted
        {
            return Err(InvalidWindows::TooShort { accepted });
        }
        Ok(Self { lease, keep })
    }

    /// For how long a claim holds.
    pub const fn lease(&self) -> Duration {
        self.lease
    }

    /// For how long after its commit a delivery is remembered.
    pub const fn keep(&self) -> Duration {
        self.keep
    }

    /// Without a verifier, for the laws of stores.
    #[cfg(any(test, feature = "conformance"))]
    pub(super) const fn unchecked(lease: Duration, keep: Duration) -> Self {
        Self { lease, keep }
    }
}

/// For how long the verifier accepts one and the same delivery; none if it never ceases to.
fn accepted(verifier: &Verifier) -> Option<Duration> {
    match verifier.scheme().timestamp.as_ref()?.tolerance {
        Tolerance::Within { past, future } => Some(past.saturating_add(future)),
        Tolerance::Unlimited => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Provider, Secret};

    const LEASE: Duration = Windows::STANDARD_LEASE;
    const TICK: Duration = Duration::from_micros(1);

    fn verifier(provider: Provider) -> Verifier {
        Verifier::new(provider, Secret::new("a secret of good length")).unwrap()
    }

    #[test]
    fn what_is_remembered_outlives_what_is_accepted() {
        let (past, future) = (Duration::from_secs(20), Duration::from_secs(10));
        let stripe = verifier(Provider::Stripe)
            .with_tolerance(Tolerance::Within { past, future })
            .unwrap();
        let accepted = past + future;
        let too_short = Err(InvalidWindows::TooShort { accepted });
        assert_eq!(Windows::new(LEASE, accepted, &stripe), too_short);
        assert!(Windows::new(LEASE, accepted + TICK, &stripe).is_ok());
    }

    #[test]
    fn a_long_tolerance_lengthens_the_standard() {
        let day = Duration::from_secs(24 * 60 * 60);
        let with_past = |past| {
            let future = Duration::ZERO;
            let tolerance = Tolerance::Within { past, future };
            let stripe = verifier(Provider::Stripe).with_tolerance(tolerance);
            Windows::standard(&stripe.unwrap())
        };
        assert_eq!(with_past(3 * day).unwrap().keep(), 4 * day);
        assert_eq!(with_past(4 * day).unwrap().keep(), 8 * day);
        let window = Duration::MAX;
        assert_eq!(
            with_past(window),
            Err(InvalidWindows::Unrepresentable { window })
        );
    }

    #[test]
    fn without_a_time_the_host_chooses() {
        let github = verifier(Provider::GitHub);
        assert_eq!(
            Windows::standard(&github).unwrap().keep(),
            Windows::STANDARD_KEEP
        );
        assert!(Windows::new(LEASE, TICK, &github).is_ok());
        let stripe = verifier(Provider::Stripe).with_tolerance(Tolerance::Unlimited);
        assert!(Windows::new(LEASE, TICK, &stripe.unwrap()).is_ok());
    }

    #[test]
    fn what_cannot_be_kept_exactly_is_refused() {
        let github = verifier(Provider::GitHub);
        let new = |lease, keep| Windows::new(lease, keep, &github);
        assert!(new(Windows::MAX, Windows::MAX).is_ok());
        assert_eq!(new(Duration::ZERO, LEASE), Err(InvalidWindows::NoLease));
        for window in [
            Windows::MAX + TICK,
            Duration::MAX,
            Duration::from_nanos(1_001),
        ] {
            let refused = Err(InvalidWindows::Unrepresentable { window });
            assert_eq!(new(window, LEASE), refused);
            assert_eq!(new(LEASE, window), refused);
        }
    }
}
