//! When a secret may be used.

use crate::unix_time::UnixTime;

/// When a secret may be used: from the first moment to just before the last; always, if neither is
/// said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Validity {
    pub(crate) from: Option<UnixTime>,
    pub(crate) until: Option<UnixTime>,
}

impl Validity {
    pub(crate) const ALWAYS: Self = Self {
        from: None,
        until: None,
    };

    pub(crate) fn is_limited(self) -> bool {
        self != Self::ALWAYS
    }

    pub(crate) fn includes(self, now: UnixTime) -> bool {
        self.from.is_none_or(|from| from <= now) && self.until.is_none_or(|until| now < until)
    }

    /// Whether there is no moment in it.
    pub(crate) fn is_empty(self) -> bool {
        matches!((self.from, self.until), (Some(from), Some(until)) if from >= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(secs: u64) -> UnixTime {
        UnixTime::from_secs(secs)
    }

    #[test]
    fn the_first_moment_belongs_to_it_and_the_last_does_not() {
        let validity = Validity {
            from: Some(at(10)),
            until: Some(at(20)),
        };
        let included: [bool; 4] = [9, 10, 19, 20].map(|secs| validity.includes(at(secs)));
        assert_eq!(included, [false, true, true, false]);
        assert!(validity.is_limited() && !validity.is_empty());
    }

    #[test]
    fn either_end_may_be_open() {
        let from = Validity {
            from: Some(at(10)),
            ..Validity::ALWAYS
        };
        assert!(!from.includes(at(9)) && from.includes(at(u64::MAX)));
        let until = Validity {
            until: Some(at(10)),
            ..Validity::ALWAYS
        };
        assert!(until.includes(at(0)) && !until.includes(at(10)));
        assert!(!Validity::ALWAYS.is_limited() && Validity::ALWAYS.includes(at(0)));
    }

    #[test]
    fn an_end_before_the_beginning_leaves_nothing() {
        for (until, empty) in [(9, true), (10, true), (11, false)] {
            let validity = Validity {
                from: Some(at(10)),
                until: Some(at(until)),
            };
            assert_eq!(validity.is_empty(), empty);
        }
    }
}
