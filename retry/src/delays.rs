//! The delays of one call, one after the other.

use core::{iter::FusedIterator, time::Duration};

use crate::Backoff;

/// The delays before each retry of one call: what [`Backoff::delays`] returns.
///
/// Ends when there are no retries left. The same seed gives the same delays.
#[derive(Clone, Debug)]
pub struct Delays {
    backoff: Backoff,
    retry: u32,
    state: u64,
}

impl Delays {
    pub(crate) const fn new(backoff: Backoff, seed: u64) -> Self {
        Self {
            backoff,
            retry: 0,
            state: seed,
        }
    }

    /// The next number of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
    /// generators", 2014): small, and seeds that differ in one bit share nothing that shows.
    const fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl Iterator for Delays {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let random = self.random();
        let delay = self.backoff.delay(self.retry, random)?;
        self.retry = self.retry.saturating_add(1);
        Some(delay)
    }
}

impl FusedIterator for Delays {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_splitmix64() {
        // The first outputs for this seed as listed by Vigna's reference program.
        let mut delays = Delays::new(Backoff::exponential(), 1_234_567);
        let numbers = [(); 3].map(|()| delays.random());
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        assert_eq!(numbers, expected);
    }
}
