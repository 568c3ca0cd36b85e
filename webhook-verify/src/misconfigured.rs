//! Why a verifier or a signer cannot be built.

use alloc::string::String;

use thiserror::Error;

use crate::secret::SecretFault;
use crate::segment::Segment;
use crate::weakness::Weakness;

/// Why a [`Verifier`](crate::Verifier) or a [`Signer`](crate::Signer) cannot be built: the
/// operator's mistake, said when the program starts rather than at the first request. No secret is
/// in it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Misconfigured {
    /// There is no secret.
    #[error("there is no secret: give at least one")]
    NoSecret,
    /// There are more secrets than [`MAX_SECRETS`](crate::MAX_SECRETS).
    #[error("there are {given} secrets, and at most {limit} are allowed: drop the unused")]
    TooManySecrets {
        /// How many were given.
        given: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// A secret cannot be used.
    #[error("secret {label:?} {fault}")]
    Secret {
        /// The label of the secret; its place in the list, from 1, if it has none of its own.
        label: String,
        /// What is wrong with it.
        fault: SecretFault,
    },
    /// A label is empty, longer than 64 bytes, or not visible ASCII; or it has a `|` or `&` where a
    /// signer writes it beside the signature.
    #[error("the label of secret number {position} must be 1 to 64 visible ASCII characters")]
    Label {
        /// The place of the secret in the list, from 1.
        position: usize,
    },
    /// Two secrets have one label.
    #[error("two secrets are labelled {label:?}: a label must tell which secret matched")]
    DuplicateLabel {
        /// The label.
        label: String,
    },
    /// Two secrets are one and the same.
    #[error("secrets {first:?} and {second:?} are the same: drop one")]
    DuplicateSecret {
        /// The label of the first.
        first: String,
        /// The label of the second.
        second: String,
    },
    /// The scheme signs the id of the webhook, and it was not said, or is none.
    #[error("scheme {scheme} signs the id of the webhook: give it with `webhook_id`")]
    NoWebhookId {
        /// The name of the scheme.
        scheme: String,
    },
    /// The keys of the scheme are in certificates, and it was given none.
    #[error("the keys of scheme {scheme} are in certificates: give it `Certificates`")]
    NoCertificates {
        /// The name of the scheme.
        scheme: String,
    },
    /// The scheme has an RSA key that is not in a certificate, or a certificate for another key.
    #[error("RSA keys are in certificates, and no others are")]
    KeyNotInCertificate,
    /// The scheme names its certificate in a header, and the address was not said, or is none that the
    /// scheme allows.
    #[error(
        "scheme {scheme} says where its certificate is: give one of its addresses with `certified_at`"
    )]
    NoCertificateUrl {
        /// The name of the scheme.
        scheme: String,
    },
    /// The scheme cannot be signed with: it has RSA with SHA-1, which is for old senders only.
    #[error("scheme {scheme} can be verified only: nothing is signed with RSA and SHA-1 any more")]
    VerifiedOnly {
        /// The name of the scheme.
        scheme: String,
    },
    /// The algorithm is in a feature of this crate which is not enabled.
    #[error("this needs the feature `{feature}` of webhook-verify: enable it in Cargo.toml")]
    NeedsFeature {
        /// The feature.
        feature: &'static str,
    },
    /// The scheme is weak, and nobody said that they know.
    #[error("scheme {scheme} is weak, because {weakness}: use another, or say `despite` it")]
    Weak {
        /// The name of the scheme.
        scheme: String,
        /// What is wrong with it.
        weakness: Weakness,
    },
    /// The scheme signs the address of the endpoint, and it was not said.
    #[error("scheme {scheme} signs the address of the endpoint: give it with `at`")]
    NoPublicUrl {
        /// The name of the scheme.
        scheme: String,
    },
    /// The address of the endpoint is none.
    #[error("{url:?} is no address: give all of it, as https://hooks.example.com/webhooks")]
    PublicUrl {
        /// What was given.
        url: String,
    },
    /// The layout does not say where the address ends.
    #[error(
        "the address must be the last in the layout, or have the body or a literal behind it              which cannot be its continuation"
    )]
    AmbiguousUrl,
    /// The layout has something behind the fields of a form, or the body or another form beside them.
    #[error("the fields of a form must be the last in the layout, and stand for the body")]
    FormNotLast,
    /// The digest of what is no form stands in the address, which is not in the layout.
    #[error("the digest of the body stands in the address: put that in the layout")]
    DigestNotSigned,
    /// A token is all that there is, and the layout has something to sign.
    #[error("a token signs nothing: its layout must be empty")]
    TokenSigns,
    /// A tolerance was given for a scheme in which no time is signed.
    #[error("scheme {scheme} signs no time, so no tolerance applies to it")]
    NoTimestamp {
        /// The name of the scheme.
        scheme: String,
    },
    /// The text of a layout is none.
    #[error(
        "{piece:?} is no piece of the layout {layout:?}: pieces are {{id}}, {{timestamp}}, \
             {{body}}, {{url}} and {{method}}, and a brace of the text itself is doubled"
    )]
    Layout {
        /// The text.
        layout: String,
        /// What is none of its pieces.
        piece: String,
    },
    /// The layout has literals only, or nothing.
    #[error("the layout covers nothing of the delivery")]
    NothingSigned,
    /// The layout has a piece twice.
    #[error("the layout has {segment:?} twice")]
    RepeatedSegment {
        /// The piece.
        segment: Segment,
    },
    /// The layout does not say where the id ends.
    #[error(
        "the id must be set off by a literal, or two deliveries could have the same signed bytes"
    )]
    AmbiguousId,
    /// The layout has the id, and there is no header to take it from.
    #[error("the layout has the id, and no header is given for it")]
    IdHasNoHeader,
    /// The layout has the time, and there is no rule for it.
    #[error("the layout has the time, and no rule is given for it")]
    TimestampHasNoRule,
    /// There is a rule for a time which is not in the layout.
    #[error("a time that is not signed proves nothing: put it in the layout, or drop the rule")]
    TimestampNotSigned,
    /// The layout has the time, and the time is said to stand in the body.
    #[error("the layout has the time, which stands in the body: give it the body only")]
    TimestampInBody,
    /// The time is said to stand in the signature header, of which there may be several.
    #[error("a time cannot stand in one of several signature headers")]
    TimestampInSeveral,
    /// A token signs its header and claims and nothing else.
    #[error("what is signed of a JSON Web Token is `Segment::Jwt` alone, and of nothing else")]
    JwtLayout,
    /// The signature of a token is written in one way.
    #[error("the signature of a JSON Web Token is written in `Encoding::Base64UrlNoPad`")]
    JwtEncoding,
    /// No token can be signed with the algorithm.
    #[error("JSON Web Tokens are not signed with this algorithm")]
    JwtAlgorithm,
    /// There is one token, and no more.
    #[error("a JSON Web Token stands in one header: there are no more signatures")]
    JwtInSeveral,
    /// The time or the id is said to stand in a claim, and there is no token.
    #[error("the time or the id is said to stand in a claim, and there is no JSON Web Token")]
    NoClaims,
    /// A time in a claim is in seconds.
    #[error("a time in a claim is in seconds")]
    ClaimUnit,
    /// A claim is said to be two things at once.
    #[error("claim {claim:?} is said to be two things at once")]
    SharedClaim {
        /// Its name.
        claim: String,
    },
    /// The scheme has tokens by an issuer that the receiver knows, and none was named.
    #[error("scheme {scheme} asks who issued a token: name them with `issued_by`")]
    NoIssuer {
        /// The name of the scheme.
        scheme: String,
    },
    /// The path of a member of the body is empty or has an empty name in it.
    #[error("{path:?} is no path: give the names of members with dots between")]
    Path {
        /// The path.
        path: String,
    },
    /// The layout does not say where a field of the body ends, or has it twice.
    #[error("the layout does not say where field {path:?} ends: set it off by literals")]
    AmbiguousField {
        /// Its path.
        path: String,
    },
    /// Fields of the body stand in the layout beside what has no end of its own.
    #[error("fields are signed among literals and the time, and lines among lines: nothing else")]
    FieldsAmongOthers,
    /// The signature stands in the body, and the time or the id that it covers in a header.
    #[error("the signature stands in the body: so must the time and the id that it covers")]
    HeaderBesideBody,
    /// Two paths cannot both be followed in one body, or there are too many.
    #[error("path {path:?} contradicts another, or is one too many")]
    Paths {
        /// One of them.
        path: String,
    },
    /// A header has no name.
    #[error("the {part} header has no name")]
    NoHeaderName {
        /// Which header: `signature`, `timestamp` or `id`.
        part: &'static str,
    },
    /// A name is none that a header can have.
    #[error("{name:?} is no name of a header")]
    HeaderName {
        /// The name.
        name: String,
    },
    /// A header has more or fewer names than the signature header.
    #[error(
        "the {part} header has {given} names, the signature header {wanted}: each family needs one"
    )]
    Families {
        /// Which header: `timestamp` or `id`.
        part: &'static str,
        /// How many names it has.
        given: usize,
        /// How many the signature header has.
        wanted: usize,
    },
    /// Two headers of one family have one name.
    #[error("{name:?} is said to be two headers at once")]
    SharedHeader {
        /// The name.
        name: String,
    },
    /// A prefix, key or version of the signature header could not be found again when it is read.
    #[error("{word:?} cannot stand in a signature header")]
    GrammarWord {
        /// The prefix, key or version.
        word: String,
    },
    /// The time should stand under a key of a signature header which has no keys.
    #[error("the time is said to stand under a key, and the signature header has no keys")]
    NoKeysInHeader,
    /// One key is said to be both the signature's and the time's.
    #[error("key {key:?} cannot be both the signature's and the time's")]
    SharedKey {
        /// The key.
        key: String,
    },
}
