use alloc::borrow::Cow;
use alloc::format;
use alloc::string::ToString;

use super::*;

const WHSEC: SecretForm = SecretForm::Base64 {
    prefix: Cow::Borrowed("whsec_"),
};
const SIGNKEY: SecretForm = SecretForm::TaggedHexText {
    tag: Cow::Borrowed("signkey-"),
};

fn key(text: &str, form: &SecretForm) -> Result<Vec<u8>, SecretFault> {
    Secret::new(text).key(form).map(|key| key.to_vec())
}

#[test]
fn a_verbatim_secret_keeps_what_looks_like_a_prefix() {
    for text in [
        "whsec_test_secret",
        "v1,whsec_x",
        "signkey-prod-12ab",
        "AAAA=",
        "a b",
    ] {
        assert_eq!(
            key(text, &SecretForm::Verbatim).as_deref(),
            Ok(text.as_bytes())
        );
    }
    let binary = Secret::new(b"\xff\xfe".as_slice());
    assert_eq!(
        binary.key(&SecretForm::Verbatim).as_deref(),
        Ok(&b"\xff\xfe".to_vec())
    );
}

#[test]
fn base64_is_read_with_or_without_prefix_and_padding() {
    for text in [
        "whsec_AAEC/w==",
        "AAEC/w==",
        "whsec_AAEC/w",
        "AAEC/w",
        "AAEC/x",
    ] {
        assert_eq!(key(text, &WHSEC), Ok([0, 1, 2, 0xff].into()), "{text}");
    }
}

#[test]
fn a_text_can_stand_for_its_digest() {
    // RFC 3174, section 7.3, the first test.
    let digest = const_hex::decode("a9993e364706816aba3e25717850c26c9cd0d89d");
    assert_eq!(key("abc", &SecretForm::Sha1OfText).ok(), digest.ok());
    assert_eq!(key("", &SecretForm::Sha1OfText), Err(SecretFault::Empty));
}

#[test]
fn a_prefix_may_hold_the_version_and_may_be_empty() {
    let form = |prefix: &'static str| SecretForm::Base64 {
        prefix: prefix.into(),
    };
    let bytes = || Ok([0, 1, 2, 0xff].into());
    assert_eq!(key("v1,whsec_AAEC/w==", &form("v1,whsec_")), bytes());
    assert_eq!(key("AAEC/w==", &form("")), bytes());
    let fault = Err(SecretFault::VersionPrefix);
    assert_eq!(key("v1,whsec_AAEC/w==", &form("")), fault);
}

#[test]
fn a_key_in_der_is_read_with_or_without_a_frame() {
    for text in [
        "AAEC/w==",
        "AAEC/w",
        "-----BEGIN PUBLIC KEY-----\nAAEC\n/w==\n-----END PUBLIC KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\r\nAAEC/w==\r\n-----END PRIVATE KEY-----",
    ] {
        assert_eq!(key(text, &SecretForm::Der), Ok([0, 1, 2, 0xff].into()));
    }
    for (text, fault) in [
        ("", SecretFault::Empty),
        ("AAEC/w==\n", SecretFault::TrailingLineBreak),
        ("AAEC_w==", SecretFault::NotBase64),
        ("whpk_AAEC", SecretFault::PublicKey),
        (
            "-----BEGIN EC PRIVATE KEY-----\nAAEC\n-----END EC PRIVATE KEY-----",
            SecretFault::PemLabel,
        ),
        (
            "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----",
            SecretFault::NothingBehindPrefix,
        ),
    ] {
        assert_eq!(key(text, &SecretForm::Der), Err(fault), "{text}");
    }
}

#[test]
fn hex_is_decoded_in_either_case_and_whole() {
    for text in ["00010aff", "00010AFF", "00010aFf"] {
        assert_eq!(key(text, &SecretForm::Hex), Ok([0, 1, 10, 0xff].into()));
    }
    for text in ["0", "00010af", "0x0001", "0001 0aff", "xyz0", "caf\u{e9}0"] {
        let fault = Err(SecretFault::NotHex);
        assert_eq!(key(text, &SecretForm::Hex), fault, "{text}");
    }
}

#[test]
fn tagged_hex_is_kept_as_text() {
    for text in ["signkey-test-12aB", "signkey-my_branch2-12aB", "12aB"] {
        assert_eq!(key(text, &SIGNKEY), Ok(b"12aB".into()), "{text}");
    }
    for text in [
        "signkey-12ab",
        "signkey--12ab",
        "signkey-a b-12ab",
        "test-12ab",
        "signkey-test-12xy",
        "whsec_12",
    ] {
        assert_eq!(key(text, &SIGNKEY), Err(SecretFault::NotHex), "{text}");
    }
}

#[test]
fn slips_are_named_in_every_form() {
    for form in [SecretForm::Verbatim, WHSEC, SecretForm::Hex, SIGNKEY] {
        for (text, fault) in [
            ("", SecretFault::Empty),
            (" ", SecretFault::Blank),
            ("\n", SecretFault::Blank),
            ("\u{a0}\u{feff}", SecretFault::Blank),
            ("AAEC\n", SecretFault::TrailingLineBreak),
            ("AAEC\r\n", SecretFault::TrailingLineBreak),
            (" AAEC", SecretFault::SurroundingSpace),
            ("AAEC ", SecretFault::SurroundingSpace),
            ("\tAAEC", SecretFault::SurroundingSpace),
            ("\u{feff}AAEC", SecretFault::SurroundingSpace),
            ("AAEC\u{200b}", SecretFault::SurroundingSpace),
            ("\n-----BEGIN CERTIFICATE-----", SecretFault::Pem),
            (
                "-----BEGIN PUBLIC KEY-----\nAAEC\n-----END PUBLIC KEY-----\n",
                SecretFault::Pem,
            ),
        ] {
            assert_eq!(key(text, &form), Err(fault), "{text:?} as {form:?}");
        }
    }
}

#[test]
fn what_was_pasted_for_a_base64_secret_is_named() {
    for (text, fault) in [
        ("v1,whsec_AAEC", SecretFault::VersionPrefix),
        ("whpk_AAEC", SecretFault::PublicKey),
        ("whsk_AAEC", SecretFault::PrivateKey),
        ("whsec_", SecretFault::NothingBehindPrefix),
        ("whsec_whsec_AAEC", SecretFault::NotBase64),
        ("not base64", SecretFault::NotBase64),
        ("AAEC-_", SecretFault::NotBase64),
        ("caf\u{e9}", SecretFault::NotBase64),
    ] {
        assert_eq!(key(text, &WHSEC), Err(fault), "{text}");
    }
    assert_eq!(
        key("signkey-test-", &SIGNKEY),
        Err(SecretFault::NothingBehindPrefix)
    );
}

#[test]
fn neither_debug_nor_a_fault_shows_the_secret() {
    let secret = Secret::new("hunter2");
    assert_eq!(
        format!("{secret:?}"),
        r#"Secret { label: None, text: "[fewer than 16 bytes]" }"#
    );
    let fault = secret.key(&SIGNKEY).expect_err("not hexadecimal");
    assert!(!fault.to_string().contains("hunter2"));
}
