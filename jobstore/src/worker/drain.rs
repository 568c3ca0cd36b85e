//! The end of a shift.

use tokio::{
    task::JoinSet,
    time::{Instant, timeout_at},
};

use crate::Outcome;

/// What became of the jobs that were running when the worker was told to stop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drained {
    /// Ended by themselves within the time to drain.
    pub finished: usize,
    /// Were stopped and given back: claimable again, the attempt not counted.
    pub released: usize,
    /// Were lost: to somebody else, or because the store could not be reached. The latter are
    /// claimable again once their leases have run out.
    pub lost: usize,
}

impl Drained {
    /// Counts the attempts that end until `deadline`.
    pub(super) async fn collect(&mut self, attempts: &mut JoinSet<Outcome>, deadline: Instant) {
        while let Ok(Some(outcome)) = timeout_at(deadline, attempts.join_next()).await {
            match outcome {
                Ok(Outcome::Released) => self.released += 1,
                Ok(Outcome::Lost) | Err(_) => self.lost += 1,
                Ok(_) => self.finished += 1,
            }
        }
    }
}
