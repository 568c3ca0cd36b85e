//! The layout of the bytes that are signed.

use alloc::borrow::Cow;
use alloc::string::ToString;
#[cfg(any(feature = "certificates", feature = "ed25519"))]
use alloc::vec::Vec;

#[cfg(feature = "p256")]
use sha2::{Digest, Sha256};

use crate::fields::Fields;
use crate::form::Field;
use crate::misconfigured::Misconfigured;
use crate::public_url::is_url_byte;
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

/// A layout, and what a delivery puts in its places. What the layout does not have is not looked
/// at.
#[derive(Clone, Copy)]
pub(crate) struct Pieces<'a> {
    pub(crate) signed: &'a [Segment],
    pub(crate) id: &'a str,
    pub(crate) timestamp: &'a str,
    pub(crate) body: &'a [u8],
    /// In two parts: the origin, and the target.
    pub(crate) url: [&'a str; 2],
    pub(crate) method: &'a str,
    pub(crate) webhook_id: &'a str,
    pub(crate) form: &'a [Field<'a>],
    /// Without its signature.
    pub(crate) jwt: &'a str,
    pub(crate) fields: &'a Fields<'a>,
}

impl<'a> Pieces<'a> {
    /// Nothing in any place.
    pub(crate) const fn of(signed: &'a [Segment]) -> Self {
        Self {
            signed,
            id: "",
            timestamp: "",
            body: b"",
            url: [""; 2],
            method: "",
            webhook_id: "",
            form: &[],
            jwt: "",
            fields: const { &Fields::NONE },
        }
    }

    /// Hands over the signed bytes, piece by piece, none of them copied.
    pub(crate) fn lay_out(&self, mut put: impl FnMut(&[u8])) {
        for segment in self.signed {
            match segment {
                Segment::Literal(text) => put(text.as_bytes()),
                Segment::Id => put(self.id.as_bytes()),
                Segment::Timestamp => put(self.timestamp.as_bytes()),
                Segment::Body => put(self.body),
                Segment::Url => self.url.iter().for_each(|part| put(part.as_bytes())),
                Segment::Method => put(self.method.as_bytes()),
                Segment::Form { .. } => self.form.iter().for_each(|field| {
                    put(field.name.as_bytes());
                    put(field.value.as_bytes());
                }),
                Segment::WebhookId => put(self.webhook_id.as_bytes()),
                Segment::BodyCrc32 => {
                    put(crc32fast::hash(self.body).to_string().as_bytes());
                }
                Segment::Jwt => put(self.jwt.as_bytes()),
                Segment::Field(field) => {
                    put(self.fields.text(&field.path).unwrap_or_default().as_bytes());
                }
                Segment::Line(field) => {
                    if let Some(text) = self.fields.text(&field.path) {
                        for part in [&field.path, "\n", text, "\n"] {
                            put(part.as_bytes());
                        }
                    }
                }
            }
        }
    }

