//! Providers by how they sign.

use webhook_verify::{Algorithm, BodyCoverage, Provider, Setup};

/// The address that is signed where a provider signs one.
const ADDRESS: &str = "https://hooks.example.com/webhooks";

/// Those who sign the whole body with HMAC, so that any secret that all their forms can read will do.
/// Where the address is signed, a body must not begin as an address goes on: JSON does not.
pub(crate) fn signing_with_hmac() -> Vec<(Provider, Setup)> {
    let signs_the_body = |provider: &Provider| {
        let scheme = provider.scheme();
        let is_hmac = matches!(
            scheme.algorithm,
            Algorithm::HmacSha256 | Algorithm::HmacSha512 | Algorithm::HmacSha1
        );
        is_hmac && scheme.coverage().body == BodyCoverage::Whole
    };
    let providers = Provider::ALL.iter().copied().filter(signs_the_body);
    providers
        .map(|provider| (provider, provider.at(ADDRESS)))
        .collect()
}
