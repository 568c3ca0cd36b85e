//! What a diagnosis says as a whole, and what it never does.

use proptest::prelude::*;
use webhook_verify::doctor::{Finding, Verdict, diagnose};
use webhook_verify::{Provider, Secret, SecretRing, UnixTime, Verifier};

use crate::{BODY, NOW, WHSEC, secrets, sign, signature_names, try_sign};

#[test]
fn what_verifies_is_accepted_and_nothing_is_found() {
    for provider in [
        Provider::GitHub,
        Provider::Stripe,
        Provider::StandardWebhooks,
    ] {
        let headers = sign(provider, WHSEC, BODY);
        let diagnosis = diagnose(provider, &secrets([WHSEC]), &headers, BODY, NOW);
        assert_eq!(diagnosis.verdict(), Verdict::Accepted);
        assert_eq!(diagnosis.findings(), []);
    }
}

#[test]
fn a_key_in_a_certificate_is_no_secret_to_look_into() {
    for provider in [Provider::PayPal, Provider::Sns] {
        let headers = [("paypal-transmission-sig", "AAAA")];
        let diagnosis = diagnose(provider, &secrets([WHSEC]), &headers, BODY, NOW);
        assert_eq!(diagnosis.verdict(), Verdict::Unexplained);
        assert_eq!(diagnosis.findings(), [Finding::KeyInCertificate]);
    }
}

#[test]
fn a_report_teaches_and_tells_no_secret() {
    let headers = sign(Provider::Stripe, WHSEC, BODY);
    let right = &headers[0].1;
    let forged = [("stripe-signature", right.replace("v1=", "v1=0"))];
    let now = UnixTime::from_secs(NOW.as_secs() + 412);
    for lines in [
        &headers[..],
        &forged.map(|(name, value)| (name.into(), value)),
    ] {
        let secret = [WHSEC, "\n"].concat();
        let diagnosis = diagnose(Provider::Stripe, &secrets([&secret]), lines, BODY, now);
        for report in [diagnosis.to_string(), format!("{diagnosis:?}")] {
            assert!(report.is_ascii());
            assert!(!report.contains(&WHSEC[6..]), "{report}");
            let signature = right.rsplit('=').next().expect("a signature");
            assert!(!report.contains(signature), "{report}");
        }
    }

    let secret = [WHSEC, "\n"].concat();
    let diagnosis = diagnose(Provider::Stripe, &secrets([&secret]), &headers, BODY, now);
    assert_eq!(
        diagnosis.to_string(),
        "refused, but genuine: with what follows set right, the signature is right\n\
         - secret \"1\" ends with a line break: remove it, as `tr -d '\\n'` does\n\
         - it was sent 412s ago, and 300s are allowed: set the clock right, answer before the \
         work is done, or have it sent again"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_verifier_and_a_diagnosis_agree_on_what_is_accepted(
        place in 0..Provider::ALL.len(),
        secret in "[0-9a-f]{2,8}\n?",
        signed_with in "[0-9a-f]{2,8}",
        body in prop::collection::vec(any::<u8>(), 0..40),
        received in prop::collection::vec(any::<u8>(), 0..40),
        is_kept in any::<bool>(),
    ) {
        let provider = Provider::ALL[place];
        let headers = try_sign(provider.into(), &signed_with, &body).unwrap_or_default();
        let received = if is_kept { body } else { received };
        let ring = [Secret::new(secret.as_str())];
        let diagnosis = diagnose(provider, &ring, &headers, &received, NOW);
        let accepted = Verifier::new(provider, SecretRing::from(ring))
            .is_ok_and(|verifier| verifier.verify_at(&headers, &received, NOW).is_ok());
        prop_assert_eq!(diagnosis.verdict() == Verdict::Accepted, accepted);
        prop_assert!(diagnosis.verdict() != Verdict::Explained || !diagnosis.findings().is_empty());
    }

    #[test]
    fn no_headers_and_no_secret_make_it_panic(
        headers in prop::collection::vec((any::<String>(), prop::collection::vec(any::<u8>(), 0..80)), 0..4),
        signature in prop::collection::vec(any::<u8>(), 0..80),
        secret in prop::collection::vec(any::<u8>(), 0..40),
        body in prop::collection::vec(any::<u8>(), 0..40),
        place in 0..Provider::ALL.len(),
        secs in any::<u64>(),
    ) {
        let provider = Provider::ALL[place];
        let named = signature_names(provider).next().map(|name| (name, signature));
        let headers: Vec<_> = headers.into_iter().chain(named).collect();
        let now = UnixTime::from_secs(secs);
        let diagnosis = diagnose(provider, &[Secret::new(secret)], &headers, &body, now);
        prop_assert_eq!(diagnosis.verdict(), Verdict::Unexplained);
    }
}
