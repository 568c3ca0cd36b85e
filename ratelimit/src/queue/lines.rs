//! Who stands where.

use alloc::collections::VecDeque;
use core::task::Waker;
use std::collections::HashMap;

/// Lines by key. None is empty.
pub(super) struct Lines {
    of_key: HashMap<u64, Line>,
    waiting: usize,
    joined: u64,
}

#[derive(Default)]
struct Line {
    waiters: VecDeque<Waiter>,
    /// What all of them want.
    tokens: u128,
}

struct Waiter {
    /// Higher than that of everybody ahead.
    number: u64,
    tokens: u64,
    waker: Option<Waker>,
}

/// What is left of somebody who left. It is dropped when nothing is locked, because with the last waker
/// of a task everything goes that the task has, and that may be a place in line.
pub(super) struct Left {
    /// Who is the first now, and was not.
    pub(super) next: Option<Waker>,
    _own: Option<Waker>,
}

impl Lines {
    pub(super) fn new() -> Self {
        Self {
            of_key: HashMap::new(),
            waiting: 0,
            joined: 0,
        }
    }

    /// How many wait, in all lines.
    pub(super) const fn waiting(&self) -> usize {
        self.waiting
    }

    /// How many tokens those in a line want, if there is anybody.
    pub(super) fn tokens_in(&self, key: u64) -> Option<u128> {
        Some(self.of_key.get(&key)?.tokens)
    }

    /// How many tokens those want who stand ahead of somebody.
    pub(super) fn tokens_ahead_of(&self, key: u64, number: u64) -> u128 {
        let waiters = self
            .of_key
            .get(&key)
            .into_iter()
            .flat_map(|line| &line.waiters);
        waiters
            .take_while(|waiter| waiter.number < number)
            .map(|waiter| u128::from(waiter.tokens))
            .sum()
    }

    /// Stands at the end of a line. The answer is one's number.
    pub(super) fn join(&mut self, key: u64, tokens: u64) -> u64 {
        let number = self.joined;
        self.joined += 1;
        self.waiting += 1;
        let line = self.of_key.entry(key).or_default();
        line.tokens += u128::from(tokens);
        line.waiters.push_back(Waiter {
            number,
            tokens,
            waker: None,
        });
        number
    }

    /// Whether somebody is the first in line.
    pub(super) fn is_first(&self, key: u64, number: u64) -> bool {
        let first = self.of_key.get(&key).and_then(|line| line.waiters.front());
        first.is_some_and(|waiter| waiter.number == number)
    }

    /// Has somebody woken when it becomes the first. The answer is whom it wanted woken before.
    pub(super) fn wake_when_first(&mut self, key: u64, number: u64, waker: Waker) -> Option<Waker> {
        let (place, line) = self.find(key, number)?;
        line.waiters[place].waker.replace(waker)
    }

    /// Leaves a line, from wherever one stands.
    pub(super) fn leave(&mut self, key: u64, number: u64) -> Option<Left> {
        let (place, line) = self.find(key, number)?;
        let left = line.waiters.remove(place)?;
        line.tokens -= u128::from(left.tokens);
        let first = line.waiters.front_mut();
        let next = first.and_then(|first| first.waker.take_if(|_| place == 0));
        if line.waiters.is_empty() {
            self.of_key.remove(&key);
        }
        self.waiting -= 1;
        Some(Left {
            next,
            _own: left.waker,
        })
    }

    fn find(&mut self, key: u64, number: u64) -> Option<(usize, &mut Line)> {
        let line = self.of_key.get_mut(&key)?;
        let place = line
            .waiters
            .binary_search_by_key(&number, |waiter| waiter.number)
            .ok()?;
        Some((place, line))
    }
}
