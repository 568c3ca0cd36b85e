//! Fields of a body that are signed one by one.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::misconfigured::Misconfigured;
use crate::segment::{Segment, first_byte, last_byte};

/// A field of a body that is signed by itself.
///
/// What counts is its text: a number or a boolean is signed as it is written, and `null` is as good
/// as missing.
///
/// ```
/// use webhook_verify::{Segment, SignedField};
///
/// const PAYMENT: &[Segment] = &[
///     Segment::Field(SignedField::new("merchant.reference").free()),
///     Segment::literal(":"),
///     Segment::Field(SignedField::new("amount").optional()),
/// ];
/// # assert_eq!(PAYMENT.len(), 3);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedField {
    /// Where it stands, as its [`BodyFormat`](crate::BodyFormat) says it.
    pub path: Cow<'static, str>,
    /// Whether it may be missing. A [`Segment::Field`] counts as empty then, and a
    /// [`Segment::Line`] is left out.
    pub is_optional: bool,
    /// Whether it may contain what stands between two fields: one of a layout may, and the signed
    /// bytes can still be cut in one way only.
    pub is_free: bool,
    /// The least number of bytes that it has. This is for senders who also sign short texts of
    /// anybody's choice with the same key, as Braintree does to answer a challenge: none of those
    /// must pass for a delivery.
    pub min_len: usize,
}

impl SignedField {
    /// A field which must be there, and must not contain what stands between two fields.
    pub const fn new(path: &'static str) -> Self {
        Self {
            path: Cow::Borrowed(path),
            is_optional: false,
            is_free: false,
            min_len: 0,
        }
    }

    /// It may be missing.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.is_optional = true;
        self
    }

    /// It may contain what stands between two fields.
    #[must_use]
    pub const fn free(mut self) -> Self {
        self.is_free = true;
        self
    }

    /// It has at least so many bytes.
    #[must_use]
    pub const fn at_least(mut self, min_len: usize) -> Self {
        self.min_len = min_len;
        self
    }
}

/// What a text must be, so that the signed bytes can be cut in one way only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) path: Cow<'static, str>,
    pub(crate) is_optional: bool,
    pub(crate) min_len: usize,
    /// The byte that it must not contain.
    pub(crate) boundary: Option<u8>,
}

impl Limits {
    /// Those of each field in a layout.
    ///
    /// Up to the free field the signed bytes are cut from the left, and behind it from the right:
    /// each field ends, seen from its side, at the first byte of a literal which it does not contain.
    /// Lines end at their line breaks, and their names tell which are there. If there is no free
    /// field, the last one is.
    ///
    /// # Errors
    ///
    /// A field is there twice, or the layout does not say where one ends.
    pub(crate) fn of_layout(signed: &[Segment]) -> Result<Vec<Self>, Misconfigured> {
        let fields: Vec<_> = signed.iter().filter_map(Segment::field).collect();
        for (place, field) in fields.iter().enumerate() {
            if fields[..place].iter().any(|other| other.path == field.path) {
                return Err(ambiguous(field));
            }
        }
        let free = fields.iter().filter(|field| field.is_free);
        if let Some(second) = free.clone().nth(1) {
            return Err(ambiguous(second));
        }
        match fields.is_empty() {
            true => Ok(Vec::new()),
            false if signed.iter().any(|it| matches!(it, Segment::Line(_))) => {
                Self::of_lines(signed)
            }
            false => Self::of_words(signed),
        }
    }

    /// Lines, and nothing else. Which of those behind the free one are missing is found out from the
    /// right, up to the first: so that must be there.
    fn of_lines(signed: &[Segment]) -> Result<Vec<Self>, Misconfigured> {
        let mut is_behind_free = false;
        let mut limits = Vec::new();
        for segment in signed {
            let Segment::Line(field) = segment else {
                return Err(Misconfigured::FieldsAmongOthers);
            };
            if field.path.contains('\n') || (is_behind_free && field.is_optional) {
                return Err(ambiguous(field));
            }
            is_behind_free = field.is_free;
            limits.push(Self::new(field, (!field.is_free).then_some(b'\n')));
        }
        Ok(limits)
    }

    /// Fields with literals between, and perhaps the time, which has one spelling.
    fn of_words(signed: &[Segment]) -> Result<Vec<Self>, Misconfigured> {
        let is_apt = |segment: &Segment| {
            matches!(
                segment,
                Segment::Field(_) | Segment::Literal(_) | Segment::Timestamp
            )
        };
        if !signed.iter().all(is_apt) {
            return Err(Misconfigured::FieldsAmongOthers);
        }
        let is_free = |segment: &Segment| segment.field().is_some_and(|field| field.is_free);
        let free = signed.iter().position(is_free).unwrap_or(signed.len() - 1);
        let mut limits = Vec::new();
        for (place, segment) in signed.iter().enumerate() {
            let Segment::Field(field) = segment else {
                continue;
            };
            let boundary = match place.cmp(&free) {
                Ordering::Less => Some(first_byte(signed.get(place + 1))),
                Ordering::Equal => None,
                Ordering::Greater => Some(last_byte(&signed[place - 1])),
            };
            let boundary = boundary.map(|byte| byte.ok_or_else(|| ambiguous(field)));
            limits.push(Self::new(field, boundary.transpose()?));
        }
        Ok(limits)
    }

