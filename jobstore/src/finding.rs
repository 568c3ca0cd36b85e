//! What an examination of a store finds.

use std::fmt;

use serde::Serialize;

/// Something that is not as it should be, or that an operator should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What it is about, such as a job, a key or a setting.
    pub subject: String,
    /// What is found.
    pub fault: String,
    /// What to do about it.
    pub remedy: String,
    /// Whether it was mended by the examination.
    pub mended: bool,
}

impl Finding {
    /// A finding that is not mended.
    #[must_use]
    pub fn new(
        severity: Severity,
        subject: impl Into<String>,
        fault: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            severity,
            subject: subject.into(),
            fault: fault.into(),
            remedy: remedy.into(),
            mended: false,
        }
    }

    /// The same finding, mended if it was.
    #[must_use]
    pub const fn mended(mut self, mended: bool) -> Self {
        self.mended = mended;
        self
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Note,
    /// It will do harm under circumstances that occur.
    Warning,
    /// It does harm, or jobs are not what they should be.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            severity,
            subject,
            fault,
            remedy,
            ..
        } = self;
        write!(f, "{severity}: {subject}: {fault}; {remedy}")?;
        if self.mended {
            f.write_str(" (mended)")?;
        }
        Ok(())
    }
}
