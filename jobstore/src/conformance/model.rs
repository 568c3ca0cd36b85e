//! What a store should answer, worked out as plainly as can be.

use self::history::History;
use super::world::World;

mod history;
mod plain;
mod random;

/// A long random history of all verbs gets the answers of a model that keeps a list and walks through it,
/// with no index, no order and no lock to get wrong.
pub async fn a_random_history_is_answered_as_by_a_plain_list(world: World) {
    History::new(world, 1).play(4_000).await;
}
