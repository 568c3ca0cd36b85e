//! The laws of the [`Store`] contract, as tests that every store runs.
//!
//! **Not stable API.** Laws are added and sharpened in any release; a store that passed may then fail,
//! and was wrong before. Enable the feature `conformance` for tests only: what is in here panics.
//!
//! [`store_conformance!`](crate::store_conformance!) turns every law into a test of its own, named after
//! the law. It takes a closure which makes a fresh, empty store that reads the time from the
//! [`ManualClock`] it is given. The closure is called once for each law, and the tests run side by side:
//!
//! ```
//! # fn main() {}
//! use ratelimit::{Memory, WhenFull};
//!
//! ratelimit::store_conformance!(async |clock| {
//!     Memory::for_keys(1_000, WhenFull::Refuse).with_clock(move || clock.now())
//! });
//! ```
//!
//! A store which needs something to live as long as it does, such as a temporary directory or a server,
//! returns it beside the store: `(store, guard)`. The store is dropped first.
//!
//! The laws move time by hand, so none of them sleeps. Those in [`race`] run their tasks on several
//! threads: whether they find a flaw is a matter of chance, but what they find is a flaw. What is asked at
//! once in a law is asked of one key, so that a store may keep the buckets of different keys apart.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::any::Any;
use core::time::Duration;

use crate::store::Store;

pub mod clock;
pub mod model;
pub mod race;
pub mod settle;
pub mod several;
pub mod take;
#[cfg(all(test, feature = "memory"))]
mod tests;
mod world;

pub use self::clock::ManualClock;
pub use self::world::World;

/// Makes one test of every law, for the store that the closure makes. See
/// [`conformance`](crate::conformance).
#[macro_export]
macro_rules! store_conformance {
    ($fresh:expr $(,)?) => {
        $crate::store_conformance! { $fresh;
            take {
                the_first_take_is_allowed
                a_burst_is_allowed_and_no_more
                a_refusal_changes_nothing
                the_hint_is_tight
                tokens_come_back_evenly
                asking_often_does_not_slow_the_refill
                a_fast_rate_is_not_rounded
                a_bucket_never_holds_more_than_its_burst
                a_cost_above_the_burst_is_refused_for_ever
                to_ask_for_none_is_to_look
                keys_do_not_share
                rules_do_not_share
                many_keys_are_kept_apart
                a_healthy_store_says_so
            }
            several {
                what_one_rule_refuses_is_taken_from_none
                the_verdict_says_who_refused_and_when_to_come_back
                a_bucket_that_is_asked_twice_is_asked_twice
                a_rule_in_shadow_counts_and_refuses_nothing
                as_many_as_can_be_asked_are_asked
                one_more_is_refused_by_type
                to_ask_nobody_is_allowed
            }
            settle {
                what_is_given_back_can_be_taken_again
                what_is_given_back_makes_no_bucket_fuller_than_full
                what_has_been_used_is_owed
                what_is_owed_is_bounded
                several_are_settled_at_once
                a_bucket_that_was_reset_is_full
            }
            clock {
                time_that_goes_back_grants_nothing
                time_that_goes_back_closes_nothing_for_long
                a_jump_ahead_fills_a_bucket_and_no_more
            }
            race {
                takes_at_once_get_exactly_the_burst
                what_is_refused_at_once_is_taken_from_none
                settlements_at_once_all_count
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
        .enable_all()
        .build()
        .expect("threads can be started");
    runtime.block_on(async {
        let clock = Arc::new(ManualClock::new());
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
