//! What decides of each request.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;
use std::time::SystemTime;

use arrayvec::ArrayVec;
use http::header::HeaderMap;
use http::request::Parts;

use super::admitted::Admitted;
use super::charge::Charge;
use super::fields::Fields;
use super::partition::{Partition, Partitions};
use super::problem::Problem;
use super::refused::Refused;
use crate::store::{Store, StoreError};
use crate::verdict::{Ask, MAX_ASKS, TooManyAsks, Verdict};

/// Decides whether requests may pass: it charges each of them by one or several rules, all of them or
/// none, in one step of a store.
///
/// It is what the layer for tower and the extractor for axum are made of, and does without either.
///
/// ```
/// use http::Request;
/// use ratelimit::http::{ByAddress, Charge, Gate, Peer, Proxies};
/// use ratelimit::{Memory, Quota, Rule, WhenFull};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let by_client = ByAddress::new(Proxies::NONE);
/// let search = Charge::new(Rule::new("search", Quota::per_minute(1)), by_client);
/// let gate = Gate::new(Memory::for_keys(100_000, WhenFull::Share), [search])?;
///
/// let mut request = Request::get("/search").body(())?;
/// request.extensions_mut().insert(Peer("203.0.113.7".parse()?));
/// let (head, ()) = request.into_parts();
/// let admitted = gate.admit(&head).await?;
/// assert_eq!(admitted.fields()["ratelimit"], r#""search";r=0;t=60"#);
///
/// let refused = gate.admit(&head).await.unwrap_err();
/// let response = refused.to_response::<String>();
/// assert_eq!(response.status(), 429);
/// assert_eq!(response.headers()["retry-after"], "60");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # When the store cannot say
///
/// Nobody passes, and all are answered with 503. A host that wants something else gives the gate a
/// `Fallback`, which allows everything then, or a share of every quota.
pub struct Gate {
    store: Box<dyn Store>,
    charges: Vec<Charge>,
    fields: Fields,
    partitions: Option<Partitions>,
    jitter: Box<Jitter>,
    on_verdict: Box<OnVerdict>,
    on_unavailable: Box<OnUnavailable>,
}

type Jitter = dyn Fn() -> Duration + Send + Sync;
type OnVerdict = dyn Fn(&Parts, &Verdict<'_>) + Send + Sync;
type OnUnavailable = dyn Fn(&Parts, &StoreError) + Send + Sync;

impl Gate {
    /// A gate that charges with all of this, and tells clients in the
    /// [standard fields](Fields::STANDARD).
    ///
    /// # Errors
    ///
    /// There are more than [`MAX_ASKS`].
    pub fn new(
        store: impl Store + 'static,
        charges: impl IntoIterator<Item = Charge>,
    ) -> Result<Self, TooManyAsks> {
        let charges: Vec<_> = charges.into_iter().collect();
        if charges.len() > MAX_ASKS {
            let given = charges.len();
            return Err(TooManyAsks { given });
        }
        Ok(Self {
            store: Box::new(store),
            charges,
            fields: Fields::STANDARD,
            partitions: None,
            jitter: Box::new(|| Duration::ZERO),
            on_verdict: Box::new(|_, _| ()),
            on_unavailable: Box::new(|_, _| ()),
        })
    }

    /// Tells clients in other fields.
    #[must_use]
    pub fn fields(self, fields: Fields) -> Self {
        Self { fields, ..self }
    }

    /// Tells also the name of each bucket.
    #[must_use]
    pub fn partitions(self, partitions: Partitions) -> Self {
        Self {
            partitions: Some(partitions),
            ..self
        }
    }

    /// Tells every client a time that is [later](Fields::later) by what this says, which should be
    /// random: for rules whose buckets are shared by many.
    #[must_use]
    pub fn jitter(self, jitter: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self {
            jitter: Box::new(jitter),
            ..self
        }
    }

    /// Calls this with each verdict, so that the host can count and log it: whom it refused by which
    /// rule, and whom it would have by rules in [shadow](crate::Rule::in_shadow).
    #[must_use]
    pub fn on_verdict(self, see: impl Fn(&Parts, &Verdict<'_>) + Send + Sync + 'static) -> Self {
        Self {
            on_verdict: Box::new(see),
            ..self
        }
    }

    /// Calls this each time that the store cannot say.
    #[must_use]
    pub fn on_unavailable(self, see: impl Fn(&Parts, &StoreError) + Send + Sync + 'static) -> Self {
        Self {
            on_unavailable: Box::new(see),
            ..self
        }
    }

    /// Charges a request, and says whether it may pass.
    ///
    /// # Errors
    ///
    /// It may not: a rule refuses, or the store cannot say.
    pub async fn admit(&self, head: &Parts) -> Result<Admitted, Refused> {
        let charged: Vec<(&Charge, String, u64)> = self
            .charges
            .iter()
            .filter_map(|charge| {
                let (key, tokens) = charge.of(head)?;
                Some((charge, key, tokens))
            })
            .collect();
        let asks: Vec<Ask<'_>> = charged
            .iter()
            .map(|(charge, key, tokens)| Ask {
                rule: charge.rule(),
                key,
                tokens: *tokens,
            })
            .collect();
        if asks.is_empty() {
            return Ok(Admitted::new(HeaderMap::new()));
        }
        match self.store.take_all(&asks).await {
            Ok(verdict) => {
                (self.on_verdict)(head, &verdict);
                self.conclude(&asks, &verdict)
            }
            Err(error) => {
                (self.on_unavailable)(head, &error);
                Err(error.into())
            }
        }
    }

    fn conclude(&self, asks: &[Ask<'_>], verdict: &Verdict<'_>) -> Result<Admitted, Refused> {
        let mut fields = HeaderMap::new();
        let told = self.fields.later((self.jitter)());
        told.tell_at(
            verdict,
            &self.partitions_of(asks),
            SystemTime::now(),
            &mut fields,
        );
        match Problem::of(verdict) {
            Some(problem) => {
                let mut answer = problem.to_response();
                answer.headers_mut().extend(fields);
                Err(Refused::Limited(Box::new(answer)))
            }
            None => Ok(Admitted::new(fields)),
        }
    }

    fn partitions_of(&self, asks: &[Ask<'_>]) -> ArrayVec<Partition, MAX_ASKS> {
        let partitions = self.partitions.iter();
        partitions
            .flat_map(|partitions| asks.iter().map(|ask| partitions.of(ask.key)))
            .collect()
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("store", &self.store)
            .field("charges", &self.charges)
            .field("fields", &self.fields)
            .finish_non_exhaustive()
    }
}
