//! How much may be taken, and how fast it comes back.

use core::fmt;
use core::time::Duration;

use thiserror::Error;

/// So many tokens in a period, and how many can be taken at once.
///
/// A token bucket: it holds up to [`burst`](Quota::burst) tokens, and they come back one by one, evenly
/// over the period. The rate is kept as a fraction, never as a rounded interval, so that no rounding
/// adds up: 7 in a minute are 7 in every minute for ever.
///
/// ```
/// use std::time::Duration;
/// use ratelimit::Quota;
///
/// const LOGIN: Quota = Quota::per_minute(5);
/// const SEARCH: Quota = Quota::per_second(100).with_burst(20);
///
/// assert_eq!(LOGIN.burst(), 5);
/// assert_eq!(SEARCH.time_to_refill(), Duration::from_millis(200));
/// assert_eq!("100/s burst 20".parse(), Ok(SEARCH));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Quota {
    tokens: u64,
    period_micros: u64,
    burst: u64,
    /// Grains in a token. A grain is so short that both a token and a microsecond are whole numbers
    /// of them: the rate, as a fraction in lowest terms, is `grains_per_micro / grains_per_token`.
    grains_per_token: u64,
    grains_per_micro: u64,
}

/// Why a quota cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum QuotaFault {
    /// No token ever comes.
    #[error("a quota has at least one token and a period of at least a microsecond")]
    Nothing,
    /// The period is not a whole number of microseconds.
    #[error("the period is not a whole number of microseconds")]
    Period,
    /// The rate cannot be kept exactly.
    #[error(
        "{tokens} in {period:?} cannot be kept exactly: take a number of tokens that divides the \
         period more evenly, as {nearest}"
    )]
    Uneven {
        /// The tokens in a period.
        tokens: u64,
        /// The period.
        period: Duration,
        /// A number of tokens close by, and not above it, that can be.
        nearest: u64,
    },
    /// The burst takes longer than [`Quota::LONGEST_REFILL`] to come back.
    #[error("a burst of {burst} takes longer than 4 years to come back")]
    Burst {
        /// The burst.
        burst: u64,
    },
}

impl Quota {
    /// How long an empty bucket may take to fill: 2^47 microseconds, which is 4 years and 5 months.
    pub const LONGEST_REFILL: Duration = Duration::from_micros(MAX_REFILL_MICROS);

    /// So many tokens in a second, all of which can be taken at once.
    ///
    /// # Panics
    ///
    /// In a constant: when it is compiled. The quota cannot be had; numbers that come from outside
    /// are for [`Quota::new`].
    #[must_use]
    pub const fn per_second(tokens: u64) -> Self {
        expected(Self::new(tokens, Duration::from_secs(1)))
    }

    /// So many tokens in a minute, all of which can be taken at once.
    ///
    /// # Panics
    ///
    /// As [`Quota::per_second`].
    #[must_use]
    pub const fn per_minute(tokens: u64) -> Self {
        expected(Self::new(tokens, Duration::from_secs(60)))
    }

    /// So many tokens in an hour, all of which can be taken at once.
    ///
    /// # Panics
    ///
    /// As [`Quota::per_second`].
    #[must_use]
    pub const fn per_hour(tokens: u64) -> Self {
        expected(Self::new(tokens, Duration::from_secs(3_600)))
    }

    /// So many tokens in 24 hours, all of which can be taken at once.
    ///
    /// # Panics
    ///
    /// As [`Quota::per_second`].
    #[must_use]
    pub const fn per_day(tokens: u64) -> Self {
        expected(Self::new(tokens, Duration::from_secs(86_400)))
    }

    /// The quota with another burst.
    ///
    /// # Panics
    ///
    /// As [`Quota::per_second`]; a burst that comes from outside is for [`Quota::try_with_burst`].
    #[must_use]
    pub const fn with_burst(self, burst: u64) -> Self {
        expected(self.try_with_burst(burst))
    }

