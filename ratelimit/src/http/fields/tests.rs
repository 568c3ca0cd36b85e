use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};

use proptest::prelude::*;

use super::*;
use crate::http::{Limits, Partitions};
use crate::{Ask, Memory, Quota, Rule, Time, WhenFull};

static BURST: Rule = Rule::new("burst", Quota::per_second(2));
static DAILY: Rule = Rule::new("daily", Quota::per_day(1_000));

const NOW: SystemTime = SystemTime::UNIX_EPOCH;

fn memory() -> (Memory, Arc<AtomicU64>) {
    let time = Arc::new(AtomicU64::new(1));
    let clock = Arc::clone(&time);
    let memory = Memory::for_keys(100, WhenFull::Refuse)
        .with_clock(move || Time::from_micros(clock.load(Ordering::Relaxed)));
    (memory, time)
}

fn told(fields: Fields, verdict: &Verdict<'_>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    fields.tell_at(verdict, &[], NOW, &mut headers);
    headers
}

/// What is told of the last of some verdicts on the same asks.
fn told_of_last(fields: Fields, asks: &[Ask<'_>], times: usize) -> HeaderMap {
    let (memory, _) = memory();
    for _ in 1..times {
        memory.take_all(asks).expect("few");
    }
    told(fields, &memory.take_all(asks).expect("few"))
}

#[test]
fn a_refusal_says_when_to_come_back_rounded_up() {
    let slow = Rule::new(
        "slow",
        Quota::new(3, Duration::from_secs(10)).expect("even"),
    );
    for (rule, times, wait) in [(&BURST, 3, "1"), (&slow, 4, "4")] {
        let headers = told_of_last(Fields::STANDARD, &[Ask::one(rule, "a")], times);
        assert_eq!(headers["retry-after"], wait);
        let limit = headers["ratelimit"].to_str().expect("text");
        assert!(limit.ends_with(&alloc::format!(";r=0;t={wait}")), "{limit}");
    }
}

/// A limiter in the registry truncates to whole seconds, which are none for most waits; another rounds
/// a third of a second down and refuses who comes back then.
#[test]
fn who_waits_as_told_is_not_refused_again() {
    for tokens in [1, 3, 7, 60, 999] {
        let rule = Rule::new("r", Quota::per_minute(tokens));
        let (memory, time) = memory();
        let ask = [Ask::one(&rule, "a")];
        let refused = iter::repeat_with(|| memory.take_all(&ask).expect("few"))
            .find(|verdict| !verdict.is_allowed());
        let headers = told(Fields::RETRY_AFTER, &refused.expect("some time"));
        let wait: u64 = headers["retry-after"]
            .to_str()
            .expect("text")
            .parse()
            .expect("a number");
        assert!(wait > 0);
        time.fetch_add(wait * 1_000_000, Ordering::Relaxed);
        assert!(memory.take_all(&ask).expect("few").is_allowed());
    }
}

#[test]
fn what_can_never_be_had_has_no_time() {
    let (memory, _) = memory();
    memory.take(&BURST, "a", 1);
    let too_much = Ask {
        rule: &BURST,
        key: "a",
        tokens: 3,
    };
    let verdict = memory
        .take_all(&[too_much, Ask::one(&DAILY, "a")])
        .expect("few");
    let headers = told(Fields::STANDARD.legacy(LegacyReset::Seconds), &verdict);
    assert_eq!(headers["ratelimit"], r#""burst";r=1, "daily";r=1000"#);
    assert!(!headers.contains_key("retry-after"));
    assert_eq!(headers["x-ratelimit-limit"], "2");
}

#[test]
fn retry_after_is_not_earlier_than_any_time_that_is_told() {
    let asks = [Ask::one(&BURST, "a"), Ask::one(&DAILY, "a")];
    let headers = told_of_last(Fields::STANDARD, &asks, 3);
    assert_eq!(headers["retry-after"], "1");
    assert_eq!(headers["ratelimit"], r#""burst";r=0;t=1, "daily";r=998"#);
    // Where there is no Retry-After it hides nothing.
    let headers = told_of_last(Fields::NONE.limits(), &asks, 3);
    assert_eq!(
        headers["ratelimit"],
        r#""burst";r=0;t=1, "daily";r=998;t=87"#
    );
}

#[test]
fn a_full_bucket_waits_for_nothing() {
    let (memory, _) = memory();
    let look = Ask {
        rule: &DAILY,
        key: "a",
        tokens: 0,
    };
    let verdict = memory.take_all(&[look]).expect("few");
    let headers = told(Fields::STANDARD.legacy(LegacyReset::Seconds), &verdict);
    assert_eq!(headers["ratelimit"], r#""daily";r=1000"#);
    assert_eq!(headers["x-ratelimit-reset"], "0");
}

#[test]
fn a_window_is_whole_seconds_and_never_more_than_the_rate() {
    for (tokens, millis, told) in [
        (3, 500, "q=6;w=1"),
        (3, 1_500, "q=4;w=2"),
        (7, 60_000, "q=7;w=60"),
        (1, 86_400_000, "q=1;w=86400"),
    ] {
        let quota = Quota::new(tokens, Duration::from_millis(millis)).expect("even");
        let rule = Rule::new("r", quota);
        let headers = told_of_last(Fields::NONE.policies(), &[Ask::one(&rule, "a")], 1);
        assert_eq!(headers["ratelimit-policy"], alloc::format!(r#""r";{told}"#));
    }
}

/// 10 000 in 1 000 seconds, one taken: the next comes in a tenth of a second, and a client that
/// divides what remains by the second that it is told of would send a thousand times the rate.
#[test]
fn what_is_told_evenly_is_the_rate() {
    let rule = Rule::new(
        "r",
        Quota::new(10_000, Duration::from_secs(1_000)).expect("even"),
    );
    let ask = [Ask::one(&rule, "a")];
    let headers = told_of_last(Fields::NONE.limits(), &ask, 1);
    assert_eq!(headers["ratelimit"], r#""r";r=9999;t=1"#);
    let headers = told_of_last(Fields::NONE.limits().evenly(), &ask, 1);
    assert_eq!(headers["ratelimit"], r#""r";r=10;t=1"#);
}

#[test]
fn clients_can_be_told_to_come_back_apart() {
    let fields = Fields::STANDARD.later(Duration::from_millis(2_500));
    let headers = told_of_last(fields, &[Ask::one(&BURST, "a")], 3);
    assert_eq!(headers["retry-after"], "3");
    assert_eq!(headers["ratelimit"], r#""burst";r=0;t=3"#);
}

#[test]
fn shadow_rules_are_not_told_of() {
    let shadow = Rule::new("shadow", Quota::per_day(1)).in_shadow();
    let asks = [Ask::one(&shadow, "a"), Ask::one(&BURST, "a")];
    let fields = Fields::STANDARD.legacy(LegacyReset::Seconds);
    let headers = told_of_last(fields, &asks, 2);
    assert_eq!(headers["ratelimit"], r#""burst";r=0;t=1"#);
    assert_eq!(headers["ratelimit-policy"], r#""burst";q=2;w=1"#);
    assert_eq!(headers["x-ratelimit-limit"], "2");
    let only = told_of_last(fields, &[Ask::one(&shadow, "a")], 2);
    assert!(only.is_empty(), "{only:?}");
}

#[test]
fn the_old_fields_tell_of_the_rule_that_refuses() {
    let asks = [Ask::one(&BURST, "a"), Ask::one(&DAILY, "a")];
    let fields = Fields::NONE.legacy(LegacyReset::Seconds);
    let headers = told_of_last(fields, &asks, 3);
    let all = [
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
    ];
    assert_eq!(all.map(|name| &headers[name]), ["2", "0", "1"]);

    let epoch = Fields::NONE.legacy(LegacyReset::Epoch);
    let (memory, _) = memory();
    let verdict = memory.take_all(&asks).expect("few");
    let mut headers = HeaderMap::new();
    let now = NOW + Duration::from_millis(1_700_000_000_250);
    epoch.tell_at(&verdict, &[], now, &mut headers);
    assert_eq!(headers["x-ratelimit-reset"], "1700000001");
}

#[test]
fn layers_add_to_each_other() {
    let (memory, _) = memory();
    let fields = Fields::STANDARD.legacy(LegacyReset::Seconds);
    let mut headers = HeaderMap::new();
    for rule in [&BURST, &DAILY] {
        let verdict = memory.take_all(&[Ask::one(rule, "a")]).expect("few");
        fields.tell_at(&verdict, &[], NOW, &mut headers);
    }
    assert_eq!(headers.get_all("ratelimit").iter().count(), 2);
    assert_eq!(headers.get_all("x-ratelimit-limit").iter().count(), 1);
    assert_eq!(headers["x-ratelimit-limit"], "2");
    assert_eq!(Limits::read(&headers, NOW).remaining().len(), 2);
}

#[test]
fn a_partition_names_its_bucket_and_not_its_key() {
    let (memory, _) = memory();
    let asks = [Ask::one(&BURST, "alice"), Ask::one(&DAILY, "203.0.113.7")];
    let names = Partitions::new(b"secret");
    let partitions = asks.map(|ask| names.of(ask.key));
    let verdict = memory.take_all(&asks).expect("few");
    let mut headers = HeaderMap::new();
    Fields::STANDARD.tell_at(&verdict, &partitions, NOW, &mut headers);
    let limits = Limits::read(&headers, NOW);
    for (place, partition) in partitions.iter().enumerate() {
        let told = [
            &limits.remaining()[place].partition,
            &limits.policies()[place].partition,
        ];
        assert_eq!(told, [&Some(partition.as_bytes().to_vec()); 2]);
    }
}

#[test]
fn any_name_can_be_told() {
    let rule = Rule::new("a \"quoted\" \\ n\u{e4}me\n", Quota::per_second(1));
    let headers = told_of_last(Fields::STANDARD, &[Ask::one(&rule, "a")], 1);
    let limits = Limits::read(&headers, NOW);
    let name = limits.policies()[0].name.as_deref();
    assert_eq!(name, Some("a \"quoted\" \\ n%C3%A4me%0A"));
}

fn quotas() -> impl Strategy<Value = Quota> {
    let period = prop_oneof![1..50_u64, 1..10_000_000_u64, 1..90_000_000_000_u64];
    let burst = prop_oneof![1..20_u64, 1..1_000_000_u64];
    (1..60_000_u64, period, burst).prop_filter_map("can be had", |(tokens, period, burst)| {
        let quota = Quota::new(tokens, Duration::from_micros(period)).ok()?;
        quota.try_with_burst(burst).ok()
    })
}

proptest! {
    #[test]
    fn what_is_told_is_read_and_is_never_too_early(
        rules in proptest::collection::vec((quotas(), 0..30_u64, "[ -~]{0,12}"), 1..8),
        times in 1..5_usize,
    ) {
        let rules: Vec<_> = rules
            .into_iter()
            .enumerate()
            .map(|(place, (quota, tokens, name))| {
                (Rule::named(place.to_string() + &name, quota), tokens)
            })
            .collect();
        let asks: Vec<_> = rules
            .iter()
            .map(|(rule, tokens)| Ask { rule, key: "a", tokens: *tokens })
            .collect();
        let (memory, _) = memory();
        for _ in 1..times {
            memory.take_all(&asks).expect("few");
        }
        let verdict = memory.take_all(&asks).expect("few");
        let headers = told(Fields::STANDARD, &verdict);
        let limits = Limits::read(&headers, NOW);

        prop_assert_eq!(limits.retry_after(), verdict.retry_after().map(|wait| {
            Duration::from_secs(rounded_up(wait))
        }));
        prop_assert_eq!(limits.remaining().len(), rules.len());
        prop_assert_eq!(limits.policies().len(), rules.len());
        for (((rule, decision), told), policy) in
            verdict.decisions().zip(limits.remaining()).zip(limits.policies())
        {
            prop_assert_eq!(told.policy.as_deref(), Some(rule.name()));
            prop_assert_eq!(policy.name.as_deref(), Some(rule.name()));
            prop_assert_eq!(told.tokens, decision.remaining());
            if let Some(reset) = told.reset {
                prop_assert!(reset >= decision.next_token_after());
                prop_assert!(limits.retry_after().is_none_or(|wait| wait >= reset));
            }
            let window = policy.window.expect("told").as_micros();
            let most = u128::from(rule.quota().tokens()) * window;
            prop_assert!(u128::from(policy.tokens) * rule.quota().period().as_micros() <= most);
        }
    }
}
