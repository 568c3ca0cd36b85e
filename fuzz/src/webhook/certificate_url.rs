//! Addresses of certificates, as anybody may send them.

use std::sync::LazyLock;

use serde_json::json;
use url::Url;
use webhook_verify::{
    Certificates, MAX_HEADER_LEN, Provider, Rejection, Setup, Verifier, Weakness,
};

use super::{NOW, split_line};

const ROOT: &[u8] =
    include_bytes!("../../../webhook-verify/tests/vectors/generate/certificates/root.pem");

static PAYPAL: LazyLock<Verifier> = LazyLock::new(|| {
    let paypal = Provider::PayPal.webhook_id("1JE4291016473214C");
    verifier(paypal.despite(Weakness::BodyByChecksum))
});
static SNS: LazyLock<Verifier> = LazyLock::new(|| verifier(Provider::Sns.into()));

/// A host is asked to fetch what is plainly the provider's, and nothing else, whatever a browser would make of it.
///
/// The input is `paypal` or `sns` on a line, and an address.
pub fn webhook_certificate_url(data: &[u8]) {
    let (provider, address) = split_line(data);
    let Ok(address) = str::from_utf8(address) else {
        return;
    };
    let (asked, own) = match provider {
        // White space around a header is no part of it.
        b"paypal" => (
            ask_paypal(address),
            paypals(address.trim_matches([' ', '\t'])),
        ),
        b"sns" => (ask_sns(address), amazons(address)),
        _ => return,
    };
    assert_eq!(asked.as_deref(), own);
}

fn verifier(setup: Setup) -> Verifier {
    let certificates = Certificates::trusting(ROOT).expect("a certificate");
    Verifier::new(setup, certificates).expect("nothing is missing")
}

/// The address that PayPal's receiver is to fetch.
fn ask_paypal(address: &str) -> Option<String> {
    let headers = [
        ("PAYPAL-TRANSMISSION-ID", "69cd13f0"),
        ("PAYPAL-TRANSMISSION-TIME", "2025-06-15T15:06:40Z"),
        ("PAYPAL-TRANSMISSION-SIG", "AAAA"),
        ("PAYPAL-AUTH-ALGO", "SHA256withRSA"),
        ("PAYPAL-CERT-URL", address),
    ];
    to_fetch(&PAYPAL, &headers, b"{}")
}

/// The address that Amazon's receiver is to fetch.
fn ask_sns(address: &str) -> Option<String> {
    let message = json!({
        "Type": "Notification",
        "MessageId": "22b80b92",
        "TopicArn": "arn:aws:sns:us-west-2:123456789012:MyTopic",
        "Message": "Hello",
        "Timestamp": "2025-06-15T15:06:40.000Z",
        "SignatureVersion": "2",
        "Signature": "AAAA",
        "SigningCertURL": address,
    });
    to_fetch(&SNS, &[], message.to_string().as_bytes())
}

fn to_fetch(verifier: &Verifier, headers: &[(&str, &str)], body: &[u8]) -> Option<String> {
    match verifier.verify_at(&headers, body, NOW) {
        Err(Rejection::CertificateNotAdmitted { url }) => Some(url.as_str().to_owned()),
        Err(_) => None,
        Ok(_) => panic!("accepted without a certificate"),
    }
}

/// The address, if it is PayPal's.
fn paypals(address: &str) -> Option<&str> {
    let is_host = |host: &str| ["api.paypal.com", "api.sandbox.paypal.com"].contains(&host);
    let is_path = |path: &str| path.starts_with("/v1/notifications/certs/");
    // A longer header is not read.
    let is_own = address.len() <= MAX_HEADER_LEN && is_plain(address, is_host, is_path);
    is_own.then_some(address)
}

/// The address, if it is Amazon's.
fn amazons(address: &str) -> Option<&str> {
    let is_own = is_plain(address, is_amazons_host, |path| path.ends_with(".pem"));
    is_own.then_some(address)
}

fn is_amazons_host(host: &str) -> bool {
    let labels: Vec<_> = host.split('.').collect();
    let (["sns", region, "amazonaws", "com"] | ["sns", region, "amazonaws", "com", "cn"]) =
        labels[..]
    else {
        return false;
    };
    // What has two hyphens is another word in Punycode.
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    region.len() >= 3 && region.chars().all(is_letter) && !region.contains("--")
}

/// Reads an address as browsers do ([WHATWG](https://url.spec.whatwg.org)): it must be what it looks like.
fn is_plain(address: &str, is_host: impl Fn(&str) -> bool, is_path: impl Fn(&str) -> bool) -> bool {
    let Ok(url) = Url::parse(address) else {
        return false;
    };
    let is_origin = url.scheme() == "https"
        && url.username().is_empty()
        && url.password().is_none()
        && url.port().is_none()
        && url.host_str().is_some_and(is_host);
    let is_letter = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let mut steps = url.path_segments().into_iter().flatten();
    let is_walked =
        steps.all(|step| !step.is_empty() && !step.starts_with('.') && step.chars().all(is_letter));
    let is_all = url.query().is_none() && url.fragment().is_none() && url.as_str() == address;
    is_origin && is_path(url.path()) && is_walked && is_all
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    // A property that never sees an address of the provider's would say little.
    #[test]
    fn the_seeds_are_what_their_names_say() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/webhook_certificate_url");
        let mut counts = [0; 2];
        for entry in fs::read_dir(folder).expect("seeds") {
            let path = entry.expect("a seed").path();
            let name = path.file_name().and_then(|name| name.to_str());
            let name = name.expect("an ASCII name");
            let data = fs::read(&path).expect("a seed");
            let (provider, address) = split_line(&data);
            let address = str::from_utf8(address).expect("text");
            let asked = match provider {
                b"paypal" => ask_paypal(address),
                _ => ask_sns(address),
            };
            assert_eq!(asked.is_some(), name.starts_with("own-"), "{name}");
            counts[usize::from(asked.is_some())] += 1;
        }
        assert!(counts.iter().all(|&count| count >= 5), "{counts:?}");
    }
}