    /// So many tokens in a period, all of which can be taken at once.
    ///
    /// # Errors
    ///
    /// There is nothing to take, the period is not in whole microseconds, or the rate or the burst
    /// is more than can be kept exactly.
    pub const fn new(tokens: u64, period: Duration) -> Result<Self, QuotaFault> {
        let nanos = period.as_nanos();
        if tokens == 0 || nanos == 0 {
            return Err(QuotaFault::Nothing);
        }
        if !nanos.is_multiple_of(1_000) {
            return Err(QuotaFault::Period);
        }
        let micros = nanos / 1_000;
        if micros > MAX_REFILL_MICROS as u128 {
            return Err(QuotaFault::Burst { burst: tokens });
        }
        let period_micros = micros as u64;
        let divisor = greatest_common_divisor(tokens, period_micros);
        let grains_per_micro = tokens / divisor;
        if grains_per_micro > MAX_GRAINS_PER_MICRO {
            return Err(QuotaFault::Uneven {
                tokens,
                period,
                nearest: nearest_even(tokens, period_micros),
            });
        }
        Self {
            tokens,
            period_micros,
            burst: tokens,
            grains_per_token: period_micros / divisor,
            grains_per_micro,
        }
        .try_with_burst(tokens)
    }

    /// The quota with another burst: how many tokens can be taken at once, after a pause.
    ///
    /// # Errors
    ///
    /// It is nothing, or takes longer than [`Quota::LONGEST_REFILL`] to come back.
    pub const fn try_with_burst(self, burst: u64) -> Result<Self, QuotaFault> {
        if burst == 0 {
            return Err(QuotaFault::Nothing);
        }
        let quota = Self { burst, ..self };
        let longest = MAX_REFILL_MICROS as u128 * quota.grains_per_micro as u128;
        if quota.burst as u128 * quota.grains_per_token as u128 > longest {
            return Err(QuotaFault::Burst { burst });
        }
        Ok(quota)
    }

    /// The tokens that come back in a period.
    pub const fn tokens(&self) -> u64 {
        self.tokens
    }

    /// The period.
    pub const fn period(&self) -> Duration {
        Duration::from_micros(self.period_micros)
    }

    /// How many tokens can be taken at once.
    pub const fn burst(&self) -> u64 {
        self.burst
    }

    /// How long an empty bucket takes to fill, rounded up to whole microseconds.
    pub const fn time_to_refill(&self) -> Duration {
        self.duration_of(self.capacity())
    }

    pub(crate) const fn grains_per_token(&self) -> u64 {
        self.grains_per_token
    }

    pub(crate) const fn grains_per_micro(&self) -> u64 {
        self.grains_per_micro
    }

    /// The grains of a full bucket.
    pub(crate) const fn capacity(&self) -> u128 {
        self.burst as u128 * self.grains_per_token as u128
    }

    /// How long it takes for so many grains to come back, rounded up to whole microseconds.
    pub(crate) const fn duration_of(&self, grains: u128) -> Duration {
        let micros = grains.div_ceil(self.grains_per_micro as u128);
        if micros > u64::MAX as u128 {
            return Duration::from_micros(u64::MAX);
        }
        Duration::from_micros(micros as u64)
    }
}

impl fmt::Debug for Quota {
    /// As it is written in text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Quota({self})")
    }
}

/// So that a full bucket has at most 2^63 grains, whose product with another's fits 128 bits; and so
/// that the moment at which it is full is, in microseconds since 1970, a number of 53 bits, which is
/// as far as a number in a Redis script is exact.
const MAX_REFILL_MICROS: u64 = 1 << 47;

/// So that the grains of eight years fit 64 bits.
const MAX_GRAINS_PER_MICRO: u64 = 1 << 16;

const fn expected(quota: Result<Quota, QuotaFault>) -> Quota {
    match quota {
        Ok(quota) => quota,
        Err(QuotaFault::Nothing) => panic!("a quota has at least one token"),
        Err(QuotaFault::Period) => panic!("the period is not a whole number of microseconds"),
        Err(QuotaFault::Uneven { .. }) => panic!("the rate cannot be kept exactly"),
        Err(QuotaFault::Burst { .. }) => panic!("the burst takes more than 4 years to come back"),
    }
}

