//! What people do about a dead job.

use serde::{Deserialize, Serialize};

use crate::{By, Timestamp};

/// A dead job that waits for a person, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Triage {
    /// When it was flagged, last.
    pub at: Timestamp,
    /// By whom, and the note that was left.
    pub by: By,
    /// Whose it is to look at; empty if nobody's yet.
    pub assignee: String,
    /// What came of it; `None` while it waits.
    pub resolution: Option<Resolution>,
}

impl Triage {
    /// The longest name of an assignee, in bytes; what is longer is cut.
    pub const MAX_ASSIGNEE: usize = 256;
}

/// What came of a dead job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// When.
    pub at: Timestamp,
    /// Who says so, and what was done.
    pub by: By,
}
