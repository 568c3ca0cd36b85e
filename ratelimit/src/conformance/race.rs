//! What holds when many ask at once. Atomicity is all that a store adds to the core, so these are the laws
//! that matter most.

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::future::Future;

use tokio::sync::Barrier;

use super::world::{HOURLY, World};
use crate::quota::Quota;
use crate::rule::Rule;
use crate::verdict::Ask;

const TASKS: usize = 16;
const ROUNDS: usize = 10;

static TEN: Rule = Rule::new("ten", Quota::per_hour(10));

/// Of all who take at once, as many get a token as there are.
pub async fn takes_at_once_get_exactly_the_burst(world: World) {
    for round in 0..ROUNDS {
        let answers = at_once(&world, |world, _| async move {
            let key = format!("key {round}");
            world.take(&TEN, &key, 1).await.is_allowed()
        })
        .await;
        assert_eq!(count(&answers), 10, "{answers:?}");
    }
}

/// The wider of two rules has lost what the narrower has let pass, and nothing else.
pub async fn what_is_refused_at_once_is_taken_from_none(world: World) {
    for round in 0..ROUNDS {
        let answers = at_once(&world, |world, n| async move {
            let key = format!("key {round}");
            let mut asks = [Ask::one(&HOURLY, &key), Ask::one(&TEN, &key)];
            asks.rotate_left(n % 2);
            world.take_all(&asks).await.is_allowed()
        })
        .await;
        assert_eq!(count(&answers), 10, "{answers:?}");
        let left = world.remaining(&HOURLY, &format!("key {round}")).await;
        assert_eq!(left, 990);
    }
}

/// None of several refunds and charges is lost.
pub async fn settlements_at_once_all_count(world: World) {
    for round in 0..ROUNDS {
        let key = format!("key {round}");
        world.spend(&HOURLY, &key, 500).await;
        at_once(&world, |world, n| {
            let key = key.clone();
            async move {
                match n % 3 {
                    0 => world.refund(&HOURLY, &key, 7).await,
                    1 => world.charge(&HOURLY, &key, 5).await,
                    _ => world.spend(&HOURLY, &key, 3).await,
                }
            }
        })
        .await;
        let left = world.remaining(&HOURLY, &key).await;
        assert_eq!(left, 500 + 6 * 7 - 5 * 5 - 5 * 3);
    }
}

fn count(answers: &[bool]) -> usize {
    answers.iter().filter(|&&answer| answer).count()
}

/// Runs `task` as often as there are [`TASKS`], all from the same moment on.
async fn at_once<T, F>(world: &World, task: impl Fn(World, usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(Barrier::new(TASKS));
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..TASKS {
        let (start, task) = (Arc::clone(&start), task(world.clone(), n));
        tasks.spawn(async move {
            start.wait().await;
            task.await
        });
    }
    tasks.join_all().await
}
