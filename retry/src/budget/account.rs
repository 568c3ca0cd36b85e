//! What a budget has, and what it earns.

use core::time::Duration;

/// What is earned, what a retry costs, and how much is kept. A retry costs as many parts as there are calls
/// in the ratio, and a call earns as many as there are retries in it, so that both are whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    earned_by_call: u8,
    cost_of_retry: u8,
    /// In retries, so that it does not change with the ratio; so is `saved`.
    at_least: u16,
    period: Duration,
    saved: u16,
}

/// What a budget has in a period. Fits a word, because no number of parts is more than 24 bits hold: each
/// is at most a number of retries, 16 bits, of so many parts, 8 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Account {
    /// In parts.
    balance: u32,
    /// What the calls of this period earned, in parts, up to what the period brought anyway.
    covered: u32,
    /// The number of the period, but for its upper bits.
    period: u16,
}

impl Terms {
    pub(super) const USUAL: Self = Self {
        earned_by_call: 1,
        cost_of_retry: 10,
        at_least: 1,
        period: Duration::from_secs(10),
        saved: 100,
    };

    pub(super) const fn ratio(self, retries: u8, calls: u8) -> Self {
        let (earned_by_call, cost_of_retry) = match calls {
            0 => (0, 1),
            calls => (retries, calls),
        };
        Self {
            earned_by_call,
            cost_of_retry,
            ..self
        }
    }

    pub(super) const fn at_least(self, retries: u16, period: Duration) -> Self {
        let is_too_short = period.as_nanos() < SHORTEST_PERIOD.as_nanos();
        Self {
            at_least: retries,
            period: if is_too_short {
                SHORTEST_PERIOD
            } else {
                period
            },
            ..self
        }
    }

    pub(super) const fn saved(self, retries: u16) -> Self {
        Self {
            saved: retries,
            ..self
        }
    }

    /// So many retries, in parts.
    const fn parts(self, retries: u16) -> u32 {
        retries as u32 * self.cost_of_retry as u32
    }

    /// The number of a period, but for its upper bits.
    const fn period_of(self, now: Duration) -> u16 {
        (now.as_nanos() / self.period.as_nanos()) as u16
    }
}

impl Account {
    const PART_BITS: u32 = 24;

    pub(super) const fn full(terms: Terms) -> Self {
        Self {
            balance: terms.parts(terms.saved),
            covered: 0,
            period: 0,
        }
    }

    pub(super) const fn from_word(word: u64) -> Self {
        let parts = (1 << Self::PART_BITS) - 1;
        Self {
            balance: (word & parts) as u32,
            covered: (word >> Self::PART_BITS & parts) as u32,
            period: (word >> (2 * Self::PART_BITS)) as u16,
        }
    }

    pub(super) const fn to_word(self) -> u64 {
        self.balance as u64
            | (self.covered as u64) << Self::PART_BITS
            | (self.period as u64) << (2 * Self::PART_BITS)
    }

    /// The account in the period of that time, with what those since the last have brought.
    ///
    /// A period is known modulo 2^16. Who was away for as many, a week if nothing else is said, is credited
    /// with less than was earned, and never with more.
    pub(super) fn at(self, terms: Terms, now: Duration) -> Self {
        let period = terms.period_of(now);
        let passed = period.wrapping_sub(self.period);
        // Threads come late by a little. What looks like much of it is time that passed.
        if passed == 0 || passed > u16::MAX - LATE_BY_AT_MOST {
            return self;
        }
        let brought = u32::from(passed).saturating_mul(terms.parts(terms.at_least));
        Self {
            covered: 0,
            period,
            ..self
        }
        .add(terms, brought)
    }

    pub(super) fn deposit(self, terms: Terms) -> Self {
        let earned = self.covered + u32::from(terms.earned_by_call);
        let covered = earned.min(terms.parts(terms.at_least));
        Self { covered, ..self }.add(terms, earned - covered)
    }

    pub(super) fn withdraw(self, terms: Terms) -> Option<Self> {
        let balance = self.balance.checked_sub(terms.parts(1))?;
        Some(Self { balance, ..self })
    }

    pub(super) fn refund(self, terms: Terms) -> Self {
        self.add(terms, terms.parts(1))
    }

    pub(super) const fn retries(self, terms: Terms) -> u32 {
        self.balance / terms.parts(1)
    }

    #[cfg(feature = "std")]
    pub(super) const fn is_full(self, terms: Terms) -> bool {
        self.balance == terms.parts(terms.saved)
    }

    fn add(self, terms: Terms, parts: u32) -> Self {
        let balance = self.balance.saturating_add(parts);
        Self {
            balance: balance.min(terms.parts(terms.saved)),
            ..self
        }
    }
}

/// How many periods back a time may be that a thread took before another's.
const LATE_BY_AT_MOST: u16 = 6;

const SHORTEST_PERIOD: Duration = Duration::from_millis(1);
