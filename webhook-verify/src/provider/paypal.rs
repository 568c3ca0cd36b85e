//! PayPal: webhooks version 2. **Weak**, and there is nothing else.
//!
//! * **Key**: in a certificate, whose address comes with each delivery. The host fetches it: see
//!   [`Certificates`](crate::Certificates). PayPal leaves out the certificate between its own and the
//!   root, so the host must know that too
//! * **Id of the webhook**: *Developer Dashboard > your app > Webhooks*; said with
//!   [`Setup::webhook_id`](crate::Setup::webhook_id)
//! * **Headers**: `PAYPAL-TRANSMISSION-SIG: <Base64>`, `PAYPAL-TRANSMISSION-ID`,
//!   `PAYPAL-TRANSMISSION-TIME`, `PAYPAL-CERT-URL`, `PAYPAL-AUTH-ALGO`, which must be `SHA256withRSA`
//! * **Signed**: `<id>|<time>|<id of the webhook>|<CRC-32 of the body>`. Another body with the same
//!   CRC-32 is made in no time, so whoever sees one delivery can put an event of their own under its
//!   signature, for as long as its time is accepted and its id is not remembered. Ask PayPal's API for
//!   the event before anything depends on it. Say
//!   `Provider::PayPal.despite(Weakness::BodyByChecksum)`
//! * **Time**: RFC 3339
//! * **Id**: `PAYPAL-TRANSMISSION-ID`, signed. The body's `id` is **not**, to speak of
//!
//! Source: [Verify webhook
//! signatures](https://developer.paypal.com/api/rest/webhooks/rest/#link-messageverification).

use alloc::borrow::Cow;

use crate::{
    Algorithm, AlgorithmHeader, CertificateRule, CertificateSource, Encoding, Grammar, HeaderNames,
    IdSource, MoreSignatures, Scheme, SecretForm, Segment, SignatureHeader, SignatureSource,
    TimestampRule, TimestampSource, TimestampUnit, Tolerance,
};

/// How PayPal signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("paypal"),
    algorithm: Algorithm::RsaPkcs1Sha256,
    encoding: Encoding::Base64,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["paypal-transmission-sig"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[
        Segment::Id,
        Segment::literal("|"),
        Segment::Timestamp,
        Segment::literal("|"),
        Segment::WebhookId,
        Segment::literal("|"),
        Segment::BodyCrc32,
    ]),
    timestamp: Some(TimestampRule {
        source: TimestampSource::Header(HeaderNames::from_static(&["paypal-transmission-time"])),
        unit: TimestampUnit::Rfc3339,
        tolerance: Tolerance::STANDARD,
    }),
    id: Some(IdSource::Header(HeaderNames::from_static(&[
        "paypal-transmission-id",
    ]))),
    secret: SecretForm::Certificate(CertificateRule {
        url: CertificateSource::Header(HeaderNames::from_static(&["paypal-cert-url"])),
        hosts: Cow::Borrowed(&[
            Cow::Borrowed("api.paypal.com"),
            Cow::Borrowed("api.sandbox.paypal.com"),
        ]),
        path_start: Cow::Borrowed("/v1/notifications/certs/"),
        path_end: Cow::Borrowed(""),
        subjects: Cow::Borrowed(&[
            Cow::Borrowed("messageverificationcerts.paypal.com"),
            Cow::Borrowed("messageverificationcerts.*.paypal.com"),
        ]),
        algorithm: Some(AlgorithmHeader {
            names: HeaderNames::from_static(&["paypal-auth-algo"]),
            text: Cow::Borrowed("SHA256withRSA"),
        }),
    }),
};
