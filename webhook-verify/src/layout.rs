//! Layouts as text: `{timestamp}.{body}`.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::misconfigured::Misconfigured;
use crate::segment::Segment;
use crate::signed_field::SignedField;

impl Segment {
    /// The pieces of a layout which is written as text: the names of pieces in braces, and fixed text
    /// between them. A brace of the fixed text is doubled.
    ///
    /// The names are `id`, `timestamp`, `body`, `url`, `method`, `webhook-id`, `body-crc32`, `jwt` and `form`; with the parameter
    /// for the digest of what is no form, `form:bodySHA256`. Fields of the body are `field:data.id` and
    /// `line:data.id`. What else there is to say of one stands before the colon: `?` if it is
    /// optional, `*` if it is free, and `>=33` if it has 33 bytes or more, in this order.
    ///
    /// ```
    /// use webhook_verify::Segment;
    ///
    /// let slack = Segment::layout("v0:{timestamp}:{body}")?;
    ///
    /// assert_eq!(slack, [
    ///     Segment::literal("v0:"),
    ///     Segment::Timestamp,
    ///     Segment::literal(":"),
    ///     Segment::Body,
    /// ]);
    /// # Ok::<(), webhook_verify::Misconfigured>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A name is none, or a brace is neither closed nor doubled.
    pub fn layout(text: &str) -> Result<Vec<Self>, Misconfigured> {
        read(text).map_err(|piece| Misconfigured::Layout {
            layout: text.into(),
            piece: piece.into(),
        })
    }

    fn named(name: &str) -> Option<Self> {
        if let Some(parameter) = name.strip_prefix("form:") {
            return (!parameter.is_empty()).then(|| Self::Form {
                digest_parameter: Some(String::from(parameter).into()),
            });
        }
        let named = NAMED.iter().find(|piece| piece.text() == name);
        named.cloned().or_else(|| Self::of_field(name))
    }

    fn of_field(name: &str) -> Option<Self> {
        let (kind, path) = name.split_once(':')?;
        let (make, kind): (fn(SignedField) -> Self, _) = match kind.strip_prefix("field") {
            Some(rest) => (Self::Field, rest),
            None => (Self::Line, kind.strip_prefix("line")?),
        };
        let (kind, is_optional) = flag(kind, "?");
        let (kind, is_free) = flag(kind, "*");
        let min_len = match kind.strip_prefix(">=") {
            Some(number) => number.parse().ok()?,
            None if kind.is_empty() => 0,
            None => return None,
        };
        let path = (!path.is_empty()).then(|| String::from(path).into())?;
        Some(make(SignedField {
            path,
            is_optional,
            is_free,
            min_len,
        }))
    }

    /// The name, or the fixed text.
    fn text(&self) -> &str {
        match self {
            Self::Literal(text) => text,
            Self::Id => "id",
            Self::Timestamp => "timestamp",
            Self::Body => "body",
            Self::Url => "url",
            Self::Method => "method",
            Self::WebhookId => "webhook-id",
            Self::BodyCrc32 => "body-crc32",
            Self::Form { .. } => "form",
            Self::Jwt => "jwt",
            Self::Field(_) => "field",
            Self::Line(_) => "line",
        }
    }
}

/// What is behind a mark, and whether it was there.
fn flag<'t>(text: &'t str, mark: &str) -> (&'t str, bool) {
    match text.strip_prefix(mark) {
        Some(rest) => (rest, true),
        None => (text, false),
    }
}

/// The pieces that have a name.
const NAMED: &[Segment] = &[
    Segment::Id,
    Segment::Timestamp,
    Segment::Body,
    Segment::Url,
    Segment::Method,
    Segment::WebhookId,
    Segment::BodyCrc32,
    Segment::Form {
        digest_parameter: None,
    },
    Segment::Jwt,
];

