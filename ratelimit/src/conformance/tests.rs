//! Do the laws find what they are for? Every one of them must find a store out that is wrong in one way.

use alloc::format;
use std::panic::{AssertUnwindSafe, catch_unwind};

use self::flawed::{Flaw, Flawed};
use super::*;
use crate::{Memory, WhenFull};

mod flawed;

/// The wrapper by itself breaks no law, so what is found below is the flaw.
mod without_a_flaw {
    use super::*;

    crate::store_conformance!(async |clock| Flawed::new(None, clock));
}

mod memory {
    use super::*;

    crate::store_conformance!(async |clock| memory(clock));
}

/// A store of which others have a part works as one that is owned.
mod shared {
    use super::*;

    crate::store_conformance!(async |clock| Arc::new(memory(clock)));
}

fn memory(clock: Arc<ManualClock>) -> Memory {
    Memory::for_keys(1_000, WhenFull::Refuse).with_clock(move || clock.now())
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
        take::a_burst_is_allowed_and_no_more
        take::a_refusal_changes_nothing
        take::a_bucket_never_holds_more_than_its_burst
        take::many_keys_are_kept_apart
        clock::a_jump_ahead_fills_a_bucket_and_no_more
        race::takes_at_once_get_exactly_the_burst
    }
    a_store_that_looks_before_it_writes_is_found: LooksBeforehand {
        race::takes_at_once_get_exactly_the_burst
        race::what_is_refused_at_once_is_taken_from_none
        race::settlements_at_once_all_count
    }
    a_store_that_asks_one_rule_after_another_is_found: TakesOneByOne {
        several::what_one_rule_refuses_is_taken_from_none
        several::as_many_as_can_be_asked_are_asked
        race::what_is_refused_at_once_is_taken_from_none
    }
    a_store_that_charges_for_refusals_is_found: ChargesRefusals {
        take::a_refusal_changes_nothing
        take::the_hint_is_tight
        take::a_cost_above_the_burst_is_refused_for_ever
    }
    a_store_that_ignores_keys_is_found: IgnoresKeys {
        take::keys_do_not_share
        take::many_keys_are_kept_apart
        settle::a_bucket_that_was_reset_is_full
    }
    a_store_that_ignores_rules_is_found: IgnoresRules {
        take::rules_do_not_share
        several::the_verdict_says_who_refused_and_when_to_come_back
    }
    a_store_that_runs_rule_and_key_together_is_found: RunsTogether {
        take::rules_do_not_share
    }
    a_store_that_folds_case_is_found: FoldsCase {
        take::keys_do_not_share
        take::rules_do_not_share
    }
    a_store_that_cuts_long_keys_is_found: CutsLongKeys {
        take::keys_do_not_share
    }
    a_store_that_gives_parts_of_a_microsecond_away_is_found: CutsParts {
        take::a_fast_rate_is_not_rounded
    }
    a_store_that_loses_parts_of_a_microsecond_is_found: RoundsUp {
        take::a_fast_rate_is_not_rounded
    }
    a_store_that_counts_milliseconds_is_found: KeepsMillis {
        take::tokens_come_back_evenly
        take::the_hint_is_tight
    }
    a_store_whose_buckets_start_empty_is_found: StartsEmpty {
        take::the_first_take_is_allowed
        take::a_burst_is_allowed_and_no_more
    }
    a_store_that_charges_who_looks_is_found: ChargesLooks {
        take::to_ask_for_none_is_to_look
    }
    a_store_that_lets_nobody_wait_in_peace_is_found: StartsAnew {
        take::asking_often_does_not_slow_the_refill
        take::the_hint_is_tight
    }
    a_store_whose_costs_wrap_is_found: WrapsCosts {
        take::a_cost_above_the_burst_is_refused_for_ever
    }
    a_store_that_forgets_the_second_ask_is_found: ForgetsSecondAsks {
        several::a_bucket_that_is_asked_twice_is_asked_twice
    }
    a_store_whose_shadows_stop_something_is_found: ShadowsStop {
        several::a_rule_in_shadow_counts_and_refuses_nothing
    }
    a_store_that_gives_nothing_back_is_found: RefundsNothing {
        settle::what_is_given_back_can_be_taken_again
        settle::several_are_settled_at_once
        race::settlements_at_once_all_count
    }
    a_store_that_forgives_with_every_refund_is_found: RefundsAll {
        settle::what_is_given_back_can_be_taken_again
        settle::several_are_settled_at_once
    }
    a_store_that_keeps_what_has_no_room_is_found: RefundsBeyond {
        settle::what_is_given_back_makes_no_bucket_fuller_than_full
    }
    a_store_that_charges_only_what_is_there_is_found: ChargesWhatIsThere {
        settle::what_has_been_used_is_owed
    }
    a_store_to_which_one_owes_for_ever_is_found: OwesForEver {
        settle::what_is_owed_is_bounded
    }
    a_store_that_settles_the_last_only_is_found: SettlesTheLast {
        settle::several_are_settled_at_once
    }
    a_store_that_resets_nothing_is_found: ResetsNothing {
        settle::a_bucket_that_was_reset_is_full
    }
    a_store_that_resets_everything_is_found: ResetsAll {
        settle::a_bucket_that_was_reset_is_full
    }
    a_store_that_takes_a_step_back_for_a_pause_is_found: TrustsAnyTime {
        clock::time_that_goes_back_grants_nothing
    }
    a_store_whose_time_stands_still_is_found: StandsStill {
        clock::time_that_goes_back_closes_nothing_for_long
    }
    a_store_that_can_be_asked_less_is_found: AsksSeven {
        several::as_many_as_can_be_asked_are_asked
    }
    a_store_that_drops_questions_is_found: AsksWhatItCan {
        several::one_more_is_refused_by_type
    }
    a_store_that_cannot_be_asked_nothing_is_found: RefusesNobody {
        several::to_ask_nobody_is_allowed
    }
    a_store_that_is_ill_is_found: IsIll {
        take::a_healthy_store_says_so
    }
}

#[test]
fn the_random_history_finds_flaws_that_need_no_race() {
    let law = model::a_random_history_is_answered_as_by_a_plain_list;
    for flaw in [
        Flaw::RemembersNothing,
        Flaw::TakesOneByOne,
        Flaw::ChargesRefusals,
        Flaw::IgnoresKeys,
        Flaw::IgnoresRules,
        Flaw::RoundsUp,
        Flaw::KeepsMillis,
        Flaw::StartsEmpty,
        Flaw::ChargesLooks,
        Flaw::ForgetsSecondAsks,
        Flaw::ShadowsStop,
        Flaw::RefundsNothing,
        Flaw::RefundsAll,
        Flaw::ChargesWhatIsThere,
        Flaw::OwesForEver,
        Flaw::ResetsNothing,
        Flaw::ResetsAll,
        Flaw::TrustsAnyTime,
        Flaw::StandsStill,
    ] {
        assert_found(flaw, law, "the history");
    }
}

#[test]
fn many_histories_are_answered_alike() {
    for seed in 0..30 {
        let play = async |world| model::play(world, seed, 1_000).await;
        check(async |clock| memory(clock), play);
    }
}

#[test]
fn every_law_is_run_and_has_found_something() {
    let run = include_str!("../conformance.rs");
    let found = include_str!("tests.rs");
    let families = [
        ("take", include_str!("take.rs")),
        ("several", include_str!("several.rs")),
        ("settle", include_str!("settle.rs")),
        ("clock", include_str!("clock.rs")),
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
            let entry = format!("{family}::{law}");
            assert!(found.contains(&entry), "{law} has never found anything");
        }
    }
}
