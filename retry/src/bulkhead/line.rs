//! Who waits for a permit, and in which order.

use alloc::collections::VecDeque;
use core::task::Waker;

/// Permits that are free, and those who wait for one. Nobody waits while one is free.
pub(super) struct Line {
    free: usize,
    /// Those first who have been admitted and not noticed yet.
    waiters: VecDeque<Waiter>,
    admitted: usize,
    joined: u64,
}

struct Waiter {
    /// Higher than that of everybody ahead.
    number: u64,
    waker: Option<Waker>,
}

/// What becomes of somebody who comes.
pub(super) enum Arrival {
    Admitted,
    Waits(u64),
    NoRoom,
}

/// What is left of somebody who left. It is dropped when nothing is locked.
pub(super) struct Left {
    /// Who is admitted instead.
    pub(super) next: Option<Waker>,
    _own: Option<Waker>,
}

impl Line {
    pub(super) const fn before(permits: usize) -> Self {
        Self {
            free: permits,
            waiters: VecDeque::new(),
            admitted: 0,
            joined: 0,
        }
    }

    pub(super) const fn free(&self) -> usize {
        self.free
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiters.len() - self.admitted
    }

    /// Takes a permit, if one is free.
    pub(super) const fn take(&mut self) -> bool {
        if self.free == 0 {
            return false;
        }
        self.free -= 1;
        true
    }

    /// Takes a permit, or the last place in the line, if there is one.
    pub(super) fn arrive(&mut self, places: usize) -> Arrival {
        if self.take() {
            return Arrival::Admitted;
        }
        if self.waiting() >= places {
            return Arrival::NoRoom;
        }
        let number = self.joined;
        self.joined += 1;
        self.waiters.push_back(Waiter {
            number,
            waker: None,
        });
        Arrival::Waits(number)
    }

    /// Gives a permit to the first who waits, who is to be woken, or leaves it free.
    pub(super) fn give_back(&mut self) -> Option<Waker> {
        let Some(next) = self.waiters.get_mut(self.admitted) else {
            self.free += 1;
            return None;
        };
        self.admitted += 1;
        next.waker.take()
    }

    /// Leaves with the permit, if somebody has been admitted.
    pub(super) fn claim(&mut self, number: u64) -> bool {
        let place = self.find(number).filter(|place| *place < self.admitted);
        let Some(place) = place else {
            return false;
        };
        self.waiters.remove(place);
        self.admitted -= 1;
        true
    }

    /// Leaves without a permit, from wherever one stands.
    pub(super) fn leave(&mut self, number: u64) -> Option<Left> {
        let place = self.find(number)?;
        let own = self.waiters.remove(place)?.waker;
        let mut next = None;
        if place < self.admitted {
            self.admitted -= 1;
            next = self.give_back();
        }
        Some(Left { next, _own: own })
    }

    /// Has somebody woken when it is admitted. The answer is whom it wanted woken before.
    pub(super) fn wake_when_admitted(&mut self, number: u64, waker: Waker) -> Option<Waker> {
        let place = self.find(number)?;
        self.waiters[place].waker.replace(waker)
    }

    fn find(&self, number: u64) -> Option<usize> {
        self.waiters
            .binary_search_by_key(&number, |waiter| waiter.number)
            .ok()
    }
}
