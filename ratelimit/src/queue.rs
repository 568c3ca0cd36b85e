//! Waiting for a turn.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::fmt;
use core::future::{Future, poll_fn};
use core::hash::BuildHasher;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use core::time::Duration;

use crate::decision::Decision;
use crate::lock::{Mutex, MutexGuard, RandomState};
use crate::memory::Memory;
use crate::rule::Rule;
use crate::time::Time;

use lines::Lines;

mod lines;

/// Waits until tokens are there, for those who would rather come late than be refused.
///
/// * **Fair.** Who comes first is served first, key by key. Who wants many tokens is not overtaken by
///   those who want few; keys and rules do not wait for each other.
/// * **No herd.** The tokens that come back belong to the first in line, and only the first sleeps until
///   they are there: each has an instant of its own, and none that it loses to another.
/// * **No time is lost.** Whose turn cannot come in time is told at once, and nobody sleeps past the end
///   of its patience.
/// * **Cancel-safe.** Whose future is dropped has taken nothing, and those behind move up.
/// * **Bounded.** There is room for so many to wait, of all keys together.
///
/// Nothing runs in the background, and the time is slept away by whatever the host sleeps with. A future
/// that is not polled when its turn has come holds up those behind it.
///
/// Who takes from the [`Memory`] itself does not wait in line, and so comes before those who do. Tokens
/// that are given back to it are noticed when the first in line next looks.
///
/// ```
/// use std::time::Duration;
/// use ratelimit::{Memory, Queue, Quota, Rule, Turn, WhenFull};
///
/// static MAIL: Rule = Rule::new("mail", Quota::per_second(1_000).with_burst(1));
/// static REPORT: Rule = Rule::new("report", Quota::per_hour(1));
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let limiter = Memory::for_keys(1_000, WhenFull::Refuse);
/// let queue = Queue::new(limiter, 10_000, tokio::time::sleep);
/// let minute = Duration::from_secs(60);
///
/// for _ in 0..3 {
///     // At once, then after a millisecond, then after another.
///     let turn = queue.until_ready(&MAIL, "alice", 1, minute).await;
///     assert!(matches!(turn, Turn::Taken(_)));
/// }
///
/// let turn = queue.until_ready(&REPORT, "alice", 1, minute).await;
/// assert!(matches!(turn, Turn::Taken(_)));
/// // Nobody waits a minute to be told that it takes an hour.
/// let turn = queue.until_ready(&REPORT, "alice", 1, minute).await;
/// assert!(matches!(turn, Turn::TooLate { .. }));
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Queue {
    limiter: Arc<Memory>,
    lines: Mutex<Lines>,
    places: usize,
    hasher: RandomState,
    sleep: Box<dyn Fn(Duration) -> Sleep + Send + Sync>,
}

/// What became of a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Turn {
    /// The tokens were taken.
    Taken(Decision),
    /// They are not there in time, or were not. Nothing was taken.
    TooLate {
        /// How long it would have been from now, if all who are ahead stay.
        ready_after: Duration,
    },
    /// They never are: they are more than the burst.
    Never,
    /// As many wait as there is room for.
    NoRoom,
}

type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// There are timers which cannot sleep for ever; who has slept for so long looks at the time and sleeps on.
const LONGEST_SLEEP: Duration = Duration::from_secs(86_400);

impl Queue {
    /// Lines before a limiter, with room for so many to wait, who sleep by a timer of the host: what it
    /// gives is ready after so long, by the same time as the clock of the limiter.
    pub fn new<S>(
        limiter: impl Into<Arc<Memory>>,
        places: usize,
        sleep: impl Fn(Duration) -> S + Send + Sync + 'static,
    ) -> Self
    where
        S: Future + Send + 'static,
    {
        Self {
            limiter: limiter.into(),
            lines: Mutex::new(Lines::new()),
            places,
            hasher: RandomState::new(),
            sleep: Box::new(move |duration| {
                let sleep = sleep(duration);
                Box::pin(async move {
                    sleep.await;
                })
            }),
        }
    }

    /// Lines before a limiter, with room for so many to wait, who sleep by the timer of tokio.
    #[cfg(feature = "tokio")]
    pub fn on_tokio(limiter: impl Into<Arc<Memory>>, places: usize) -> Self {
        Self::new(limiter, places, tokio::time::sleep)
    }

    /// The limiter.
    pub const fn limiter(&self) -> &Arc<Memory> {
        &self.limiter
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.lines.lock().waiting()
    }

    /// Takes tokens as soon as it is one's turn, if that comes before one's patience ends. To take none
    /// is to look, and nobody waits for that.
    pub async fn until_ready(
        &self,
        rule: &Rule,
        key: &str,
        tokens: u64,
        patience: Duration,
    ) -> Turn {
        if tokens == 0 {
            return Turn::Taken(self.limiter.peek(rule, key));
        }
        let wish = Wish {
            rule,
            key,
            tokens,
            deadline: self.limiter.now().saturating_add(patience),
        };
        let mut place = match self.arrive(wish) {
            Arrival::Waits(place) => place,
            Arrival::Answered(turn) => return turn,
        };
        let mut sleep = self.sleep_until(wish.deadline);
        loop {
            match poll_fn(|context| place.poll(context, &mut sleep)).await {
                Step::Answer(turn) => return turn,
                Step::SleepUntil(then) => sleep = self.sleep_until(then),
            }
        }
    }

