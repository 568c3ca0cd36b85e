//! Signing as those do who have certificates.

#![cfg(feature = "certificates")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use serde_json::{Value, json};
use webhook_verify::provider::sns;
use webhook_verify::{
    Certificates, Headers, Misconfigured, Provider, Rejection, Secret, SecretFault, Setup,
    SignedHeaders, Signer, UnixTime, Unsignable, Verifier, Weakness,
};

const NOW: UnixTime = UnixTime::from_secs(1_750_000_000);
const PAYPAL_URL: &str = "https://api.paypal.com/v1/notifications/certs/CERT-1";
const SNS_URL: &str = "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-1.pem";
const ID: &str = "69cd13f0-d67a-11e5-baa3-778b53f4ae55";

/// Keys of RSA with 2048 bits, which protect nothing.
const SIGNER: &str = include_str!("vectors/generate/certificates/signer-key.pem");
const IMPOSTOR: &str = include_str!("vectors/generate/certificates/impostor-key.pem");

fn paypal() -> Setup {
    Provider::PayPal
        .webhook_id("1JE4291016473214C")
        .certified_at(PAYPAL_URL)
        .despite(Weakness::BodyByChecksum)
}

fn signer(setup: impl Into<Setup>, key: &str) -> Signer {
    Signer::new(setup, Secret::new(key)).expect("a usable key")
}

/// A root, and the certificate which it gives the signer under a name.
fn chain(name: &str) -> [String; 2] {
    let mut root = CertificateParams::default();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    root.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let key = KeyPair::generate().expect("a key");
    let pem = root.self_signed(&key).expect("a certificate").pem();

    let mut own = CertificateParams::new([name.to_owned()]).expect("a name");
    own.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let signer = KeyPair::from_pem(SIGNER).expect("a key");
    let own = own.signed_by(&signer, &Issuer::new(root, key));
    [pem, own.expect("a certificate").pem()]
}

/// A verifier which has fetched the signer's certificate.
fn verifier(setup: impl Into<Setup>, name: &str, judge: impl Fn(&Verifier) -> Judged) -> Verifier {
    let [root, own] = chain(name);
    let certificates = Certificates::trusting(root.as_bytes()).expect("a root");
    let verifier = Verifier::new(setup, certificates.clone()).expect("consistent");
    let Err(Rejection::CertificateNotAdmitted { url }) = judge(&verifier) else {
        panic!("the certificate is not known yet");
    };
    let admitted = certificates.admit(&url, own.as_bytes(), NOW);
    admitted.expect("it proves itself");
    verifier
}

type Judged = Result<(), Rejection>;

fn judge(verifier: &Verifier, headers: &(impl Headers + Sync), body: &[u8]) -> Judged {
    verifier.verify_at(headers, body, NOW).map(drop)
}

fn message(signature: &str) -> String {
    let message = json!({
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": "arn:aws:sns:us-west-2:123456789012:MyTopic",
        "Message": "Hello\nworld!",
        "Timestamp": "2025-06-15T15:06:40.000Z",
        "SignatureVersion": "2",
        "Signature": signature,
        "SigningCertURL": SNS_URL,
    });
    message.to_string()
}

#[test]
fn a_signed_delivery_of_paypal_is_genuine() {
    let signer = signer(paypal(), SIGNER);
    let sign = |body: &[u8]| signer.sign(Some(ID), NOW, body).expect("signable");
    let headers = sign(b"{}");
    let names: Vec<_> = headers.iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "paypal-transmission-id",
            "paypal-transmission-time",
            "paypal-transmission-sig",
            "paypal-cert-url",
            "paypal-auth-algo",
        ]
    );
    let verifier = verifier(
        paypal(),
        "messageverificationcerts.paypal.com",
        |verifier| judge(verifier, &headers, b"{}"),
    );

    assert_eq!(judge(&verifier, &headers, b"{}"), Ok(()));
    assert_eq!(judge(&verifier, &sign(b"[]"), b"[]"), Ok(()));
    assert_eq!(judge(&verifier, &headers, b"[]"), Err(Rejection::Mismatch));
    let impostor = self::signer(paypal(), IMPOSTOR).sign(Some(ID), NOW, b"{}");
    let impostor: SignedHeaders = impostor.expect("signable");
    assert_eq!(judge(&verifier, &impostor, b"{}"), Err(Rejection::Mismatch));
}

