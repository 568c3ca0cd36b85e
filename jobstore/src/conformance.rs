//! The laws of the [`Store`] contract, as tests that every store runs.
//!
//! **Not stable API.** Laws are added and sharpened in any release; a store that passed may then fail,
//! and was wrong before. Enable the feature `conformance` for tests only: what is in here panics.
//!
//! [`conformance!`](crate::conformance!) turns every law into a test of its own, named after the law. It
//! takes a closure which makes a fresh, empty store that reads the time from the [`ManualClock`] it is
//! given. The closure is called once for each law, and the tests run side by side:
//!
//! ```
//! # // Tests cannot be collected in an example; that the line compiles is what this shows.
//! # use jobstore::Memory;
//! jobstore::conformance!(|clock| async move { Memory::with_clock(clock) });
//! # fn main() {}
//! ```
//!
//! A store which needs something to live as long as it does, such as a temporary directory or a server,
//! returns it beside the store: `(store, guard)`. The store is dropped first.
//!
//! The laws move time by hand, so none of them sleeps. Those named after a race run their tasks on
//! several threads; what they find, they find by chance, but only a store that is wrong can fail.

use std::{any::Any, sync::Arc, time::Duration};

use crate::{ManualClock, Store, Timestamp};

pub mod enqueue;
mod world;

pub use self::world::World;

/// Makes one test of every law, for the store that the closure makes. See the
/// [module](mod@crate::conformance).
#[macro_export]
macro_rules! conformance {
    ($fresh:expr $(,)?) => {
        $crate::conformance! { $fresh;
            enqueue {
                a_job_is_kept_as_it_was_asked_for
            }
        }
    };
    ($fresh:expr; $($family:ident { $($law:ident)+ })+) => {
        $(mod $family {
            #[allow(unused_imports, reason = "the closure may name nothing from around it")]
            use super::*;

            $(#[test]
            fn $law() {
                $crate::conformance::check($fresh, $crate::conformance::$family::$law);
            })+
        })+
    };
}

/// How long a law may take, in real time, before the store is taken to hang.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs one law over one fresh store, on a runtime of its own.
///
/// # Panics
///
/// If the store breaks the law.
pub fn check<S: Subject>(
    fresh: impl AsyncFnOnce(Arc<ManualClock>) -> S,
    law: impl AsyncFnOnce(World),
) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_time()
        .build()
        .expect("threads can be started");
    // A time with digits in every place, so that what is cut off in a store shows.
    let start = Timestamp::EPOCH + Duration::from_micros(1_700_000_000_123_457);
    runtime.block_on(async {
        let clock = Arc::new(ManualClock::at(start));
        let (store, guard) = fresh(Arc::clone(&clock)).await.into_parts();
        let in_time = tokio::time::timeout(PATIENCE, law(World::new(store, clock))).await;
        assert!(in_time.is_ok(), "the store hangs: no end after {PATIENCE:?}");
        drop(guard);
    });
}

/// What a closure may give to [`check`]: a store, or a store and what has to live as long as it.
pub trait Subject {
    /// The store, and what to drop after it.
    fn into_parts(self) -> (Arc<dyn Store>, Box<dyn Any>);
}

impl<S: Store + 'static> Subject for S {
    fn into_parts(self) -> (Arc<dyn Store>, Box<dyn Any>) {
        (Arc::new(self), Box::new(()))
    }
}

impl<S: Store + 'static, G: 'static> Subject for (S, G) {
    fn into_parts(self) -> (Arc<dyn Store>, Box<dyn Any>) {
        (Arc::new(self.0), Box::new(self.1))
    }
}