const fn greatest_common_divisor(mut one: u64, mut other: u64) -> u64 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

/// A number of tokens close by that divides the period evenly enough: found by dropping the digits
/// behind the first few.
const fn nearest_even(tokens: u64, period_micros: u64) -> u64 {
    let mut unit = 10;
    while unit <= tokens / 10 {
        let rounded = tokens / unit * unit;
        if rounded / greatest_common_divisor(rounded, period_micros) <= MAX_GRAINS_PER_MICRO {
            return rounded;
        }
        unit *= 10;
    }
    1
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn grains_divide_both_a_token_and_a_microsecond() {
        for (quota, token, micro) in [
            (Quota::per_second(100), 10_000, 1),
            (Quota::per_second(3), 1_000_000, 3),
            (Quota::per_minute(7), 60_000_000, 7),
            (Quota::per_second(300_000_000), 1, 300),
            (Quota::per_day(1), 86_400_000_000, 1),
        ] {
            let grains = (quota.grains_per_token(), quota.grains_per_micro());
            assert_eq!(grains, (token, micro), "{quota}");
        }
    }

    #[test]
    fn what_can_not_be_kept_exactly_is_refused_with_what_can() {
        let day = Duration::from_secs(86_400);
        assert_eq!(
            Quota::new(999_983, day),
            Err(QuotaFault::Uneven {
                tokens: 999_983,
                period: day,
                nearest: 999_980
            })
        );
        assert!(Quota::new(999_980, day).is_ok());
        assert_eq!(
            Quota::new(999_983, day).expect_err("uneven").to_string(),
            "999983 in 86400s cannot be kept exactly: take a number of tokens that divides the \
             period more evenly, as 999980"
        );
    }

    #[test]
    fn nothing_at_all_is_no_quota() {
        let second = Duration::from_secs(1);
        assert_eq!(Quota::new(0, second), Err(QuotaFault::Nothing));
        assert_eq!(Quota::new(1, Duration::ZERO), Err(QuotaFault::Nothing));
        let no_burst = Quota::per_second(1).try_with_burst(0);
        assert_eq!(no_burst, Err(QuotaFault::Nothing));
        let nano = Quota::new(1, Duration::from_nanos(1_500));
        assert_eq!(nano, Err(QuotaFault::Period));
    }

    #[test]
    fn a_burst_comes_back_within_4_years() {
        let days = Quota::LONGEST_REFILL.as_secs() / 86_400;
        let slow = Quota::per_day(1);
        assert!(slow.try_with_burst(days).is_ok());
        for burst in [days + 1, u64::MAX] {
            assert_eq!(slow.try_with_burst(burst), Err(QuotaFault::Burst { burst }));
        }
        assert!(Quota::new(1, Duration::MAX).is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_asked_for_is_kept_exactly_or_refused(
            tokens: u64,
            period in prop_oneof![1..10_000_000_u64, any::<u64>()],
            burst: u64,
        ) {
            let quota = Quota::new(tokens, Duration::from_micros(period));
            let quota = quota.and_then(|quota| quota.try_with_burst(burst));
            if let Ok(quota) = quota {
                let of_tokens = u128::from(tokens) * u128::from(quota.grains_per_token());
                let of_period = u128::from(period) * u128::from(quota.grains_per_micro());
                prop_assert_eq!(of_tokens, of_period);
                prop_assert!(quota.time_to_refill() <= Quota::LONGEST_REFILL);
                prop_assert!(quota.grains_per_micro() <= MAX_GRAINS_PER_MICRO);
            }
        }

        #[test]
        fn the_advice_can_be_followed(tokens in 1..u64::MAX, period in 1..MAX_REFILL_MICROS) {
            let period = Duration::from_micros(period);
            if let Err(QuotaFault::Uneven { nearest, .. }) = Quota::new(tokens, period) {
                prop_assert!(nearest < tokens);
                let followed = Quota::new(nearest, period);
                prop_assert!(!matches!(followed, Err(QuotaFault::Uneven { .. })), "{followed:?}");
            }
        }
    }
}
