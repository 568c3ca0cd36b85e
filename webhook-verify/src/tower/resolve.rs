//! Which verifier is for which request.

use std::sync::Arc;

use http::request::Parts;

use crate::refused::Unresolved;
use crate::verifier::Verifier;

/// Finds the verifier for a request by its method, its address and its headers, before the body is
/// read: one for each tenant, from a table or from a store.
///
/// An `Arc<Verifier>` finds itself, and a closure is a resolver. What it returns must not borrow from
/// the request.
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::Arc;
///
/// use http::request::Parts;
/// use webhook_verify::tower::VerifyLayer;
/// use webhook_verify::{Provider, Secret, Unresolved, Verifier};
///
/// let one = Verifier::new(Provider::GitHub, Secret::new("It's a Secret to Everybody"))?;
/// let tenants = HashMap::from([("/tenants/1/github".to_owned(), Arc::new(one))]);
/// let tenants = Arc::new(tenants);
///
/// let layer = VerifyLayer::resolving(move |head: &Parts| {
///     let found = tenants.get(head.uri.path()).cloned();
///     async move { found.ok_or(Unresolved::Unknown) }
/// });
/// # drop(layer);
/// # Ok::<(), webhook_verify::Misconfigured>(())
/// ```
///
/// What it looks at has not been verified yet. It must not build a verifier from it: anybody could
/// then choose the scheme, or make the process expand keys without end.
pub trait Resolve: Send + Sync + 'static {
    /// The verifier for a request.
    ///
    /// # Errors
    ///
    /// Nobody receives there; or it cannot be said now.
    fn resolve(
        &self,
        head: &Parts,
    ) -> impl Future<Output = Result<Arc<Verifier>, Unresolved>> + Send;
}

impl Resolve for Arc<Verifier> {
    async fn resolve(&self, _: &Parts) -> Result<Self, Unresolved> {
        Ok(Self::clone(self))
    }
}

impl<F, Found> Resolve for F
where
    F: Fn(&Parts) -> Found + Send + Sync + 'static,
    Found: Future<Output = Result<Arc<Verifier>, Unresolved>> + Send,
{
    fn resolve(
        &self,
        head: &Parts,
    ) -> impl Future<Output = Result<Arc<Verifier>, Unresolved>> + Send {
        self(head)
    }
}
