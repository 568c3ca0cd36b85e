//! What an answer of a store survives.

use std::fmt;

use serde::Serialize;

/// What has to happen before a step that was answered with `Ok` is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Durability {
    /// The end of this process.
    Process,
    /// The end of the server that keeps it, or of its machine: the step is in memory there, and written to
    /// disk a little later, if at all.
    Server,
    /// The loss of the disk: the step is synced.
    Disk,
    /// The end of this many machines at once: the step is in memory there, and written to their disks a little
    /// later, if at all. Where one power cut ends them all, it is no more than [`Server`](Self::Server).
    Machines(u8),
}

impl fmt::Display for Durability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Process => f.write_str("lost when this process ends"),
            Self::Server => {
                f.write_str("lost when the server that keeps it ends before writing it down")
            }
            Self::Disk => f.write_str("lost when the disk is"),
            Self::Machines(count) => {
                write!(
                    f,
                    "lost when {count} machines end at once before writing it down"
                )
            }
        }
    }
}
