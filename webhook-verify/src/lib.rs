#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod algorithm;
mod body_field;
pub mod challenge;
mod claim;
mod coverage;
#[cfg(feature = "doctor")]
pub mod doctor;
mod encoding;
mod fingerprint;
mod grammar;
mod header_names;
mod headers;
mod id;
mod misconfigured;
pub mod provider;
mod rejection;
#[cfg(feature = "replay")]
pub mod replay;
mod rfc3339;
mod ring;
mod scheme;
mod secret;
mod segment;
mod separator;
mod signature_header;
mod signatures;
mod signer;
mod tag;
mod timestamp;
mod unix_time;
mod verified;
mod verifier;

pub use crate::algorithm::Algorithm;
pub use crate::coverage::Coverage;
pub use crate::encoding::Encoding;
pub use crate::fingerprint::Fingerprint;
pub use crate::grammar::Grammar;
pub use crate::header_names::HeaderNames;
pub use crate::headers::{Headers, MAX_HEADER_LEN};
pub use crate::id::{EventId, IdSource, MAX_ID_LEN};
pub use crate::misconfigured::Misconfigured;
pub use crate::provider::{Provider, UnknownProvider};
pub use crate::rejection::{Rejection, RejectionKind};
pub use crate::ring::{MAX_SECRETS, SecretRing};
pub use crate::scheme::Scheme;
pub use crate::secret::{Secret, SecretFault, SecretForm};
pub use crate::segment::Segment;
pub use crate::separator::Separator;
pub use crate::signature_header::{MoreSignatures, SignatureHeader};
pub use crate::signatures::MAX_SIGNATURES;
pub use crate::signer::{SignedHeaders, Signer, Unsignable};
pub use crate::timestamp::{TimestampRule, TimestampSource, TimestampUnit, Tolerance};
pub use crate::unix_time::{Skew, UnixTime};
pub use crate::verified::Verified;
pub use crate::verifier::Verifier;
