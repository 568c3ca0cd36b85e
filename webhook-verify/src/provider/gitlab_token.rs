//! GitLab, with the secret token of old. **Weak**: use [`gitlab`](super::gitlab), the signing token,
//! where there is one.
//!
//! * **Secret**: *Settings > Webhooks > Secret token*
//! * **Header**: `X-Gitlab-Token: <the secret itself>`
//! * **Signed**: nothing. Say `Provider::GitLabToken.despite(Weakness::SharedToken)`
//! * **Time**: none
//! * **Id**: `X-Gitlab-Event-UUID`, **not signed**. Recognise repeats by the fingerprint, which is
//!   made from the body
//!
//! Source: [Webhooks](https://docs.gitlab.com/user/project/integrations/webhooks/).

use alloc::borrow::Cow;

use crate::{
    Algorithm, Encoding, Grammar, HeaderNames, IdSource, MoreSignatures, Scheme, SecretForm,
    SignatureHeader, SignatureSource,
};

/// How GitLab identifies itself.
pub const SCHEME: Scheme = Scheme {
    name: Cow::Borrowed("gitlab-token"),
    algorithm: Algorithm::Token,
    encoding: Encoding::Hex,
    signature: SignatureSource::Header(SignatureHeader {
        names: HeaderNames::from_static(&["x-gitlab-token"]),
        grammar: Grammar::Bare {
            prefix: Cow::Borrowed(""),
        },
        more: MoreSignatures::InHeader,
    }),
    signed: Cow::Borrowed(&[]),
    timestamp: None,
    id: Some(IdSource::Header(HeaderNames::from_static(&[
        "x-gitlab-event-uuid",
    ]))),
    secret: SecretForm::Verbatim,
};
