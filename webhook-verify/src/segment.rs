//! The layout of the bytes that are signed.

mod id_boundary;
mod pieces;

use alloc::borrow::Cow;

pub(crate) use self::id_boundary::id_boundary;
pub(crate) use self::pieces::Pieces;
use crate::signed_field::SignedField;

/// A piece of the bytes that are signed.
///
/// A layout is the list of pieces, put one behind the other. Slack, for one, signs
/// `v0:<timestamp>:<body>`:
///
/// ```
/// use webhook_verify::Segment;
///
/// const SLACK: &[Segment] =
///     &[Segment::literal("v0:"), Segment::Timestamp, Segment::literal(":"), Segment::Body];
/// # assert_eq!(SLACK.len(), 4);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Segment {
    /// Fixed text.
    Literal(Cow<'static, str>),
    /// The id of the delivery, as its header says it.
    Id,
    /// The time of the delivery: the text that was received, never a number written anew.
    Timestamp,
    /// The raw bytes of the body.
    Body,
    /// The address under which the provider reaches the endpoint, with its query. What the host is
    /// called is what the receiver configured with [`Setup::at`](crate::Setup::at).
    Url,
    /// The method of the request, in upper case.
    Method,
    /// The fields of the body, which is a form: in order by name, and the values of one name in order
    /// too, each field as its name and its value, and none twice. It stands in place of the body, and
    /// is the last.
    Form {
        /// The parameter with which the query of the address ends if the body is no form: the SHA-256
        /// of the body, in lower-case hexadecimal. Then nothing stands here. The value is compared
        /// with the body, and the address must be signed.
        digest_parameter: Option<Cow<'static, str>>,
    },
    /// The id under which the provider knows the webhook, which the receiver configured with
    /// [`Setup::webhook_id`](crate::Setup::webhook_id).
    WebhookId,
    /// The CRC-32 of the body, as a decimal number. It is no protection: other bodies with the same
    /// one are easily made.
    BodyCrc32,
    /// The header and the claims of a [token](crate::Grammar::Jwt) with the dot between, as they
    /// came.
    Jwt,
    /// The text of a field of the body. It stands among literals, and perhaps the time.
    Field(SignedField),
    /// The path of a field of the body, a line break, its text, and another line break. It stands
    /// among its like only.
    Line(SignedField),
}

impl Segment {
    /// Fixed text.
    pub const fn literal(text: &'static str) -> Self {
        Self::Literal(Cow::Borrowed(text))
    }

    pub(crate) const fn is_form(&self) -> bool {
        matches!(self, Self::Form { .. })
    }

    /// The field of the body that is signed.
    pub(crate) const fn field(&self) -> Option<&SignedField> {
        match self {
            Self::Field(field) | Self::Line(field) => Some(field),
            _ => None,
        }
    }

    /// Whether it is a part of the body.
    pub(crate) const fn is_of_body(&self) -> bool {
        self.is_form() || self.field().is_some()
    }
}

/// Whether the one piece stands right in front of the other.
pub(crate) fn are_neighbours(signed: &[Segment], one: Segment, next: Segment) -> bool {
    let neighbours = [one, next];
    signed.windows(2).any(|pair| *pair == neighbours)
}

/// What a layout has in front of the body, and what it has behind it. All of it is in front, if it
/// does not have the body.
pub(crate) fn around_body(signed: &[Segment]) -> [&[Segment]; 2] {
    match signed.iter().position(|segment| *segment == Segment::Body) {
        Some(body) => [&signed[..body], &signed[body + 1..]],
        None => [signed, &[]],
    }
}

pub(crate) fn first_byte(segment: Option<&Segment>) -> Option<u8> {
    match segment? {
        Segment::Literal(text) => text.bytes().next(),
        _ => None,
    }
}

pub(crate) fn last_byte(segment: &Segment) -> Option<u8> {
    match segment {
        Segment::Literal(text) => text.bytes().last(),
        _ => None,
    }
}
