//! Schemes made at run time, one step at a time.

use alloc::borrow::Cow;
use alloc::string::String;

use crate::algorithm::Algorithm;
use crate::body_format::BodyFormat;
use crate::encoding::Encoding;
use crate::grammar::Grammar;
use crate::header_names::HeaderNames;
use crate::id::IdSource;
use crate::scheme::Scheme;
use crate::secret::SecretForm;
use crate::segment::Segment;
use crate::signature_source::{MoreSignatures, SignatureField, SignatureHeader, SignatureSource};
use crate::timestamp::{TimestampRule, TimestampSource, TimestampUnit, Tolerance};

/// A scheme of one's own, one step at a time. A [`Verifier`](crate::Verifier) refuses it if the steps
/// contradict each other.
///
/// ```
/// use webhook_verify::{Encoding, Scheme, Secret, Segment, Signer, TimestampUnit, UnixTime, Verifier};
///
/// let acme = Scheme::hmac_sha256("acme", "x-acme-signature")
///     .prefix("sha256=")
///     .encoding(Encoding::Base64)
///     .timestamp_header("x-acme-timestamp", TimestampUnit::Seconds)
///     .signed(Segment::layout("{timestamp}.{body}")?)
///     .id_field("event.id");
///
/// let secret = Secret::new("Tr0ub4dor&3-horse-staple");
/// let now = UnixTime::from_secs(1_700_000_000);
/// let body = br#"{"event":{"id":"evt_1"}}"#;
/// let headers = Signer::new(acme.clone(), secret.clone())?.sign(None, now, body)?;
///
/// let verifier = Verifier::new(acme, secret)?;
/// let delivery = verifier.verify_at(&headers, body, now)?;
/// assert_eq!(delivery.event_id().unwrap().as_str(), "evt_1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Scheme {
    /// The most frequent scheme: the header holds the HMAC with SHA-256 of the body, in hexadecimal,
    /// and the secret is the bytes of its text.
    pub fn hmac_sha256(name: impl Into<Cow<'static, str>>, header: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            algorithm: Algorithm::HmacSha256,
            encoding: Encoding::Hex,
            signature: SignatureSource::Header(SignatureHeader {
                names: HeaderNames::from(header.into()),
                grammar: Grammar::Bare {
                    prefix: Cow::Borrowed(""),
                },
                more: MoreSignatures::InHeader,
            }),
            signed: Cow::Borrowed(&[Segment::Body]),
            timestamp: None,
            id: None,
            secret: SecretForm::Verbatim,
        }
    }

    /// Another algorithm.
    #[must_use]
    pub fn algorithm(self, algorithm: Algorithm) -> Self {
        Self { algorithm, ..self }
    }

    /// Another way to write the signature.
    #[must_use]
    pub fn encoding(self, encoding: Encoding) -> Self {
        Self { encoding, ..self }
    }

    /// What stands before the signature in its header, as `sha256=`.
    #[must_use]
    pub fn prefix(self, prefix: impl Into<Cow<'static, str>>) -> Self {
        let prefix = prefix.into();
        self.grammar(Grammar::Bare { prefix })
    }

    /// Another way to write the header, or the field of the body, that holds the signature.
    #[must_use]
    pub fn grammar(mut self, grammar: Grammar) -> Self {
        match &mut self.signature {
            SignatureSource::Header(header) => header.grammar = grammar,
            SignatureSource::BodyField(field) => field.grammar = grammar,
        }
        self
    }

    /// The signature stands in this member of a JSON body, and in no header.
    #[must_use]
    pub fn signature_field(mut self, path: impl Into<Cow<'static, str>>) -> Self {
        self.signature = SignatureSource::BodyField(SignatureField {
            format: BodyFormat::Json,
            path: path.into(),
            grammar: self.signature.grammar().clone(),
            version: None,
        });
        self
    }

    /// What is signed: pieces in their order, as of [`Segment::layout`].
    #[must_use]
    pub fn signed(self, signed: impl Into<Cow<'static, [Segment]>>) -> Self {
        let signed = signed.into();
        Self { signed, ..self }
    }

    /// The header which says the time. It is to be signed.
    #[must_use]
    pub fn timestamp_header(self, header: impl Into<String>, unit: TimestampUnit) -> Self {
        let names = HeaderNames::from(header.into());
        self.timestamp(TimestampSource::Header(names), unit)
    }

    /// Where the time stands, which must be signed, and how it is written. It may be as far from now
    /// as [`Tolerance::STANDARD`] says.
    #[must_use]
    pub fn timestamp(self, source: TimestampSource, unit: TimestampUnit) -> Self {
        let rule = TimestampRule {
            source,
            unit,
            tolerance: Tolerance::STANDARD,
        };
        Self {
            timestamp: Some(rule),
            ..self
        }
    }

    /// How far the time may be from now. Without a time it says nothing.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Tolerance) -> Self {
        if let Some(rule) = &mut self.timestamp {
            rule.tolerance = tolerance;
        }
        self
    }

    /// The header with the id of the event. Unless the layout has it, it is not signed, and nothing
    /// will take it for what tells one delivery from another.
    #[must_use]
    pub fn id_header(self, header: impl Into<String>) -> Self {
        let names = HeaderNames::from(header.into());
        Self {
            id: Some(IdSource::Header(names)),
            ..self
        }
    }

    /// The member of a JSON body with the id of the event, as `id` or `event.id`.
    #[must_use]
    pub fn id_field(self, path: impl Into<Cow<'static, str>>) -> Self {
        Self {
            id: Some(IdSource::BodyField(path.into())),
            ..self
        }
    }

    /// How secrets are written.
    #[must_use]
    pub fn secret(self, secret: SecretForm) -> Self {
        Self { secret, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Provider;

    #[test]
    fn a_provider_can_be_built_step_by_step() {
        let slack = Scheme::hmac_sha256("slack", "x-slack-signature")
            .prefix("v0=")
            .signed(Segment::layout("v0:{timestamp}:{body}").expect("a layout"))
            .timestamp_header("x-slack-request-timestamp", TimestampUnit::Seconds)
            .tolerance(Tolerance::STANDARD)
            .id_field("event_id");
        assert_eq!(slack, Provider::Slack.scheme());

        let webhooks = Scheme::hmac_sha256("standard-webhooks", "webhook-signature")
            .encoding(Encoding::Base64)
            .grammar(Grammar::Versions {
                version: "v1".into(),
            })
            .timestamp_header("webhook-timestamp", TimestampUnit::Seconds)
            .id_header("webhook-id")
            .signed(Segment::layout("{id}.{timestamp}.{body}").expect("a layout"))
            .secret(SecretForm::Base64 {
                prefix: "whsec_".into(),
            });
        assert_eq!(webhooks, Provider::StandardWebhooks.scheme());

        let intercom = Scheme::hmac_sha256("intercom", "x-hub-signature")
            .algorithm(Algorithm::HmacSha1)
            .prefix("sha1=")
            .id_field("id");
        assert_eq!(intercom, Provider::Intercom.scheme());
    }
}
