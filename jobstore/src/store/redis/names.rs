//! Where things are in Redis.

use sha2::{Digest as _, Sha256};

/// The longest prefix, in bytes.
const MAX_LEN: usize = 128;

/// What all keys of a store begin with: its prefix, as a [hash tag], so that a Cluster keeps them in one place.
///
/// [hash tag]: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags
#[derive(Clone, Debug)]
pub(super) struct Base(String);

/// The text cannot be the prefix of keys: it is empty, too long, has a byte that is not visible ASCII, or a
/// brace that does not belong to a hash tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a key prefix has 1 to {MAX_LEN} visible ASCII characters, and braces around a hash tag only"
)]
pub struct InvalidPrefix;

impl Base {
    pub(super) fn new(prefix: &str) -> Result<Self, InvalidPrefix> {
        let is_visible = prefix.bytes().all(|byte| byte.is_ascii_graphic());
        if prefix.is_empty() || prefix.len() > MAX_LEN || !is_visible {
            return Err(InvalidPrefix);
        }
        if has_tag(prefix) {
            return Ok(Self(prefix.into()));
        }
        if prefix.contains(['{', '}']) {
            return Err(InvalidPrefix);
        }
        Ok(Self(format!("{{{prefix}}}")))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The channel on which it is told that a job may be claimable.
    pub(super) fn channel(&self) -> String {
        format!("{}:wake", self.0)
    }
}

/// Whether there is a hash tag in a text: what is between the first opening brace and the next closing
/// one, if there is anything.
fn has_tag(text: &str) -> bool {
    let behind = text.split_once('{').map(|(_, behind)| behind);
    let tag = behind.and_then(|behind| behind.split_once('}'));
    tag.is_some_and(|(tag, _)| !tag.is_empty())
}

/// The indexes of jobs that have something in common, as words without a space.
pub(super) mod index {
    use super::hash;
    use crate::{Fingerprint, JobId};

    pub(in super::super) fn queue(queue: &str) -> String {
        format!("queue:{queue}")
    }

    pub(in super::super) fn tag(tag: &str) -> String {
        format!("tag:{tag}")
    }

    pub(in super::super) fn batch(batch: &str) -> String {
        format!("batch:{batch}")
    }

    pub(in super::super) fn parent(parent: JobId) -> String {
        format!("parent:{parent}")
    }

    pub(in super::super) fn fingerprint(fingerprint: Fingerprint) -> String {
        format!("print:{fingerprint}")
    }

    /// Says nothing of whom it is about: keys end up in logs and tools.
    pub(in super::super) fn subject(subject: &str) -> String {
        format!("subject:{}", hash(&[subject]))
    }
}

/// Where a dedupe key is remembered, behind the base.
pub(super) fn lock(queue: &str, key: &str) -> String {
    format!(":key:{}", hash(&[queue, key]))
}

/// A text of any length as a word of forty characters; nobody finds two texts with one.
fn hash(texts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    const_hex::encode(&hash.finalize()[..20])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_a_store_is_in_one_place() {
        let base = |prefix| Base::new(prefix).map(|base| base.0);
        assert_eq!(base("myapp:jobs"), Ok("{myapp:jobs}".into()));
        assert_eq!(base("{myapp}:jobs"), Ok("{myapp}:jobs".into()));
    }

    #[test]
    fn a_prefix_is_visible_ascii_of_bounded_length() {
        let long = "p".repeat(MAX_LEN + 1);
        for text in [
            "",
            "a b",
            "a\n",
            "caf\u{e9}",
            "{}",
            "a{",
            "a}",
            "}a{",
            &long,
        ] {
            assert!(Base::new(text).is_err(), "{text:?}");
        }
        assert!(Base::new(&"p".repeat(MAX_LEN)).is_ok());
    }

    #[test]
    fn keys_of_two_queues_are_apart() {
        assert_ne!(lock("ab", "c"), lock("a", "bc"));
        assert_eq!(lock("a", "b").len(), 45);
    }
}
