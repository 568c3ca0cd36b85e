//! Workers that crash, stop for longer than their lease, miss answers and come back, in virtual time: what
//! they did and were answered must be a right [`History`](super::history::History).
//!
//! Everything is decided by one seed, so a history that is wrong can be played again, step by step.

use self::play::Play;
use super::world::World;

mod play;
mod worker;

/// One long life with a little of everything.
pub async fn a_life_of_crashes_and_pauses_has_a_right_history(world: World) {
    play(world, 1, 1_500).await;
}

/// Plays the life that `seed` stands for, then lets all jobs end, and checks the history.
pub(super) async fn play(world: World, seed: u64, steps: usize) {
    Play::new(world, seed).run(steps).await;
}
