//! Which due job comes first.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Which of the due jobs of a queue is claimed first.
///
/// Strict: as long as one of a higher priority is due, none of a lower one is claimed. Where that must
/// not starve anybody, use a queue of its own for each.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Before all others.
    Urgent,
    /// Before what is usual.
    High,
    /// What is usual.
    #[default]
    Normal,
    /// When nothing else is due.
    Low,
}

impl Priority {
    /// Every priority, the one that is claimed first at the front.
    pub const ALL: [Self; 4] = [Self::Urgent, Self::High, Self::Normal, Self::Low];

    /// The place in [`ALL`](Self::ALL), which is how a store keeps it.
    #[must_use]
    pub const fn rank(self) -> u8 {
        self as u8
    }

    /// The priority of this place.
    #[must_use]
    pub fn from_rank(rank: u8) -> Option<Self> {
        Self::ALL.get(usize::from(rank)).copied()
    }

    /// The name used in text and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Urgent => "urgent",
            Self::High => "high",
            Self::Normal => "normal",
            Self::Low => "low",
        }
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Priority {
    type Err = BadPriority;

    fn from_str(text: &str) -> Result<Self, BadPriority> {
        let mut all = Self::ALL.into_iter();
        all.find(|priority| priority.name() == text)
            .ok_or(BadPriority)
    }
}

/// The text names no priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a priority: urgent, high, normal or low are")]
pub struct BadPriority;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_priority_is_found_by_its_name_and_by_its_rank() {
        for priority in Priority::ALL {
            assert_eq!(priority.name().parse(), Ok(priority));
            assert_eq!(Priority::from_rank(priority.rank()), Some(priority));
            let json = serde_json::to_string(&priority).unwrap();
            assert_eq!(json, format!("\"{priority}\""));
        }
        assert_eq!(Priority::from_rank(4), None);
        assert_eq!("Urgent".parse::<Priority>(), Err(BadPriority));
    }
}
