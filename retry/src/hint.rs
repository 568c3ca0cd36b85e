//! What a server says about when to come back.

use core::time::Duration;

use self::retry_after::Made;

mod date;
mod limits;
mod millis;
mod number;
#[cfg(feature = "http")]
mod response;
mod retry_after;

/// What a server says about when to come back.
///
/// The greater of two is the one that asks for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hint {
    /// Not earlier than after so long.
    Wait(Duration),
    /// Not at all.
    Stop,
}

impl Hint {
    /// Reads the header fields of an answer that is a failure. The fields of a success say nothing about
    /// coming back: `Retry-After` of a 202 is about something else.
    ///
    /// `fields` gives the values of a field, of which there may be several, by its name in small letters.
    /// `now` is the time since 1970 by the clock of the reader, which is needed where an answer has no
    /// `Date`. The first of these that says something counts:
    ///
    /// 1. `grpc-retry-pushback-ms` of [gRPC][a6]: milliseconds; what is negative or no number is to stop.
    /// 2. `x-amz-retry-after`, `retry-after-ms`, `x-ms-retry-after-ms`: milliseconds.
    /// 3. `Retry-After` of [RFC 9110][9110]: seconds, or a date in any of the [three forms][date]. A date
    ///    is compared with the `Date` of the answer, so that the clocks need not agree; the years of two
    ///    digits are those from 49 years ago to 50 years from now.
    /// 4. `RateLimit` ([draft][limits]): until everything of which nothing remains has more; also as older
    ///    drafts have it (`limit=100, remaining=0, reset=5`).
    /// 5. `RateLimit-Reset`, `X-RateLimit-Reset`, `X-Rate-Limit-Reset`, unless the `-Remaining` beside it
    ///    says that something remains. A billion or more is a time since 1970, in milliseconds if it is a
    ///    thousand times that; others are seconds from now.
    ///
    /// What is malformed says nothing, nor does a time that has passed. Where a field is there more than
    /// once, the value that asks for more counts. What lay in a cache (`Age`) has waited there.
    ///
    /// A number that is too large is as long as there is: the [policy](crate::Policy::longest_hint) says
    /// what is too long.
    ///
    /// [a6]: https://github.com/grpc/proposal/blob/master/A6-client-retries.md#pushback
    /// [9110]: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
    /// [date]: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7
    /// [limits]: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
    ///
    /// ```
    /// use core::time::Duration;
    /// use retry::Hint;
    ///
    /// let answer = [
    ///     ("date", "Sun, 06 Nov 1994 08:49:30 GMT"),
    ///     ("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"),
    ///     ("x-ratelimit-reset", "784111900"),
    /// ];
    /// let hint = Hint::from_fields(
    ///     |name| answer.iter().filter(move |field| field.0 == name).map(|field| field.1),
    ///     Duration::ZERO,
    /// );
    /// assert_eq!(hint, Some(Hint::Wait(Duration::from_secs(7))));
    ///
    /// let stop = Hint::from_fields(
    ///     |name| (name == "grpc-retry-pushback-ms").then_some("-1"),
    ///     Duration::ZERO,
    /// );
    /// assert_eq!(stop, Some(Hint::Stop));
    /// ```
    pub fn from_fields<'f, V>(fields: impl Fn(&'static str) -> V, now: Duration) -> Option<Self>
    where
        V: IntoIterator<Item = &'f str>,
    {
        let made = Made::read(&fields, now);
        millis::pushback(&fields)
            .or_else(|| millis::wait(&fields).map(Self::Wait))
            .or_else(|| retry_after::read(&fields, made).map(Self::Wait))
            .or_else(|| limits::read(&fields, made).map(Self::Wait))
    }
}

#[cfg(test)]
mod tests;
