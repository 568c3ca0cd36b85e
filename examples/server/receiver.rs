//! What receives from one provider.

use webhook_verify::{Provider, Verifier};

use crate::challenger::Challenger;

/// What receives from one provider.
#[derive(Debug)]
pub(crate) struct Receiver {
    pub(crate) provider: Provider,
    pub(crate) verifier: Verifier,
    /// None if the provider does not ask, or what answers it is not configured.
    pub(crate) challenger: Option<Challenger>,
}
