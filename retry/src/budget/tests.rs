use std::vec::Vec;

use proptest::prelude::*;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// Without what time brings, and empty.
fn empty(retries: u8, calls: u8) -> Budget {
    let budget = Budget::new().ratio(retries, calls).at_least(0, SECOND);
    while budget.withdraw(Duration::ZERO) {}
    budget
}

/// How many retries so many calls pay for, each of which wants as many as it can get.
fn retries(budget: &Budget, calls: u32) -> u32 {
    let mut retries = 0;
    for _ in 0..calls {
        budget.deposit(Duration::ZERO);
        while budget.withdraw(Duration::ZERO) {
            retries += 1;
        }
    }
    retries
}

/// The reciprocal of the share, cut to a whole number, makes 33 % of 30, 50 % of 34 and 100 % of 51.
#[test]
fn no_share_is_rounded() {
    for (share, of) in [
        (3, 10),
        (17, 50),
        (51, 100),
        (3, 5),
        (9, 10),
        (6, 1),
        (7, 1),
    ] {
        let expected = 10_000 * u32::from(share) / u32::from(of);
        assert_eq!(retries(&empty(share, of), 10_000), expected, "{share}/{of}");
    }
}

#[test]
fn calls_that_are_none_earn_nothing() {
    assert_eq!(retries(&empty(1, 0), 1_000), 0);
    assert_eq!(retries(&empty(0, 1), 1_000), 0);
}

#[test]
fn usual_terms_repeat_a_tenth_however_much_fails() {
    let budget = Budget::new();
    let calls = 100_000;
    let mut retries = 0;
    for call in 0..calls {
        // A thousand a second, of which each would like to be made seven times.
        let now = Duration::from_millis(call);
        budget.deposit(now);
        retries += (0..6).filter(|_| budget.withdraw(now)).count() as u64;
    }
    assert!(retries <= 100 + calls / 10, "{retries}");
    assert!(retries >= calls / 10, "{retries}");
}

#[test]
fn who_makes_few_calls_has_one_retry_in_ten_seconds_and_not_more() {
    let budget = Budget::new();
    while budget.withdraw(Duration::ZERO) {}
    let withdrawn = (1..=60).filter(|minute| {
        let now = Duration::from_secs(minute * 10);
        budget.deposit(now);
        let first = budget.withdraw(now);
        assert!(!budget.withdraw(now));
        first
    });
    assert_eq!(withdrawn.count(), 60);
}

#[test]
fn what_time_brings_is_not_added_to_what_calls_earn() {
    let budget = Budget::new().at_least(3, SECOND).saved(10_000);
    while budget.withdraw(Duration::ZERO) {}
    // A hundred calls in each of a hundred seconds, of which the first brings nothing of its own.
    for call in 0..10_000 {
        budget.deposit(SECOND * call / 100);
    }
    assert_eq!(budget.left(SECOND * 99), 100 * 10 - 3);
}

#[test]
fn no_more_is_saved_than_there_is_room_for() {
    let budget = Budget::new().saved(3);
    assert_eq!(budget.left(SECOND * 1_000_000), 3);
    for _ in 0..1_000 {
        budget.deposit(SECOND);
    }
    budget.refund();
    assert_eq!(budget.left(SECOND), 3);
    assert!(!Budget::new().saved(0).withdraw(SECOND));
}

#[test]
fn the_largest_terms_fit() {
    let budget = Budget::new().ratio(255, 255).saved(u16::MAX);
    let budget = budget.at_least(u16::MAX, Duration::ZERO);
    assert_eq!(budget.left(SECOND), u32::from(u16::MAX));
    for _ in 0..u16::MAX {
        assert!(budget.withdraw(Duration::ZERO));
    }
    assert!(!budget.withdraw(Duration::ZERO));
    assert_eq!(retries(&budget, 200_000), 200_000 - u32::from(u16::MAX));
    assert_eq!(budget.left(SECOND), u32::from(u16::MAX));
}

#[test]
fn time_that_goes_back_a_little_brings_nothing() {
    let budget = Budget::new();
    let then = SECOND * 1_000;
    while budget.withdraw(then) {}
    for seconds in 1..60 {
        assert_eq!(budget.left(then - SECOND * seconds), 0);
    }
    assert_eq!(budget.left(then + SECOND * 10), 1);
}

