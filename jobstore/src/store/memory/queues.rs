//! Queues as an operator sees them.

use std::collections::BTreeSet;

use super::state::State;
use crate::{QueueState, Timestamp};

impl State {
    pub(super) fn queues(&self, now: Timestamp) -> Vec<QueueState> {
        let used = self.index.queues().map(|(queue, _)| queue);
        let names: BTreeSet<_> = used.chain(self.attention.paused()).collect();
        let state = |queue: &String| QueueState {
            queue: queue.clone(),
            tally: self.index.queue(queue),
            due_since: self.index.due_since(queue, now),
            next_due: self.index.next_due(queue, now),
            asked_at: self.attention.asked_at(queue),
            paused: self.attention.pause(queue).cloned(),
        };
        names.into_iter().map(state).collect()
    }
}
