//! What handlers write down.

use super::{
    events,
    world::{LEASE, TICK, World, job},
};
use crate::{Applied, LogLine, LogPage, Refused, Status};

/// Lines come back as they were written, with their number, time and attempt.
pub async fn lines_come_back_as_they_were_written(world: World) {
    let id = world.enqueue(job()).await;
    assert_eq!(world.log(id).await, []);
    let first = world.claim_one().await;
    let texts = ["one", "", "\u{2665}\n\0", "one"];
    for text in texts {
        let applied = world.apply(id, events::log(&first, text)).await;
        assert_eq!(applied, Applied::Now(Status::Running));
        world.advance(TICK);
    }
    let lines = world.log(id).await;
    assert!(lines.iter().map(|line| line.text.as_str()).eq(texts));
    assert!(lines.iter().map(|line| line.number).eq(1..=4));
    assert!(lines.is_sorted_by(|one, next| one.at < next.at));
    assert_eq!(world.get(id).await.log_lines, 4);

    world.advance(LEASE);
    world.reap(1).await;
    let second = world.claim_one().await;
    let _ = world.apply(id, events::log(&second, "again")).await;
    assert_eq!(world.log(id).await.len(), 5);
}

/// A worker that has lost its lease does not write into the log of whoever has it now.
pub async fn a_stale_fence_writes_no_line(world: World) {
    let id = world.enqueue(job()).await;
    let stale = world.claim_one().await;
    world.advance(LEASE);
    world.reap(1).await;
    world.claim_one().await;
    let lost = Applied::Refused(Refused::LeaseLost);
    assert_eq!(world.apply(id, events::log(&stale, "late")).await, lost);
    assert_eq!(world.apply(id, events::progress(&stale)).await, lost);
    assert_eq!(world.log(id).await, []);
    assert_eq!(world.get(id).await.progress, None);
}

/// A job that never stops writing keeps its newest lines; pages of them join.
pub async fn a_log_is_bounded_and_keeps_the_newest(world: World) {
    let id = world.enqueue(job()).await;
    let claimed = world.claim_one().await;
    let count = LogLine::MAX_LINES + 5;
    let lines = (1..=count).map(|n| (id, events::log(&claimed, &n.to_string())));
    let applied = world.store().apply_all(lines.collect()).await;
    assert!(applied.is_ok_and(|applied| applied.len() as u64 == count));
    let lines = world.log(id).await;
    assert!(lines.iter().map(|line| line.number).eq(6..=count));
    let page = world
        .store()
        .log(id, count - 2, 10)
        .await
        .expect("log answers");
    assert_eq!(page.lines.len(), 2);
    assert_eq!(page.next, None);
    let page = world
        .store()
        .log(id, 0, usize::MAX)
        .await
        .expect("log answers");
    assert_eq!(page.lines.len(), LogPage::MAX_LIMIT);
}

/// A log goes with its job.
pub async fn a_log_goes_with_its_job(world: World) {
    let id = world.enqueue(job()).await;
    let claimed = world.claim_one().await;
    let _ = world.apply(id, events::log(&claimed, "a secret")).await;
    let _ = world.apply(id, events::complete(&claimed)).await;
    assert_eq!(world.log(id).await.len(), 1);
    world.advance(TICK);
    world.prune(world.now(), 1).await;
    assert_eq!(world.log(id).await, []);
}
