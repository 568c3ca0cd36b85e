//! Where the entries of a log are in Redis.

use std::format;
use std::string::String;

use thiserror::Error;

use crate::replay::key::ReplayKey;
use crate::replay::route::Route;

/// The longest prefix, in bytes.
pub(super) const MAX_LEN: usize = 128;

/// What the keys of a log begin with.
#[derive(Clone, Debug)]
pub(super) struct Prefix(String);

/// The text cannot be the prefix of keys: it is empty, too long, or has a byte that is not visible ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a key prefix has 1 to {MAX_LEN} visible ASCII characters")]
pub struct InvalidPrefix;

impl Prefix {
    pub(super) fn new(text: &str) -> Result<Self, InvalidPrefix> {
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.is_empty() || text.len() > MAX_LEN || !visible {
            return Err(InvalidPrefix);
        }
        Ok(Self(text.into()))
    }

    /// The key of an entry. Neither a route nor a key has a space in it, so no two entries share one.
    pub(super) fn entry(&self, route: &Route, key: &ReplayKey) -> String {
        format!("{}:{route} {key}", self.0)
    }

    /// The key that is written to see whether it can be.
    pub(super) fn check(&self) -> String {
        format!("{}:check", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_entries_share_a_key() {
        let prefix = Prefix::new("myapp").unwrap();
        let entry = |route, key: &str| {
            let route = Route::new(route).unwrap();
            prefix.entry(&route, &key.parse().unwrap())
        };
        assert_eq!(entry("/hooks", "id:evt_1"), "myapp:/hooks id:evt_1");
        assert_ne!(entry("b", "id:id:1"), entry("bid:", "id:1"));
        assert!(!prefix.check().contains(' '));
    }

    #[test]
    fn a_prefix_is_visible_ascii_of_bounded_length() {
        for text in ["replay", "{app}:replay", &"p".repeat(MAX_LEN)] {
            assert!(Prefix::new(text).is_ok(), "{text:?}");
        }
        for text in ["", "a b", "a\n", "caf\u{e9}", &"p".repeat(MAX_LEN + 1)] {
            assert_eq!(Prefix::new(text).unwrap_err(), InvalidPrefix, "{text:?}");
        }
    }
}
