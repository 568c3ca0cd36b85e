//! Where the buckets are in Redis.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;

use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::rule::Rule;
use crate::verdict::Ask;

/// The longest prefix, in bytes.
pub(super) const MAX_LEN: usize = 128;

/// The longest part of a name that is written as it is, in bytes.
const MAX_LEGIBLE: usize = 128;

/// How many bytes of a hash stand for what cannot be: enough that nobody finds two texts with one.
const HASH_LEN: usize = 20;

/// What the keys of a store are called.
#[derive(Clone)]
pub(super) struct Names {
    prefix: String,
    /// What of a key is in its hash tag; all of it, if nothing else is said.
    subject: Option<Subject>,
}

pub(super) type Subject = Arc<dyn Fn(&str) -> &str + Send + Sync>;

/// The text cannot be the prefix of keys: it is empty, too long, has a byte that is not visible ASCII, or a
/// brace that does not belong to a hash tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "a key prefix has 1 to {MAX_LEN} visible ASCII characters, and braces around a hash tag only"
)]
pub struct InvalidPrefix;

impl Names {
    pub(super) fn new(prefix: &str) -> Result<Self, InvalidPrefix> {
        let is_visible = prefix.bytes().all(|byte| byte.is_ascii_graphic());
        let is_tagged = !prefix.contains(['{', '}']) || has_tag(prefix);
        if prefix.is_empty() || prefix.len() > MAX_LEN || !is_visible || !is_tagged {
            return Err(InvalidPrefix);
        }
        Ok(Self {
            prefix: prefix.into(),
            subject: None,
        })
    }

    pub(super) fn by_subject(&mut self, subject: Subject) {
        self.subject = Some(subject);
    }

    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The key of a bucket. No word has a space in it, so no two buckets share one.
    pub(super) fn bucket(&self, rule: &Rule, key: &str) -> String {
        let (subject, rule) = (self.subject(key), word(rule.name()));
        let prefix = &self.prefix;
        let tag = word(subject);
        if subject == key {
            return format!("{prefix}:{{{tag}}} {rule}");
        }
        format!("{prefix}:{{{tag}}} {rule} {}", word(key))
    }

    /// Where the answer to something that was asked of this key is remembered.
    pub(super) fn remembered(&self, key: &str, digest: &[u8]) -> String {
        let tag = word(self.subject(key));
        let digest = const_hex::encode(&digest[..HASH_LEN]);
        format!("{}:{{{tag}}}?{digest}", self.prefix)
    }

    /// The key that is written to see whether it can be.
    pub(super) fn check(&self) -> String {
        format!("{}:check", self.prefix)
    }

    /// Whether a Cluster keeps the buckets of all asks in one place.
    pub(super) fn are_together(&self, asks: &[Ask<'_>]) -> bool {
        let mut subjects = asks.iter().map(|ask| self.subject(ask.key));
        let first = subjects.next();
        has_tag(&self.prefix) || subjects.all(|subject| Some(subject) == first)
    }

    fn subject<'k>(&self, key: &'k str) -> &'k str {
        match &self.subject {
            Some(subject) => subject(key),
            None => key,
        }
    }
}

/// A text as a part of a name: as it is, if people can read it and Redis does not misread it, or its hash.
fn word(text: &str) -> Cow<'_, str> {
    let is_legible = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'{' | b'}');
    let is_short = (1..=MAX_LEGIBLE).contains(&text.len());
    if is_short && !text.starts_with('#') && text.bytes().all(is_legible) {
        return text.into();
    }
    let digest = Sha256::digest(text);
    format!("#{}", const_hex::encode(&digest[..HASH_LEN])).into()
}

/// Whether there is a [hash tag](https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags)
/// in a text, so that everything which begins with it is in one place: what is between the first opening
/// brace and the next closing one, if there is anything.
fn has_tag(text: &str) -> bool {
    let behind = text.split_once('{').map(|(_, behind)| behind);
    let tag = behind.and_then(|behind| behind.split_once('}'));
    tag.is_some_and(|(tag, _)| !tag.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quota::Quota;

    fn rule(name: &'static str) -> Rule {
        Rule::new(name, Quota::per_second(1))
    }

    fn by_network() -> Names {
        let mut names = Names::new("app").expect("it is one");
        names.by_subject(Arc::new(|key| key.split('/').next().unwrap_or(key)));
        names
    }

    #[test]
    fn a_bucket_has_a_name_that_people_can_read() {
        let names = Names::new("myapp:limits").expect("it is one");
        let bucket = names.bucket(&rule("login"), "203.0.113.7");
        assert_eq!(bucket, "myapp:limits:{203.0.113.7} login");
        let bucket = by_network().bucket(&rule("login"), "2001:db8::/48");
        assert_eq!(bucket, "app:{2001:db8::} login 2001:db8::/48");
    }

    #[test]
    fn what_nobody_can_read_is_hashed() {
        let names = Names::new("app").expect("it is one");
        let long = "k".repeat(MAX_LEGIBLE + 1);
        for key in ["", "a b", "a{b}", "}", "#a", "\u{e9}", "a\n", &long] {
            let bucket = names.bucket(&rule("login"), key);
            let hash = bucket
                .strip_prefix("app:{#")
                .and_then(|rest| rest.strip_suffix("} login"));
            let is_hash =
                |hash: &str| hash.len() == 40 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(hash.is_some_and(is_hash), "{bucket}");
        }
    }

    #[test]
    fn no_two_buckets_share_a_name() {
        let names = by_network();
        let texts = ["a", "a/1", "a/2", "b", "b/1", "", "/", "#"];
        let mut all = alloc::vec::Vec::new();
        for name in ["", "a", "b", "a/1", "a b", "#"] {
            for key in texts {
                all.push(names.bucket(&Rule::named(name, Quota::per_second(1)), key));
            }
        }
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
        assert!(!all.contains(&names.check()));
        assert!(!names.remembered("a", &[0; 32]).contains(' '));
    }

    #[test]
    fn what_is_of_one_subject_is_together() {
        let rule = rule("login");
        let asks = |keys: [&'static str; 2]| keys.map(|key| Ask::one(&rule, key));
        assert!(by_network().are_together(&asks(["a/1", "a/2"])));
        assert!(!by_network().are_together(&asks(["a/1", "b/1"])));
        let apart = Names::new("app").expect("it is one");
        assert!(!apart.are_together(&asks(["a/1", "a/2"])));
        let all = Names::new("{app}:limits").expect("it is one");
        assert!(all.are_together(&asks(["a/1", "b/1"])));
    }

    #[test]
    fn a_prefix_is_visible_ascii_of_bounded_length() {
        for text in ["limits", "{app}:limits", "a{b}c", &"p".repeat(MAX_LEN)] {
            assert!(Names::new(text).is_ok(), "{text:?}");
        }
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
            assert!(Names::new(text).is_err(), "{text:?}");
        }
    }
}
