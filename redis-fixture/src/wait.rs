//! Waiting for what other processes do.

use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long to leave the processor to others between two looks.
const PAUSE: Duration = Duration::from_millis(10);

/// Looks again and again until there is something.
///
/// # Panics
///
/// If there is nothing after half a minute; `why` is what is known then.
pub(crate) fn until<T>(
    what: &str,
    why: impl Fn() -> String,
    mut look: impl FnMut() -> Option<T>,
) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            began.elapsed() < PATIENCE,
            "waited for {PATIENCE:?}, but {what} did not happen: {}",
            why()
        );
        thread::sleep(PAUSE);
    }
}
