//! What a store should answer, worked out as plainly as can be.

use self::history::History;
use super::world::World;

mod history;
mod plain;

/// A long random history of all verbs gets the answers of a model that keeps a list and walks through it,
/// with no index, no order and no lock to get wrong.
pub async fn a_random_history_is_answered_as_by_a_plain_list(world: World) {
    play(world, 1, 4_000).await;
}

/// Plays the history that `seed` stands for.
pub(super) async fn play(world: World, seed: u64, steps: usize) {
    History::new(world, seed).play(steps).await;
}
