//! Why an attempt failed.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Timestamp, WorkerId};

/// What kind of failure it was: what an operator groups and decides by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Category {
    /// The handler took longer than it may.
    Timeout,
    /// The payload can never be processed as it is.
    Validation,
    /// A service that the handler called failed.
    ExternalApi,
    /// A service that the handler called asked to be called less often.
    RateLimit,
    /// The handler panicked.
    Panic,
    /// The worker vanished: its lease ran out, again and again.
    Lost,
    /// Anything else. A category of a later version, met in a record that it has written, reads as this.
    #[serde(other)]
    Unknown,
}

impl Category {
    /// Every category.
    pub const ALL: [Self; 7] = [
        Self::Timeout,
        Self::Validation,
        Self::ExternalApi,
        Self::RateLimit,
        Self::Panic,
        Self::Lost,
        Self::Unknown,
    ];

    /// The name used in text, JSON and stored rows.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Validation => "validation",
            Self::ExternalApi => "external_api",
            Self::RateLimit => "rate_limit",
            Self::Panic => "panic",
            Self::Lost => "lost",
            Self::Unknown => "unknown",
        }
    }

    /// The category of a record, perhaps one of a later version.
    #[cfg(feature = "redis")]
    pub(crate) fn of_record(name: &str) -> Self {
        name.parse().unwrap_or(Self::Unknown)
    }

    /// Whether the reason may pass by itself, so that running the job again later makes sense without
    /// anybody having changed anything.
    #[must_use]
    pub const fn is_transient(self) -> bool {
        matches!(self, Self::Timeout | Self::ExternalApi | Self::RateLimit)
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Category {
    type Err = BadCategory;

    fn from_str(text: &str) -> Result<Self, BadCategory> {
        let mut all = Self::ALL.into_iter();
        all.find(|category| category.name() == text)
            .ok_or(BadCategory)
    }
}

/// The text names no category.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a category: timeout, validation, external_api, rate_limit, panic, lost or unknown are"
)]
pub struct BadCategory;

/// One entry of a job's error history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Which attempt failed, counted from 1.
    pub attempt: u32,
    /// When it failed.
    pub at: Timestamp,
    /// Who ran it.
    pub worker: WorkerId,
    /// What kind of failure it was.
    pub category: Category,
    /// What went wrong, for people; at most [`MAX_MESSAGE`](Self::MAX_MESSAGE) bytes.
    pub message: String,
}

impl Failure {
    /// The longest message that is kept, in bytes; what is longer is cut.
    pub const MAX_MESSAGE: usize = 2_048;

    /// How many entries of its error history a job keeps: the newest. Memory stays bounded whatever
    /// `max_attempts` says.
    pub const MAX_HISTORY: usize = 32;
}

/// What is said of an attempt whose lease ran out.
pub(crate) fn lost(until: Timestamp) -> String {
    format!("the lease ran out at {until}")
}

/// What is said of a job that was given back once too often.
pub(crate) fn interrupted(times: u32) -> String {
    format!("given back by {times} workers that stopped")
}

/// Cuts `text` to at most `max` bytes, between two characters.
pub(crate) fn cut(mut text: String, max: usize) -> String {
    text.truncate(text.floor_char_boundary(max));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_falls_between_characters() {
        assert_eq!(cut("ab\u{2665}".into(), 4), "ab");
        assert_eq!(cut("ab\u{2665}".into(), 5), "ab\u{2665}");
        assert_eq!(cut(String::new(), 0), "");
    }

    #[test]
    fn a_category_has_one_name_in_text_and_json() {
        for category in Category::ALL {
            assert_eq!(category.name().parse(), Ok(category));
            let json = serde_json::to_string(&category).unwrap();
            assert_eq!(json, format!("\"{category}\""));
        }
        assert_eq!("Timeout".parse::<Category>(), Err(BadCategory));
    }

    #[test]
    fn a_category_of_a_later_version_is_unknown() {
        let read = serde_json::from_str::<Vec<Category>>(r#"["panic", "eclipse"]"#);
        assert_eq!(read.unwrap(), [Category::Panic, Category::Unknown]);
    }
}
