//! Keys, hashed so that nobody knows where they lead.

use core::hash::{BuildHasher, Hasher};
use std::sync::OnceLock;

use foldhash::SharedSeed;
use foldhash::quality::SeedableRandomState;

use crate::lock::RandomState;
use crate::rule::Rule;

/// A hash of 64 bits that depends on a seed, which is another in each table.
///
/// What a table must not allow is that somebody finds keys which lead to the same place, or to another
/// one's. That takes either the seed, which comes from the operating system and of which no answer
/// tells anything, or a weakness that is there with every seed. So it need not be a cryptographic
/// hash, which would be half of the time of a decision.
pub(crate) struct KeyedHash(SeedableRandomState);

impl KeyedHash {
    pub(crate) fn random() -> Self {
        static SHARED: OnceLock<SharedSeed> = OnceLock::new();
        let shared = SHARED.get_or_init(|| SharedSeed::from_u64(random()));
        Self(SeedableRandomState::with_seed(random(), shared))
    }

    pub(crate) fn of(&self, rule: &Rule, key: &str) -> u64 {
        let mut hasher = self.0.build_hasher();
        hasher.write_u64(rule.id());
        hasher.write(key.as_bytes());
        hasher.finish()
    }
}

/// A random number of the operating system, as the standard library has it for its own maps.
fn random() -> u64 {
    RandomState::default().build_hasher().finish()
}
