//! A quota with a name.

use alloc::borrow::Cow;

use crate::migration::Migration;
use crate::quota::Quota;

/// A quota with a name, by which an answer says what refused, and of which every key has a bucket.
///
/// ```
/// use ratelimit::{Quota, Rule};
///
/// static SEARCH: Rule = Rule::new("search", Quota::per_minute(30));
/// assert_eq!(SEARCH.name(), "search");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    name: Cow<'static, str>,
    quota: Quota,
    is_shadow: bool,
    migration: Migration,
}

impl Rule {
    /// A rule. Two rules of one name share their buckets, and must have one quota.
    pub const fn new(name: &'static str, quota: Quota) -> Self {
        Self {
            name: Cow::Borrowed(name),
            quota,
            is_shadow: false,
            migration: Migration::AsIs,
        }
    }

    /// A rule whose name is made at run time.
    pub fn named(name: impl Into<Cow<'static, str>>, quota: Quota) -> Self {
        Self {
            name: name.into(),
            quota,
            is_shadow: false,
            migration: Migration::AsIs,
        }
    }

    /// The rule, counting and answering as ever but refusing nothing: to see what a quota would do
    /// before it does.
    #[must_use]
    pub const fn in_shadow(mut self) -> Self {
        self.is_shadow = true;
        self
    }

    /// The rule, with what becomes of the buckets that a store finds from a time when it had another
    /// quota: [`Migration::AsIs`] if nothing is said.
    ///
    /// As long as processes with the old quota and with the new one share a store, a bucket migrates
    /// each time that it is asked by the others. Nobody gains by that as it is; by
    /// [`Migration::Reset`] and [`Migration::Additive`] somebody may.
    #[must_use]
    pub const fn migrating(mut self, migration: Migration) -> Self {
        self.migration = migration;
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its quota.
    pub const fn quota(&self) -> Quota {
        self.quota
    }

    /// Whether it only watches.
    pub const fn is_shadow(&self) -> bool {
        self.is_shadow
    }

    /// What becomes of its buckets when its quota changes.
    pub const fn migration(&self) -> Migration {
        self.migration
    }
}
