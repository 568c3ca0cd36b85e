//! The names of buckets, as clients see them.

use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The partition key of the draft: a name for a bucket, by which a client can tell that two responses
/// speak of one and the same. [`Partitions`] make it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Partition([u8; LEN]);

/// Names buckets for clients: with 12 bytes of HMAC-SHA-256 over the key, by a secret of the host. The
/// key may be somebody's address or account, and header fields are seen by more than one.
///
/// ```
/// use ratelimit::http::Partitions;
///
/// let partitions = Partitions::new(b"a secret of the host");
/// assert_eq!(partitions.of("alice"), partitions.of("alice"));
/// assert_ne!(partitions.of("alice"), partitions.of("bob"));
/// assert_ne!(partitions.of("alice"), Partitions::new(b"another").of("alice"));
/// ```
#[derive(Clone)]
pub struct Partitions(Hmac<Sha256>);

const LEN: usize = 12;

impl Partition {
    /// The bytes that are told.
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Partitions {
    /// Names by this secret, of which no copy is kept.
    pub fn new(secret: &[u8]) -> Self {
        let keyed = Hmac::new_from_slice(secret);
        Self(keyed.expect("HMAC takes secrets of any length"))
    }

    /// The name of a key.
    pub fn of(&self, key: &str) -> Partition {
        let mut mac = self.0.clone();
        mac.update(key.as_bytes());
        let tag = mac.finalize().into_bytes();
        let mut bytes = [0; LEN];
        bytes.copy_from_slice(&tag[..LEN]);
        Partition(bytes)
    }
}

impl fmt::Debug for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Partition(")?;
        for byte in self.0 {
            write!(f, "{byte:02x}")?;
        }
        f.write_str(")")
    }
}

impl fmt::Debug for Partitions {
    /// Nothing of the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Partitions").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    #[test]
    fn names_do_not_show_the_secret_nor_the_key() {
        let partitions = Partitions::new(b"swordfish");
        assert_eq!(format!("{partitions:?}"), "Partitions { .. }");
        let alice = format!("{:?}", partitions.of("alice"));
        assert!(alice.starts_with("Partition(") && alice.len() == "Partition()".len() + 2 * LEN);
    }
}
