//! What of a breaker is seen without its lock.

use core::time::Duration;

use super::BreakerState;
use super::circuit::Ticket;

/// The state of a breaker in a word: three bits of what it does, 16 of its generation, and 45 of the
/// milliseconds until when it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Published {
    mode: Mode,
    generation: u16,
    until_millis: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Closed,
    Open,
    HalfOpen,
    ForcedOpen,
    ForcedClosed,
}

impl Published {
    const MODE_BITS: u32 = 3;
    const GENERATION_BITS: u32 = 16;
    /// For a thousand years.
    const MOST_MILLIS: u64 = u64::MAX >> (Self::MODE_BITS + Self::GENERATION_BITS);

    pub(super) const fn of(state: BreakerState, generation: u16) -> Self {
        let (mode, until_millis) = match state {
            BreakerState::Closed => (Mode::Closed, 0),
            BreakerState::Open { until } => (Mode::Open, until.as_millis() as u64),
            BreakerState::HalfOpen => (Mode::HalfOpen, 0),
            BreakerState::ForcedOpen => (Mode::ForcedOpen, 0),
            BreakerState::ForcedClosed => (Mode::ForcedClosed, 0),
        };
        Self {
            mode,
            generation,
            until_millis,
        }
    }

    /// The first moment that can be published which is no earlier.
    pub(super) fn no_earlier_than(until: Duration) -> Duration {
        let millis = until.as_nanos().div_ceil(1_000_000);
        Duration::from_millis(millis.min(Self::MOST_MILLIS.into()) as u64)
    }

    pub(super) const fn generation(self) -> u16 {
        self.generation
    }

    /// What there is for a call. Nothing is said where that takes the lock.
    pub(super) fn ticket(self, now: Duration) -> Option<Ticket> {
        match self.mode {
            Mode::Closed => Some(Ticket::Call),
            Mode::ForcedClosed => Some(Ticket::Unwatched),
            Mode::ForcedOpen => Some(Ticket::None { retry_after: None }),
            Mode::HalfOpen => None,
            Mode::Open => {
                let wait = Duration::from_millis(self.until_millis).saturating_sub(now);
                let retry_after = Some(wait);
                (!wait.is_zero()).then_some(Ticket::None { retry_after })
            }
        }
    }

    pub(super) const fn from_word(word: u64) -> Self {
        let mode = match word & ((1 << Self::MODE_BITS) - 1) {
            0 => Mode::Closed,
            1 => Mode::Open,
            2 => Mode::HalfOpen,
            3 => Mode::ForcedOpen,
            _ => Mode::ForcedClosed,
        };
        Self {
            mode,
            generation: (word >> Self::MODE_BITS) as u16,
            until_millis: word >> (Self::MODE_BITS + Self::GENERATION_BITS),
        }
    }

    pub(super) const fn to_word(self) -> u64 {
        self.mode as u64
            | (self.generation as u64) << Self::MODE_BITS
            | self.until_millis << (Self::MODE_BITS + Self::GENERATION_BITS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_read_as_it_was_written() {
        let until = Duration::from_millis(1_790_000_000_123);
        for state in [
            BreakerState::Closed,
            BreakerState::Open { until },
            BreakerState::HalfOpen,
            BreakerState::ForcedOpen,
            BreakerState::ForcedClosed,
        ] {
            for generation in [0, 1, u16::MAX] {
                let published = Published::of(state, generation);
                assert_eq!(Published::from_word(published.to_word()), published);
            }
        }
    }

    #[test]
    fn it_is_open_at_least_as_long_as_it_is_to_be() {
        let until = Published::no_earlier_than(Duration::new(1, 1));
        assert_eq!(until, Duration::from_millis(1_001));
        let published = Published::of(BreakerState::Open { until }, 0);
        assert!(published.ticket(until - Duration::from_nanos(1)).is_some());
        assert_eq!(published.ticket(until), None);

        let until = Published::no_earlier_than(Duration::MAX);
        let published = Published::of(BreakerState::Open { until }, u16::MAX);
        let centuries = Duration::from_secs(10_000_000_000);
        assert!(published.ticket(centuries).is_some());
    }
}
