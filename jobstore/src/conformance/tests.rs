//! Do the laws find what they are for? Every one of them must find a store out that is wrong in one way.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Weak,
};

use self::{flaw::Flaw, flawed::Flawed};
use super::*;
use crate::Memory;

mod flaw;
mod flawed;

/// The wrapper by itself breaks no law, so what is found below is the flaw.
mod without_a_flaw {
    use super::*;

    crate::conformance!(|clock| async move { Flawed::new(None, clock) });
}

/// Makes one test of each flaw: all the laws named after it must find it.
macro_rules! found {
    ($($test:ident: $flaw:ident { $($family:ident::$law:ident)+ })+) => {
        $(#[test]
        fn $test() {
            // At once, since a law that waits for a bell which never rings takes its time.
            std::thread::scope(|scope| {
                $(scope.spawn(|| assert_found(Flaw::$flaw, $family::$law, stringify!($law)));)+
            });
        })+
    };
}

fn assert_found(flaw: Flaw, law: impl AsyncFnOnce(World), name: &str) {
    let checked = catch_unwind(AssertUnwindSafe(|| {
        check(async |clock| Flawed::new(Some(flaw), clock), law);
    }));
    assert!(
        checked.is_err(),
        "{name} does not find that a store {flaw:?}"
    );
}

