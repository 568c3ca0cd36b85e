//! Reading the headers of a request.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::header_names::{HeaderNames, KnownName};
use crate::rejection::Rejection;

/// The headers of a request.
///
/// Slices, arrays and vectors of `(name, value)` pairs are headers, and so is `http::HeaderMap`
/// with the feature `http`. They are handed over by reference, a slice as `&slice`. For another framework it is one method:
///
/// ```
/// use webhook_verify::Headers;
///
/// struct Lines(Vec<String>);
///
/// impl Headers for Lines {
///     fn values_of<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
///         let named = move |line: &'a String| {
///             let (left, right) = line.split_once(':')?;
///             left.eq_ignore_ascii_case(name).then_some(right.as_bytes())
///         };
///         self.0.iter().filter_map(named)
///     }
/// }
///
/// let lines = Lines(vec!["Webhook-Id: msg_1".into(), "Webhook-Id: msg_2".into()]);
/// assert_eq!(lines.values_of("webhook-id").count(), 2);
/// ```
///
/// # Contract
///
/// `values_of` yields **every** line of that name, in the order received, names compared without
/// regard to case, and the value as the bytes that came. A first-value-only answer would hide a
/// repeated header, which is how a proxy and a receiver come to read different things.
pub trait Headers {
    /// The values of all lines named `name`.
    fn values_of<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]>;

    /// The same lines, by a name that was prepared before. It is worth writing where looking up a
    /// text takes longer.
    fn values_of_known<'a>(&'a self, name: KnownName<'_>) -> impl Iterator<Item = &'a [u8]> {
        self.values_of(name.as_str())
    }
}

impl<T: Headers + ?Sized> Headers for &T {
    fn values_of<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        T::values_of(self, name)
    }

    fn values_of_known<'a>(&'a self, name: KnownName<'_>) -> impl Iterator<Item = &'a [u8]> {
        T::values_of_known(self, name)
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for [(N, V)] {
    fn values_of<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.iter()
            .filter(move |(own, _)| own.as_ref().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_ref())
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>, const LEN: usize> Headers for [(N, V); LEN] {
    fn values_of<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.as_slice().values_of(name)
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for Vec<(N, V)> {
    fn values_of<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.as_slice().values_of(name)
    }
}

#[cfg(feature = "http")]
impl Headers for http::HeaderMap {
    fn values_of<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.get_all(name).iter().map(http::HeaderValue::as_bytes)
    }

    fn values_of_known<'a>(&'a self, name: KnownName<'_>) -> impl Iterator<Item = &'a [u8]> {
        let lines = match name.as_http() {
            Some(name) => self.get_all(name),
            None => self.get_all(name.as_str()),
        };
        lines.iter().map(http::HeaderValue::as_bytes)
    }
}

#[cfg(feature = "actix")]
impl Headers for actix_web::http::header::HeaderMap {
    fn values_of<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.get_all(name)
            .map(actix_web::http::header::HeaderValue::as_bytes)
    }
}

/// Longest header that is read, in bytes. A longer one is refused, if the scheme reads it.
pub const MAX_HEADER_LEN: usize = 4096;

/// The headers of a request, whatever their type. All that is done with a delivery is behind it, and
/// so is compiled once.
pub(crate) trait AnyHeaders: Sync {
    /// The one value of a header, without the white space around it; none if it is missing.
    ///
    /// A line which is repeated word by word counts once: some proxies do that.
    ///
    /// # Errors
    ///
    /// Lines of that name differ.
    fn one(&self, name: KnownName<'_>) -> Result<Option<&[u8]>, LinesDiffer>;

    /// Hands over the value of every line of a header, without the white space around it, up to one
    /// that is refused.
    fn each<'a>(
        &'a self,
        name: KnownName<'_>,
        take: &mut dyn FnMut(&'a [u8]) -> Result<(), Rejection>,
    ) -> Result<(), Rejection>;
}

/// A header which may come once has different values.
pub(crate) struct LinesDiffer;

impl<H: Headers + Sync> AnyHeaders for H {
    fn one(&self, name: KnownName<'_>) -> Result<Option<&[u8]>, LinesDiffer> {
        let mut values = self.values_of_known(name).map(trim);
        let first = values.next();
        match first.is_some() && values.any(|other| Some(other) != first) {
            true => Err(LinesDiffer),
            false => Ok(first),
        }
    }

