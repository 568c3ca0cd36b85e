//! What a store should answer, worked out as plainly as can be.

use alloc::vec::Vec;
use core::time::Duration;

use super::world::{HOURLY, ONE, THREE, TWO, World};
use crate::quota::Quota;
use crate::rule::Rule;
use crate::time::Time;
use crate::verdict::Ask;

const KEYS: [&str; 2] = ["a", "b"];

/// A long random history of all verbs, in which the clock is set forward and back, gets the answers of a
/// model that counts in whole numbers as large as they have to be and has no lock to get wrong.
pub async fn a_random_history_is_answered_as_by_a_plain_list(world: World) {
    play(world, 1, 2_000).await;
}

/// Plays the history that `seed` stands for.
pub(super) async fn play(world: World, seed: u64, steps: usize) {
    let rules = rules();
    let mut random = Random(seed);
    let mut model = Model::full(rules.len());
    for step in 0..steps {
        let now = world.clock().now();
        let key = random.below(KEYS.len());
        let asked: Vec<Asked> = (0..=random.below(3))
            .map(|_| Asked {
                rule: random.below(rules.len()),
                key,
                tokens: random.tokens(),
            })
            .collect();
        let asks: Vec<_> = asked
            .iter()
            .map(|ask| Ask {
                rule: &rules[ask.rule],
                key: KEYS[ask.key],
                tokens: ask.tokens,
            })
            .collect();
        match random.below(16) {
            0..=7 => {
                let verdict = world.take_all(&asks).await;
                let said: Vec<_> = verdict
                    .decisions()
                    .map(|(_, decision)| (decision.is_allowed(), u128::from(decision.remaining())))
                    .collect();
                assert_eq!(said, model.take_all(&rules, &asked, now), "step {step}");
            }
            8 => {
                let refunded = world.store().refund_all(&asks).await;
                refunded.expect("refund_all answers");
                model.change_all(&rules, &asked, now, |debt, cost| debt.saturating_sub(cost));
            }
            9 => {
                let charged = world.store().charge_all(&asks).await;
                charged.expect("charge_all answers");
                model.change_all(&rules, &asked, now, u128::saturating_add);
            }
            10 => {
                world.reset(asks[0].rule, asks[0].key).await;
                model.change_all(&rules, &asked[..1], now, |_, _| 0);
            }
            11 => {
                let earliest = model.latest_full(&rules, now);
                world.clock().set(random.between(earliest, now));
            }
            _ => world.advance(random.pause()),
        }
    }
}

fn rules() -> Vec<Rule> {
    let uneven = Quota::new(7, Duration::from_micros(1_234_567)).expect("it can be had");
    let fast = Quota::per_second(300_000_000).with_burst(1_000);
    [
        ONE.clone(),
        TWO.clone(),
        THREE.clone(),
        THREE.clone().in_shadow(),
        HOURLY.clone(),
        Rule::new("uneven", uneven.with_burst(20)),
        Rule::new("fast", fast),
        Rule::new("daily", Quota::per_day(1)),
    ]
    .into()
}

struct Asked {
    rule: usize,
    key: usize,
    tokens: u64,
}

/// When each bucket is full, or was when it was last asked, by rule and key: in microseconds times the
/// tokens of a period, so that a microsecond is so many, and a token is as many as its period has
/// microseconds.
struct Model {
    full_at: Vec<[u128; KEYS.len()]>,
}

impl Model {
    fn full(rules: usize) -> Self {
        Self {
            full_at: alloc::vec![[0; KEYS.len()]; rules],
        }
    }

