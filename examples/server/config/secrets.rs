//! `WEBHOOK_SECRET_<PROVIDER>`: who may deliver, and how that is proved.

use webhook_verify::{Provider, Secret, SecretRing, Verifier};

use super::Environment;
use super::variables::Variables;

/// A verifier for each provider that has secrets.
pub(super) fn read(
    variables: &mut Variables,
    environment: Environment,
) -> Vec<(Provider, Verifier)> {
    let mut set = false;
    let mut verifiers = Vec::new();
    for provider in Provider::ALL.iter().copied() {
        let variable = variable(provider);
        let Some(secrets) = variables.text(&variable) else {
            continue;
        };
        set = true;
        match verifier(provider, &secrets, environment) {
            Ok(verifier) => verifiers.push((provider, verifier)),
            Err((fault, remedy)) => variables.refuse(&variable, fault, remedy),
        }
    }
    if !set && environment == Environment::Production {
        variables.refuse(
            "WEBHOOK_SECRET_<PROVIDER>",
            "is not set for any provider, so no delivery could be accepted",
            format!("set one of: {}", every_variable()),
        );
    }
    verifiers
}

/// The variables there are, for people.
pub(crate) fn every_variable() -> String {
    let variables: Vec<_> = Provider::ALL.iter().copied().map(variable).collect();
    variables.join(", ")
}

fn variable(provider: Provider) -> String {
    let name = provider.name().to_ascii_uppercase().replace('-', "_");
    format!("WEBHOOK_SECRET_{name}")
}

/// Builds a verifier from a list of secrets, newest first, separated by commas. The labels are their
/// places in the list, from 1.
fn verifier(
    provider: Provider,
    secrets: &str,
    environment: Environment,
) -> Result<Verifier, (String, String)> {
    let ring: SecretRing = split(secrets).into_iter().map(Secret::new).collect();
    let verifier = Verifier::new(provider, ring).map_err(|error| {
        (
            error.to_string(),
            "paste the secret as the provider shows it; separate several with a comma, newest first".to_owned(),
        )
    })?;
    if environment == Environment::Production
        && let Some(label) = verifier.weak_secrets().next()
    {
        let least = Secret::MIN_STRONG_LEN;
        return Err((
            format!(
                "secret {label:?} has fewer than {least} bytes, which production does not allow"
            ),
            "create a longer one at the provider".to_owned(),
        ));
    }
    Ok(verifier)
}

/// Splits a list at its commas, except behind `v1`: that is the version of a signature, pasted with the
/// secret, and as a secret of its own it could be guessed at once. Left together, it is refused.
fn split(secrets: &str) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    for secret in secrets.split(',') {
        match list.last_mut() {
            Some(version) if version == "v1" => *version = format!("v1,{secret}"),
            _ => list.push(secret.to_owned()),
        }
    }
    list
}
