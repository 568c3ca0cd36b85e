//! What happens when, in virtual time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

/// Events in the order of their times, and of their making where the times are the same.
pub(crate) struct Events<E> {
    now: Duration,
    made: u64,
    due: BinaryHeap<Reverse<Due<E>>>,
}

struct Due<E> {
    at: Duration,
    number: u64,
    event: E,
}

impl<E> Events<E> {
    pub(crate) fn new() -> Self {
        Self {
            now: Duration::ZERO,
            made: 0,
            due: BinaryHeap::new(),
        }
    }

    /// The time of the event that happened last.
    pub(crate) fn now(&self) -> Duration {
        self.now
    }

    /// Lets something happen after a while.
    pub(crate) fn after(&mut self, wait: Duration, event: E) {
        self.made += 1;
        self.due.push(Reverse(Due {
            at: self.now + wait,
            number: self.made,
            event,
        }));
    }

    /// What happens next, if anything does until then.
    pub(crate) fn next_until(&mut self, end: Duration) -> Option<E> {
        if self.due.peek()?.0.at > end {
            return None;
        }
        let Reverse(due) = self.due.pop()?;
        self.now = due.at;
        Some(due.event)
    }
}

impl<E> PartialEq for Due<E> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl<E> Eq for Due<E> {}

impl<E> PartialOrd for Due<E> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> Ord for Due<E> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}
