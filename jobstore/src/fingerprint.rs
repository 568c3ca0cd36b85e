//! Which failures are the same one.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

use crate::Category;

/// What failures that have one cause have in common: the kind of job, the category, and the message
/// without what differs from one time to the next (numbers, ids, addresses).
///
/// ```
/// use jobstore::{Category, Fingerprint};
///
/// let of = |message| Fingerprint::of("mail.send", Category::ExternalApi, message);
/// assert_eq!(of("order 17: 503 after 1.2 s"), of("order 18: 503 after 30 s"));
/// assert_ne!(of("no such mailbox"), of("connection refused"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 8]);

impl Fingerprint {
    /// The fingerprint of a failure.
    #[must_use]
    pub fn of(kind: &str, category: Category, message: &str) -> Self {
        Self::of_kind(kind).joined(Self::of_failure(category, message))
    }

    /// The half that the kind of job gives. A store may know it long before the other, and
    /// [join](Self::joined) them without having to hash.
    pub(crate) fn of_kind(kind: &str) -> Self {
        Self::first_of(Sha256::new().chain_update(kind))
    }

    /// The half that the failure gives.
    pub(crate) fn of_failure(category: Category, message: &str) -> Self {
        let mut hash = Sha256::new().chain_update(category.name());
        for word in words(message) {
            hash.update([0]);
            hash.update(word);
        }
        Self::first_of(hash)
    }

    const fn joined(self, other: Self) -> Self {
        let bits = u64::from_be_bytes(self.0) ^ u64::from_be_bytes(other.0);
        Self(bits.to_be_bytes())
    }

    fn first_of(hash: Sha256) -> Self {
        let hash: [u8; 32] = hash.finalize().into();
        let mut first = [0; 8];
        first.copy_from_slice(&hash[..8]);
        Self(first)
    }

    /// The eight bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

/// The words of a message; one with a digit in it counts as a number, whichever.
fn words(message: &str) -> impl Iterator<Item = &str> {
    message
        .split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-'))
        .filter(|word| !word.is_empty())
        .map(|word| {
            if word.bytes().any(|byte| byte.is_ascii_digit()) {
                "0"
            } else {
                word
            }
        })
        // `1.2` and `30` are one number each.
        .scan("", |last, word| {
            let repeated = word == "0" && *last == "0";
            *last = word;
            Some((!repeated).then_some(word))
        })
        .flatten()
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Fingerprint {
    type Err = BadFingerprint;

    fn from_str(text: &str) -> Result<Self, BadFingerprint> {
        // The parser of numbers would take a sign and capitals too: one fingerprint, one spelling.
        let plain = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 16 || !text.bytes().all(plain) {
            return Err(BadFingerprint);
        }
        let number = u64::from_str_radix(text, 16).map_err(|_| BadFingerprint)?;
        Ok(Self(number.to_be_bytes()))
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// The text is not a fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a fingerprint: sixteen hexadecimal digits are expected")]
pub struct BadFingerprint;

#[cfg(test)]
mod tests {
    use super::*;

    fn of(message: &str) -> Fingerprint {
        Fingerprint::of("kind", Category::Unknown, message)
    }

    #[test]
    fn what_differs_from_time_to_time_does_not_count() {
        let same = [
            (
                "job 018bcfe5-687a-7000-8000-000000000001 timed out",
                "job 118bcfe5-687a-7000-8000-00000000000f timed out",
            ),
            ("10.0.0.1:443 refused", "192.168.7.9:8443 refused"),
            ("took 1.25 s", "took 3 s"),
            ("  spaced   out ", "spaced out"),
        ];
        for (one, other) in same {
            assert_eq!(of(one), of(other), "{one} and {other}");
        }
    }

    #[test]
    fn what_says_something_counts() {
        let messages = ["", "refused", "refused refused", "Refused", "0 refused"];
        for (at, one) in messages.iter().enumerate() {
            for other in &messages[at + 1..] {
                assert_ne!(of(one), of(other), "{one:?} and {other:?}");
            }
        }
        let timeout = Fingerprint::of("kind", Category::Timeout, "refused");
        assert_ne!(of("refused"), timeout);
        let other_kind = Fingerprint::of("kind2", Category::Unknown, "refused");
        assert_ne!(of("refused"), other_kind);
    }

    #[test]
    fn a_fingerprint_has_one_spelling() {
        let fingerprint = of("refused");
        assert_eq!(fingerprint.to_string().parse(), Ok(fingerprint));
        for wrong in ["", "0", "+00000000000000f", "00000000000000FF"] {
            assert_eq!(wrong.parse::<Fingerprint>(), Err(BadFingerprint));
        }
    }
}