found! {
    a_store_that_forgets_keys_is_found: ForgetsKeys {
        dedupe::a_repetition_is_told_of_the_first_job
        dedupe::a_repetition_may_differ_in_all_but_kind_and_payload
        dedupe::a_repetition_does_not_change_the_window
        dedupe::a_window_ends_on_time
        dedupe::a_window_without_end_never_ends
        dedupe::a_freed_key_is_held_for_the_window_of_the_next_job
        abandoned::an_abandoned_enqueue_happened_or_did_not
        model::a_random_history_is_answered_as_by_a_plain_list
        simulation::a_life_of_crashes_and_pauses_has_a_right_history
    }
    a_store_that_frees_keys_too_early_is_found: FreesKeysOfEndedJobs {
        dedupe::a_repetition_is_told_the_status_of_now
    }
    a_store_that_looks_up_keys_beforehand_is_found: LooksUpKeysBeforehand {
        dedupe::a_window_of_zero_recognises_nothing
        race::the_same_key_at_once_makes_one_job
    }
    a_store_that_folds_the_case_of_queues_is_found: FoldsCaseOfQueues {
        claim::queues_share_nothing
        list::every_filter_filters
    }
    a_store_that_folds_the_case_of_keys_is_found: FoldsCaseOfKeys {
        dedupe::keys_share_nothing
    }
    a_store_that_compares_keys_only_is_found: ComparesKeysOnly {
        dedupe::the_same_key_for_something_else_is_a_conflict
        dedupe::a_key_outlives_its_job_and_ends_with_its_window
    }
    a_store_that_takes_no_key_for_a_key_is_found: TakesNoKeyForAKey {
        dedupe::jobs_without_a_key_are_all_new
    }
    a_store_that_keeps_keys_of_invalid_jobs_is_found: KeepsKeysOfInvalidJobs {
        enqueue::an_invalid_job_is_refused_and_leaves_no_trace
    }
    a_store_that_ignores_fences_is_found: IgnoresFences {
        apply::a_stale_fence_changes_nothing_in_any_status
        apply::one_strange_event_does_not_harm_its_neighbours
        lease::once_it_is_reaped_the_holder_is_locked_out
        log::a_stale_fence_writes_no_line
        simulation::a_life_of_crashes_and_pauses_has_a_right_history
    }
    a_store_that_starts_fences_again_is_found: StartsFencesAgain {
        lease::fences_only_grow
        simulation::a_life_of_crashes_and_pauses_has_a_right_history
    }
    a_store_that_decides_beforehand_is_found: DecidesBeforehand {
        race::completions_at_once_have_one_winner
        race::ends_at_once_have_one_winner
        race::a_completion_and_a_reap_exclude_each_other
        race::pruners_at_once_delete_each_job_once
    }
    a_store_that_takes_the_time_for_an_identity_is_found: TakesTheTimeForAnIdentity {
        apply::a_life_fits_into_one_instant
        apply::nothing_happens_to_a_job_that_has_ended
    }
    a_store_that_claims_twice_is_found: ClaimsTwice {
        claim::next_due_is_the_next_job_of_this_queue
        claim::only_what_waits_is_claimed
        apply::a_failed_job_comes_back_whole_after_its_backoff
        lease::until_it_is_reaped_the_holder_may_write
        race::claimers_at_once_get_each_job_once
        simulation::a_life_of_crashes_and_pauses_has_a_right_history
    }
    a_store_that_claims_in_two_steps_is_found: ClaimsInTwoSteps {
        abandoned::an_abandoned_claim_runs_out
    }
    a_store_that_claims_by_age_is_found: ClaimsByAge {
        claim::the_earliest_due_comes_first_then_the_oldest
        claim::a_retry_takes_its_place_by_its_new_time
    }
    a_store_that_wedges_on_long_queues_is_found: WedgesOnLongQueues {
        claim::thousands_of_due_jobs_can_be_claimed
        together::thousands_may_come_together
    }
    a_store_that_wraps_long_leases_is_found: WrapsLongLeases {
        claim::a_lease_without_end_is_never_reaped
    }
    a_store_that_forgets_heartbeats_is_found: ForgetsHeartbeats {
        apply::every_event_in_every_status_is_decided_by_the_core
        lease::a_heartbeat_keeps_a_job_from_being_reaped
    }
    a_store_that_reaps_what_has_ended_is_found: ReapsWhatHasEnded {
        lease::only_what_runs_is_reaped
    }
    a_store_that_takes_losses_for_failures_is_found: TakesLossesForFailures {
        lease::a_lease_that_ran_out_is_reaped_once
        lease::a_lost_worker_costs_no_attempt
        lease::a_poison_pill_ends
        race::reapers_at_once_reap_each_lease_once
    }
    a_store_that_tries_as_often_as_it_likes_is_found: TriesTwentyFiveTimes {
        apply::a_job_dies_with_its_last_attempt
        apply::the_error_history_is_kept_and_bounded
        replay::a_revived_job_is_claimed_again
    }
    a_store_that_prunes_what_will_be_retried_is_found: PrunesRetrying {
        prune::what_is_not_finished_stays_whole
    }
    a_store_that_ignores_limits_is_found: IgnoresLimits {
        claim::a_claim_takes_no_more_than_its_limit
        lease::a_reap_takes_no_more_than_its_limit
        prune::a_prune_takes_no_more_than_its_limit
        log::a_log_is_bounded_and_keeps_the_newest
        audit::pages_of_the_trail_join_while_it_goes_on
        delete::the_newest_of_each_queue_and_status_are_kept
        delete::the_newest_are_kept_with_a_payload_or_without
    }
    a_store_that_names_jobs_backwards_is_found: NamesJobsBackwards {
        enqueue::ids_rise_while_the_clock_stands_still
    }
    a_store_that_reads_in_two_steps_is_found: ReadsInTwoSteps {
        race::whoever_looks_sees_whole_jobs
    }
    a_store_that_forgets_empty_results_is_found: ForgetsEmptyResults {
        apply::a_result_comes_back_as_it_was
    }
    a_store_that_forgets_long_results_is_found: ForgetsLongResults {
        apply::an_answer_at_its_limits_is_kept
    }
    a_store_that_keeps_milliseconds_is_found: KeepsMilliseconds {
        enqueue::a_job_is_kept_as_it_was_asked_for
        enqueue::a_job_at_its_limits_is_kept
        enqueue::the_ends_of_the_calendar_are_kept
        list::a_list_shows_the_newest_first_as_they_are_now
    }
    a_store_that_runs_ahead_of_its_clock_is_found: RunsAhead {
        enqueue::a_healthy_store_says_so
        claim::a_claimed_job_is_running_under_a_lease
        claim::a_delayed_job_is_claimed_exactly_when_it_is_due
        prune::only_what_ended_before_is_deleted
    }
    a_store_that_keeps_text_is_found: KeepsText {
        enqueue::any_bytes_come_back_as_they_went_in
    }
    a_store_that_pages_by_count_is_found: PagesByCount {
        list::pages_join_while_jobs_are_added
        list::the_limit_of_a_page_is_bounded
    }
    a_store_that_takes_retries_for_ready_is_found: TakesRetriesForReady {
        queues::queues_count_every_job_by_its_status_of_now
    }
    a_store_that_takes_apart_what_comes_together_is_found: TakesWhatComesTogetherApart {
        together::of_jobs_that_come_together_all_are_taken_or_none
    }
    a_store_that_stops_at_the_first_refusal_is_found: StopsAtTheFirstRefusal {
        together::events_that_come_together_are_judged_apart_in_order
    }
    a_store_that_replays_without_end_is_found: ReplaysWithoutEnd {
        replay::a_replay_that_may_not_be_changes_nothing
        replay::replays_at_once_stay_within_the_cap
    }
    a_store_that_leaves_keys_of_deleted_jobs_is_found: LeavesKeysOfDeletedJobs {
        delete::a_key_goes_with_the_job_that_is_deleted
    }
    a_store_that_erases_by_prefix_is_found: ErasesByPrefix {
        delete::a_subject_is_erased_and_nobody_else
    }
    a_store_that_ignores_pauses_is_found: IgnoresPauses {
        queues::nothing_of_a_paused_queue_is_claimed
        queues::a_pause_is_told_with_its_reason
        queues::the_end_of_a_pause_is_heard
    }
    a_store_that_tells_no_reasons_is_found: TellsNoReasons {
        audit::people_are_named_with_their_reasons
        audit::every_change_leaves_the_entry_that_the_core_says
        delete::a_deleted_job_is_gone_and_the_trail_tells
    }
    a_store_that_forgets_the_trail_is_found: ForgetsTheTrail {
        audit::the_trail_outlives_its_job
    }
    a_store_that_ignores_priorities_is_found: IgnoresPriorities {
        claim::what_is_more_urgent_comes_first
    }
    a_store_that_never_releases_keys_is_found: NeverReleasesKeys {
        dedupe::a_key_that_is_released_at_death_is_free_then
    }
    a_store_that_counts_no_interruptions_is_found: CountsNoInterruptions {
        lease::a_job_that_is_always_interrupted_ends
    }
    a_store_that_tells_no_times_is_found: TellsNoTimes {
        queues::a_queue_tells_since_when_it_is_behind_and_what_comes_next
        queues::a_queue_tells_when_it_was_asked_for
    }
    a_store_that_forgets_ended_jobs_of_batches_is_found: ForgetsEndedJobsOfBatches {
        queues::a_batch_counts_its_jobs
    }
    a_store_that_counts_lines_from_nought_is_found: CountsLinesFromNought {
        log::lines_come_back_as_they_were_written
    }
    a_store_that_keeps_logs_is_found: KeepsLogs {
        log::a_log_goes_with_its_job
    }
    a_store_that_forgets_enqueues_is_found: ForgetsEnqueues {
        audit::an_enqueue_is_told_and_a_repetition_is_not
        audit::the_trail_of_a_job_is_its_life
    }
    a_store_that_forgets_lineage_is_found: ForgetsLineage {
        replay::a_replay_is_a_new_job_that_knows_the_old_one
    }
    a_store_that_keeps_payloads_is_found: KeepsPayloads {
        delete::a_payload_may_go_before_its_record
    }
    a_store_that_prunes_what_nobody_named_is_found: PrunesWhatNobodyNamed {
        delete::what_no_rule_names_is_kept
    }
    a_store_that_answers_backwards_is_found: AnswersBackwards {
        together::jobs_that_come_together_are_answered_in_order
    }
    a_store_that_ignores_tags_is_found: IgnoresTags {
        list::every_mark_finds_its_jobs
    }
    a_store_that_wakes_nobody_is_found: WakesNobody {
        listen::a_release_is_heard
        listen::a_retry_is_heard
        listen::a_lost_lease_is_heard
        listen::listening_before_claiming_misses_nothing
    }
    a_store_that_wakes_one_of_many_is_found: WakesOne {
        listen::a_new_job_is_heard_by_everyone
    }
    a_store_that_wakes_nobody_for_later_is_found: WakesNobodyForLater {
        listen::a_delayed_job_is_heard_when_it_is_enqueued
    }
    a_store_that_takes_unknown_for_lost_is_found: TakesUnknownForLost {
        apply::an_event_for_a_job_that_is_not_there_is_unknown
        prune::what_was_deleted_is_gone
        delete::a_job_can_be_deleted_while_it_runs
    }
    a_store_that_fails_on_unknown_is_found: FailsOnUnknown {
        list::a_job_that_is_not_there_is_none
    }
}

