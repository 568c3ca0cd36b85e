//! Which queues are served: when they were asked for, and which are paused.

use std::{collections::BTreeMap, time::Duration};

use crate::{By, Pause, Timestamp};

#[derive(Debug, Default)]
pub(super) struct Attention {
    asked: BTreeMap<String, Timestamp>,
    paused: BTreeMap<String, Pause>,
}

impl Attention {
    /// Of how many queues it is remembered when they were asked for.
    const MAX_ASKED: usize = 1_024;
    /// How exactly.
    const GRAIN: Duration = Duration::from_secs(60);

    /// A worker asks for jobs of `queue`.
    pub(super) fn asked(&mut self, queue: &str, now: Timestamp) {
        match self.asked.get_mut(queue) {
            Some(at) if now < *at + Self::GRAIN => {}
            Some(at) => *at = now,
            None => {
                self.make_room();
                self.asked.insert(queue.to_owned(), now);
            }
        }
    }

    /// Forgets the queue that was asked for longest ago, if there are too many.
    fn make_room(&mut self) {
        if self.asked.len() < Self::MAX_ASKED {
            return;
        }
        let oldest = self.asked.iter().min_by_key(|(_, at)| **at);
        if let Some(queue) = oldest.map(|(queue, _)| queue.clone()) {
            self.asked.remove(&queue);
        }
    }

    pub(super) fn asked_at(&self, queue: &str) -> Option<Timestamp> {
        self.asked.get(queue).copied()
    }

    pub(super) fn set_pause(&mut self, queue: &str, by: Option<&By>, now: Timestamp) {
        let Some(by) = by else {
            self.paused.remove(queue);
            return;
        };
        let pause = Pause {
            since: now,
            by: by.clone(),
        };
        self.paused.insert(queue.to_owned(), pause);
    }

    pub(super) fn pause(&self, queue: &str) -> Option<&Pause> {
        self.paused.get(queue)
    }

    pub(super) fn paused(&self) -> impl Iterator<Item = &String> {
        self.paused.keys()
    }
}
