//! `WEBHOOK_SECRET_<PROVIDER>`: who may deliver, and how that is proved.

use webhook_verify::{
    Grammar, Issuer, Misconfigured, Provider, Secret, SecretForm, SecretRing, Setup,
    SignatureHeader, SignatureSource, Verifier,
};

use super::variables::Variables;
use super::{Address, Environment, challengers};
use crate::receiver::Receiver;

/// A receiver for each provider that has secrets.
pub(super) fn read(
    variables: &mut Variables,
    environment: Environment,
    address: &Address,
) -> Vec<Receiver> {
    let accepted = accepted_though_weak(variables);
    let mut set = false;
    let mut receivers = Vec::new();
    for provider in Provider::ALL.iter().copied() {
        let variable = variable(provider);
        let mut setup = provider.at(address.of(provider));
        for issuer in issuers(variables, provider) {
            setup = setup.issued_by(issuer);
        }
        if let Some(weakness) = provider.scheme().weakness()
            && accepted.contains(&provider)
        {
            setup = setup.despite(weakness);
        }
        let secrets = variables.text(&variable);
        let listed = secrets.as_deref().map(split).unwrap_or_default();
        let challenger = challengers::read(variables, provider, &listed);
        let Some(secrets) = secrets else {
            continue;
        };
        set = true;
        let verifier = match has_certificates(provider) {
            true => Err(not_fetched(provider)),
            false => verifier(setup, &secrets, environment),
        };
        match verifier {
            Ok(verifier) => receivers.push(Receiver {
                provider,
                verifier,
                challenger,
            }),
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
    receivers
}

/// The variables there are, for people.
pub(crate) fn every_variable() -> String {
    let with_secrets = Provider::ALL.iter().copied();
    let with_secrets = with_secrets.filter(|provider| !has_certificates(*provider));
    let variables: Vec<_> = with_secrets.map(variable).collect();
    variables.join(", ")
}

/// Whether the provider's keys are in certificates, which a receiver has to fetch.
fn has_certificates(provider: Provider) -> bool {
    matches!(provider.scheme().secret, SecretForm::Certificate(_))
}

fn not_fetched(provider: Provider) -> (String, String) {
    let fault = format!("has no use: {provider} has no secret, but signs with certificates");
    let remedy = "unset it; this server fetches no certificates, so they cannot deliver to it";
    (fault, remedy.to_owned())
}

fn variable(provider: Provider) -> String {
    format!("WEBHOOK_SECRET_{}", upper_case(provider))
}

fn upper_case(provider: Provider) -> String {
    provider.name().to_ascii_uppercase().replace('-', "_")
}

/// The providers whose schemes prove little, and who may deliver all the same.
fn accepted_though_weak(variables: &mut Variables) -> Vec<Provider> {
    variables.parsed("WEBHOOK_ACCEPT_WEAK", Vec::new(), |text| {
        text.split(',').map(weak_provider).collect()
    })
}

fn weak_provider(name: &str) -> Result<Provider, (String, String)> {
    let weak = |provider: &Provider| {
        provider.scheme().weakness().is_some() && !has_certificates(*provider)
    };
    match name.parse() {
        Ok(provider) if weak(&provider) => Ok(provider),
        _ => {
            let names = Provider::ALL.iter().filter(|provider| weak(provider));
            let names: Vec<_> = names.map(|provider| provider.name()).collect();
            Err((
                format!("{name:?} is no provider with a weak scheme"),
                format!("those there are: {}", names.join(", ")),
            ))
        }
    }
}

/// Those who may issue the tokens of a provider that asks for it.
fn issuers(variables: &mut Variables, provider: Provider) -> Vec<String> {
    if !asks_for_issuer(provider) {
        return Vec::new();
    }
    let issuers = variables.text(&format!("WEBHOOK_ISSUER_{}", upper_case(provider)));
    let issuers = issuers.unwrap_or_default();
    let named = issuers.split(',').filter(|issuer| !issuer.is_empty());
    named.map(str::to_owned).collect()
}

fn asks_for_issuer(provider: Provider) -> bool {
    matches!(
        provider.scheme().signature,
        SignatureSource::Header(SignatureHeader { grammar: Grammar::Jwt(rule), .. })
            if rule.issuer == Issuer::Named
    )
}

/// Builds a verifier from a list of secrets, newest first, separated by commas. The labels are their
/// places in the list, from 1.
fn verifier(
    setup: Setup,
    secrets: &str,
    environment: Environment,
) -> Result<Verifier, (String, String)> {
    let ring: SecretRing = split(secrets).into_iter().map(Secret::new).collect();
    let verifier = Verifier::new(setup, ring).map_err(|error| (fault(&error), remedy(&error)))?;
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

/// What is wrong, in the words of who sets variables and not of who writes programs.
fn fault(error: &Misconfigured) -> String {
    match error {
        Misconfigured::Weak { scheme, weakness } => {
            format!("is refused, because the scheme of {scheme} is weak: {weakness}")
        }
        Misconfigured::NoIssuer { scheme } => {
            format!("is refused, because it is not said who issues the tokens of {scheme}")
        }
        _ => error.to_string(),
    }
}

fn remedy(error: &Misconfigured) -> String {
    match error {
        Misconfigured::Weak { scheme, .. } => {
            format!("if the provider offers nothing better, name {scheme} in WEBHOOK_ACCEPT_WEAK")
        }
        Misconfigured::NoIssuer { scheme } => {
            let name = scheme.to_ascii_uppercase().replace('-', "_");
            format!("name the API key in WEBHOOK_ISSUER_{name}")
        }
        Misconfigured::PublicUrl { .. } => {
            "give PUBLIC_URL as the provider has it, without a query".to_owned()
        }
        _ => {
            "paste the secret as the provider shows it; separate several with a comma, newest first"
                .to_owned()
        }
    }
}

/// Splits a list at its commas, except within a key that is JSON, and behind `v1`: that is the version
/// of a signature, pasted with the secret, and as a secret of its own it could be guessed at once. Left
/// together, it is refused.
fn split(secrets: &str) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    for secret in secrets.split(',') {
        match list.last_mut() {
            Some(last) if last == "v1" || is_open_json(last) => {
                last.push(',');
                last.push_str(secret);
            }
            _ => list.push(secret.to_owned()),
        }
    }
    list
}

fn is_open_json(text: &str) -> bool {
    text.starts_with('{') && !text.ends_with('}')
}
