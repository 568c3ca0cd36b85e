//! A quota with a name.

use alloc::borrow::Cow;
use alloc::vec::Vec;

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
    /// The quotas that it had before, the latest last, as far as they are remembered.
    former: Vec<Former>,
    /// How often its quota has changed: each time it has other buckets.
    generation: u32,
    /// Stands for the name where it is hashed.
    id: u64,
}

/// A quota that a rule had, and how its buckets are taken to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Former {
    pub(crate) quota: Quota,
    pub(crate) migration: Migration,
}

impl Rule {
    /// How many quotas are remembered that a rule had before. The bucket of a key that was not asked
    /// during so many changes is full.
    pub const REMEMBERED_CHANGES: usize = 4;

    /// A rule. Two rules of one name share their buckets, and must have one quota;
    /// [`changed_to`](Rule::changed_to) gives it another.
    pub const fn new(name: &'static str, quota: Quota) -> Self {
        Self {
            name: Cow::Borrowed(name),
            id: fnv1a(name.as_bytes()),
            quota,
            is_shadow: false,
            migration: Migration::AsIs,
            former: Vec::new(),
            generation: 0,
        }
    }

    /// A rule whose name is made at run time.
    pub fn named(name: impl Into<Cow<'static, str>>, quota: Quota) -> Self {
        let name = name.into();
        Self {
            id: fnv1a(name.as_bytes()),
            name,
            quota,
            is_shadow: false,
            migration: Migration::AsIs,
            former: Vec::new(),
            generation: 0,
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

    /// The rule with another quota, to be asked instead of this one from now on: what is asked of
    /// this one later counts apart. To the same quota nothing changes, unless everybody starts anew.
    ///
    /// The bucket of a key is taken over when the key is next asked, and goes on as it was until
    /// then. One that is full by then is as if it had never been, so it is full under the new quota.
    /// A store which keeps the quota with the bucket finds that it has changed even if the rule is
    /// made anew, and needs no more than [`migrating`](Rule::migrating).
    ///
    /// ```
    /// use ratelimit::{Memory, Migration, Quota, Rule, WhenFull};
    ///
    /// let limiter = Memory::for_keys(1_000, WhenFull::Refuse);
    /// let slow = Rule::new("search", Quota::per_hour(10));
    /// limiter.take(&slow, "alice", 10);
    ///
    /// // Alice used what she had, and is not made to wait at the rate that she no longer has.
    /// let fast = slow.changed_to(Quota::per_second(10), Migration::AsIs);
    /// let wait = limiter.take(&fast, "alice", 1).retry_after().expect("soon");
    /// assert!(wait.as_millis() <= 100);
    /// ```
    #[must_use]
    pub fn changed_to(mut self, quota: Quota, migration: Migration) -> Self {
        if quota == self.quota && migration != Migration::Reset {
            return self;
        }
        if self.former.len() == Self::REMEMBERED_CHANGES {
            self.former.remove(0);
        }
        self.former.push(Former {
            quota: self.quota,
            migration,
        });
        self.generation = self.generation.wrapping_add(1);
        self.quota = quota;
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

    /// The rule with another quota instead of the one that it has, and of each that it had.
    #[cfg(feature = "fallback")]
    pub(crate) fn with_each_quota(&self, another: impl Fn(Quota) -> Quota) -> Self {
        let mut rule = self.clone();
        rule.quota = another(rule.quota);
        for former in &mut rule.former {
            former.quota = another(former.quota);
        }
        rule
    }

    /// Stands for the name where it is hashed. Names are the operator's, so nobody chooses two that
    /// have the same.
    #[cfg(feature = "memory")]
    pub(crate) const fn id(&self) -> u64 {
        self.id
    }

    #[cfg(feature = "memory")]
    pub(crate) fn former(&self) -> &[Former] {
        &self.former
    }

    #[cfg(feature = "memory")]
    pub(crate) const fn generation(&self) -> u32 {
        self.generation
    }
}

/// FNV-1a ([RFC 9923](https://www.rfc-editor.org/rfc/rfc9923)), which can be had when a program is
/// compiled.
const fn fnv1a(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut place = 0;
    while place < bytes.len() {
        hash = (hash ^ bytes[place] as u64).wrapping_mul(0x0100_0000_01b3);
        place += 1;
    }
    hash
}
