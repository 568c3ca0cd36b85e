//! A second copy of a call that takes longer than others.

use core::fmt;
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::time::Duration;

use crate::guard::Guard;
use crate::sync::Mutex;
use crate::timer::Timer;

use latencies::Latencies;
use race::Race;

mod latencies;
mod race;

/// Sends a second copy of a call that takes longer than most do, and takes the answer that comes first: [The Tail at
/// Scale][tail]. If nothing else is said, that is longer than 95 of 100 did in the last minutes, of at least 100.
///
/// It is for calls that may be made twice. What it costs is limited twice: few calls take so long, and a second copy is
/// sent only if a guard allows it, which is the [`Budget`](crate::Budget) that the retries are withdrawn from. When all
/// calls become slow there is no flood of copies.
///
/// How long calls take is counted in a fixed number of whole numbers, of which the oldest fade away; the delay is right
/// to an eighth, and never too short.
///
/// [tail]: https://research.google/pubs/the-tail-at-scale/
///
/// ```
/// use std::time::Duration;
/// use retry::Hedge;
///
/// let hedge = Hedge::new();
/// let now = Duration::from_secs(100);
/// for call in 0..100 {
///     let took = if call % 10 == 0 { 900 } else { 20 };
///     assert_eq!(hedge.delay(now), None, "there are too few to know");
///     hedge.record(Duration::from_millis(took), now);
/// }
/// // 95 of 100 took no longer than this.
/// let delay = hedge.delay(now).expect("there are enough");
/// assert!(delay >= Duration::from_millis(900) && delay < Duration::from_millis(1_013));
/// ```
pub struct Hedge {
    percent: u8,
    least: u32,
    half_life: Duration,
    latencies: Mutex<Latencies>,
}

impl Hedge {
    /// A hedge as [above](Hedge).
    #[must_use]
    pub fn new() -> Self {
        Self {
            percent: 95,
            least: 100,
            half_life: Duration::from_secs(60),
            latencies: Mutex::new(Latencies::new()),
        }
    }

    /// Sends a second copy of what takes longer than so many of a hundred. More than 100 count as 100.
    #[must_use]
    pub const fn slower_than(mut self, percent: u8) -> Self {
        self.percent = if percent > 100 { 100 } else { percent };
        self
    }

    /// Of how many calls it has to be known how long they took, before a second copy of one is sent.
    #[must_use]
    pub const fn of_at_least(mut self, calls: u32) -> Self {
        self.least = calls;
        self
    }

    /// After how long a call counts half.
    #[must_use]
    pub const fn half_life(mut self, half_life: Duration) -> Self {
        self.half_life = half_life;
        self
    }

    /// Takes note of how long a first copy took. If the second was faster, that is how long it took until then, which is
    /// longer than the delay and counts as such.
    pub fn record(&self, took: Duration, now: Duration) {
        let mut latencies = self.latencies.lock();
        latencies.fade(self.half_life, now);
        latencies.record(took);
    }

    /// How long to wait before a second copy is sent, if it is known.
    pub fn delay(&self, now: Duration) -> Option<Duration> {
        let mut latencies = self.latencies.lock();
        latencies.fade(self.half_life, now);
        latencies.slower_than(self.percent, self.least)
    }

    /// Makes a call, and again if it takes too long and the guard allows it. The first that works is the answer, and the
    /// other is dropped. One that fails before the delay is over is not waited for: that is for a retry.
    ///
    /// # Errors
    ///
    /// That of the copy that failed last.
    ///
    /// ```
    /// use std::future;
    /// use std::time::Duration;
    /// use retry::{Budget, Hedge, Timer};
    ///
    /// # async fn program() {
    /// let budget = Budget::new();
    /// let hedge = Hedge::new().of_at_least(10);
    /// // Most would name `retry::Tokio`, or `|wait| async_io::Timer::after(wait)`.
    /// let timer = |_wait: Duration| future::ready(());
    /// for _ in 0..100 {
    ///     hedge.record(Duration::from_millis(20), timer.now());
    /// }
    ///
    /// let mut copies = 0;
    /// let answer = hedge.call(&timer, &budget, || {
    ///     copies += 1;
    ///     let copy = copies;
    ///     async move {
    ///         if copy == 1 {
    ///             future::pending::<()>().await;
    ///         }
    ///         Ok::<_, ()>(copy)
    ///     }
    /// });
    /// assert_eq!(answer.await, Ok(2));
    /// # }
    /// # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    /// # assert!(std::pin::pin!(program()).poll(&mut context).is_ready());
    /// ```
    pub async fn call<T, G, O, F, A, E>(&self, timer: &T, guard: G, operation: O) -> Result<A, E>
    where
        T: Timer,
        G: Guard,
        O: FnMut() -> F,
        F: Future<Output = Result<A, E>>,
    {
        let began = timer.now();
        let mut race = pin!(Race::new(operation, guard));
        if let Some(delay) = self.delay(began) {
            race.as_mut().allow_second(timer.sleep(delay));
        }
        let answer = poll_fn(|context| race.as_mut().poll(context, || timer.now())).await;
        if answer.is_ok() {
            let now = timer.now();
            self.record(now.saturating_sub(began), now);
        }
        answer
    }
}

impl Default for Hedge {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Hedge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hedge")
            .field("percent", &self.percent)
            .field("least", &self.least)
            .field("half_life", &self.half_life)
            .finish_non_exhaustive()
    }
}
