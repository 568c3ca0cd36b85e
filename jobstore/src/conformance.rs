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
//! # fn main() {}
//! use jobstore::Memory;
//!
//! jobstore::conformance!(|clock| async move { Memory::with_clock(clock) });
//! ```
//!
//! A store which needs something to live as long as it does, such as a temporary directory or a server,
//! returns it beside the store: `(store, guard)`. The store is dropped first.
//!
//! The laws move time by hand, so none of them sleeps. Those in [`race`] run their tasks on several
//! threads: whether they find a flaw is a matter of chance, but what they find is a flaw.

use std::{any::Any, sync::Arc, time::Duration};

use crate::{ManualClock, Store, Timestamp};

pub mod abandoned;
pub mod apply;
pub mod audit;
pub mod claim;
pub mod dedupe;
pub mod delete;
pub mod enqueue;
mod events;
pub mod history;
pub mod lease;
pub mod list;
pub mod listen;
pub mod log;
pub mod model;
pub mod prune;
pub mod queues;
pub mod race;
mod random;
pub mod replay;
pub mod schedule;
pub mod simulation;
#[cfg(test)]
mod tests;
pub mod together;
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
                any_bytes_come_back_as_they_went_in
                a_job_at_its_limits_is_kept
                the_ends_of_the_calendar_are_kept
                ids_rise_while_the_clock_stands_still
                an_invalid_job_is_refused_and_leaves_no_trace
                a_healthy_store_says_so
            }
            dedupe {
                a_repetition_is_told_of_the_first_job
                a_repetition_may_differ_in_all_but_kind_and_payload
                the_same_key_for_something_else_is_a_conflict
                a_repetition_is_told_the_status_of_now
                a_window_ends_on_time
                a_repetition_does_not_change_the_window
                a_window_of_zero_recognises_nothing
                a_window_without_end_never_ends
                keys_share_nothing
                jobs_without_a_key_are_all_new
                a_key_outlives_its_job_and_ends_with_its_window
                a_key_that_is_released_at_death_is_free_then
                a_freed_key_is_held_for_the_window_of_the_next_job
            }
            claim {
                a_claimed_job_is_running_under_a_lease
                the_earliest_due_comes_first_then_the_oldest
                what_is_more_urgent_comes_first
                a_retry_takes_its_place_by_its_new_time
                a_delayed_job_is_claimed_exactly_when_it_is_due
                next_due_is_the_next_job_of_this_queue
                a_claim_takes_no_more_than_its_limit
                queues_share_nothing
                only_what_waits_is_claimed
                a_lease_without_end_is_never_reaped
                thousands_of_due_jobs_can_be_claimed
            }
            apply {
                every_event_in_every_status_is_decided_by_the_core
                a_stale_fence_changes_nothing_in_any_status
                nothing_happens_to_a_job_that_has_ended
                an_event_for_a_job_that_is_not_there_is_unknown
                one_strange_event_does_not_harm_its_neighbours
                a_failed_job_comes_back_whole_after_its_backoff
                a_job_dies_with_its_last_attempt
                the_error_history_is_kept_and_bounded
                a_result_comes_back_as_it_was
                an_answer_at_its_limits_is_kept
                a_life_fits_into_one_instant
            }
            lease {
                a_lease_that_ran_out_is_reaped_once
                a_heartbeat_keeps_a_job_from_being_reaped
                until_it_is_reaped_the_holder_may_write
                once_it_is_reaped_the_holder_is_locked_out
                a_reap_takes_no_more_than_its_limit
                only_what_runs_is_reaped
                fences_only_grow
                a_lost_worker_costs_no_attempt
                a_poison_pill_ends
                a_job_that_is_always_interrupted_ends
            }
            prune {
                only_what_ended_before_is_deleted
                what_is_not_finished_stays_whole
                a_prune_takes_no_more_than_its_limit
                what_was_deleted_is_gone
            }
            list {
                a_job_that_is_not_there_is_none
                a_list_shows_the_newest_first_as_they_are_now
                every_filter_filters
                every_mark_finds_its_jobs
                pages_join_while_jobs_are_added
                the_limit_of_a_page_is_bounded
            }
            queues {
                queues_count_every_job_by_its_status_of_now
                a_queue_tells_since_when_it_is_behind_and_what_comes_next
                a_queue_tells_when_it_was_asked_for
                nothing_of_a_paused_queue_is_claimed
                a_pause_is_told_with_its_reason
                the_end_of_a_pause_is_heard
                a_batch_counts_its_jobs
            }
            log {
                lines_come_back_as_they_were_written
                a_stale_fence_writes_no_line
                a_log_is_bounded_and_keeps_the_newest
                a_log_goes_with_its_job
            }
            audit {
                every_change_leaves_the_entry_that_the_core_says
                an_enqueue_is_told_and_a_repetition_is_not
                the_trail_of_a_job_is_its_life
                people_are_named_with_their_reasons
                pages_of_the_trail_join_while_it_goes_on
                the_trail_outlives_its_job
            }
            replay {
                a_replay_is_a_new_job_that_knows_the_old_one
                a_replay_that_may_not_be_changes_nothing
                replays_at_once_stay_within_the_cap
                a_revived_job_is_claimed_again
            }
            delete {
                a_deleted_job_is_gone_and_the_trail_tells
                a_job_can_be_deleted_while_it_runs
                a_key_goes_with_the_job_that_is_deleted
                a_subject_is_erased_and_nobody_else
                the_newest_of_each_queue_and_status_are_kept
                the_newest_are_kept_with_a_payload_or_without
                a_payload_may_go_before_its_record
                what_no_rule_names_is_kept
            }
            together {
                jobs_that_come_together_are_answered_in_order
                of_jobs_that_come_together_all_are_taken_or_none
                events_that_come_together_are_judged_apart_in_order
                thousands_may_come_together
            }
            listen {
                a_new_job_is_heard_by_everyone
                a_delayed_job_is_heard_when_it_is_enqueued
                a_release_is_heard
                a_retry_is_heard
                a_lost_lease_is_heard
                listening_before_claiming_misses_nothing
            }
            race {
                the_same_key_at_once_makes_one_job
                claimers_at_once_get_each_job_once
                completions_at_once_have_one_winner
                ends_at_once_have_one_winner
                reapers_at_once_reap_each_lease_once
                a_completion_and_a_reap_exclude_each_other
                pruners_at_once_delete_each_job_once
                whoever_looks_sees_whole_jobs
            }
            schedule {
                schedulers_at_once_make_each_occurrence_once
                an_occurrence_whose_job_is_pruned_makes_no_other
            }
            abandoned {
                an_abandoned_enqueue_happened_or_did_not
                an_abandoned_claim_runs_out
            }
            simulation {
                a_life_of_crashes_and_pauses_has_a_right_history
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
    // A time with digits in every place, so that what is cut off in a store shows.
    let start = Timestamp::EPOCH + Duration::from_micros(1_700_000_000_123_457);
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
