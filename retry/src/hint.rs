//! What a server says about when to come back.

use core::time::Duration;

/// What a server says about when to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hint {
    /// Not earlier than after so long.
    Wait(Duration),
    /// Not at all.
    Stop,
}