#[test]
fn the_random_history_finds_flaws_that_need_no_race() {
    let law = model::a_random_history_is_answered_as_by_a_plain_list;
    for flaw in Flaw::SEQUENTIAL {
        assert_found(flaw, law, "the history");
    }
}

#[test]
fn many_histories_are_answered_alike() {
    for seed in 0..50 {
        let fresh = async |clock| Memory::with_clock(clock);
        check(fresh, async |world| model::play(world, seed, 2_000).await);
    }
}

#[test]
fn what_comes_beside_the_store_is_dropped_after_it() {
    struct Guard(Weak<Memory>);
    impl Drop for Guard {
        fn drop(&mut self) {
            assert!(self.0.upgrade().is_none(), "the store is still there");
        }
    }
    let fresh = async |clock| {
        let store = Arc::new(Memory::with_clock(clock));
        let guard = Guard(Arc::downgrade(&store));
        (store, guard)
    };
    check(fresh, enqueue::a_healthy_store_says_so);
}

/// `SIMULATION_SEED` plays one of them again.
#[test]
fn thousands_of_simulated_lives_have_right_histories() {
    let seeds = match std::env::var("SIMULATION_SEED") {
        Ok(seed) => {
            let seed = seed.parse().expect("the seed is a number");
            seed..=seed
        }
        Err(_) => 0..=3_000,
    };
    for seed in seeds {
        let fresh = async |clock| Memory::with_clock(clock);
        check(fresh, async |world| {
            simulation::play(world, seed, 250).await;
        });
    }
}

