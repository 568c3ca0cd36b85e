//! Job ids: unique, sortable by creation.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use crate::Timestamp;

/// The id of a job: a UUID of version 7 ([RFC 9562]), so ids sort by the time of creation.
///
/// ```
/// use jobstore::JobId;
///
/// let text = "018bcfe5-687a-7000-8000-000000000001";
/// let id: JobId = text.parse().unwrap();
/// assert_eq!(id.to_string(), text);
/// assert!("1; drop table jobs".parse::<JobId>().is_err());
/// ```
///
/// [RFC 9562]: https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(Uuid);

impl JobId {
    /// The id as the sixteen bytes a store may keep; their order is the order of the ids.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// The id that [`as_bytes`](Self::as_bytes) gave.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.0.as_hyphenated(), f)
    }
}

impl fmt::Debug for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for JobId {
    type Err = BadJobId;

    fn from_str(text: &str) -> Result<Self, BadJobId> {
        // Uuid also reads braces, URNs and the form without hyphens: one job, one spelling.
        if text.len() != uuid::fmt::Hyphenated::LENGTH {
            return Err(BadJobId);
        }
        Uuid::try_parse(text).map(Self).map_err(|_| BadJobId)
    }
}

impl Serialize for JobId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for JobId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// The text is not a job id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a job id: 36 characters such as 018bcfe5-687a-7000-8000-000000000001 are expected")]
pub struct BadJobId;

/// Makes ids that rise strictly, also within one millisecond.
///
/// Each millisecond starts at a random point, and counts up from there ("monotonic random",
/// RFC 9562 section 6.2, method 2). When time stands still or goes back, counting goes on.
#[derive(Debug, Default)]
pub struct IdSource {
    millis: u64,
    /// The 74 random bits of the id, as a number.
    tail: u128,
}

impl IdSource {
    const TAIL_BITS: u32 = 74;

    /// The next id. `random` is asked for ten bytes once for each millisecond in which ids are made.
    pub fn next(&mut self, now: Timestamp, random: impl FnOnce() -> [u8; 10]) -> JobId {
        let millis = now.as_micros().cast_unsigned() / 1_000;
        if millis > self.millis {
            let mut wide = [0; 16];
            wide[6..].copy_from_slice(&random());
            self.millis = millis;
            // One bit less than there is room for: counting up cannot run over within a millisecond.
            self.tail = u128::from_be_bytes(wide) >> (80 - Self::TAIL_BITS + 1);
        } else {
            self.tail += 1;
        }
        JobId(self.compose())
    }

    /// Makes every further id larger than `id`, which another source has made.
    pub fn follow(&mut self, id: JobId) {
        let bits = id.0.as_u128();
        let millis = (bits >> 80) as u64;
        let tail = ((bits >> 64) & 0xfff) << 62 | bits & ((1 << 62) - 1);
        if (millis, tail) > (self.millis, self.tail) {
            (self.millis, self.tail) = (millis, tail);
        }
    }

    fn compose(&self) -> Uuid {
        const VERSION_7: u128 = 0x7 << 76;
        const RFC_VARIANT: u128 = 0b10 << 62;
        let rand_a = (self.tail >> 62) & 0xfff;
        let rand_b = self.tail & ((1 << 62) - 1);
        Uuid::from_u128(
            u128::from(self.millis) << 80 | VERSION_7 | rand_a << 64 | RFC_VARIANT | rand_b,
        )
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(millis: u64) -> Timestamp {
        Timestamp::EPOCH + Duration::from_millis(millis)
    }

    #[test]
    fn ids_are_uuids_of_version_7_with_the_time_in_front() {
        let id = IdSource::default().next(at(0x018b_cfe5_687a), || [0xff; 10]);
        assert_eq!(id.0.get_version_num(), 7);
        assert_eq!(id.0.get_variant(), uuid::Variant::RFC4122);
        assert!(id.to_string().starts_with("018bcfe5-687a-7"));
    }

    #[test]
    fn ids_rise_even_when_time_stands_still_or_goes_back() {
        let mut source = IdSource::default();
        let mut previous = source.next(at(1_000), || [0xff; 10]);
        for millis in [1_000, 1_000, 999, 1, 1_001, 1_001] {
            let next = source.next(at(millis), || [0; 10]);
            assert!(next > previous, "{next} does not follow {previous}");
            previous = next;
        }
    }

    #[test]
    fn a_source_goes_on_where_another_has_stopped() {
        let mut first = IdSource::default();
        let ids = [
            first.next(at(1_000), || [0xff; 10]),
            first.next(at(1_000), || [0xff; 10]),
        ];
        let mut second = IdSource::default();
        for id in ids {
            second.follow(id);
        }
        second.follow(ids[0]);
        assert!(second.next(at(999), || [0; 10]) > ids[1]);
        assert!(second.next(at(1_001), || [0; 10]) > ids[1]);
    }

    #[test]
    fn two_sources_do_not_meet_when_their_randomness_differs() {
        let a = IdSource::default().next(at(5), || [1; 10]);
        let b = IdSource::default().next(at(5), || [2; 10]);
        assert_ne!(a, b);
    }

    #[test]
    fn one_job_has_one_spelling() {
        for text in [
            "",
            "018bcfe5687a70008000000000000001",
            "{018bcfe5-687a-7000-8000-000000000001}",
            "urn:uuid:018bcfe5-687a-7000-8000-000000000001",
            "018bcfe5-687a-7000-8000-00000000000g",
            "../../etc/passwd/////////////////////",
        ] {
            assert_eq!(text.parse::<JobId>(), Err(BadJobId), "{text}");
        }
    }
}
