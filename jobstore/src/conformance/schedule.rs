//! Schedules, which know by the dedupe keys of the store alone what they have done.

use std::{collections::BTreeSet, time::Duration};

use super::{
    events,
    race::at_once,
    world::{TICK, World, job},
};
use crate::{Job, JobId, Missed, Query, Schedule, Scheduler, Timestamp};

const MINUTE: Duration = Duration::from_secs(60);

/// However many schedulers look at once, each occurrence makes one job: those that start, those that start
/// anew, and those that made up for what was missed.
pub async fn schedulers_at_once_make_each_occurrence_once(world: World) {
    let mut known = BTreeSet::new();
    for (made, next) in [
        (10, MINUTE),
        (1, 3 * MINUTE),
        (3, 15 * MINUTE),
        (10, MINUTE),
    ] {
        let created = at_once(&world, |world, _| async move { tick(&world).await }).await;
        let created: Vec<_> = created.into_iter().flatten().collect();
        assert_eq!(created.len(), made);
        for id in created {
            let occurrence = occurrence(&world, id).await;
            assert!(known.insert(occurrence), "{occurrence} was made twice");
        }
        world.advance(next);
    }
    assert_eq!(world.list(&Query::default()).await.jobs.len(), known.len());
}

/// An occurrence is known for longer than its job is kept.
pub async fn an_occurrence_whose_job_is_pruned_makes_no_other(world: World) {
    let created = tick(&world).await;
    for claimed in world.claim(created.len()).await {
        let _ = world.apply(claimed.id, events::complete(&claimed)).await;
    }
    world.advance(TICK);
    assert_eq!(world.prune(world.now(), 100).await, created.len());
    assert_eq!(tick(&world).await, []);
}

/// What a scheduler makes that has just started.
async fn tick(world: &World) -> Vec<JobId> {
    let ticked = scheduler(world).tick().await;
    ticked.expect("enqueue_all answers").created
}

/// One that has just started: due each minute; with the one on time, it makes ten.
fn scheduler(world: &World) -> Scheduler {
    let every_minute = Schedule::every("sweep", MINUTE, job()).expect("a schedule");
    Scheduler::new(world.jobs())
        .with(every_minute.missed(Missed::All { max: 9 }))
        .expect("the only one")
}

async fn occurrence(world: &World, id: JobId) -> Timestamp {
    let Job { metadata, .. } = world.get(id).await;
    let occurrence = metadata[Schedule::SCHEDULED_FOR].parse();
    occurrence.expect("the time of an occurrence")
}
