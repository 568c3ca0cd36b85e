//! Who does something to a job, and why.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{WorkerId, failure::cut};

/// Who does something: a worker, a person or a part of the system, such as `person:ada`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Actor(Arc<str>);

impl Actor {
    /// The longest name, in bytes; what is longer is cut.
    pub const MAX_LEN: usize = 256;

    /// An actor of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name[..name.floor_char_boundary(Self::MAX_LEN)].into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&WorkerId> for Actor {
    fn from(worker: &WorkerId) -> Self {
        Self(worker.shared())
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Who asks for a change from outside of a job's own run, and why: what the audit trail keeps.
///
/// ```
/// use jobstore::By;
///
/// let by = By::new("person:ada").because("the customer has withdrawn the order");
/// assert_eq!(by.actor.as_str(), "person:ada");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    /// Who.
    pub actor: Actor,
    /// Why, for people; empty if nothing is said.
    pub reason: String,
}

impl By {
    /// The longest reason, in bytes; what is longer is cut.
    pub const MAX_REASON: usize = 1_024;

    /// By this actor, who says nothing about the reason.
    #[must_use]
    pub fn new(actor: &str) -> Self {
        Self {
            actor: Actor::new(actor),
            reason: String::new(),
        }
    }

    /// For this reason.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = cut(reason.into(), Self::MAX_REASON);
        self
    }
}

impl From<Actor> for By {
    fn from(actor: Actor) -> Self {
        Self {
            actor,
            reason: String::new(),
        }
    }
}
