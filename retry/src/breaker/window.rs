//! The results that a breaker looks at.

use core::time::Duration;

use crate::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::policy::Span;

/// Counts results, the last ones or those of the last while, in ten buckets of which the oldest is
/// forgotten at a time.
///
/// What succeeds is counted by one addition to a word and takes no lock. The word says in which bucket it
/// was counted, so who finds that it was the wrong one takes the lock and counts it where it belongs.
/// Everything else is bad news, and rare or no hurry, and is done under the lock, which is that of the
/// [`Buckets`].
#[derive(Debug)]
pub(super) struct Window {
    /// A [`Head`]. Additions act on whatever is the last value of it, so nothing need be ordered by it.
    head: AtomicU64,
    shape: Shape,
}

/// What of the window is changed under a lock.
#[derive(Debug)]
pub(super) struct Buckets {
    /// Those results of the bucket that are not in the head.
    current: Bucket,
    past: [Bucket; BUCKETS as usize],
}

/// What happened, in a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many results there are.
    pub results: u64,
    /// How many of them are failures.
    pub failed: u64,
    /// How many of them took too long, failures or not.
    pub slow: u64,
}

/// The bucket that is counted in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    /// Of the breaker; a late result is one of another.
    generation: u16,
    /// The number of the bucket, but for its upper bits.
    bucket: u32,
    results: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    number: u64,
    counts: Counts,
}

#[derive(Clone, Copy, Debug)]
enum Shape {
    Calls { in_bucket: u32, buckets: u64 },
    Time { of_bucket: Duration },
}

const BUCKETS: u64 = 10;

impl Window {
    pub(super) fn new(span: Span) -> Self {
        Self {
            head: AtomicU64::new(0),
            shape: Shape::of(span),
        }
    }

    /// Counts a success. What is given back was not counted where it belongs, or filled the bucket, and has
    /// to be [settled](Window::settle). Until then it is counted: whoever looks in that very moment sees one
    /// success too many, but never a failure.
    pub(super) fn succeed(&self, generation: u16, now: Duration) -> Option<Head> {
        let before = Head::from_word(self.head.fetch_add(1, Relaxed));
        let is_settled = before.generation == generation
            && self.shape.is_current(before.bucket, now)
            && before.results + 1 < self.shape.room();
        (!is_settled).then_some(before)
    }

    /// Counts a success, which was counted already, in the bucket in which it belongs. Whether it is the
    /// last of a number of calls that is looked at.
    pub(super) fn settle(&self, buckets: &mut Buckets, counted: Head, now: Duration) -> bool {
        if self.is_misplaced(buckets, counted, now) {
            self.take_back(buckets, counted);
            self.add(buckets, Counts::default(), now);
        }
        let results = Head::from_word(self.head.load(Relaxed)).results;
        match self.shape {
            Shape::Calls { in_bucket, .. } => results >= in_bucket,
            Shape::Time { .. } => {
                self.spill(buckets, results);
                false
            }
        }
    }

    /// Moves what was counted to where there is more room for it than in a part of a word.
    fn spill(&self, buckets: &mut Buckets, results: u32) {
        if results >= Head::ROOM {
            self.head.fetch_sub(results.into(), Relaxed);
            buckets.current.counts.results += u64::from(results);
        }
    }

    fn is_misplaced(&self, buckets: &Buckets, counted: Head, now: Duration) -> bool {
        match self.shape {
            Shape::Calls { in_bucket, .. } => counted.results >= in_bucket,
            // A thread that comes late may find that others have gone on: where it is, it is well.
            Shape::Time { .. } => {
                let number = self.shape.number_at(now);
                number >= buckets.current.number && Head::bucket(number) != counted.bucket
            }
        }
    }

    /// Takes back a success that should not have been counted. Its bucket may be a past one by now.
    pub(super) fn take_back(&self, buckets: &mut Buckets, counted: Head) {
        let head = Head::from_word(self.head.load(Relaxed));
        if head.generation != counted.generation {
            return;
        }
        if head.bucket != counted.bucket {
            buckets.take_back_from_past(counted.bucket);
        } else if head.results == 0 {
            // It was spilled out of the head.
            buckets.current.counts.results -= 1;
        } else {
            self.head.fetch_sub(1, Relaxed);
        }
    }

    /// Counts a result, whatever it is.
    pub(super) fn add(&self, buckets: &mut Buckets, result: Counts, now: Duration) {
        self.move_on(buckets, now);
        self.head.fetch_add(1, Relaxed);
        buckets.current.counts.failed += result.failed;
        buckets.current.counts.slow += result.slow;
    }

    /// So many results, or as many as there can be.
    pub(super) const fn at_most(&self, results: u32) -> u32 {
        match self.shape {
            Shape::Calls { in_bucket, buckets } if results > in_bucket * buckets as u32 => {
                in_bucket * buckets as u32
            }
            Shape::Calls { .. } | Shape::Time { .. } => results,
        }
    }