    /// Answers who need not wait, or wait in vain, and gives others a place.
    fn arrive<'a>(&'a self, wish: Wish<'a>) -> Arrival<'a> {
        let line = self.hasher.hash_one((wish.rule.name(), wish.key));
        let mut lines = self.lines.lock();
        let step = match lines.tokens_in(line) {
            None => self.take(&wish),
            Some(ahead) => wish.wait_for(self.ready_after(&wish, ahead), self.limiter.now()),
        };
        if let Step::Answer(turn) = step {
            return Arrival::Answered(turn);
        }
        if lines.waiting() >= self.places {
            return Arrival::Answered(Turn::NoRoom);
        }
        Arrival::Waits(Place {
            queue: self,
            wish,
            line,
            number: lines.join(line, wish.tokens),
            is_first: false,
        })
    }

    /// Takes what is wished for, or says when to try again.
    fn take(&self, wish: &Wish<'_>) -> Step {
        let decision = self.limiter.take(wish.rule, wish.key, wish.tokens);
        if decision.is_allowed() {
            return Step::Answer(Turn::Taken(decision));
        }
        wish.wait_for(decision.retry_after(), self.limiter.now())
    }

    /// How long it is to the turn of somebody behind others, who want so many tokens.
    fn ready_after(&self, wish: &Wish<'_>, ahead: u128) -> Option<Duration> {
        let decision = self.limiter.peek(wish.rule, wish.key);
        let is_possible = wish.tokens <= decision.quota().burst();
        let all = ahead.saturating_add(wish.tokens.into());
        is_possible.then(|| decision.wait_for(all))
    }

    fn sleep_until(&self, then: Time) -> Sleep {
        let left = then.since(self.limiter.now());
        (self.sleep)(left.min(LONGEST_SLEEP))
    }

    fn leave(&self, mut lines: MutexGuard<'_, Lines>, line: u64, number: u64) {
        let left = lines.leave(line, number);
        // Whoever is woken may look at the lines at once.
        drop(lines);
        if let Some(next) = left.and_then(|left| left.next) {
            next.wake();
        }
    }
}

/// What somebody waits for.
#[derive(Clone, Copy)]
struct Wish<'a> {
    rule: &'a Rule,
    key: &'a str,
    tokens: u64,
    deadline: Time,
}

impl Wish<'_> {
    /// Waits for so long, unless that is longer than there is time.
    fn wait_for(&self, ready_after: Option<Duration>, now: Time) -> Step {
        match ready_after {
            None => Step::Answer(Turn::Never),
            Some(ready_after) if ready_after > self.deadline.since(now) => {
                Step::Answer(Turn::TooLate { ready_after })
            }
            Some(ready_after) => Step::SleepUntil(now.saturating_add(ready_after)),
        }
    }
}

enum Arrival<'a> {
    Waits(Place<'a>),
    Answered(Turn),
}

enum Step {
    Answer(Turn),
    SleepUntil(Time),
}

/// A place in a line, until it is dropped.
struct Place<'a> {
    queue: &'a Queue,
    wish: Wish<'a>,
    line: u64,
    number: u64,
    is_first: bool,
}

impl Place<'_> {
    /// Goes on when this has become the first in line, and when the sleep is over.
    fn poll(&mut self, context: &mut Context<'_>, sleep: &mut Sleep) -> Poll<Step> {
        if !self.is_first {
            let mut lines = self.queue.lines.lock();
            if lines.is_first(self.line, self.number) {
                self.is_first = true;
                return Poll::Ready(self.go_on(lines));
            }
            let waker = context.waker().clone();
            let stale = lines.wake_when_first(self.line, self.number, waker);
            drop(lines);
            drop(stale);
        }
        ready!(sleep.as_mut().poll(context));
        Poll::Ready(self.go_on(self.queue.lines.lock()))
    }

    /// The lines are locked while tokens are taken, so that who arrives sees them either taken or
    /// still wished for.
    fn go_on(&self, lines: MutexGuard<'_, Lines>) -> Step {
        let step = if self.is_first {
            self.queue.take(&self.wish)
        } else {
            self.stay(&lines)
        };
        if let Step::Answer(_) = step {
            self.queue.leave(lines, self.line, self.number);
        }
        step
    }

    /// Stays in line behind others, until there is no more time.
    fn stay(&self, lines: &Lines) -> Step {
        let deadline = self.wish.deadline;
        if self.queue.limiter.now() < deadline {
            return Step::SleepUntil(deadline);
        }
        let ahead = lines.tokens_ahead_of(self.line, self.number);
        Step::Answer(match self.queue.ready_after(&self.wish, ahead) {
            Some(ready_after) => Turn::TooLate { ready_after },
            None => Turn::Never,
        })
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let lines = self.queue.lines.lock();
        self.queue.leave(lines, self.line, self.number);
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("limiter", &self.limiter)
            .field("waiting", &self.waiting())
            .field("places", &self.places)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
