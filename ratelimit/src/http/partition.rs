//! The names of buckets, as clients see them.

use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The partition key of the draft: a name for a bucket, by which a client can tell that two responses
/// speak of one and the same.
///
/// It is 12 bytes of HMAC-SHA-256 over the key, with a secret of the host: the key may be somebody's
/// address or account, and header fields are seen by more than one.
///
/// ```
/// use ratelimit::http::Partition;
///
/// let alice = Partition::of(b"a secret of the host", "alice");
/// assert_eq!(alice, Partition::of(b"a secret of the host", "alice"));
/// assert_ne!(alice, Partition::of(b"a secret of the host", "bob"));
/// assert_ne!(alice, Partition::of(b"another", "alice"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Partition([u8; LEN]);

const LEN: usize = 12;

impl Partition {
    /// The partition of a key.
    pub fn of(secret: &[u8], key: &str) -> Self {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes secrets of any length");
        mac.update(key.as_bytes());
        let tag = mac.finalize().into_bytes();
        let mut bytes = [0; LEN];
        bytes.copy_from_slice(&tag[..LEN]);
        Self(bytes)
    }

    /// The bytes that are told.
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
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
