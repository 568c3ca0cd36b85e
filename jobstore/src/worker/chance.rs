//! Randomness, for names and for jitter.

use std::hash::{BuildHasher, RandomState};

/// Sixty-four random bits, from the keys that `std` gives each hash map: they come from the operating
/// system, and asking for them cannot fail.
pub(crate) fn bits() -> u64 {
    RandomState::new().hash_one(())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_number_comes_twice() {
        let numbers: HashSet<_> = (0..10_000).map(|_| bits()).collect();
        assert_eq!(numbers.len(), 10_000);
    }
}
