//! Amazon SNS, HTTP and HTTPS endpoints, without raw message delivery, in version 2 of its signatures.
//!
//! * **Key**: in a certificate, whose address is in each body. The host fetches it: see
//!   [`Certificates`](crate::Certificates). Amazon leaves out the certificates between its own and the
//!   root, so the host must know those too
//! * **To be set**: the attribute `SignatureVersion` of the topic, to `2`. Topics begin with
//!   [version 1](VERSION_1), which is weak
//! * **Field**: `Signature`, in Base64. There is no header
//! * **Signed**: for each of `Message`, `MessageId`, `Subject`, `SubscribeURL`, `Timestamp`, `Token`,
//!   `TopicArn` and `Type` that is there, its name and its text, each with a line break behind it.
//!   `UnsubscribeURL` and all else is **not signed**
//! * **Time**: `Timestamp`, to the millisecond, when the message was published: a delivery that is
//!   tried again keeps it, and SNS tries for up to an hour
//! * **Id**: `MessageId`, signed
//!
//! Anybody can subscribe your address to a topic of theirs, and Amazon signs what it delivers: look at
//! the topic. [`Topics`](crate::challenge::sns::Topics) does when a subscription is to be confirmed.
//!
//! Only `Message` may contain line breaks, or its end could be moved: a `MessageId` with the line
//! `TopicArn` in it could make of one message another with the same signed bytes.
//!
//! Source: [Verifying the signatures of Amazon SNS
//! messages](https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html),
//! [aws-js-sns-message-validator](https://github.com/aws/aws-js-sns-message-validator).

use alloc::borrow::Cow;
use core::time::Duration;

use crate::{
    Algorithm, BodyFormat, CertificateRule, CertificateSource, Encoding, Grammar, IdSource, Scheme,
    SecretForm, Segment, SignatureField, SignatureSource, SignedField, TimestampRule,
    TimestampSource, TimestampUnit, Tolerance, VersionField,
};

/// How Amazon SNS signs.
pub const SCHEME: Scheme = scheme("sns", Algorithm::RsaPkcs1Sha256, "2");

/// How Amazon SNS signs if the topic is not set to version 2: with SHA-1. **Weak**, because two texts
/// with one SHA-1 can be made. Say `VERSION_1.despite(Weakness::CollidingHash)`.
pub const VERSION_1: Scheme = scheme("sns-v1", Algorithm::RsaPkcs1Sha1, "1");

/// One of the two versions, which differ in nothing else.
const fn scheme(name: &'static str, algorithm: Algorithm, version: &'static str) -> Scheme {
    Scheme {
        name: Cow::Borrowed(name),
        algorithm,
        encoding: Encoding::Base64,
        signature: signature(version),
        signed: Cow::Borrowed(SIGNED),
        timestamp: Some(TIMESTAMP),
        id: Some(ID),
        secret: SecretForm::Certificate(CERTIFICATE),
    }
}

/// Where the certificate is, and whom it may be for: Amazon has one name for most regions, and one
/// each for some.
const CERTIFICATE: CertificateRule = CertificateRule {
    url: CertificateSource::BodyField(Cow::Borrowed("SigningCertURL")),
    hosts: Cow::Borrowed(&[
        Cow::Borrowed("sns.*.amazonaws.com"),
        Cow::Borrowed("sns.*.amazonaws.com.cn"),
    ]),
    path_start: Cow::Borrowed("/"),
    path_end: Cow::Borrowed(".pem"),
    subjects: Cow::Borrowed(&[
        Cow::Borrowed("sns.amazonaws.com"),
        Cow::Borrowed("sns-signing.*.amazonaws.com"),
        Cow::Borrowed("sns-us-gov-west-1.amazonaws.com"),
        Cow::Borrowed("sns-cn-north-1.amazonaws.com.cn"),
        Cow::Borrowed("sns-cn-northwest-1.amazonaws.com.cn"),
    ]),
    algorithm: None,
};

/// What is signed.
pub const SIGNED: &[Segment] = &[
    Segment::Line(SignedField::new("Message").free()),
    Segment::Line(SignedField::new("MessageId")),
    Segment::Line(SignedField::new("Subject").optional()),
    Segment::Line(SignedField::new("SubscribeURL").optional()),
    Segment::Line(SignedField::new("Timestamp")),
    Segment::Line(SignedField::new("Token").optional()),
    Segment::Line(SignedField::new("TopicArn")),
    Segment::Line(SignedField::new("Type")),
];

/// When the message was published.
pub const TIMESTAMP: TimestampRule = TimestampRule {
    source: TimestampSource::BodyField(Cow::Borrowed("Timestamp")),
    unit: TimestampUnit::Rfc3339Millis,
    tolerance: Tolerance::Within {
        past: Duration::from_secs(3_900),
        future: Duration::from_secs(60),
    },
};

/// The id of the message.
pub const ID: IdSource = IdSource::BodyField(Cow::Borrowed("MessageId"));

/// Where the signature stands in a message that says it is signed by this version.
pub const fn signature(version: &'static str) -> SignatureSource {
    SignatureSource::BodyField(SignatureField {
        format: BodyFormat::Json,
        path: Cow::Borrowed("Signature"),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        version: Some(VersionField {
            path: Cow::Borrowed("SignatureVersion"),
            text: Cow::Borrowed(version),
        }),
    })
}
