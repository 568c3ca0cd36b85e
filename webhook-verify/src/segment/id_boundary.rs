//! Whether signed bytes can be cut in one way only.

use super::{Segment, first_byte, last_byte};
use crate::misconfigured::Misconfigured;
use crate::public_url::is_url_byte;

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

#[cfg(test)]
mod tests {
    use alloc::borrow::Cow;

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
