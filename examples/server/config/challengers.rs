//! What answers the challenges of providers: for some, more than their secrets.

use webhook_verify::challenge::{
    Unanswerable, braintree::ApiKey, meta::VerifyToken, x::ConsumerSecret, zoom::SecretTokens,
};
use webhook_verify::{Provider, Secret, SecretRing};

use super::variables::Variables;
use crate::challenger::Challenger;

const META: &str = "WEBHOOK_VERIFY_TOKEN_META";
const BRAINTREE: &str = "WEBHOOK_PUBLIC_KEY_BRAINTREE";

/// What answers a provider, given its secrets, newest first. What is wrong with these is for the
/// verifier to say.
pub(super) fn read(
    variables: &mut Variables,
    provider: Provider,
    secrets: &[String],
) -> Option<Challenger> {
    let newest = secrets.first().map(String::as_str);
    match provider {
        Provider::Braintree => {
            let public = beside_secret(variables, BRAINTREE, newest)?;
            let key = ApiKey::new(public, Secret::new(newest?));
            usable(variables, BRAINTREE, key).map(Challenger::Braintree)
        }
        Provider::Discord => newest.map(|_| Challenger::Discord),
        Provider::Dropbox => newest.map(|_| Challenger::Dropbox),
        Provider::Meta => {
            let token = beside_secret(variables, META, newest)?;
            let token = VerifyToken::new(Secret::new(token));
            usable(variables, META, token).map(Challenger::Meta)
        }
        Provider::Okta => newest.map(|_| Challenger::Okta),
        Provider::Slack => newest.map(|_| Challenger::Slack),
        Provider::X => {
            let secret = ConsumerSecret::new(Secret::new(newest?)).ok();
            secret.map(Challenger::X)
        }
        Provider::Zoom => {
            // Labelled as in the verifier: by their places.
            let ring: SecretRing = secrets.iter().map(|text| Secret::new(&**text)).collect();
            SecretTokens::new(ring).ok().map(Challenger::Zoom)
        }
        _ => None,
    }
}

/// The text of a variable which is of use beside the secrets of a provider only.
fn beside_secret(variables: &mut Variables, name: &str, newest: Option<&str>) -> Option<String> {
    let text = variables.text(name)?;
    if newest.is_none() {
        let (_, provider) = name.rsplit_once('_').unwrap_or_default();
        variables.refuse(
            name,
            "has no use alone: without a secret nothing is received",
            format!("set WEBHOOK_SECRET_{provider} too, or unset it"),
        );
        return None;
    }
    Some(text)
}

fn usable<T>(variables: &mut Variables, name: &str, made: Result<T, Unanswerable>) -> Option<T> {
    match made {
        Ok(challenger) => Some(challenger),
        Err(fault) => {
            variables.refuse(
                name,
                format!("cannot be used: {fault}"),
                "paste it as the provider shows it",
            );
            None
        }
    }
}
