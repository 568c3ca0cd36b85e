//! Remembering deliveries, so that each is worked off once.
//!
//! A genuine delivery can come again: the provider sends it anew because no answer reached it, or
//! someone who saw it replays it. A [`ReplayLog`] tells the first from the others.
//!
//! ```
//! use webhook_verify::replay::{Claimed, Memory, ReplayKey, ReplayLog, Route, Settled, Windows};
//! use webhook_verify::{Provider, Secret, Signer, UnixTime, Verifier};
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let secret = Secret::new("whsec_an_endpoint_secret");
//! let verifier = Verifier::new(Provider::Stripe, secret.clone())?;
//! let windows = Windows::standard(&verifier)?;
//! let log = ReplayLog::new(Memory::new(), Route::new("/webhooks/stripe")?, windows);
//!
//! let now = UnixTime::now();
//! let body = br#"{"id":"evt_1"}"#;
//! let headers = Signer::new(Provider::Stripe, secret)?.sign(None, now, body)?;
//!
//! // First verify, then claim: nothing is remembered of what anybody can send.
//! let delivery = verifier.verify_at(&headers, body, now)?;
//! let key = ReplayKey::of(&delivery);
//!
//! let Claimed::Fresh(claim) = log.claim(&key).await? else {
//!     unreachable!("nothing was claimed before");
//! };
//! // While it is worked on, a repetition is not to be answered as if it were done.
//! assert!(matches!(log.claim(&key).await?, Claimed::InFlight { .. }));
//!
//! assert_eq!(log.commit(&claim).await?, Settled::Accepted);
//! assert!(matches!(log.claim(&key).await?, Claimed::Done { .. }));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Three states
//!
//! A key is free, in flight or done. To claim it puts it in flight, under a lease:
//!
//! * The work succeeded: [`commit`](ReplayLog::commit), and answer 200. From then on the key is done.
//! * The work failed: [`release`](ReplayLog::release), and answer 5xx. The key is free again, so the
//!   provider's next attempt is not swallowed.
//! * The process died: the lease runs out, and the key is free again.
//!
//! Answer [`Claimed::Done`] with 200, so that the provider stops. Answer [`Claimed::InFlight`] with 409
//! or 503, so that it tries again: the work may yet fail.
//!
//! Each claim has a fence, a number higher than that of any claim before. Who has lost the lease to
//! somebody else can neither commit nor release.
//!
//! # When the store fails
//!
//! A refusal is a value; `Err` means that nobody knows whether the delivery came before. Answer 503
//! and do not work it off. There is no setting that lets it pass.
//!
//! # Stores
//!
//! [`Memory`] forgets with the process; `File` (feature `file`) keeps one SQLite file for the
//! processes of one machine; `Redis` (feature `redis`) serves those of many. Another is a [`Store`] of
//! your own; the feature `conformance` has the laws that it must keep, as tests.

mod claim;
mod clock;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod entry;
#[cfg(feature = "file")]
pub mod file;
mod key;
mod log;
mod memory;
#[cfg(feature = "redis")]
pub mod redis;
mod route;
mod store;
mod windows;

pub use self::claim::{Claim, Claimed, Forgotten, Settled};
pub use self::clock::{Clock, ManualClock, SystemClock};
pub use self::entry::{Entry, State};
#[cfg(feature = "file")]
pub use self::file::File;
pub use self::key::{InvalidKey, ReplayKey, UnsignedId};
pub use self::log::ReplayLog;
pub use self::memory::{Memory, WhenFull};
#[cfg(feature = "redis")]
pub use self::redis::Redis;
pub use self::route::{InvalidRoute, Route};
pub use self::store::{Store, StoreError};
pub use self::windows::{InvalidWindows, Windows};
