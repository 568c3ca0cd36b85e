//! Layouts as text: `{timestamp}.{body}`.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::misconfigured::Misconfigured;
use crate::segment::Segment;

impl Segment {
    /// The pieces of a layout which is written as text: the names of pieces in braces, and fixed text
    /// between them. A brace of the fixed text is doubled.
    ///
    /// The names are `id`, `timestamp`, `body`, `url`, `method`, `jwt` and `form`; with the parameter
    /// for the digest of what is no form, `form:bodySHA256`.
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
        NAMED.iter().find(|piece| piece.text() == name).cloned()
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
            Self::Form { .. } => "form",
            Self::Jwt => "jwt",
        }
    }
}

/// The pieces that have a name.
const NAMED: &[Segment] = &[
    Segment::Id,
    Segment::Timestamp,
    Segment::Body,
    Segment::Url,
    Segment::Method,
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
            named => write!(f, "{{{}}}", named.text()),
        }
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

    fn segments() -> impl Strategy<Value = Vec<Segment>> {
        let named = proptest::sample::select(NAMED);
        let named = prop_oneof![
            named,
            "[a-zA-Z:]{1,4}".prop_map(|parameter| Segment::Form {
                digest_parameter: Some(parameter.into()),
            }),
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