    fn new(field: &SignedField, boundary: Option<u8>) -> Self {
        Self {
            path: field.path.clone(),
            is_optional: field.is_optional,
            min_len: field.min_len,
            boundary,
        }
    }

    /// Whether a text is within them.
    pub(crate) fn include(&self, text: &str) -> bool {
        let ends_early = self
            .boundary
            .is_some_and(|byte| text.as_bytes().contains(&byte));
        text.len() >= self.min_len && !ends_early
    }
}

fn ambiguous(field: &SignedField) -> Misconfigured {
    Misconfigured::AmbiguousField {
        path: field.path.clone().into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLON: Segment = Segment::literal(":");
    const A: SignedField = SignedField::new("a");
    const B: SignedField = SignedField::new("b");
    const C: SignedField = SignedField::new("c");

    fn boundaries(signed: &[Segment]) -> Result<Vec<Option<u8>>, Misconfigured> {
        let limits = Limits::of_layout(signed)?;
        Ok(limits.into_iter().map(|limits| limits.boundary).collect())
    }

    fn fields<const LEN: usize>(fields: [SignedField; LEN]) -> Vec<Segment> {
        let mut signed = Vec::new();
        for field in fields {
            if !signed.is_empty() {
                signed.push(COLON);
            }
            signed.push(Segment::Field(field));
        }
        signed
    }

    fn lines<const LEN: usize>(fields: [SignedField; LEN]) -> Vec<Segment> {
        fields.map(Segment::Line).into()
    }

    fn ambiguous(path: &str) -> Result<Vec<Option<u8>>, Misconfigured> {
        Err(Misconfigured::AmbiguousField { path: path.into() })
    }

    #[test]
    fn every_field_but_one_is_free_of_what_ends_it() {
        let colon = Some(b':');
        assert_eq!(
            boundaries(&fields([A, B, C])),
            Ok([colon, colon, None].into())
        );
        assert_eq!(
            boundaries(&fields([A, B.free(), C])),
            Ok([colon, None, colon].into())
        );
        assert_eq!(
            boundaries(&fields([A.free(), B, C])),
            Ok([None, colon, colon].into())
        );
        assert_eq!(boundaries(&fields([A.free(), B.free()])), ambiguous("b"));
        assert_eq!(boundaries(&[Segment::Body]), Ok([].into()));
    }

    #[test]
    fn the_nearest_byte_of_a_literal_ends_a_field() {
        let [arrow, end] = ["->", ";"].map(Segment::literal);
        let [a, b, c] = [A, B.free(), C].map(Segment::Field);
        let layout = [a, arrow.clone(), b, arrow, c, end];
        assert_eq!(
            boundaries(&layout),
            Ok([Some(b'-'), None, Some(b'>')].into())
        );
        let tail = [Segment::Timestamp, Segment::Field(A)];
        assert_eq!(boundaries(&tail), Ok([None].into()));
    }

    #[test]
    fn a_field_without_an_end_is_refused() {
        let [a, b] = [A, B].map(Segment::Field);
        assert_eq!(boundaries(&[a.clone(), b.clone()]), ambiguous("a"));
        assert_eq!(boundaries(&[a.clone(), Segment::Timestamp]), ambiguous("a"));
        assert_eq!(
            boundaries(&[a.clone(), Segment::literal(""), b]),
            ambiguous("a")
        );
        let behind = [
            Segment::Field(A.free()),
            Segment::Timestamp,
            Segment::Field(B),
        ];
        assert_eq!(boundaries(&behind), ambiguous("b"));
        assert_eq!(boundaries(&fields([A, A])), ambiguous("a"));
        for other in [Segment::Body, Segment::Id, Segment::Url, Segment::Method] {
            let mixed = [a.clone(), COLON, other];
            assert_eq!(boundaries(&mixed), Err(Misconfigured::FieldsAmongOthers));
        }
    }

    #[test]
    fn lines_end_at_their_line_breaks() {
        let end = Some(b'\n');
        assert_eq!(
            boundaries(&lines([A.optional(), B.free(), C])),
            Ok([end, None, end].into())
        );
        assert_eq!(boundaries(&lines([A, B.optional()])), Ok([end, end].into()));
    }

    #[test]
    fn the_line_behind_the_free_one_is_there() {
        assert_eq!(
            boundaries(&lines([A.free(), B.optional(), C])),
            ambiguous("b")
        );
        assert!(boundaries(&lines([A.free(), B, C.optional()])).is_ok());
        assert_eq!(
            boundaries(&lines([SignedField::new("a\nb")])),
            ambiguous("a\nb")
        );
        let mixed = [Segment::Line(A), COLON];
        assert_eq!(boundaries(&mixed), Err(Misconfigured::FieldsAmongOthers));
    }

    #[test]
    fn a_text_within_its_limits_is_long_enough_and_does_not_end_early() {
        let limits = Limits::new(&A.at_least(2), Some(b':'));
        for (text, is_within) in [("ab", true), ("a", false), ("a:b", false), ("a.b", true)] {
            assert_eq!(limits.include(text), is_within, "{text}");
        }
        assert!(Limits::new(&A, None).include(""));
    }
}
