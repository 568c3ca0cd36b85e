//! Which certificates are admitted.

#![cfg(feature = "certificates")]

use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use serde_json::Value;
use webhook_verify::challenge::{Challenge, sns::Topics};
use webhook_verify::{
    CertificateFault, CertificateUrl, Certificates, MAX_PEM_LEN, Misconfigured, Provider,
    Rejection, Secret, UnixTime, Verifier, Weakness,
};

/// 2025-06-15, which the certificates made here are valid around.
const NOW: UnixTime = UnixTime::from_secs(1_750_000_000);
const NAME: &str = "messageverificationcerts.paypal.com";

/// An authority, and what it signs with.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn root() -> Self {
        let (params, key) = authority("root", true);
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self {
            pem,
            issuer: Issuer::new(params, key),
        }
    }

    /// One under it, or what pretends to be one.
    fn under(&self, is_authority: bool) -> Self {
        let (params, key) = authority("intermediate", is_authority);
        let signed = params.signed_by(&key, &self.issuer);
        Self {
            pem: signed.expect("a certificate").pem(),
            issuer: Issuer::new(params, key),
        }
    }

    fn certify(&self, change: impl FnOnce(&mut CertificateParams)) -> String {
        let mut params = valid(&[NAME]);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        let signed = params.signed_by(&key, &self.issuer);
        signed.expect("a certificate").pem()
    }

    fn certificates(&self) -> Certificates {
        Certificates::trusting(self.pem.as_bytes()).expect("a root")
    }

    fn judge(&self, pem: &str) -> Result<(), CertificateFault> {
        self.certificates()
            .admit(&url("CERT-1"), pem.as_bytes(), NOW)
    }
}

fn authority(name: &str, is_authority: bool) -> (CertificateParams, KeyPair) {
    let mut params = valid(&[]);
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, name);
    if is_authority {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    } else {
        params.is_ca = IsCa::ExplicitNoCa;
    }
    (params, KeyPair::generate().expect("a key"))
}

fn valid(names: &[&str]) -> CertificateParams {
    let names: Vec<_> = names.iter().map(ToString::to_string).collect();
    let mut params = CertificateParams::new(names).expect("names");
    params.not_before = date_time_ymd(2025, 1, 1);
    params.not_after = date_time_ymd(2026, 1, 1);
    params
}

fn verifier(certificates: Certificates) -> Verifier {
    let paypal = Provider::PayPal
        .webhook_id("1JE4291016473214C")
        .despite(Weakness::BodyByChecksum);
    Verifier::new(paypal, certificates).expect("consistent")
}

fn reject(verifier: &Verifier, url: &str, algorithm: &str) -> Rejection {
    reject_at(verifier, url, algorithm, NOW)
}

fn reject_at(verifier: &Verifier, url: &str, algorithm: &str, now: UnixTime) -> Rejection {
    let headers = [
        (
            "PAYPAL-TRANSMISSION-ID",
            "69cd13f0-d67a-11e5-baa3-778b53f4ae55",
        ),
        ("PAYPAL-TRANSMISSION-TIME", "2025-06-15T15:06:40Z"),
        ("PAYPAL-TRANSMISSION-SIG", "AAAA"),
        ("PAYPAL-CERT-URL", url),
        ("PAYPAL-AUTH-ALGO", algorithm),
    ];
    let judged = verifier.verify_at(&headers, b"{}", now).map(drop);
    judged.expect_err("the signature is wrong")
}

/// The address of a certificate, as a delivery that names it brings it to light.
fn url(name: &str) -> CertificateUrl {
    let verifier = verifier(Authority::root().certificates());
    let url = format!("https://api.paypal.com/v1/notifications/certs/{name}");
    match reject(&verifier, &url, "SHA256withRSA") {
        Rejection::CertificateNotAdmitted { url } => url,
        other => panic!("{other}"),
    }
}

#[test]
fn a_chain_to_a_root_is_admitted() {
    let root = Authority::root();
    assert_eq!(root.judge(&root.certify(|_| ())), Ok(()));
    let between = root.under(true);
    let chain = between.certify(|_| ()) + &between.pem;
    assert_eq!(root.judge(&chain), Ok(()));
}

#[test]
fn a_missing_intermediate_is_found_with_the_host() {
    let root = Authority::root();
    let between = root.under(true);
    let alone = between.certify(|_| ());
    assert_eq!(root.judge(&alone), Err(CertificateFault::UnknownIssuer));
    let certificates = root
        .certificates()
        .with_intermediates(between.pem.as_bytes())
        .expect("a certificate");
    assert_eq!(
        certificates.admit(&url("CERT-1"), alone.as_bytes(), NOW),
        Ok(())
    );
}

#[test]
fn what_does_not_prove_itself_is_refused() {
    let root = Authority::root();
    let refuse = |change: fn(&mut CertificateParams)| root.judge(&root.certify(change));
    let expired = refuse(|params| params.not_after = date_time_ymd(2025, 6, 1));
    assert_eq!(expired, Err(CertificateFault::Expired));
    let early = refuse(|params| params.not_before = date_time_ymd(2025, 7, 1));
    assert_eq!(early, Err(CertificateFault::NotYetValid));
    let usage = refuse(|params| {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::CodeSigning];
    });
    assert_eq!(usage, Err(CertificateFault::Unfit));

    let other = Authority::root().certify(|_| ());
    assert!(root.judge(&other).is_err());
    let no_authority = root.under(false);
    let chain = no_authority.certify(|_| ()) + &no_authority.pem;
    assert!(root.judge(&chain).is_err());
    assert!(root.judge(&root.pem).is_err());
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let root = Authority::root();
    for name in [
        "paypal.com",
        "www.paypal.com",
        "messageverificationcerts.paypal.com.evil.example",
        "xmessageverificationcerts.paypal.com",
        "*.paypal.com",
        "sns.amazonaws.com",
    ] {
        let pem = root.certify(|params| {
            params.subject_alt_names = valid(&[name]).subject_alt_names;
        });
        assert_eq!(root.judge(&pem), Err(CertificateFault::OtherName), "{name}");
    }
}

