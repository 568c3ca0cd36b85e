//! What holds when many ask at once. Atomicity is all that a store adds to the core, so these are the laws
//! that matter most.

use core::future::Future;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::format;
use std::sync::Arc;
use std::vec::Vec;

use tokio::sync::Barrier;

use super::world::{LEASE, World};
use crate::replay::{Claimed, Settled};

const TASKS: usize = 16;
const ROUNDS: usize = 10;
/// How often a delivery is sent again until it should have been done.
const TRIES: usize = 100_000;

/// Of all who claim a free key at once one gets it, and all others are told of that claim.
pub async fn claimers_at_once_have_one_winner(world: World) {
    for round in 0..ROUNDS {
        let until = world.now().saturating_add(LEASE);
        let answers = claim_at_once(&world, round).await;
        assert_eq!(count(&answers, is_fresh), 1, "{answers:?}");
        let told = Claimed::InFlight { until };
        assert_eq!(count(&answers, |answer| *answer == told), TASKS - 1);
    }
}

/// A key whose holder is gone goes to one of those who claim it at once.
pub async fn a_lapsed_lease_is_taken_over_once(world: World) {
    let _ = world.claim_fresh("evt_0").await;
    for _ in 0..ROUNDS {
        world.advance(LEASE);
        let answers = claim_at_once(&world, 0).await;
        assert_eq!(count(&answers, is_fresh), 1, "{answers:?}");
    }
}

/// A claim is released once.
pub async fn releases_at_once_have_one_winner(world: World) {
    for _ in 0..ROUNDS {
        let claim = world.claim_fresh("evt_1").await;
        let answers = at_once(&world, |world, _| {
            let claim = claim.clone();
            async move { world.release(&claim).await }
        })
        .await;
        assert_eq!(count(&answers, |&answer| answer == Settled::Accepted), 1);
    }
}

/// Either the late holder commits or somebody else gets the key: never both, never neither.
pub async fn a_commit_and_a_takeover_exclude_each_other(world: World) {
    for round in 0..ROUNDS {
        let id = format!("evt_{round}");
        let late = world.claim_fresh(&id).await;
        world.advance(LEASE);
        let answers = at_once(&world, |world, n| {
            let (late, id) = (late.clone(), id.clone());
            async move {
                if n == 0 {
                    return world.commit(&late).await == Settled::Accepted;
                }
                world.is_free(&id).await
            }
        })
        .await;
        assert_eq!(count(&answers, |&won| won), 1, "{answers:?}");
    }
}

/// Many receive the same delivery over and over, and some attempts fail: nobody works beside another, and
/// it is done once.
pub async fn what_fails_and_comes_again_is_done_once(world: World) {
    for round in 0..ROUNDS {
        let working = Arc::new(AtomicUsize::new(0));
        let finished = Arc::new(AtomicUsize::new(0));
        at_once(&world, |world, n| {
            let (working, finished) = (Arc::clone(&working), Arc::clone(&finished));
            let id = format!("evt_{round}");
            async move {
                for _ in 0..TRIES {
                    let claim = match world.claim(&id).await {
                        Claimed::Done { .. } => return,
                        Claimed::InFlight { .. } => {
                            tokio::task::yield_now().await;
                            continue;
                        }
                        Claimed::Fresh(claim) => claim,
                    };
                    let others = working.fetch_add(1, Ordering::SeqCst);
                    assert_eq!(others, 0, "two work on {id} at once");
                    tokio::task::yield_now().await;
                    working.fetch_sub(1, Ordering::SeqCst);
                    if n % 4 == 0 {
                        finished.fetch_add(1, Ordering::SeqCst);
                        assert_eq!(world.commit(&claim).await, Settled::Accepted);
                        return;
                    }
                    assert_eq!(world.release(&claim).await, Settled::Accepted);
                    tokio::task::yield_now().await;
                }
                panic!("{id} is never done");
            }
        })
        .await;
        assert_eq!(finished.load(Ordering::SeqCst), 1);
    }
}

async fn claim_at_once(world: &World, number: usize) -> Vec<Claimed> {
    at_once(world, |world, _| async move {
        world.claim(&format!("evt_{number}")).await
    })
    .await
}

fn is_fresh(claimed: &Claimed) -> bool {
    matches!(claimed, Claimed::Fresh(_))
}

fn count<T>(answers: &[T], wanted: impl Fn(&T) -> bool) -> usize {
    answers.iter().filter(|&answer| wanted(answer)).count()
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