    /// What is in the window.
    pub(super) fn counts(&self, buckets: &Buckets) -> Counts {
        let mut counts = buckets.current.counts;
        counts.results += u64::from(Head::from_word(self.head.load(Relaxed)).results);
        for bucket in &buckets.past {
            if bucket.number + self.shape.buckets() > buckets.current.number {
                counts.results += bucket.counts.results;
                counts.failed += bucket.counts.failed;
                counts.slow += bucket.counts.slow;
            }
        }
        counts
    }

    /// Goes on to the next bucket, if it is time, or if this is full.
    fn move_on(&self, buckets: &mut Buckets, now: Duration) {
        let current = buckets.current.number;
        let head = Head::from_word(self.head.load(Relaxed));
        let next = match self.shape {
            Shape::Calls { in_bucket, .. } => current + u64::from(head.results >= in_bucket),
            Shape::Time { .. } => self.shape.number_at(now),
        };
        if next <= current {
            return;
        }
        let full = self.begin(head.generation, next);
        buckets.current.counts.results += u64::from(full.results);
        buckets.past[(current % BUCKETS) as usize] = buckets.current;
        buckets.current = Bucket::numbered(next);
    }

    /// Forgets everything. What is counted next is of another generation.
    pub(super) fn begin_anew(&self, buckets: &mut Buckets, generation: u16, now: Duration) {
        *buckets = Buckets::new(self.shape.number_at(now));
        self.begin(generation, buckets.current.number);
    }

    fn begin(&self, generation: u16, number: u64) -> Head {
        let head = Head {
            generation,
            bucket: Head::bucket(number),
            results: 0,
        };
        Head::from_word(self.head.swap(head.to_word(), Relaxed))
    }
}

impl Buckets {
    pub(super) fn new(number: u64) -> Self {
        Self {
            current: Bucket::numbered(number),
            past: [Bucket::default(); BUCKETS as usize],
        }
    }

    fn take_back_from_past(&mut self, bucket: u32) {
        let mut past = self.past.iter_mut();
        let counted =
            past.find(|past| Head::bucket(past.number) == bucket && past.counts.results > 0);
        if let Some(counted) = counted {
            counted.counts.results -= 1;
        }
    }
}

impl Bucket {
    fn numbered(number: u64) -> Self {
        Self {
            number,
            counts: Counts::default(),
        }
    }
}

impl Shape {
    fn of(span: Span) -> Self {
        match span {
            Span::Calls(calls) => {
                let in_bucket = calls.div_ceil(BUCKETS as u32).min(Head::ROOM);
                Self::Calls {
                    in_bucket,
                    buckets: calls.div_ceil(in_bucket).min(BUCKETS as u32).into(),
                }
            }
            Span::Time(time) => Self::Time {
                of_bucket: (time / BUCKETS as u32).max(SHORTEST_BUCKET),
            },
        }
    }

    /// The number of the bucket at a time, where that is what decides.
    const fn number_at(self, now: Duration) -> u64 {
        match self {
            Self::Calls { .. } => 0,
            Self::Time { of_bucket } => (now.as_nanos() / of_bucket.as_nanos()) as u64,
        }
    }

    const fn is_current(self, bucket: u32, now: Duration) -> bool {
        match self {
            Self::Calls { .. } => true,
            Self::Time { .. } => bucket == Head::bucket(self.number_at(now)),
        }
    }

    /// How many results are counted in a bucket before somebody looks at it.
    const fn room(self) -> u32 {
        match self {
            Self::Calls { in_bucket, .. } => in_bucket,
            Self::Time { .. } => Head::ROOM,
        }
    }

    /// How many buckets there are in a window, with the one that is counted in.
    const fn buckets(self) -> u64 {
        match self {
            Self::Calls { buckets, .. } => buckets,
            Self::Time { .. } => BUCKETS,
        }
    }
}

impl Head {
    const BUCKET_BITS: u32 = 24;
    const RESULT_BITS: u32 = 24;

    /// Half of what the word has room for: as many threads again can count before one of them has the lock.
    const ROOM: u32 = 1 << (Self::RESULT_BITS - 1);

    const fn from_word(word: u64) -> Self {
        Self {
            generation: (word >> (Self::BUCKET_BITS + Self::RESULT_BITS)) as u16,
            bucket: Self::bucket(word >> Self::RESULT_BITS),
            results: (word & ((1 << Self::RESULT_BITS) - 1)) as u32,
        }
    }

    const fn to_word(self) -> u64 {
        (self.generation as u64) << (Self::BUCKET_BITS + Self::RESULT_BITS)
            | (self.bucket as u64) << Self::RESULT_BITS
            | self.results as u64
    }

    /// As much of the number of a bucket as there is room for. A breaker would have to be left alone for
    /// 16 million buckets, a year and a half if they are of three seconds, to take one for another.
    const fn bucket(number: u64) -> u32 {
        (number & ((1 << Self::BUCKET_BITS) - 1)) as u32
    }
}

const SHORTEST_BUCKET: Duration = Duration::from_millis(1);
