//! Do the laws catch what they are for? Stores with one flaw each must be found out.

use std::panic::{AssertUnwindSafe, catch_unwind};

use self::flawed::{Flaw, Flawed};
use super::*;

mod flawed;

/// The wrapper by itself breaks no law, so what is caught below is the flaw.
mod without_a_flaw {
    use super::*;

    crate::conformance!(|clock| async move { Flawed::new(None, clock) });
}

fn assert_caught(flaw: Flaw, law: impl AsyncFnOnce(World)) {
    let checked = catch_unwind(AssertUnwindSafe(|| {
        check(async |clock| Flawed::new(Some(flaw), clock), law);
    }));
    assert!(checked.is_err(), "{flaw:?} went unnoticed");
}

#[test]
fn a_store_that_forgets_dedupe_keys_is_caught() {
    assert_caught(
        Flaw::ForgetsKeys,
        dedupe::a_repetition_is_told_of_the_first_job,
    );
    assert_caught(Flaw::ForgetsKeys, dedupe::a_window_ends_on_time);
    assert_caught(Flaw::ForgetsKeys, race::the_same_key_at_once_makes_one_job);
}

#[test]
fn a_store_that_frees_the_key_when_the_job_is_done_is_caught() {
    assert_caught(
        Flaw::FreesKeysOfEndedJobs,
        dedupe::a_repetition_is_told_the_status_of_now,
    );
}

#[test]
fn a_store_that_looks_up_the_key_before_it_writes_is_caught() {
    assert_caught(
        Flaw::LooksUpKeysBeforehand,
        race::the_same_key_at_once_makes_one_job,
    );
}

#[test]
fn a_store_that_compares_keys_without_case_is_caught() {
    assert_caught(Flaw::FoldsCaseOfKeys, dedupe::keys_share_nothing);
}

#[test]
fn a_store_that_takes_a_conflict_for_a_repetition_is_caught() {
    let law = dedupe::the_same_key_for_something_else_is_a_conflict;
    assert_caught(Flaw::ComparesKeysOnly, law);
}

#[test]
fn a_store_that_does_not_look_at_the_fence_is_caught() {
    assert_caught(
        Flaw::IgnoresFences,
        apply::a_stale_fence_changes_nothing_in_any_status,
    );
    assert_caught(
        Flaw::IgnoresFences,
        lease::once_it_is_reaped_the_holder_is_locked_out,
    );
}

#[test]
fn a_store_that_decides_before_it_writes_is_caught() {
    assert_caught(
        Flaw::DecidesBeforehand,
        race::completions_at_once_have_one_winner,
    );
    assert_caught(Flaw::DecidesBeforehand, race::ends_at_once_have_one_winner);
}

#[test]
fn a_store_that_hands_a_job_to_two_claimers_is_caught() {
    assert_caught(Flaw::ClaimsTwice, race::claimers_at_once_get_each_job_once);
}

#[test]
fn a_store_that_claims_by_age_alone_is_caught() {
    assert_caught(
        Flaw::ClaimsByAge,
        claim::the_earliest_due_comes_first_then_the_oldest,
    );
    assert_caught(
        Flaw::ClaimsByAge,
        claim::a_retry_takes_its_place_by_its_new_time,
    );
}

#[test]
fn a_store_that_wedges_on_a_long_queue_is_caught() {
    assert_caught(
        Flaw::WedgesOnLongQueues,
        claim::thousands_of_due_jobs_can_be_claimed,
    );
}

#[test]
fn a_store_that_has_its_own_mind_about_attempts_is_caught() {
    assert_caught(
        Flaw::TriesTwentyFiveTimes,
        apply::a_job_dies_with_its_last_attempt,
    );
}

#[test]
fn a_store_that_prunes_what_waits_for_its_retry_is_caught() {
    assert_caught(
        Flaw::PrunesRetrying,
        prune::what_is_not_finished_stays_whole,
    );
}

#[test]
fn a_store_that_does_not_look_at_limits_is_caught() {
    assert_caught(
        Flaw::IgnoresLimits,
        claim::a_claim_takes_no_more_than_its_limit,
    );
    assert_caught(
        Flaw::IgnoresLimits,
        lease::a_reap_takes_no_more_than_its_limit,
    );
    assert_caught(
        Flaw::IgnoresLimits,
        prune::a_prune_takes_no_more_than_its_limit,
    );
}

#[test]
fn a_store_that_keeps_milliseconds_is_caught() {
    assert_caught(
        Flaw::KeepsMilliseconds,
        enqueue::a_job_is_kept_as_it_was_asked_for,
    );
    assert_caught(
        Flaw::KeepsMilliseconds,
        apply::every_event_in_every_status_is_decided_by_the_core,
    );
}

#[test]
fn a_store_that_keeps_payloads_as_text_is_caught() {
    assert_caught(
        Flaw::KeepsText,
        enqueue::any_bytes_come_back_as_they_went_in,
    );
}

#[test]
fn a_store_whose_pages_start_at_a_count_is_caught() {
    assert_caught(Flaw::PagesByCount, list::pages_join_while_jobs_are_added);
}

#[test]
fn a_store_that_wakes_one_of_many_is_caught() {
    assert_caught(Flaw::WakesOne, listen::a_new_job_is_heard_by_everyone);
}

#[test]
fn a_store_that_answers_an_unknown_id_with_a_lost_lease_is_caught() {
    let law = apply::an_event_for_a_job_that_is_not_there_is_unknown;
    assert_caught(Flaw::TakesUnknownForLost, law);
}

#[test]
fn the_random_history_finds_flaws_that_need_no_race() {
    for flaw in Flaw::SEQUENTIAL {
        assert_caught(flaw, model::a_random_history_is_answered_as_by_a_plain_list);
    }
}

#[test]
fn many_histories_are_answered_alike() {
    for seed in 0..50 {
        let fresh = async |clock| crate::Memory::with_clock(clock);
        check(fresh, async |world| model::play(world, seed, 2_000).await);
    }
}

#[test]
fn what_comes_beside_the_store_is_dropped_after_it() {
    struct Guard(std::sync::Weak<crate::Memory>);
    impl Drop for Guard {
        fn drop(&mut self) {
            assert!(self.0.upgrade().is_none(), "the store is still there");
        }
    }
    let fresh = async |clock| {
        let store = Arc::new(crate::Memory::with_clock(clock));
        let guard = Guard(Arc::downgrade(&store));
        (store, guard)
    };
    check(fresh, enqueue::a_healthy_store_says_so);
}

#[test]
fn every_law_is_in_the_list() {
    let list = include_str!("../conformance.rs");
    let families = [
        include_str!("enqueue.rs"),
        include_str!("dedupe.rs"),
        include_str!("claim.rs"),
        include_str!("apply.rs"),
        include_str!("lease.rs"),
        include_str!("prune.rs"),
        include_str!("list.rs"),
        include_str!("listen.rs"),
        include_str!("race.rs"),
        include_str!("abandoned.rs"),
        include_str!("model.rs"),
    ];
    for family in families {
        for rest in family.split("\npub async fn ").skip(1) {
            let (law, _) = rest.split_once('(').expect("a function has parameters");
            assert!(list.contains(&format!(" {law}\n")), "{law} is never run");
        }
    }
}
