#![cfg_attr(not(doctest), doc = include_str!("../README.md"))]
#![no_std]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

#[cfg(feature = "actix")]
pub mod actix;
mod algorithm;
mod arrived;
mod arriving;
#[cfg(feature = "axum")]
pub mod axum;
#[cfg(any(feature = "axum", feature = "tower"))]
mod body;
mod body_field;
mod body_format;
mod builder;
mod certificate_url;
#[cfg(feature = "certificates")]
mod certificates;
pub mod challenge;
mod claim;
mod coverage;
#[cfg(feature = "delivery")]
mod delivery;
#[cfg(feature = "serde")]
mod description;
#[cfg(feature = "doctor")]
pub mod doctor;
#[cfg(feature = "ed25519")]
mod ed25519;
mod encoding;
mod fields;
mod fingerprint;
mod form;
mod grammar;
mod header_names;
mod headers;
mod http_date;
mod id;
mod intake;
mod json_object;
mod jwk;
mod jwt;
mod jwt_claims;
mod jwt_rule;
mod keys;
mod layout;
mod mac;
mod misconfigured;
#[cfg(feature = "p256")]
mod p256;
mod pem;
mod proof;
pub mod provider;
#[cfg(any(feature = "ed25519", feature = "p256"))]
mod public_key;
mod public_url;
#[cfg(feature = "delivery")]
mod refused;
mod rejection;
#[cfg(feature = "replay")]
pub mod replay;
mod request;
mod rfc3339;
mod ring;
#[cfg(feature = "certificates")]
mod rsa;
mod scheme;
mod secret;
mod segment;
mod separator;
mod setup;
mod signature_source;
mod signatures;
mod signed_field;
mod signed_headers;
mod signer;
mod signing_key;
mod tag;
mod timestamp;
#[cfg(feature = "tower")]
pub mod tower;
mod unix_time;
mod unsignable;
mod validity;
mod verdict;
mod verified;
mod verifier;
mod weakness;

pub use crate::algorithm::Algorithm;
pub use crate::arrived::Arrived;
pub use crate::arriving::Arriving;
pub use crate::body_format::BodyFormat;
pub use crate::certificate_url::{
    AlgorithmHeader, CertificateRule, CertificateSource, CertificateUrl,
};
#[cfg(feature = "certificates")]
pub use crate::certificates::{CertificateFault, Certificates, MAX_CERTIFICATES, MAX_PEM_LEN};
pub use crate::coverage::{BodyCoverage, Coverage};
#[cfg(feature = "delivery")]
pub use crate::delivery::{DEFAULT_BODY_LIMIT, Delivery};
pub use crate::encoding::Encoding;
pub use crate::fingerprint::Fingerprint;
pub use crate::form::MAX_FORM_FIELDS;
pub use crate::grammar::Grammar;
pub use crate::header_names::{HeaderNames, KnownName};
pub use crate::headers::{Headers, MAX_HEADER_LEN};
pub use crate::id::{EventId, IdSource, MAX_ID_LEN};
pub use crate::jwt_rule::{Issuer, JwtRule};
pub use crate::misconfigured::Misconfigured;
pub use crate::proof::Proof;
pub use crate::provider::{Provider, UnknownProvider};
pub use crate::public_url::MAX_TARGET_LEN;
#[cfg(feature = "delivery")]
pub use crate::refused::{Refused, Unresolved};
pub use crate::rejection::{Rejection, RejectionKind};
pub use crate::request::Request;
pub use crate::ring::{MAX_SECRETS, SecretRing};
pub use crate::scheme::Scheme;
pub use crate::secret::{Secret, SecretFault, SecretForm};
pub use crate::segment::Segment;
pub use crate::separator::Separator;
pub use crate::setup::Setup;
pub use crate::signature_source::{
    MoreSignatures, SignatureField, SignatureHeader, SignatureSource, VersionField,
};
pub use crate::signatures::MAX_SIGNATURES;
pub use crate::signed_field::SignedField;
pub use crate::signed_headers::SignedHeaders;
pub use crate::signer::Signer;
pub use crate::timestamp::{TimestampRule, TimestampSource, TimestampUnit, Tolerance};
pub use crate::unix_time::{Skew, UnixTime};
pub use crate::unsignable::Unsignable;
pub use crate::verified::Verified;
pub use crate::verifier::Verifier;
pub use crate::weakness::Weakness;

/// The programs of the README, which need the adapters, and everything else that it shows.
#[cfg(all(doctest, feature = "axum", feature = "tower"))]
#[doc = include_str!("../README.md")]
struct Readme;
