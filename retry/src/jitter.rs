//! Spreading delays, so that those who failed together do not come back together.

/// How much of a delay is left to chance.
///
/// The names and the reasoning are those of [Exponential Backoff And Jitter][aws], where `Full` is the
/// one that ends a pile-up with the least work.
///
/// [aws]: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Jitter {
    /// All of it: anything from nothing to the whole delay.
    Full,
    /// The upper half: at least half of the delay always passes.
    Equal,
    /// Nothing: every delay is exact. For tests, and where only one client exists.
    None,
}

impl Jitter {
    /// The delay that `random` picks out of what this jitter makes of `nanos`; never more than `nanos`.
    pub(crate) const fn pick(self, nanos: u64, random: u64) -> u64 {
        match self {
            Self::Full => up_to(nanos, random),
            Self::Equal => nanos / 2 + up_to(nanos - nanos / 2, random),
            Self::None => nanos,
        }
    }
}

/// A number from 0 to `max`, both included, each as likely as any other (to one part in 2^64 / `max`).
const fn up_to(max: u64, random: u64) -> u64 {
    // The high word of a product of two words: below 2^64 * (max + 1) / 2^64, so at most `max`.
    ((random as u128 * (max as u128 + 1)) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_of_the_range_are_reached_and_not_passed() {
        for nanos in [0, 1, 2, 3, 1_000, u64::MAX - 1, u64::MAX] {
            assert_eq!(Jitter::Full.pick(nanos, 0), 0);
            assert_eq!(Jitter::Full.pick(nanos, u64::MAX), nanos);
            assert_eq!(Jitter::Equal.pick(nanos, 0), nanos / 2);
            assert_eq!(Jitter::Equal.pick(nanos, u64::MAX), nanos);
            assert_eq!(Jitter::None.pick(nanos, 0), nanos);
        }
    }
}
