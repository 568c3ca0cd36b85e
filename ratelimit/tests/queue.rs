//! Waiting on tokio, by its paused clock.
#![cfg(feature = "tokio")]

use std::sync::Arc;
use std::time::Duration;

use ratelimit::{Memory, Queue, Quota, Rule, Time, Turn, WhenFull};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

/// One every 100 ms.
static TEN: Rule = Rule::new("ten", Quota::per_second(10).with_burst(1));

const LONG: Duration = Duration::from_secs(1_000);

fn queue() -> Arc<Queue> {
    let start = Instant::now();
    let memory = Memory::for_keys(100, WhenFull::Refuse)
        .with_clock(move || Time::from_micros(start.elapsed().as_micros() as u64 + 1));
    Arc::new(Queue::on_tokio(memory, 100))
}

fn millis(start: Instant) -> u128 {
    start.elapsed().as_millis()
}

#[tokio::test(start_paused = true)]
async fn tasks_are_served_in_the_order_in_which_they_came() {
    let (queue, start) = (queue(), Instant::now());
    let mut tasks = JoinSet::new();
    for number in 0..20 {
        let waiting = Arc::clone(&queue);
        tasks.spawn(async move {
            let turn = waiting.until_ready(&TEN, "a", 1, LONG).await;
            assert!(matches!(turn, Turn::Taken(_)));
            (number, millis(start))
        });
    }
    let mut served = Vec::new();
    while let Some(task) = tasks.join_next().await {
        served.push(task.expect("no panic"));
    }
    let expected: Vec<_> = (0..20).map(|number| (number, 100 * number)).collect();
    assert_eq!(served, expected);
}

#[tokio::test(start_paused = true)]
async fn a_future_that_is_dropped_has_taken_nothing() {
    let (queue, start) = (queue(), Instant::now());
    let turn = queue.until_ready(&TEN, "a", 1, LONG).await;
    assert!(matches!(turn, Turn::Taken(_)));

    let first = queue.until_ready(&TEN, "a", 1, LONG);
    let given_up = timeout(Duration::from_millis(50), first).await;
    assert!(given_up.is_err());
    assert_eq!(queue.waiting(), 0);

    let turn = queue.until_ready(&TEN, "a", 1, LONG).await;
    assert!(matches!(turn, Turn::Taken(_)));
    assert_eq!(millis(start), 100);
}

#[tokio::test(start_paused = true)]
async fn nobody_sleeps_for_what_comes_too_late() {
    let (queue, start) = (queue(), Instant::now());
    let turn = queue.until_ready(&TEN, "a", 1, LONG).await;
    assert!(matches!(turn, Turn::Taken(_)));
    let patience = Duration::from_millis(99);
    let turn = queue.until_ready(&TEN, "a", 1, patience).await;
    let ready_after = Duration::from_millis(100);
    assert_eq!(turn, Turn::TooLate { ready_after });
    assert_eq!(millis(start), 0);
}
