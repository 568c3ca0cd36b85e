//! Do the laws find what they are for? Every one of them must find a store out that is wrong in one way.

use std::format;
use std::panic::{AssertUnwindSafe, catch_unwind};

use self::flawed::{Flaw, Flawed};
use super::*;
use crate::replay::Memory;

mod flawed;

/// The wrapper by itself breaks no law, so what is found below is the flaw.
mod without_a_flaw {
    use super::*;

    crate::replay_conformance!(|clock| async move { Flawed::new(None, clock) });
}

/// Makes one test of each flaw: all the laws named after it must find it.
macro_rules! found {
    ($($test:ident: $flaw:ident { $($family:ident::$law:ident)+ })+) => {
        $(#[test]
        fn $test() {
            $(assert_found(Flaw::$flaw, $family::$law, stringify!($law));)+
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
    a_store_that_remembers_nothing_is_found: RemembersNothing {
        claim::what_is_in_flight_is_told_until_when
        claim::what_is_done_is_told_since_when
        claim::the_longest_route_and_key_are_kept_whole
        keep::what_is_done_is_forgotten_on_time
        keep::many_are_remembered
        forget::what_was_forgotten_is_fresh_again
        race::claimers_at_once_have_one_winner
        model::a_random_history_is_answered_as_by_a_plain_list
    }
    a_store_that_looks_before_it_writes_is_found: LooksBeforehand {
        race::claimers_at_once_have_one_winner
        race::a_lapsed_lease_is_taken_over_once
        race::releases_at_once_have_one_winner
        race::a_commit_and_a_takeover_exclude_each_other
        race::what_fails_and_comes_again_is_done_once
    }
    a_store_that_knows_two_states_is_found: KnowsTwoStates {
        claim::what_is_in_flight_is_told_until_when
    }
    a_store_that_never_lets_go_is_found: NeverReleases {
        settle::what_was_released_is_fresh_again
        settle::what_was_released_cannot_be_committed
        settle::to_release_twice_is_not_accepted
    }
    a_store_that_ignores_routes_is_found: IgnoresRoutes {
        claim::routes_share_nothing
        forget::only_what_was_named_is_forgotten
    }
    a_store_that_folds_case_is_found: FoldsCase {
        claim::routes_share_nothing
        claim::keys_share_nothing
    }
    a_store_that_runs_route_and_key_together_is_found: RunsTogether {
        claim::keys_share_nothing
    }
    a_store_that_cuts_long_keys_is_found: CutsLongKeys {
        claim::the_longest_route_and_key_are_kept_whole
    }
    a_store_that_ignores_fences_is_found: IgnoresFences {
        settle::a_claim_settles_its_own_key_only
        settle::to_release_twice_is_not_accepted
        lease::a_stale_holder_settles_nothing
        lease::a_stale_holder_does_not_undo_what_is_done
        keep::a_fence_is_not_used_again_after_all_is_forgotten
    }
    a_store_that_starts_fences_again_is_found: StartsFencesAgain {
        lease::fences_only_grow
        keep::a_fence_is_not_used_again_after_all_is_forgotten
    }
    a_store_that_undoes_what_is_done_is_found: ReleasesWhatIsDone {
        settle::what_is_done_cannot_be_released
    }
    a_store_that_commits_anew_is_found: CommitsAnew {
        settle::to_commit_twice_is_to_commit_once
        keep::a_repetition_does_not_prolong_keeping
    }
    a_store_whose_leases_have_no_end_is_found: LeasesForEver {
        lease::a_lease_ends_on_time
        forget::what_has_lapsed_is_forgotten_and_its_holder_locked_out
    }
    a_store_that_cuts_times_is_found: KeepsSeconds {
        claim::the_first_claim_is_fresh
        lease::a_lease_ends_on_time
        keep::what_is_done_is_forgotten_on_time
    }
    a_store_that_drops_what_has_lapsed_is_found: DropsWhatHasLapsed {
        lease::until_somebody_else_claims_it_the_holder_may_commit
        lease::until_somebody_else_claims_it_the_holder_may_release
        keep::keeping_starts_with_the_commit
    }
    a_store_that_keeps_from_the_claim_is_found: KeepsFromTheClaim {
        keep::keeping_starts_with_the_commit
    }
    a_store_that_keeps_what_was_abandoned_is_found: KeepsForEver {
        keep::what_is_done_is_forgotten_on_time
        keep::what_is_abandoned_cannot_be_settled_once_it_is_forgotten
        keep::many_are_remembered
        forget::what_is_not_there_is_unknown
    }
    a_store_that_forgets_what_is_in_flight_is_found: ForgetsInFlight {
        forget::what_is_in_flight_is_not_forgotten
    }
    a_store_that_runs_ahead_of_its_clock_is_found: RunsAhead {
        claim::a_healthy_store_says_so
    }
}

#[test]
fn the_random_history_finds_flaws_that_need_no_race() {
    let law = model::a_random_history_is_answered_as_by_a_plain_list;
    for flaw in [
        Flaw::KnowsTwoStates,
        Flaw::NeverReleases,
        Flaw::IgnoresRoutes,
        Flaw::IgnoresFences,
        Flaw::StartsFencesAgain,
        Flaw::ReleasesWhatIsDone,
        Flaw::CommitsAnew,
        Flaw::LeasesForEver,
        Flaw::KeepsSeconds,
        Flaw::DropsWhatHasLapsed,
        Flaw::KeepsForEver,
        Flaw::ForgetsInFlight,
    ] {
        assert_found(flaw, law, "the history");
    }
}

#[test]
fn many_histories_are_answered_alike() {
    for seed in 0..30 {
        let fresh = async |clock| Memory::with_clock(clock);
        check(fresh, async |world| model::play(world, seed, 1_000).await);
    }
}

#[test]
fn every_law_is_run_and_has_found_something() {
    let run = include_str!("../conformance.rs");
    let found = include_str!("tests.rs");
    let families = [
        ("claim", include_str!("claim.rs")),
        ("settle", include_str!("settle.rs")),
        ("lease", include_str!("lease.rs")),
        ("keep", include_str!("keep.rs")),
        ("forget", include_str!("forget.rs")),
        ("race", include_str!("race.rs")),
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
