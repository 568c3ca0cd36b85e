//! `FORWARD_URL` and what belongs to it: where jobs are delivered.

use std::time::Duration;

use hyper::Uri;
use webhook_verify::{Misconfigured, Provider, Secret, Signer, Verifier};

use super::Environment;
use super::variables::Variables;

/// Where jobs are delivered.
#[derive(Debug)]
pub(crate) struct Forward {
    pub(crate) url: Uri,
    /// Signs deliveries by Standard Webhooks.
    pub(crate) signer: Option<Signer>,
    /// One delivery, from connecting to the end of the answer.
    pub(crate) timeout: Duration,
}

impl Forward {
    /// None: there is no `FORWARD_URL`.
    pub(super) fn read(variables: &mut Variables, environment: Environment) -> Option<Self> {
        let url = variables.parsed("FORWARD_URL", None, |text| web_address(text).map(Some));
        let signer = variables.parsed("FORWARD_SECRET", None, |text| {
            signer(text, environment).map(Some)
        });
        let timeout = variables.duration(
            "FORWARD_TIMEOUT",
            Duration::from_secs(15),
            Duration::from_millis(1)..=Duration::from_secs(300),
        );
        if signer.is_some() && url.is_none() {
            variables.refuse(
                "FORWARD_SECRET",
                "is set, but there is nothing to sign",
                "set FORWARD_URL too, or unset it",
            );
        }
        url.map(|url| Self {
            url,
            signer,
            timeout,
        })
    }
}

/// Reads an absolute http or https URL. What was given is not repeated: it may hold credentials.
pub(super) fn web_address(text: &str) -> Result<Uri, (String, String)> {
    let refuse = |fault: &str| Err((fault.to_owned(), "write it as https://host/path".to_owned()));
    let Ok(uri) = text.parse::<Uri>() else {
        return refuse("is not a URL");
    };
    match (uri.scheme_str(), uri.authority()) {
        (Some("http" | "https"), Some(authority)) if authority.as_str().contains('@') => {
            refuse("holds credentials, which would end up in logs")
        }
        (Some("http" | "https"), Some(_)) => Ok(uri),
        _ => refuse("is not an absolute http or https URL"),
    }
}

fn signer(secret: &str, environment: Environment) -> Result<Signer, (String, String)> {
    let remedy = || "create one with: echo whsec_$(openssl rand -base64 32)".to_owned();
    let refuse = |error: Misconfigured| (error.to_string(), remedy());
    let scheme = Provider::StandardWebhooks;
    let receiver = Verifier::new(scheme, Secret::new(secret)).map_err(refuse)?;
    if environment == Environment::Production && receiver.weak_secrets().next().is_some() {
        let least = Secret::MIN_STRONG_LEN;
        let fault = format!("has fewer than {least} bytes, which production does not allow");
        return Err((fault, remedy()));
    }
    Signer::new(scheme, Secret::new(secret)).map_err(refuse)
}
