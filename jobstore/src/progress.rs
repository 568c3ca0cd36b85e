//! How far a running job is.

use serde::{Deserialize, Serialize};

use crate::failure::cut;

/// How far a job is, as its handler tells it.
///
/// ```
/// use jobstore::Progress;
///
/// let progress = Progress::of(250, 1_000).note("reading page 3");
/// assert_eq!(progress.percent(), Some(25));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// How much is done, in whatever unit the handler counts.
    pub done: u64,
    /// How much there is to do, where that is known.
    pub total: Option<u64>,
    /// What it is at, for people; at most [`MAX_NOTE`](Self::MAX_NOTE) bytes.
    pub note: String,
}

impl Progress {
    /// The longest note, in bytes; what is longer is cut.
    pub const MAX_NOTE: usize = 256;

    /// So much of so much.
    #[must_use]
    pub const fn of(done: u64, total: u64) -> Self {
        Self {
            done,
            total: Some(total),
            note: String::new(),
        }
    }

    /// So much of nobody knows how much.
    #[must_use]
    pub const fn so_far(done: u64) -> Self {
        Self {
            done,
            total: None,
            note: String::new(),
        }
    }

    /// What it is at, for people.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = cut(note.into(), Self::MAX_NOTE);
        self
    }

    /// The share that is done, from 0 to 100; `None` where the total is not known. Nothing of nothing
    /// is all.
    #[must_use]
    pub fn percent(&self) -> Option<u8> {
        let total = u128::from(self.total?);
        let share = (100 * u128::from(self.done)).checked_div(total);
        Some(share.map_or(100, |share| share.min(100) as u8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_from_0_to_100_whatever_is_told() {
        for (done, total, percent) in [
            (0, 0, 100),
            (0, 3, 0),
            (1, 3, 33),
            (3, 3, 100),
            (9, 3, 100),
            (u64::MAX, u64::MAX, 100),
            (u64::MAX, 1, 100),
        ] {
            assert_eq!(Progress::of(done, total).percent(), Some(percent));
        }
        assert_eq!(Progress::so_far(3).percent(), None);
    }
}
