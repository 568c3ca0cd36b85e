//! Twilio.
//!
//! * **Secret**: *Console > Account > API keys & tokens > Auth Token*; of a subaccount, its own. Give
//!   the secondary token too while it is promoted
//! * **Header**: `X-Twilio-Signature: <base64>`, HMAC-SHA1
//! * **Signed**: the address of the endpoint as it was entered at Twilio, with its query, then what
//!   the body is:
//!   * a form: its fields in order, each as its name and its value
//!   * anything else: nothing, but the address ends in `bodySHA256=<hex>`, which is compared with the
//!     body
//! * **Time**: none is signed, so an old delivery cannot be told from a new one
//! * **Id**: `I-Twilio-Idempotency-Token`, **not signed**. `MessageSid` and `CallSid` are signed, and
//!   come with each step of one message or call. Recognise repeats by the fingerprint
//!
//! Say the address with `Provider::Twilio.at("https://..")`, and the target of each request with
//! [`Request::target`](crate::Request::target): the query, and with it the digest, is in there. Twilio
//! signs the port if one was entered; its own libraries try with and without, and here it is what
//! was configured.
//!
//! # What is not set apart
//!
//! Nothing stands between the address and the fields, or between a name and its value, so the same
//! bytes can be cut elsewhere: whoever saw a delivery can send it again as fields of other names, or
//! move the first of them into the query. Read fields by the names that Twilio documents, refuse a
//! delivery without `AccountSid`, and take no field's absence for a statement. In what order fields
//! came, and how often one came with the same value, is not signed either. A receiver whose address
//! is always the same leaves the target out, and then no field can become part of it.
//!
//! The `bodySHA256` must be the last of the query, where Twilio puts it, so that text in a field
//! cannot become one.
//!
//! Source: [Webhooks security](https://www.twilio.com/docs/usage/webhooks/webhooks-security).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    Segment, SignatureHeader, SignatureSource,
};

/// How Twilio signs.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("twilio"),
    algorithm: Algorithm::HmacSha1,
    encoding: Encoding::Base64,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-twilio-signature"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[
        Segment::Url,
        Segment::Form {
            digest_parameter: Some(Cow::Borrowed("bodySHA256")),
        },
    ]),
    timestamp: None,
    id: Some(IdSource::Header(HeaderNames::from_static(&[
        "i-twilio-idempotency-token",
    ]))),
    secret: SecretForm::Verbatim,
};