#[derive(Clone, Debug)]
enum Step {
    Deposit,
    Withdraw,
    Refund,
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => Just(Step::Deposit),
        4 => Just(Step::Withdraw),
        1 => Just(Step::Refund),
        2 => (0_u64..30_000).prop_map(Step::Pass),
    ]
}

/// The terms as they are said, with numbers of any size: a period brings what it brings, or what its
/// calls earn if that is more.
struct Model {
    ratio: (u128, u128),
    at_least: u128,
    period: u128,
    saved: u128,
    balance: u128,
    deposits: u128,
}

impl Model {
    fn gain(&mut self, parts: u128) {
        self.balance = (self.balance + parts).min(self.saved * self.ratio.1);
    }

    fn turn(&mut self, period: u128) {
        self.gain((period - self.period) * self.at_least * self.ratio.1);
        if period > self.period {
            (self.period, self.deposits) = (period, 0);
        }
    }

    fn earned(&self) -> u128 {
        (self.deposits * self.ratio.0).saturating_sub(self.at_least * self.ratio.1)
    }

    fn deposit(&mut self) {
        let before = self.earned();
        self.deposits += 1;
        self.gain(self.earned() - before);
    }

    fn withdraw(&mut self) -> bool {
        let rest = self.balance.checked_sub(self.ratio.1);
        self.balance = rest.unwrap_or(self.balance);
        rest.is_some()
    }
}

proptest! {
    #[test]
    fn a_budget_does_what_its_terms_say(
        (retries, calls) in (0_u8..=255, 1_u8..=255),
        at_least in 0_u16..20,
        period in 1_u64..20_000,
        saved in 0_u16..50,
        steps in prop::collection::vec(step(), 0..300),
    ) {
        let budget = Budget::new().ratio(retries, calls).saved(saved);
        let budget = budget.at_least(at_least, Duration::from_millis(period));
        let mut model = Model {
            ratio: (retries.into(), calls.into()),
            at_least: at_least.into(),
            period: 0,
            saved: saved.into(),
            balance: u128::from(saved) * u128::from(calls),
            deposits: 0,
        };
        let mut millis = 0;
        for step in steps {
            let now = Duration::from_millis(millis);
            model.turn((millis / period).into());
            match step {
                Step::Deposit => {
                    budget.deposit(now);
                    model.deposit();
                }
                Step::Withdraw => prop_assert_eq!(budget.withdraw(now), model.withdraw()),
                Step::Refund => {
                    budget.refund();
                    model.gain(calls.into());
                }
                Step::Pass(passed) => millis += passed,
            }
            let now = Duration::from_millis(millis);
            model.turn((millis / period).into());
            prop_assert_eq!(u128::from(budget.left(now)), model.balance / u128::from(calls));
        }
    }

    #[test]
    fn no_calls_get_more_than_their_share_and_what_was_saved(
        (retries, calls) in (1_u8..=255, 1_u8..=255),
        saved in 0_u16..50,
        wishes in prop::collection::vec(0_u32..10, 1..500),
    ) {
        let budget = Budget::new().ratio(retries, calls).saved(saved).at_least(0, SECOND);
        let mut granted = 0;
        for (deposits, wish) in (1_u32..).zip(&wishes) {
            budget.deposit(Duration::ZERO);
            granted += (0..*wish).filter(|_| budget.withdraw(Duration::ZERO)).count() as u32;
            let share = deposits * u32::from(retries) / u32::from(calls);
            prop_assert!(granted <= share + u32::from(saved));
        }
    }
}

/// To look first and to add then lets two threads take the same.
#[test]
fn threads_withdraw_no_more_than_there_is() {
    let budget = Budget::new().saved(1_000).at_least(0, SECOND);
    let taken: usize = std::thread::scope(|scope| {
        let takers: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| (0..1_000).filter(|_| budget.withdraw(SECOND)).count()))
            .collect();
        takers
            .into_iter()
            .map(|taker| taker.join().expect("no panic"))
            .sum()
    });
    assert_eq!(taken, 1_000);
}
