//! Amazon SNS, HTTP and HTTPS endpoints, without raw message delivery. What is here is the layout: the
//! signature of Amazon's certificate over it is not verified yet.
//!
//! * **Field**: `Signature`, in Base64. There is no header
//! * **Signed**: for each of `Message`, `MessageId`, `Subject`, `SubscribeURL`, `Timestamp`, `Token`,
//!   `TopicArn` and `Type` that is there, its name and its text, each with a line break behind it.
//!   `UnsubscribeURL` and all else is **not signed**
//! * **Time**: `Timestamp`, to the millisecond, when the message was published: a delivery that is
//!   tried again keeps it, and SNS tries for up to an hour
//! * **Id**: `MessageId`, signed
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
    BodyFormat, Grammar, IdSource, Segment, SignatureField, SignatureSource, SignedField,
    TimestampRule, TimestampSource, TimestampUnit, Tolerance, VersionField,
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