#[test]
fn every_law_is_run_and_has_found_something() {
    let run = include_str!("../conformance.rs");
    let found = include_str!("tests.rs");
    let families = [
        ("enqueue", include_str!("enqueue.rs")),
        ("dedupe", include_str!("dedupe.rs")),
        ("claim", include_str!("claim.rs")),
        ("apply", include_str!("apply.rs")),
        ("lease", include_str!("lease.rs")),
        ("prune", include_str!("prune.rs")),
        ("list", include_str!("list.rs")),
        ("queues", include_str!("queues.rs")),
        ("log", include_str!("log.rs")),
        ("audit", include_str!("audit.rs")),
        ("replay", include_str!("replay.rs")),
        ("delete", include_str!("delete.rs")),
        ("together", include_str!("together.rs")),
        ("listen", include_str!("listen.rs")),
        ("race", include_str!("race.rs")),
        ("abandoned", include_str!("abandoned.rs")),
        ("simulation", include_str!("simulation.rs")),
        ("model", include_str!("model.rs")),
    ];
    for (family, source) in families {
        assert!(
            run.contains(&format!("            {family} {{\n")),
            "{family} is never run"
        );
        for rest in source.split("\npub async fn ").skip(1) {
            let (law, _) = rest.split_once('(').expect("a function has parameters");
            assert!(
                run.contains(&format!("                {law}\n")),
                "{law} is never run"
            );
            let entry = format!("        {family}::{law}\n");
            assert!(found.contains(&entry), "{law} has never found anything");
        }
    }
}
