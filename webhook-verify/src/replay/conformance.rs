//! The laws of the [`Store`] contract, as tests that every store runs.
//!
//! **Not stable API.** Laws are added and sharpened in any release; a store that passed may then fail,
//! and was wrong before. Enable the feature `conformance` for tests only: what is in here panics.
//!
//! [`replay_conformance!`](crate::replay_conformance!) turns every law into a test of its own, named
//! after the law. It takes a closure which makes a fresh, empty store that reads the time from the
//! [`ManualClock`] it is given. The closure is called once for each law, and the tests run side by side:
//!
//! ```
//! # fn main() {}
//! use webhook_verify::replay::Memory;
//!
//! webhook_verify::replay_conformance!(|clock| async move { Memory::with_clock(clock) });
//! ```
//!
//! A store which needs something to live as long as it does, such as a temporary directory or a server,
//! returns it beside the store: `(store, guard)`. The store is dropped first.
//!
//! The laws move time by hand, so none of them sleeps. Those in [`race`] run their tasks on several
//! threads: whether they find a flaw is a matter of chance, but what they find is a flaw.

use core::any::Any;
use core::time::Duration;
use std::boxed::Box;
use std::sync::Arc;

use super::{ManualClock, Store};
use crate::unix_time::UnixTime;

pub mod claim;
pub mod forget;
pub mod keep;
pub mod lease;
pub mod model;
pub mod race;
pub mod settle;
#[cfg(test)]
mod tests;
mod world;

pub use self::world::World;

/// Makes one test of every law, for the store that the closure makes. See
/// [`replay::conformance`](crate::replay::conformance).
#[macro_export]
macro_rules! replay_conformance {
    ($fresh:expr $(,)?) => {
        $crate::replay_conformance! { $fresh;
            claim {
                the_first_claim_is_fresh
                what_is_in_flight_is_told_until_when
                what_is_done_is_told_since_when
                routes_share_nothing
                keys_share_nothing
                the_longest_route_and_key_are_kept_whole
                a_healthy_store_says_so
            }
            settle {
                what_was_released_is_fresh_again
                to_commit_twice_is_to_commit_once
                what_is_done_cannot_be_released
                what_was_released_cannot_be_committed
                to_release_twice_is_not_accepted
                a_claim_settles_its_own_key_only
            }
            lease {
                a_lease_ends_on_time
                a_stale_holder_settles_nothing
                a_stale_holder_does_not_undo_what_is_done
                until_somebody_else_claims_it_the_holder_may_commit
                until_somebody_else_claims_it_the_holder_may_release
                fences_only_grow
            }
            keep {
                what_is_done_is_forgotten_on_time
                keeping_starts_with_the_commit
                a_repetition_does_not_prolong_keeping
                what_is_abandoned_cannot_be_settled_once_it_is_forgotten
                a_fence_is_not_used_again_after_all_is_forgotten
                many_are_remembered
            }
            forget {
                what_was_forgotten_is_fresh_again
                what_is_in_flight_is_not_forgotten
                what_has_lapsed_is_forgotten_and_its_holder_locked_out
                what_is_not_there_is_unknown
                only_what_was_named_is_forgotten
            }
            race {
                claimers_at_once_have_one_winner
                a_lapsed_lease_is_taken_over_once
                releases_at_once_have_one_winner
                a_commit_and_a_takeover_exclude_each_other
                what_fails_and_comes_again_is_done_once
            }
            model {
                a_random_history_is_answered_as_by_a_plain_list
            }
        }
    };
    ($fresh:expr; $($family:ident { $($law:ident)+ })+) => {
        $(mod $family {
            #[allow(unused_imports, reason = "the closure may name nothing from around it")]
            use super::*;

            $(#[test]
            fn $law() {
                $crate::replay::conformance::check(
                    $fresh,
                    $crate::replay::conformance::$family::$law,
                );
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
        .enable_all()
        .build()
        .expect("threads can be started");
    // A time with digits in every place, so that what is cut off in a store shows.
    let start = UnixTime::from_micros(1_700_000_000_123_457);
    runtime.block_on(async {
        let clock = Arc::new(ManualClock::at(start));
        let (store, guard) = fresh(Arc::clone(&clock)).await.into_parts();
        let in_time = tokio::time::timeout(PATIENCE, law(World::new(store, clock))).await;
        assert!(
            in_time.is_ok(),
            "the store hangs: no end after {PATIENCE:?}"
        );
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