    /// Whether each is allowed, and how many tokens are left.
    fn take_all(&mut self, rules: &[Rule], asked: &[Asked], now: Time) -> Vec<(bool, u128)> {
        let before = self.full_at.clone();
        let mut answers = Vec::new();
        let mut is_refused = false;
        for ask in asked {
            let units = Units::of(&rules[ask.rule]);
            let time = units.of_time(now);
            let full_at = self.slot(rules, ask);
            let debt = full_at.saturating_sub(time);
            let after = debt + units.of_tokens(ask.tokens);
            let is_allowed = after <= units.burst;
            if is_allowed {
                *full_at = time + after;
            } else {
                // A clock that was set back has made it larger than it can be.
                *full_at = time + debt.min(2 * units.burst);
                is_refused |= !rules[ask.rule].is_shadow();
            }
            let debt = full_at.saturating_sub(time);
            answers.push((is_allowed, debt, units, ask.tokens));
        }
        if is_refused {
            self.full_at = before;
            for ask in asked {
                let units = Units::of(&rules[ask.rule]);
                let time = units.of_time(now);
                let full_at = self.slot(rules, ask);
                *full_at = (*full_at).clamp(time, time + 2 * units.burst);
            }
        }
        answers
            .into_iter()
            .map(|(is_allowed, debt, units, tokens)| {
                let is_taken_back = is_allowed && is_refused;
                let back = if is_taken_back {
                    units.of_tokens(tokens)
                } else {
                    0
                };
                let left = units.burst.saturating_sub(debt - back);
                (is_allowed, left / units.token)
            })
            .collect()
    }

    fn change_all(
        &mut self,
        rules: &[Rule],
        asked: &[Asked],
        now: Time,
        change: impl Fn(u128, u128) -> u128,
    ) {
        for ask in asked {
            let units = Units::of(&rules[ask.rule]);
            let time = units.of_time(now);
            let most = 2 * units.burst;
            let full_at = self.slot(rules, ask);
            let debt = full_at.saturating_sub(time).min(most);
            *full_at = time + change(debt, units.of_tokens(ask.tokens)).min(most);
        }
    }

    /// When the last of those that are full was seen to be so. A store need not remember a full bucket, so
    /// if the clock were set back to before that, there would be two right answers.
    fn latest_full(&self, rules: &[Rule], now: Time) -> Time {
        let mut latest = 0;
        for (rule, full_at) in rules.iter().zip(&self.full_at) {
            let micro = Units::of(rule).micro;
            let full_at = full_at.iter().map(|full_at| full_at.div_ceil(micro));
            let full = full_at.filter(|&full_at| full_at <= now.as_micros().into());
            latest = full.fold(latest, u128::max);
        }
        Time::from_micros(latest as u64)
    }

    /// A bucket, which belongs to the name of the rule.
    fn slot(&mut self, rules: &[Rule], ask: &Asked) -> &mut u128 {
        let name = rules[ask.rule].name();
        let rule = rules.iter().position(|rule| rule.name() == name);
        &mut self.full_at[rule.unwrap_or(ask.rule)][ask.key]
    }
}

/// What a rule counts in.
struct Units {
    micro: u128,
    token: u128,
    burst: u128,
}

impl Units {
    fn of(rule: &Rule) -> Self {
        let quota = rule.quota();
        let token = quota.period().as_micros();
        Self {
            micro: quota.tokens().into(),
            token,
            burst: u128::from(quota.burst()) * token,
        }
    }

    fn of_time(&self, time: Time) -> u128 {
        u128::from(time.as_micros()) * self.micro
    }

    fn of_tokens(&self, tokens: u64) -> u128 {
        u128::from(tokens) * self.token
    }
}

/// [SplitMix64](https://prng.di.unimi.it/splitmix64.c): the same history for the same seed, everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// Mostly a few, at times none or far too many.
    fn tokens(&mut self) -> u64 {
        match self.below(16) {
            0 => 0,
            1 => self.next(),
            2 => self.next() % 1_500,
            3..=5 => 2,
            6 => 3,
            _ => 1,
        }
    }

    /// Often such that the ends of what comes back are met exactly.
    fn pause(&mut self) -> Duration {
        Duration::from_micros(match self.below(16) {
            0 | 1 => 1,
            2 | 3 => 333_333,
            4 | 5 => 500_000,
            6 => 1_000_000,
            7 => self.next() % 60_000_000,
            8 => self.next() % 200_000_000_000,
            9..=12 => self.next() % 100,
            _ => self.next() % 1_000_000,
        })
    }

    /// Often close to the later one.
    fn between(&mut self, earlier: Time, later: Time) -> Time {
        let most = later.as_micros() - earlier.as_micros();
        let back = [2, 1_000_000, u64::MAX][self.below(3)].min(most + 1);
        Time::from_micros(later.as_micros() - self.next() % back)
    }
}
