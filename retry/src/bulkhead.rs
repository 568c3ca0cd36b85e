//! How many calls there are at once.

use core::fmt;
use core::future::poll_fn;
use core::ops::Deref;
use core::task::{Context, Poll};

use crate::sync::Mutex;

use line::{Arrival, Line};

mod line;
#[cfg(all(test, loom))]
mod models;
#[cfg(all(test, not(loom)))]
mod tests;

/// A limit on how many calls there are at once, and on how many wait for their turn: what keeps a server that is
/// slow from taking all that a client has. The name is that of [Release It!][pattern].
///
/// * **Fair.** Who came first is let in first, and nobody who just comes is let in before those who wait.
/// * **Cancel-safe.** Whose future is dropped has taken no place, and those behind move up.
/// * **Bounded.** Who finds as many waiting as there is room for is told at once.
///
/// It knows no time: whose patience ends drops the future. Any runtime does.
///
/// [pattern]: https://learn.microsoft.com/azure/architecture/patterns/bulkhead
///
/// ```
/// use retry::Bulkhead;
///
/// # async fn program() {
/// let bulkhead = Bulkhead::new(2, 10);
/// let first = bulkhead.enter().await.expect("nobody is there");
/// let second = bulkhead.enter().await.expect("one is there");
/// assert!(bulkhead.try_enter().is_none());
///
/// drop(first);
/// assert!(bulkhead.try_enter().is_some());
/// # drop(second);
/// # }
/// # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// # assert!(std::pin::pin!(program()).poll(&mut context).is_ready());
/// ```
pub struct Bulkhead {
    at_once: usize,
    places: usize,
    line: Mutex<Line>,
}

/// The right to make a call, until it is dropped.
#[must_use = "the right ends when this is dropped"]
pub struct Permit<B: Deref<Target = Bulkhead>> {
    bulkhead: B,
}

impl Bulkhead {
    /// So many calls at once, of which 0 count as 1, and places for so many that wait.
    #[must_use]
    pub fn new(at_once: usize, places: usize) -> Self {
        let at_once = at_once.max(1);
        Self {
            at_once,
            places,
            line: Mutex::new(Line::before(at_once)),
        }
    }

    /// A permit, if there is one now.
    pub fn try_enter(&self) -> Option<Permit<&Self>> {
        Self::try_enter_by(self)
    }

    /// A permit, now or when it is one's turn; none if as many wait as there is room for.
    pub async fn enter(&self) -> Option<Permit<&Self>> {
        Self::enter_by(self).await
    }

    /// As [`try_enter`](Bulkhead::try_enter), with a permit that holds a handle of any kind, such as an `Arc`.
    pub fn try_enter_by<B: Deref<Target = Self>>(bulkhead: B) -> Option<Permit<B>> {
        let is_free = bulkhead.line.lock().take();
        is_free.then(|| Permit { bulkhead })
    }

    /// As [`enter`](Bulkhead::enter), with a permit that holds a handle of any kind, such as an `Arc`.
    pub async fn enter_by<B: Deref<Target = Self>>(bulkhead: B) -> Option<Permit<B>> {
        let arrival = bulkhead.line.lock().arrive(bulkhead.places);
        match arrival {
            Arrival::Admitted => {}
            Arrival::Waits(number) => Place::with(&bulkhead, number).turn().await,
            Arrival::NoRoom => return None,
        }
        Some(Permit { bulkhead })
    }

    /// How many calls there are.
    pub fn in_flight(&self) -> usize {
        self.at_once - self.line.lock().free()
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.line.lock().waiting()
    }

    fn give_back(&self) {
        let next = self.line.lock().give_back();
        if let Some(next) = next {
            next.wake();
        }
    }
}

/// A place in the line, until it is dropped.
struct Place<'b> {
    bulkhead: &'b Bulkhead,
    /// None once the permit is claimed that comes with it.
    number: Option<u64>,
}

impl<'b> Place<'b> {
    const fn with(bulkhead: &'b Bulkhead, number: u64) -> Self {
        Self {
            bulkhead,
            number: Some(number),
        }
    }

    async fn turn(mut self) {
        poll_fn(|context| self.poll(context)).await;
    }

    fn poll(&mut self, context: &Context<'_>) -> Poll<()> {
        let Some(number) = self.number else {
            return Poll::Ready(());
        };
        let waker = context.waker().clone();
        let mut line = self.bulkhead.line.lock();
        if line.claim(number) {
            self.number = None;
            return Poll::Ready(());
        }
        let stale = line.wake_when_admitted(number, waker);
        // With the last waker of a task everything goes that the task has, and that may be a permit.
        drop(line);
        drop(stale);
        Poll::Pending
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let Some(number) = self.number else {
            return;
        };
        let left = self.bulkhead.line.lock().leave(number);
        if let Some(next) = left.and_then(|left| left.next) {
            next.wake();
        }
    }
}

impl<B: Deref<Target = Bulkhead>> Drop for Permit<B> {
    fn drop(&mut self) {
        self.bulkhead.give_back();
    }
}

impl fmt::Debug for Bulkhead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bulkhead")
            .field("at_once", &self.at_once)
            .field("in_flight", &self.in_flight())
            .field("places", &self.places)
            .field("waiting", &self.waiting())
            .finish_non_exhaustive()
    }
}

impl<B: Deref<Target = Bulkhead>> fmt::Debug for Permit<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}