    /// The signed bytes, copied, for an algorithm that needs them in one piece.
    #[cfg(any(feature = "certificates", feature = "ed25519"))]
    pub(crate) fn to_vec(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.body.len() + 64);
        self.lay_out(|part| bytes.extend_from_slice(part));
        bytes
    }

    /// The SHA-256 of the signed bytes.
    #[cfg(feature = "p256")]
    pub(crate) fn sha256(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        self.lay_out(|part| digest.update(part));
        digest.finalize().into()
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

/// The byte that must not occur in an id, so that the signed bytes can be cut in one way only; none
/// if the layout has no id, or the id is all there is.
///
/// Two different deliveries must never have the same signed bytes, or a signature for one is a
/// signature for the other (the specification of [Standard Webhooks] warns of ids that contain a
/// `.`). Literals have a fixed length, no timestamp is the beginning or the end of another, and a
/// body may be anything, so the bytes before the body are cut from the left and those behind it
/// from the right. That works if the id ends, seen from its side, at the first byte of a literal
/// that it does not contain.
///
/// # Errors
///
/// The layout is empty, has a piece twice, or does not say where the id ends.
///
/// [Standard Webhooks]: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
pub(crate) fn id_boundary(signed: &[Segment]) -> Result<Option<u8>, Misconfigured> {
    if signed
        .iter()
        .all(|segment| matches!(segment, Segment::Literal(_)))
    {
        return Err(Misconfigured::NothingSigned);
    }
    for segment in [
        Segment::Timestamp,
        Segment::Url,
        Segment::Method,
        Segment::WebhookId,
        Segment::BodyCrc32,
    ] {
        once(signed, &segment)?;
    }
    check_url_end(signed)?;
    check_form(signed)?;
    let body = once(signed, &Segment::Body)?;
    let Some(id) = once(signed, &Segment::Id)? else {
        return Ok(None);
    };
    let behind_body = body.is_some_and(|body| body < id);
    let at_the_end = body.is_none() && id + 1 == signed.len();
    if at_the_end {
        return Ok(None);
    }
    let boundary = if behind_body {
        last_byte(&signed[id - 1])
    } else {
        first_byte(signed.get(id + 1))
    };
    boundary.map(Some).ok_or(Misconfigured::AmbiguousId)
}

/// # Errors
///
/// Something stands behind the address that could be its continuation.
fn check_url_end(signed: &[Segment]) -> Result<(), Misconfigured> {
    let Some(url) = signed.iter().position(|segment| *segment == Segment::Url) else {
        return Ok(());
    };
    match signed.get(url + 1) {
        // The body is looked at when it is there: `Rules::check_body`. Where fields begin cannot be
        // told, which the documentation of their provider says.
        None | Some(Segment::Body | Segment::Form { .. }) => Ok(()),
        next => match first_byte(next) {
            Some(byte) if !is_url_byte(byte) => Ok(()),
            _ => Err(Misconfigured::AmbiguousUrl),
        },
    }
}

/// # Errors
///
/// A form has something behind it, or the body beside it; or the address, which has the digest of
/// what is no form, is not signed.
fn check_form(signed: &[Segment]) -> Result<(), Misconfigured> {
    let Some((last, others)) = signed.split_last() else {
        return Ok(());
    };
    if others.iter().any(Segment::is_form) {
        return Err(Misconfigured::FormNotLast);
    }
    match last {
        Segment::Form { .. } if others.contains(&Segment::Body) => Err(Misconfigured::FormNotLast),
        Segment::Form {
            digest_parameter: Some(_),
        } if !others.contains(&Segment::Url) => Err(Misconfigured::DigestNotSigned),
        _ => Ok(()),
    }
}

/// Where a piece is.
///
/// # Errors
///
/// It is there twice.
fn once(signed: &[Segment], wanted: &Segment) -> Result<Option<usize>, Misconfigured> {
    let mut places = (0..signed.len()).filter(|&place| signed[place] == *wanted);
    let first = places.next();
    match places.next() {
        Some(_) => Err(Misconfigured::RepeatedSegment {
            segment: wanted.clone(),
        }),
        None => Ok(first),
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

#[cfg(test)]
mod tests {
    use super::Segment::{Body, Id, Timestamp};
    use super::*;

    const DOT: Segment = Segment::literal(".");
    const ARROW: Segment = Segment::literal("->");

    #[test]
    fn an_id_must_not_contain_the_byte_that_ends_it() {
        assert_eq!(
            id_boundary(&[Id, DOT, Timestamp, DOT, Body]),
            Ok(Some(b'.'))
        );
        assert_eq!(id_boundary(&[Timestamp, Id, ARROW, Body]), Ok(Some(b'-')));
        assert_eq!(id_boundary(&[Body, ARROW, Id]), Ok(Some(b'>')));
        assert_eq!(id_boundary(&[Body, ARROW, Id, Timestamp]), Ok(Some(b'>')));
    }

    #[test]
    fn an_id_that_is_all_the_rest_may_be_anything() {
        assert_eq!(id_boundary(&[Id]), Ok(None));
        assert_eq!(id_boundary(&[Timestamp, Id]), Ok(None));
        assert_eq!(id_boundary(&[Timestamp, DOT, Body]), Ok(None));
    }

    #[test]
    fn a_layout_in_which_an_id_has_no_end_is_refused() {
        for layout in [
            &[Id, Body][..],
            &[Id, Timestamp, Body],
            &[Id, Timestamp],
            &[Body, Id],
            &[Body, Timestamp, Id],
            &[Id, Segment::literal(""), Body],
        ] {
            assert_eq!(
                id_boundary(layout),
                Err(Misconfigured::AmbiguousId),
                "{layout:?}"
            );
        }
    }

    #[test]
    fn a_form_is_the_last_and_takes_the_place_of_the_body() {
        let form = |digest_parameter: Option<&'static str>| Segment::Form {
            digest_parameter: digest_parameter.map(Cow::Borrowed),
        };
        let (plain, or_digest) = (form(None), form(Some("digest")));
        for layout in [
            &[plain.clone()][..],
            &[Timestamp, plain.clone()],
            &[Segment::Url, or_digest.clone()],
        ] {
            assert_eq!(id_boundary(layout), Ok(None), "{layout:?}");
        }
        for layout in [
            &[plain.clone(), Timestamp][..],
            &[plain.clone(), or_digest.clone()],
            &[Segment::Url, or_digest.clone(), Segment::Method],
            &[Body, plain],
        ] {
            assert_eq!(
                id_boundary(layout),
                Err(Misconfigured::FormNotLast),
                "{layout:?}"
            );
        }
        assert_eq!(
            id_boundary(&[or_digest]),
            Err(Misconfigured::DigestNotSigned)
        );
    }

    #[test]
    fn a_layout_that_covers_nothing_or_repeats_itself_is_refused() {
        assert_eq!(id_boundary(&[]), Err(Misconfigured::NothingSigned));
        assert_eq!(
            id_boundary(&[DOT, ARROW]),
            Err(Misconfigured::NothingSigned)
        );
        assert_eq!(
            id_boundary(&[Timestamp, DOT, Timestamp]),
            Err(Misconfigured::RepeatedSegment { segment: Timestamp })
        );
        assert_eq!(
            id_boundary(&[Body, DOT, Body]),
            Err(Misconfigured::RepeatedSegment { segment: Body })
        );
    }
}
