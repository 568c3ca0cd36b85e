//! Adyen's standard webhooks, which are those for payments. Those for platforms and for management are
//! [`adyen_platform`](mod@super::adyen_platform).
//!
//! * **Secret**: *Developers > Webhooks > the webhook > HMAC key*, in hexadecimal. The key is the
//!   bytes that it stands for
//! * **Field**: `additionalData.hmacSignature` of the notification, in Base64. There is no header
//! * **Signed**: eight fields of the notification, with `:` between: `pspReference`,
//!   `originalReference`, `merchantAccountCode`, `merchantReference`, `amount.value`,
//!   `amount.currency`, `eventCode` and `success`. One that is missing counts as empty. All else is
//!   **not signed**: neither `reason`, nor `paymentMethod`, nor anything in `additionalData`
//! * **Time**: none is signed, so an old delivery cannot be told from a new one
//! * **Id**: none. Recognise repeats by the fingerprint, which is the same for the same eight fields;
//!   a `pspReference` alone has several events
//!
//! Only `merchantReference` may contain a `:`; in any other field it could be the end of the one in
//! front of it, and Adyen's own library takes it for that. `notificationItems` has one item, as it has
//! in what Adyen sends as JSON: more are refused, because a second would come with a signature of its
//! own, or with none.
//!
//! Source: [Verify HMAC
//! signatures](https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures),
//! [adyen-node-api-library](https://github.com/Adyen/adyen-node-api-library).

use alloc::borrow::Cow;

use crate::{
    Algorithm, BodyFormat, Encoding, Grammar, Scheme, SecretForm, Segment, SignatureField,
    SignatureSource, SignedField,
};

/// A field of the one notification.
macro_rules! field {
    ($path:literal) => {
        SignedField::new(concat!(
            "notificationItems[].NotificationRequestItem.",
            $path
        ))
        .optional()
    };
}

const COLON: Segment = Segment::literal(":");

/// How Adyen signs payments.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("adyen"),
    algorithm: Algorithm::HmacSha256,
    encoding: Encoding::Base64,
    signature: SignatureSource::BodyField(SignatureField {
        format: BodyFormat::Json,
        path: Cow::Borrowed(
            "notificationItems[].NotificationRequestItem.additionalData.hmacSignature",
        ),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        version: None,
    }),
    signed: Cow::Borrowed(&[
        Segment::Field(field!("pspReference")),
        COLON,
        Segment::Field(field!("originalReference")),
        COLON,
        Segment::Field(field!("merchantAccountCode")),
        COLON,
        Segment::Field(field!("merchantReference").free()),
        COLON,
        Segment::Field(field!("amount.value")),
        COLON,
        Segment::Field(field!("amount.currency")),
        COLON,
        Segment::Field(field!("eventCode")),
        COLON,
        Segment::Field(field!("success")),
    ]),
    timestamp: None,
    id: None,
    secret: SecretForm::Hex,
};
