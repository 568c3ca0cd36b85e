//! Whole seconds.

use core::time::Duration;

/// Whole seconds, rounded up: who waits for so long has waited for long enough.
pub(super) fn rounded_up(duration: Duration) -> u64 {
    let partial = duration.subsec_nanos() > 0;
    duration.as_secs().saturating_add(partial.into())
}