#[test]
fn what_is_no_certificate_is_refused() {
    let root = Authority::root();
    assert_eq!(root.judge(""), Err(CertificateFault::Missing));
    assert_eq!(root.judge("<html>"), Err(CertificateFault::Missing));
    let cut = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_eq!(root.judge(cut), Err(CertificateFault::Unreadable));
    let long = " ".repeat(MAX_PEM_LEN + 1);
    assert_eq!(root.judge(&long), Err(CertificateFault::TooLong));
    let many = root.pem.repeat(9);
    assert_eq!(root.judge(&many), Err(CertificateFault::TooLong));
    assert!(Certificates::trusting(b"").is_err());
}

#[test]
fn a_certificate_is_used_no_longer_than_it_is_valid_and_not_for_another_address() {
    let root = Authority::root();
    let certificates = root.certificates();
    let pem = root.certify(|_| ());
    let admitted = url("CERT-1");
    assert_eq!(certificates.admit(&admitted, pem.as_bytes(), NOW), Ok(()));
    let verifier = verifier(certificates);
    let reject = |url: &str| reject(&verifier, url, "SHA256withRSA");
    // It is an elliptic curve's, so no RSA signature is its own.
    assert_eq!(reject(admitted.as_str()), Rejection::Mismatch);
    let next_year = UnixTime::from_secs(1_770_000_000);
    let lapsed = reject_at(&verifier, admitted.as_str(), "SHA256withRSA", next_year);
    assert_eq!(lapsed, Rejection::CertificateNotAdmitted { url: admitted });

    let other = url("CERT-2");
    let rejection = reject(other.as_str());
    assert_eq!(rejection, Rejection::CertificateNotAdmitted { url: other });
}

#[test]
fn an_address_or_an_algorithm_of_the_senders_choice_is_refused() {
    let verifier = verifier(Authority::root().certificates());
    let own = "https://api.paypal.com/v1/notifications/certs/CERT-1";
    for url in [
        "http://api.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1",
        "https://api.paypal.com@169.254.169.254/v1/notifications/certs/CERT-1",
        "https://api.paypal.com:8443/v1/notifications/certs/CERT-1",
        "https://api.paypal.com/v1/notifications/certs/../../CERT-1",
    ] {
        let rejection = reject(&verifier, url, "SHA256withRSA");
        assert_eq!(rejection, Rejection::ForeignCertificate, "{url}");
    }
    for algorithm in ["SHA1withRSA", "none", "sha256withrsa"] {
        let header = "paypal-auth-algo".into();
        let rejection = reject(&verifier, own, algorithm);
        assert_eq!(rejection, Rejection::OtherAlgorithm { header });
    }
}

#[test]
fn a_verifier_of_a_scheme_with_certificates_takes_no_secret() {
    let paypal = || {
        let paypal = Provider::PayPal.despite(Weakness::BodyByChecksum);
        paypal.webhook_id("1JE4291016473214C")
    };
    let scheme = || "paypal".into();
    let refused = Verifier::new(paypal(), Secret::new("x")).unwrap_err();
    assert_eq!(refused, Misconfigured::NoCertificates { scheme: scheme() });
    let nameless = Provider::PayPal.despite(Weakness::BodyByChecksum);
    for setup in [nameless.clone(), nameless.webhook_id("a|b")] {
        let refused = Verifier::new(setup, Authority::root().certificates()).unwrap_err();
        assert_eq!(refused, Misconfigured::NoWebhookId { scheme: scheme() });
    }
    let weak = Provider::PayPal.webhook_id("1JE4291016473214C");
    let refused = Verifier::new(weak, Authority::root().certificates()).unwrap_err();
    assert!(matches!(refused, Misconfigured::Weak { .. }));
}

#[test]
fn a_subscription_is_confirmed_by_a_verified_body() {
    let vectors: Vec<Value> =
        serde_json::from_str(include_str!("vectors/sdk-more.json")).expect("vectors");
    let confirmation = |vector: &&Value| vector["id"] == "sns/a confirmation of a subscription";
    let vector = vectors.iter().find(confirmation).expect("it is there");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let (body, pem) = (
        text(&vector["body_utf8"]),
        text(&vector["secrets"][0]["value"]),
    );

    let root = include_bytes!("vectors/generate/certificates/root.pem");
    let certificates = Certificates::trusting(root).expect("a root");
    let verifier = Verifier::new(Provider::Sns, certificates.clone()).expect("consistent");
    let none: [(&str, &str); 0] = [];
    let verify = |body| verifier.verify_at(&none, body, NOW);
    let Err(Rejection::CertificateNotAdmitted { url }) = verify(body.as_bytes()) else {
        panic!("the certificate is not known yet");
    };
    assert_eq!(certificates.admit(&url, pem.as_bytes(), NOW), Ok(()));

    let topics = Topics::new(["arn:aws:sns:us-west-2:123456789012:MyTopic"]).expect("a topic");
    let delivery = verify(body.as_bytes()).expect("genuine");
    let Challenge::Answer(confirmation) = topics.confirm(&delivery) else {
        panic!("it is a challenge");
    };
    let start = "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&";
    assert!(confirmation.url().starts_with(start));
    let elsewhere = body.replace("Token=2336", "Token=2337");
    let refused = verify(elsewhere.as_bytes()).map(drop);
    assert_eq!(refused, Err(Rejection::Mismatch));
}
