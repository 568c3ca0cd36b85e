//! Spreading delays, so that those who failed together do not come back together.

use crate::random::up_to;

/// How much of a delay is left to chance.
///
/// The names and the reasoning are those of [Exponential Backoff And Jitter][aws], where `Full` is the
/// one that ends a pile-up with the least work.
///
/// [aws]: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Jitter {
    /// All of it: anything from nothing to the whole delay. [Decorrelated](crate::Backoff::decorrelated)
    /// delays begin at the base instead of nothing.
    Full,
    /// The upper half: at least half of the delay always passes.
    Equal,
    /// Nothing: every delay is exact. For tests, and where only one client exists.
    None,
}

impl Jitter {
    /// The delay that `random` picks between `least` and `most` nanoseconds; never more than `most`,
    /// which is not less than `least`.
    pub(crate) const fn pick(self, least: u64, most: u64, random: u64) -> u64 {
        let span = most - least;
        match self {
            Self::Full => least + up_to(span, random),
            Self::Equal => least + span / 2 + up_to(span - span / 2, random),
            Self::None => most,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_of_the_range_are_reached_and_not_passed() {
        for most in [0, 1, 2, 3, 1_000, u64::MAX - 1, u64::MAX] {
            for least in [0, most / 3, most] {
                let middle = least + (most - least) / 2;
                assert_eq!(Jitter::Full.pick(least, most, 0), least);
                assert_eq!(Jitter::Full.pick(least, most, u64::MAX), most);
                assert_eq!(Jitter::Equal.pick(least, most, 0), middle);
                assert_eq!(Jitter::Equal.pick(least, most, u64::MAX), most);
                assert_eq!(Jitter::None.pick(least, most, 0), most);
            }
        }
    }
}
