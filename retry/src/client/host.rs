//! What is known of one host.

use alloc::sync::Arc;
use core::time::Duration;

use http::HeaderMap;

use crate::{
    Admission, Breaker, BreakerPolicy, BreakerState, Budget, BudgetedAttempt, Bulkhead, Failure,
    Guard, Hedge, Policy, Reason, Withdrawal,
};

#[cfg(feature = "metrics")]
use super::counted;
#[cfg(feature = "tracing")]
use super::logged;
#[cfg(feature = "ratelimit")]
use super::pace::Pace;

/// What each host gets.
#[derive(Clone)]
pub(super) struct HostTerms {
    pub(super) breaker: Option<BreakerPolicy>,
    pub(super) budget: Arc<dyn Fn() -> Budget + Send + Sync>,
    pub(super) all: Arc<Budget>,
    /// How many requests at once, and how many that wait.
    pub(super) bulkhead: Option<(usize, usize)>,
    pub(super) hedge: Option<Arc<dyn Fn() -> Hedge + Send + Sync>>,
}

impl Default for HostTerms {
    fn default() -> Self {
        Self {
            breaker: Some(BreakerPolicy::usual()),
            budget: Arc::new(Budget::new),
            all: Arc::new(Budget::new()),
            bulkhead: None,
            hedge: None,
        }
    }
}

/// What is known of one host: whether it is worth asking, how often it may be asked again, how many ask
/// it, and what it has said itself.
pub(super) struct Host {
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    label: Arc<str>,
    breaker: Option<Arc<Breaker>>,
    budget: Arc<Budget>,
    all: Arc<Budget>,
    pub(super) bulkhead: Option<Bulkhead>,
    hedge: Option<Hedge>,
    #[cfg(feature = "ratelimit")]
    pace: Option<Pace>,
}

impl Host {
    pub(super) fn new(label: Arc<str>, terms: &HostTerms) -> Self {
        let bulkhead = terms.bulkhead;
        Self {
            breaker: terms
                .breaker
                .map(|policy| Arc::new(breaker(policy, &label))),
            budget: Arc::new((terms.budget)()),
            all: Arc::clone(&terms.all),
            bulkhead: bulkhead.map(|(at_once, waiting)| Bulkhead::new(at_once, waiting)),
            hedge: terms.hedge.as_deref().map(|hedge| hedge()),
            #[cfg(feature = "ratelimit")]
            pace: Some(Pace::default()),
            #[cfg(any(feature = "metrics", feature = "tracing"))]
            label,
        }
    }

    /// All hosts for which there is no room.
    pub(super) fn crowd(terms: &HostTerms) -> Self {
        Self {
            #[cfg(any(feature = "metrics", feature = "tracing"))]
            label: Arc::from("other"),
            breaker: None,
            budget: Arc::new((terms.budget)()),
            all: Arc::clone(&terms.all),
            bulkhead: None,
            hedge: None,
            #[cfg(feature = "ratelimit")]
            pace: None,
        }
    }

    /// Its name, for those who count and log.
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    pub(super) const fn label(&self) -> &Arc<str> {
        &self.label
    }

    pub(super) const fn breaker(&self) -> Option<&Arc<Breaker>> {
        self.breaker.as_ref()
    }

    pub(super) const fn hedge(&self) -> Option<&Hedge> {
        self.hedge.as_ref()
    }

    /// What a second copy is withdrawn from, as retries are.
    pub(super) fn budgets(&self) -> (&Budget, &Budget) {
        (&self.budget, &self.all)
    }

    /// Takes a request of those that the host has said are left; or says how long there is none.
    #[cfg(feature = "ratelimit")]
    pub(super) fn take(&self, now: Duration) -> Option<Duration> {
        self.pace.as_ref()?.take(now)
    }

    #[cfg(not(feature = "ratelimit"))]
    pub(super) const fn take(&self, _: Duration) -> Option<Duration> {
        None
    }

    /// Learns what an answer says about how many are left.
    #[cfg(feature = "ratelimit")]
    pub(super) fn learn(&self, headers: &HeaderMap, now: Duration, policy: &Policy) {
        if let Some(pace) = &self.pace {
            pace.learn(headers, now, policy);
        }
    }

    #[cfg(not(feature = "ratelimit"))]
    pub(super) const fn learn(&self, _: &HeaderMap, _: Duration, _: &Policy) {}

    /// Whether it is not to be asked, or is to be asked with care.
    pub(super) fn is_shut(&self) -> bool {
        let breaker = self.breaker.as_ref();
        breaker.is_some_and(|breaker| breaker.state() != BreakerState::Closed)
    }
}

/// A breaker, of whose changes it is told.
fn breaker(policy: BreakerPolicy, label: &Arc<str>) -> Breaker {
    let breaker = Breaker::new(policy);
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    let breaker = {
        let label = Arc::clone(label);
        #[cfg(feature = "metrics")]
        counted::breaker(&label, breaker.state());
        breaker.on_change(move |transition| {
            #[cfg(feature = "metrics")]
            counted::breaker(&label, transition.to);
            #[cfg(feature = "tracing")]
            logged::breaker(&label, transition);
        })
    };
    #[cfg(not(any(feature = "metrics", feature = "tracing")))]
    let _ = label;
    breaker
}

/// Asks the breaker first, so that what it refuses has cost nothing; and for each retry the budget of the
/// host and that of all of them, of which both give one or none does.
impl Guard for Host {
    type Leave = (Withdrawal<Arc<Budget>>, Withdrawal<Arc<Budget>>);
    type Admission = (
        Option<Admission<Arc<Breaker>>>,
        (BudgetedAttempt, BudgetedAttempt),
    );

    fn retry(&self, now: Duration) -> Result<Self::Leave, Reason> {
        Ok((self.budget.retry(now)?, self.all.retry(now)?))
    }

    fn admit(&self, leave: Option<Self::Leave>, now: Duration) -> Result<Self::Admission, Reason> {
        let breaker = self.breaker.as_ref();
        let admission = breaker
            .map(|breaker| Guard::admit(breaker, None, now))
            .transpose()?;
        let (own, all) = leave.unzip();
        let attempt = (self.budget.admit(own, now)?, self.all.admit(all, now)?);
        Ok((admission, attempt))
    }

    fn report(
        &self,
        (admission, (own, all)): Self::Admission,
        outcome: Result<(), Failure>,
        now: Duration,
    ) {
        if let (Some(breaker), Some(admission)) = (&self.breaker, admission) {
            breaker.report(admission, outcome, now);
        }
        self.budget.report(own, outcome, now);
        self.all.report(all, outcome, now);
    }
}