    fn each<'a>(
        &'a self,
        name: KnownName<'_>,
        take: &mut dyn FnMut(&'a [u8]) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        self.values_of_known(name).map(trim).try_for_each(take)
    }
}

/// The headers of one family.
#[derive(Clone, Copy)]
pub(crate) struct Family<'a> {
    headers: &'a dyn AnyHeaders,
    index: usize,
}

impl<'a> Family<'a> {
    /// That at a position in the lists of names.
    pub(crate) const fn at(headers: &'a dyn AnyHeaders, index: usize) -> Self {
        Self { headers, index }
    }

    /// The families of a scheme, in the order in which they are looked for.
    pub(crate) fn each(
        headers: &'a dyn AnyHeaders,
        signature: &HeaderNames,
    ) -> impl Iterator<Item = Self> + use<'a> {
        (0..signature.len()).map(move |index| Self { headers, index })
    }

    /// The one value of a header.
    ///
    /// # Errors
    ///
    /// It is not there, or not readable as [`Family::find_one`] says.
    pub(crate) fn one(&self, names: &HeaderNames) -> Result<&'a str, Rejection> {
        self.find_one(names)?
            .ok_or_else(|| Rejection::MissingHeader {
                header: names.to_cow(self.index),
            })
    }

    /// The one value of a header which may be missing, without the white space around it.
    ///
    /// # Errors
    ///
    /// Lines of that name differ; the value is longer than [`MAX_HEADER_LEN`]; it is not printable
    /// ASCII.
    pub(crate) fn find_one(&self, names: &HeaderNames) -> Result<Option<&'a str>, Rejection> {
        match self.headers.one(names.known(self.index)) {
            Ok(Some(value)) => self.readable(names, value).map(Some),
            Ok(None) => Ok(None),
            Err(LinesDiffer) => Err(Rejection::RepeatedHeader {
                header: self.name(names),
            }),
        }
    }

    /// Hands over the value of every line of a header, each without the white space around it.
    ///
    /// # Errors
    ///
    /// A value is longer than [`MAX_HEADER_LEN`]; it is not printable ASCII; it is refused.
    pub(crate) fn each_line(
        &self,
        names: &HeaderNames,
        mut take: impl FnMut(&'a str) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        let name = names.known(self.index);
        self.headers
            .each(name, &mut |value| take(self.readable(names, value)?))
    }

    fn readable(&self, names: &HeaderNames, value: &'a [u8]) -> Result<&'a str, Rejection> {
        if value.len() > MAX_HEADER_LEN {
            return Err(Rejection::HeaderTooLong {
                header: self.name(names),
                len: value.len(),
                limit: MAX_HEADER_LEN,
            });
        }
        printable(value).ok_or_else(|| Rejection::NotAscii {
            header: self.name(names),
        })
    }

    /// The position of the family in the list of names.
    pub(crate) const fn index(&self) -> usize {
        self.index
    }

    /// The name of a header in this family.
    pub(crate) fn name(&self, names: &HeaderNames) -> Cow<'static, str> {
        names.to_cow(self.index)
    }
}

/// Drops the optional white space which HTTP allows around a value: `OWS` of [RFC 9110 section
/// 5.6.3](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.3).
fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

fn printable(value: &[u8]) -> Option<&str> {
    are_printable(value)
        .then(|| core::str::from_utf8(value).ok())
        .flatten()
}

/// Whether all of them are printable ASCII or a tab. Every byte is looked at, which lets the compiler
/// take many at a time.
fn are_printable(bytes: &[u8]) -> bool {
    let are = |bytes: &[u8]| {
        bytes.iter().fold(true, |so_far, byte| {
            so_far & matches!(byte, b' '..=b'~' | b'\t')
        })
    };
    let (blocks, rest) = bytes.as_chunks::<16>();
    // What is left over is looked at together with some that have been.
    let last = bytes.last_chunk::<16>();
    blocks
        .iter()
        .fold(true, |so_far, block| so_far & are(block))
        & last.map_or_else(|| are(rest), |block| are(block))
}

#[cfg(test)]
mod tests;
