//! Secrets that cannot be the right ones, and some that can.

use webhook_verify::{
    Misconfigured, Provider, Rejection, Secret, SecretFault, SecretForm, Signer, Verifier,
};

use crate::{BODY, NOW, SECRET, hex, stripe, verifier, verify};

#[test]
fn an_empty_secret_is_refused_by_every_provider() {
    // Those with certificates have none.
    let has_secrets = |provider: &&Provider| {
        let form = provider.scheme().secret;
        !matches!(form, SecretForm::Certificate(_))
    };
    let every = Provider::ALL.iter().filter(has_secrets).map(|&provider| {
        let setup = provider.at("https://hooks.example.com").issued_by("us");
        match provider.scheme().weakness() {
            Some(weakness) => (provider, setup.despite(weakness)),
            None => (provider, setup),
        }
    });
    for (provider, setup) in every {
        for (text, fault) in [("", SecretFault::Empty), (" \t", SecretFault::Blank)] {
            let error = Verifier::new(setup.clone(), Secret::new(text))
                .expect_err("nothing to verify with");
            assert_eq!(
                error,
                Misconfigured::Secret {
                    label: "1".into(),
                    fault
                },
                "{provider}"
            );
        }
    }
}

#[test]
fn a_secret_with_a_line_break_is_refused_when_built_and_not_a_mismatch_later() {
    let error = Verifier::new(Provider::Stripe, Secret::new("whsec_test\n")).expect_err("a slip");
    assert_eq!(
        error.to_string(),
        r#"secret "1" ends with a line break: remove it"#
    );
}

#[test]
fn a_secret_pasted_with_its_version_is_named() {
    let secret = Secret::new(format!("v1,{SECRET}"));
    let error = Verifier::new(Provider::StandardWebhooks, secret).expect_err("a slip");
    assert_eq!(
        error,
        Misconfigured::Secret {
            label: "1".into(),
            fault: SecretFault::VersionPrefix
        }
    );
}

#[test]
fn an_unpadded_base64_secret_is_the_same_secret() {
    let padded = Signer::new(Provider::Svix, Secret::new("whsec_AAECAwQFBgcICQ=="));
    let headers = padded
        .expect("usable")
        .sign(Some("msg_1"), NOW, BODY)
        .expect("signable");
    let unpadded = verifier(Provider::Svix, "whsec_AAECAwQFBgcICQ");
    assert!(unpadded.verify_at(&headers, BODY, NOW).is_ok());
}

#[test]
fn the_prefix_of_a_stripe_secret_is_part_of_the_key() {
    let headers = stripe(&format!("t=1700000000,v1={}", hex(b"1700000000.{}")));
    assert!(verify(Provider::Stripe, &headers, b"{}").is_ok());
    let stripped = verifier(Provider::Stripe, &SECRET["whsec_".len()..]);
    assert_eq!(
        stripped.verify_at(&headers, b"{}", NOW).unwrap_err(),
        Rejection::Mismatch
    );
}