/// # Errors
///
/// The piece at fault.
fn read(text: &str) -> Result<Vec<Segment>, &str> {
    let mut segments = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(place) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(place);
        literal.push_str(before);
        if let Some(behind) = from.strip_prefix("{{").or_else(|| from.strip_prefix("}}")) {
            literal.push_str(&from[..1]);
            rest = behind;
            continue;
        }
        let (name, behind) = from
            .strip_prefix('{')
            .and_then(|name| name.split_once('}'))
            .ok_or(from)?;
        let segment = Segment::named(name).ok_or(name)?;
        if !literal.is_empty() {
            segments.push(Segment::Literal(core::mem::take(&mut literal).into()));
        }
        segments.push(segment);
        rest = behind;
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        segments.push(Segment::Literal(literal.into()));
    }
    Ok(segments)
}

/// Writes a piece of a layout as [`Segment::layout`] reads it.
impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(text) => f.write_str(&text.replace('{', "{{").replace('}', "}}")),
            Self::Form {
                digest_parameter: Some(parameter),
            } => write!(f, "{{form:{parameter}}}"),
            Self::Field(field) | Self::Line(field) => write!(f, "{{{}{field}}}", self.text()),
            named => write!(f, "{{{}}}", named.text()),
        }
    }
}

/// Writes what stands behind the kind of the piece.
impl fmt::Display for SignedField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_optional { "?" } else { "" })?;
        f.write_str(if self.is_free { "*" } else { "" })?;
        if self.min_len > 0 {
            write!(f, ">={}", self.min_len)?;
        }
        write!(f, ":{}", self.path)
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::ToString;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_brace_of_the_text_is_doubled() {
        let layout = Segment::layout("{{{id}}}{{}}").expect("a layout");
        assert_eq!(
            layout,
            [Segment::literal("{"), Segment::Id, Segment::literal("}{}"),]
        );
        assert_eq!(Segment::layout(""), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_layout_is_named() {
        for (text, piece) in [
            ("{time}.{body}", "time"),
            ("{Body}", "Body"),
            ("{}", ""),
            ("{form:}", "form:"),
            ("{field:}", "field:"),
            ("{field}", "field"),
            ("{field*?:a}", "field*?:a"),
            ("{field>=:a}", "field>=:a"),
            ("{lines:a}", "lines:a"),
            ("{ body }", " body "),
            ("v0:{timestamp", "{timestamp"),
            ("body}", "}"),
            ("{{body}", "}"),
        ] {
            let fault = Misconfigured::Layout {
                layout: text.into(),
                piece: piece.into(),
            };
            assert_eq!(Segment::layout(text), Err(fault));
        }
    }

    fn fields() -> impl Strategy<Value = SignedField> {
        (
            "[a-z.:?*>=\\[\\]]{1,6}",
            any::<bool>(),
            any::<bool>(),
            0..99_usize,
        )
            .prop_map(|(path, is_optional, is_free, min_len)| SignedField {
                path: path.into(),
                is_optional,
                is_free,
                min_len,
            })
    }

    fn segments() -> impl Strategy<Value = Vec<Segment>> {
        let named = proptest::sample::select(NAMED);
        let named = prop_oneof![
            named,
            "[a-zA-Z:]{1,4}".prop_map(|parameter| Segment::Form {
                digest_parameter: Some(parameter.into()),
            }),
            fields().prop_map(Segment::Field),
            fields().prop_map(Segment::Line),
        ];
        let literal = "[{}a-z.\u{e9}]{1,4}".prop_map(|text| Segment::Literal(text.into()));
        // Two literals in a row are one when they are read.
        proptest::collection::vec((named, proptest::option::of(literal)), 0..5).prop_map(|pairs| {
            pairs
                .into_iter()
                .flat_map(|(one, two)| [Some(one), two])
                .flatten()
                .collect()
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(segments in segments()) {
            let text: String = segments.iter().map(ToString::to_string).collect();
            prop_assert_eq!(Segment::layout(&text), Ok(segments));
        }

        #[test]
        fn any_text_is_read_or_refused_by_a_part_of_it(text in "[{}a-z:]{0,20}") {
            if let Err(Misconfigured::Layout { piece, .. }) = Segment::layout(&text) {
                prop_assert!(text.contains(&piece), "{}", format!("{piece:?} of {text:?}"));
            }
        }
    }
}