#[test]
fn a_signed_message_of_sns_is_genuine() {
    let no_headers: [(&str, &str); 0] = [];
    let sign = |key| {
        let signature = signer(Provider::Sns, key).sign_fields(NOW, message("").as_bytes());
        message(&signature.expect("signable"))
    };
    let signed = sign(SIGNER);
    let verifier = verifier(Provider::Sns, "sns.amazonaws.com", |verifier| {
        judge(verifier, &no_headers, signed.as_bytes())
    });

    let judge = |body: &str| judge(&verifier, &no_headers, body.as_bytes());
    assert_eq!(judge(&signed), Ok(()));
    let tampered = signed.replace("world", "there");
    assert_eq!(judge(&tampered), Err(Rejection::Mismatch));
    assert_eq!(judge(&sign(IMPOSTOR)), Err(Rejection::Mismatch));
}

/// PKCS #1 version 1.5 has nothing random, so whoever has the key makes the same signature.
#[test]
fn signatures_are_those_that_others_make_with_the_same_key() {
    let vectors: Vec<Value> =
        serde_json::from_str(include_str!("vectors/sdk-more.json")).expect("vectors");
    let genuine = |vector: &&Value| vector["provider"] == "sns" && vector["accept"] == true;
    let signer = signer(Provider::Sns, SIGNER);
    let mut compared = 0;
    for vector in vectors.iter().filter(genuine) {
        let body = vector["body_utf8"].as_str().expect("text");
        let fields: Value = serde_json::from_str(body).expect("JSON");
        if fields["SignatureVersion"] == "2" {
            let own = signer.sign_fields(NOW, body.as_bytes()).expect("signable");
            assert_eq!(own, fields["Signature"], "{}", vector["id"]);
            compared += 1;
        }
    }
    assert_eq!(compared, 7);
}

#[test]
fn a_message_that_nobody_could_verify_is_not_signed() {
    let signer = signer(Provider::Sns, SIGNER);
    let sign = |message: String| signer.sign_fields(NOW, message.as_bytes());
    for (from, to) in [
        (SNS_URL, "https://sns.example.com/a.pem"),
        ("SigningCertURL", "SigningCertUrl"),
        (r#""SignatureVersion":"2""#, r#""SignatureVersion":"1""#),
        ("TopicArn", "Topic"),
    ] {
        let message = message("").replace(from, to);
        assert_eq!(sign(message), Err(Unsignable::UnusableBody), "{to}");
    }
}

#[test]
fn the_address_of_a_certificate_is_one_that_the_scheme_allows() {
    let nameless = Provider::PayPal
        .webhook_id("1JE4291016473214C")
        .despite(Weakness::BodyByChecksum);
    let foreign = "https://certs.example.com/v1/notifications/certs/CERT-1";
    for setup in [nameless.clone(), nameless.certified_at(foreign)] {
        let refused = Signer::new(setup, Secret::new(SIGNER)).unwrap_err();
        let scheme = "paypal".into();
        assert_eq!(refused, Misconfigured::NoCertificateUrl { scheme });
    }
}

#[test]
fn a_key_that_does_not_sign_is_refused_when_the_signer_is_built() {
    let refuse = |setup: Setup, text: &str| {
        let refused = Signer::new(setup, Secret::new(text).labelled("key"));
        refused.unwrap_err()
    };
    let label = || "key".into();
    let signs = KeyPair::from_pem(SIGNER).expect("a key");
    let elliptic = KeyPair::generate().expect("a key");
    let [certificate, _] = chain("sns.amazonaws.com");
    for (text, fault) in [
        (signs.public_key_pem(), SecretFault::OtherHalf),
        (elliptic.serialize_pem(), SecretFault::NotPrivateKey),
        (other_exponent(), SecretFault::NotPrivateKey),
        (certificate, SecretFault::PemLabel),
        ("AAAA".into(), SecretFault::NotPrivateKey),
        ("no key".into(), SecretFault::NotBase64),
    ] {
        let label = label();
        let refused = refuse(Provider::Sns.into(), &text);
        assert_eq!(refused, Misconfigured::Secret { label, fault });
    }

    let old = sns::VERSION_1.despite(Weakness::CollidingHash);
    let scheme = "sns-v1".into();
    assert_eq!(refuse(old, SIGNER), Misconfigured::VerifiedOnly { scheme });
}

/// The signer's key with a public exponent that does not belong to it.
fn other_exponent() -> String {
    let mut der = KeyPair::from_pem(SIGNER).expect("a key").serialize_der();
    let exponent = [2, 3, 1, 0, 1];
    let found = der.windows(5).position(|bytes| bytes == exponent);
    der[found.expect("it is 65537") + 4] = 3;
    STANDARD.encode(der)
}
