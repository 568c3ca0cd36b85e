//! How long calls took of late.

use core::time::Duration;

/// Counts calls by how long they took, in steps of an eighth: a power of two has eight. From a microsecond to an hour;
/// what is longer counts as that.
pub(super) struct Latencies {
    counts: [u32; STEPS],
    total: u64,
    /// How many half-lives have passed.
    halvings: u64,
}

/// Steps in a power of two.
const EIGHTH: u32 = 3;

/// Up to 2^32 us.
const STEPS: usize = ((32 - EIGHTH + 1) << EIGHTH) as usize;

impl Latencies {
    pub(super) const fn new() -> Self {
        Self {
            counts: [0; STEPS],
            total: 0,
            halvings: 0,
        }
    }

    pub(super) fn record(&mut self, took: Duration) {
        let count = &mut self.counts[step(took)];
        if *count < u32::MAX {
            *count += 1;
            self.total += 1;
        }
    }

    /// Halves all counts for each half-life that has passed. Of one call nothing is left.
    pub(super) fn fade(&mut self, half_life: Duration, now: Duration) {
        let halvings = (now.as_nanos() / half_life.as_nanos().max(1)) as u64;
        let halve = halvings.saturating_sub(self.halvings);
        if halve == 0 {
            return;
        }
        self.halvings = halvings;
        for count in &mut self.counts {
            *count = count.checked_shr(halve.min(32) as u32).unwrap_or(0);
        }
        self.total = self.counts.iter().copied().map(u64::from).sum();
    }

    /// What so many of a hundred took at most, of so many or more.
    pub(super) fn slower_than(&self, percent: u8, least: u32) -> Option<Duration> {
        if self.total < u64::from(least.max(1)) {
            return None;
        }
        let rank = (self.total * u64::from(percent)).div_ceil(100);
        let mut seen = 0;
        let mut counts = self.counts.iter();
        let step = counts.position(|count| {
            seen += u64::from(*count);
            seen >= rank && seen > 0
        });
        step.map(longest)
    }
}

/// In which step a time is, parts of a microsecond rounded up.
fn step(took: Duration) -> usize {
    let micros = took.as_nanos().div_ceil(1_000).min(u32::MAX.into()) as u32;
    let Some(power) = micros
        .checked_ilog2()
        .and_then(|log| log.checked_sub(EIGHTH))
    else {
        return micros as usize;
    };
    ((power << EIGHTH) + (micros >> power)) as usize
}

/// The longest time of a step.
const fn longest(step: usize) -> Duration {
    let step = step as u64;
    let power = (step >> EIGHTH).saturating_sub(1);
    let first = (step - (power << EIGHTH)) << power;
    Duration::from_micros(first + (1 << power) - 1)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    proptest! {
        #[test]
        fn a_step_is_right_to_an_eighth_and_never_too_short(micros in 0..=u64::from(u32::MAX)) {
            let took = Duration::from_micros(micros);
            let longest = longest(step(took));
            prop_assert!(took <= longest && longest <= took + took / 8);
        }

        #[test]
        fn the_delay_is_that_of_a_sorted_list(
            mut micros in prop::collection::vec(0_u64..10_000_000, 1..300),
            percent in 1_u8..=100,
        ) {
            let mut latencies = Latencies::new();
            for micros in &micros {
                latencies.record(Duration::from_micros(*micros));
            }
            micros.sort_unstable();
            let rank = (micros.len() * usize::from(percent)).div_ceil(100);
            let exact = Duration::from_micros(micros[rank - 1]);
            let delay = latencies.slower_than(percent, 1).expect("there are enough");
            prop_assert!(exact <= delay && delay <= exact + exact / 8, "{delay:?}, {exact:?}");
        }
    }

    #[test]
    fn every_time_has_a_step() {
        assert_eq!(step(Duration::ZERO), 0);
        assert_eq!(step(Duration::from_nanos(1)), 1);
        assert_eq!(step(Duration::MAX), STEPS - 1);
        assert_eq!(longest(STEPS - 1), Duration::from_micros(u32::MAX.into()));
    }

    #[test]
    fn what_was_long_ago_counts_less_and_less() {
        let mut latencies = Latencies::new();
        for _ in 0..1_000 {
            latencies.record(Duration::from_secs(1));
        }
        latencies.fade(MINUTE, MINUTE * 3);
        assert_eq!(latencies.total, 125);
        for _ in 0..875 {
            latencies.record(Duration::from_millis(1));
        }
        let most = latencies.slower_than(80, 1_000).expect("a thousand");
        assert!(most < Duration::from_millis(2));
        latencies.fade(MINUTE, MINUTE * 100);
        assert_eq!(latencies.slower_than(80, 0), None);
    }

    #[test]
    fn time_that_goes_back_fades_nothing() {
        let mut latencies = Latencies::new();
        latencies.fade(MINUTE, MINUTE * 100);
        latencies.record(MINUTE);
        latencies.fade(MINUTE, MINUTE);
        latencies.fade(Duration::ZERO, Duration::ZERO);
        assert_eq!(latencies.total, 1);
    }
}
