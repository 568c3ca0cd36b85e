//! What a handler writes down while it runs.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// One line of a job's log.
///
/// People read it: leave secrets out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// Which line of the job's log it is, counted from 1.
    pub number: u64,
    /// When it was written, by the clock of the store.
    pub at: Timestamp,
    /// In which attempt.
    pub attempt: u32,
    /// How much it matters.
    pub level: Level,
    /// What it says; at most [`MAX_TEXT`](Self::MAX_TEXT) bytes.
    pub text: String,
}

impl LogLine {
    /// The longest text, in bytes; what is longer is cut.
    pub const MAX_TEXT: usize = 4_096;

    /// How many lines of one job are kept: the newest.
    pub const MAX_LINES: u64 = 1_000;
}

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// For whoever looks for the reason of something.
    Debug,
    /// What happened.
    Info,
    /// What somebody should know of.
    Warn,
    /// What went wrong.
    Error,
}

impl Level {
    /// Every level, what matters least at the front.
    pub const ALL: [Self; 4] = [Self::Debug, Self::Info, Self::Warn, Self::Error];

    /// The name used in text, JSON and stored rows.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Level {
    type Err = BadLevel;

    fn from_str(text: &str) -> Result<Self, BadLevel> {
        let mut all = Self::ALL.into_iter();
        all.find(|level| level.name() == text).ok_or(BadLevel)
    }
}

/// The text names no level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a level: debug, info, warn or error are")]
pub struct BadLevel;

/// One page of a job's log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LogPage {
    /// The lines, oldest first.
    pub lines: Vec<LogLine>,
    /// The number after which the next page starts; `None` if there is nothing more by now.
    pub next: Option<u64>,
}

impl LogPage {
    /// The largest page.
    pub const MAX_LIMIT: usize = 500;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_has_one_name_in_text_and_json() {
        for level in Level::ALL {
            assert_eq!(level.name().parse(), Ok(level));
            let json = serde_json::to_string(&level).unwrap();
            assert_eq!(json, format!("\"{level}\""));
        }
        assert_eq!("INFO".parse::<Level>(), Err(BadLevel));
    }
}
