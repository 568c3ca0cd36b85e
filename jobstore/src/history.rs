//! What happened lately, in memory of a fixed size: for the charts of one process.

use std::{collections::VecDeque, time::Duration};

use crate::{Outcome, Run, Timestamp};

pub use self::spread::Spread;

mod spread;

/// What happened lately: by time, in windows of equal length, and by count, as the latest runs.
///
/// It counts what it is told; a worker tells its runs with `Worker::observe`. It is plain data without
/// a clock, and forgets by itself what is older than its windows reach.
///
/// ```
/// use std::time::Duration;
/// use jobstore::{History, Timestamp};
///
/// // An hour by the minute, and the latest hundred runs.
/// let mut history = History::new(Duration::from_secs(60), 60, 100);
/// let now = Timestamp::from_micros(1_700_000_000_000_000).unwrap();
/// history.enqueued(3, now);
///
/// let windows: Vec<_> = history.windows(now).collect();
/// assert_eq!((windows.len(), windows[59].enqueued), (60, 3));
/// let later = history.over(Duration::from_secs(3_600), now + Duration::from_secs(7_200));
/// assert_eq!(later.enqueued, 0);
/// ```
#[derive(Clone, Debug)]
pub struct History {
    length: Duration,
    windows: usize,
    /// Oldest first; those in which nothing happened are left out.
    kept: VecDeque<Window>,
    /// Newest first.
    latest: VecDeque<Run>,
    runs: usize,
}

/// What happened in one window of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// How many windows it lies after the epoch.
    number: u64,
    /// Jobs that were enqueued.
    pub enqueued: u64,
    /// Attempts that succeeded.
    pub done: u64,
    /// Attempts that failed and are made again.
    pub failed: u64,
    /// Jobs that died.
    pub dead: u64,
    /// Attempts that came to no end: postponed, given back or lost.
    pub undecided: u64,
    /// How long jobs waited from when they were due.
    pub waited: Spread,
    /// How long handlers ran.
    pub took: Spread,
}

impl History {
    /// Keeps so many windows of this length, up to now, and so many runs. At least one window of a
    /// millisecond.
    #[must_use]
    pub fn new(length: Duration, windows: usize, runs: usize) -> Self {
        Self {
            length: length.max(Duration::from_millis(1)),
            windows: windows.max(1),
            kept: VecDeque::new(),
            latest: VecDeque::new(),
            runs,
        }
    }

    /// How long one window is.
    #[must_use]
    pub const fn length(&self) -> Duration {
        self.length
    }

    /// So many jobs were enqueued.
    pub fn enqueued(&mut self, jobs: u64, now: Timestamp) {
        if let Some(window) = self.window(now) {
            window.enqueued += jobs;
        }
    }

    /// A run is over.
    pub fn ran(&mut self, run: Run) {
        if let Some(window) = self.window(run.at) {
            window.add(&run);
        }
        self.latest.push_front(run);
        self.latest.truncate(self.runs);
    }

    /// The latest runs, newest first.
    pub fn latest(&self) -> impl Iterator<Item = &Run> {
        self.latest.iter()
    }

    /// All windows, oldest first, up to that of `now`; those in which nothing happened are there, too.
    pub fn windows(&self, now: Timestamp) -> impl Iterator<Item = Window> {
        let (last, count) = (self.number(now), self.windows as u64);
        let first = last.saturating_sub(count - 1);
        (first..=last).map(|number| self.of(number).cloned().unwrap_or_else(|| empty(number)))
    }

    /// When a window begins.
    #[must_use]
    pub fn begin(&self, window: &Window) -> Timestamp {
        Timestamp::EPOCH + Duration::from_micros(window.number.saturating_mul(self.micros()))
    }

    /// The windows of the last `time` as one: those that lie in it at least in part.
    #[must_use]
    pub fn over(&self, time: Duration, now: Timestamp) -> Window {
        let (first, last) = (self.number(now - time), self.number(now));
        let mut all = empty(first);
        let within = |window: &&Window| (first..=last).contains(&window.number);
        for window in self.kept.iter().filter(within) {
            all.merge(window);
        }
        all
    }

    /// The window of this time, if it is not older than what is kept.
    fn window(&mut self, time: Timestamp) -> Option<&mut Window> {
        let number = self.number(time);
        let newest = self
            .kept
            .back()
            .map_or(number, |last| last.number)
            .max(number);
        let oldest = (newest + 1).saturating_sub(self.windows as u64);
        self.kept.retain(|window| window.number >= oldest);
        if number < oldest {
            return None;
        }
        let place = self.kept.partition_point(|window| window.number < number);
        if self
            .kept
            .get(place)
            .is_none_or(|window| window.number != number)
        {
            self.kept.insert(place, empty(number));
        }
        self.kept.get_mut(place)
    }

    fn of(&self, number: u64) -> Option<&Window> {
        let place = self
            .kept
            .binary_search_by_key(&number, |window| window.number);
        self.kept.get(place.ok()?)
    }

    fn number(&self, time: Timestamp) -> u64 {
        time.as_micros().cast_unsigned() / self.micros()
    }

    /// At least a thousand: see [`new`](Self::new).
    fn micros(&self) -> u64 {
        u64::try_from(self.length.as_micros()).unwrap_or(u64::MAX)
    }
}

impl Window {
    fn add(&mut self, run: &Run) {
        match run.outcome {
            Outcome::Done => self.done += 1,
            Outcome::Retrying => self.failed += 1,
            Outcome::Dead => self.dead += 1,
            Outcome::Postponed | Outcome::Released | Outcome::Lost => self.undecided += 1,
        }
        self.waited.add(run.waited);
        self.took.add(run.took);
    }

    fn merge(&mut self, other: &Self) {
        self.enqueued += other.enqueued;
        self.done += other.done;
        self.failed += other.failed;
        self.dead += other.dead;
        self.undecided += other.undecided;
        self.waited.merge(&other.waited);
        self.took.merge(&other.took);
    }
}

fn empty(number: u64) -> Window {
    Window {
        number,
        ..Window::default()
    }
}

#[cfg(test)]
mod tests;
