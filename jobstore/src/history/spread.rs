//! How durations are spread.

use std::{collections::BTreeMap, fmt, time::Duration};

/// How durations are spread, in memory that does not grow with their number: any share of them was at most
/// so long, to within a sixteenth.
///
/// ```
/// use std::time::Duration;
/// use jobstore::history::Spread;
///
/// let mut spread = Spread::default();
/// (1..=100).for_each(|n| spread.add(Duration::from_millis(n)));
/// let half = spread.quantile(50).expect("there are some");
/// assert!(half >= Duration::from_millis(50) && half <= Duration::from_millis(54));
/// assert_eq!(spread.quantile(100), Some(Duration::from_millis(100)));
/// assert_eq!(spread.mean(), Some(Duration::from_micros(50_500)));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Spread {
    /// How many durations fell into each band, by the number of the band; a bounded number of entries.
    bands: BTreeMap<u16, u64>,
    count: u64,
    sum: u128,
    longest: u64,
}

impl Spread {
    /// Adds a duration. What is longer than half a million years counts as that.
    pub fn add(&mut self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        *self.bands.entry(band(micros)).or_default() += 1;
        self.count += 1;
        self.sum += u128::from(micros);
        self.longest = self.longest.max(micros);
    }

    /// Adds all that is in another.
    pub fn merge(&mut self, other: &Self) {
        for (&band, count) in &other.bands {
            *self.bands.entry(band).or_default() += count;
        }
        self.count += other.count;
        self.sum += other.sum;
        self.longest = self.longest.max(other.longest);
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// What `percent` of them did not exceed, told too long by a sixteenth at most; `None` if there are
    /// none. 50 gives the median, 100 the longest.
    #[must_use]
    pub fn quantile(&self, percent: u8) -> Option<Duration> {
        let percent = u128::from(percent.min(100));
        let rank = (u128::from(self.count) * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let (&band, _) = self.bands.iter().find(|&(_, &count)| {
            seen += u128::from(count);
            seen >= rank
        })?;
        Some(Duration::from_micros(top(band).min(self.longest)))
    }

    /// How long they are on average; `None` if there are none.
    #[must_use]
    pub fn mean(&self) -> Option<Duration> {
        let mean = self.sum.checked_div(u128::from(self.count))?;
        // Not above the longest, which has 64 bits.
        Some(Duration::from_micros(mean as u64))
    }
}

/// Shows what people ask for, and not the bands.
impl fmt::Debug for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spread")
            .field("count", &self.count)
            .field("median", &self.quantile(50))
            .field("longest", &self.quantile(100))
            .finish_non_exhaustive()
    }
}

/// The number of the band that holds this many microseconds. Below 16 each has a band of its own; above,
/// each power of two is cut into 16 bands.
const fn band(micros: u64) -> u16 {
    if micros < STEPS {
        return micros as u16;
    }
    let power = micros.ilog2() - STEPS.ilog2();
    let step = (micros >> power) - STEPS;
    ((power as u64 + 1) * STEPS + step) as u16
}

/// The longest that falls into a band, in microseconds.
const fn top(band: u16) -> u64 {
    let band = band as u64;
    if band < STEPS {
        return band;
    }
    let power = band / STEPS - 1;
    let step = band % STEPS + STEPS;
    // In two parts, since the end of the last band is one more than fits.
    (step << power) + ((1 << power) - 1)
}

const STEPS: u64 = 16;
#[cfg(test)]
const BANDS: u16 = band(u64::MAX) + 1;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bands_follow_each_other_without_a_gap() {
        for number in 1..BANDS {
            let first = top(number - 1) + 1;
            assert_eq!((band(first), band(top(number))), (number, number));
        }
        assert_eq!((BANDS, top(BANDS - 1)), (976, u64::MAX));
    }

    #[test]
    fn nothing_has_no_quantile_and_no_mean() {
        let spread = Spread::default();
        assert_eq!((spread.quantile(50), spread.mean()), (None, None));
    }

    proptest! {
        #[test]
        fn a_quantile_is_never_too_short_and_too_long_by_a_sixteenth_at_most(
            mut micros in proptest::collection::vec(any::<u64>().prop_flat_map(|n| 0..=n), 1..80),
            percent in 0..=100_u8,
        ) {
            let mut spread = Spread::default();
            micros.iter().for_each(|&micros| spread.add(Duration::from_micros(micros)));
            micros.sort_unstable();
            let rank = (micros.len() * usize::from(percent)).div_ceil(100).max(1);
            let exact = micros[rank - 1];
            let told = spread.quantile(percent).unwrap().as_micros() as u64;
            prop_assert!(told >= exact && told - exact <= exact / 16, "{told}, not {exact}");
        }

        #[test]
        fn merging_is_adding_all(a in proptest::collection::vec(any::<u32>(), 0..20),
                                 b in proptest::collection::vec(any::<u32>(), 0..20)) {
            let of = |all: &mut dyn Iterator<Item = &u32>| {
                let mut spread = Spread::default();
                all.for_each(|&n| spread.add(Duration::from_micros(n.into())));
                spread
            };
            let mut merged = of(&mut a.iter());
            merged.merge(&of(&mut b.iter()));
            prop_assert_eq!(merged, of(&mut a.iter().chain(&b)));
        }
    }
}
