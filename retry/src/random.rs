//! Chance that can be had again.

#[cfg(feature = "std")]
use core::hash::BuildHasher;
#[cfg(feature = "std")]
use std::hash::RandomState;

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014): small, and
/// seeds that differ in one bit share nothing that shows.
#[derive(Clone, Debug)]
pub(crate) struct Random {
    state: u64,
}

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next 64 bits.
    pub(crate) const fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// A number from 0 to `max`, both included, each as likely as any other (to one part in 2^64 / `max`).
pub(crate) const fn up_to(max: u64, random: u64) -> u64 {
    // The high word of a product of two words: below 2^64 * (max + 1) / 2^64, so at most `max`.
    ((random as u128 * (max as u128 + 1)) >> 64) as u64
}

/// A seed that nobody else has.
#[cfg(feature = "std")]
pub(crate) fn fresh_seed() -> u64 {
    RandomState::new().hash_one(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_splitmix64() {
        // The first outputs for this seed as listed by Vigna's reference program.
        let mut random = Random::new(1_234_567);
        let numbers = [(); 3].map(|()| random.bits());
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        assert_eq!(numbers, expected);
    }

    #[test]
    fn both_ends_are_reached_and_not_passed() {
        for max in [0, 1, 2, 3, 1_000, u64::MAX - 1, u64::MAX] {
            assert_eq!(up_to(max, 0), 0);
            assert_eq!(up_to(max, u64::MAX), max);
        }
    }
}
