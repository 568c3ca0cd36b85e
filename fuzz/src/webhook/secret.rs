//! Secrets as an operator may paste them.

use webhook_verify::{Provider, Secret, Signer, Verifier};

use super::{NOW, documented, split_provider};

const ID: &str = "msg_1";
const BODY: &[u8] = br#"{"id":"evt_1"}"#;

/// Valid behind any form of secret, and found in nothing that a program prints of its own accord.
const MARK: &[u8] = b"c0ffeec0ffeec0ffee";

/// A secret is refused, or it is the key that the provider documents; and it is never printed.
///
/// The input is a provider on a line and the text of the secret.
pub fn webhook_secret(data: &[u8]) {
    let Some((provider, text)) = split_provider(data) else {
        return;
    };
    assert_is_the_documented_key(provider, text);
    assert_is_not_printed([text, MARK].concat(), provider);
}

fn assert_is_the_documented_key(provider: Provider, text: &[u8]) {
    let verifier = Verifier::new(provider, Secret::new(text));
    let signer = Signer::new(provider, Secret::new(text));
    assert_eq!(
        verifier.is_ok(),
        signer.is_ok(),
        "verifier and signer disagree on a secret"
    );
    let (Ok(verifier), Ok(signer)) = (verifier, signer) else {
        return;
    };
    if let Ok(pasted) = str::from_utf8(text) {
        // Bytes that are no text are a key from a generator, where white space is as likely as any other byte.
        assert!(
            !pasted.is_empty() && pasted == pasted.trim(),
            "a slip was accepted"
        );
    }

    let key = documented::key(provider, text).expect("what was accepted has the provider's form");
    let millis = documented::time_digits(provider) == Some(13);
    let time = if millis {
        NOW.as_millis().to_string()
    } else {
        NOW.as_secs().to_string()
    };
    let signature = documented::signature_with(provider, &key, ID, &time, BODY);
    let headers = documented::headers(provider, ID, &time, &signature);
    assert!(
        verifier.verify_at(&headers, BODY, NOW).is_ok(),
        "another key than the documented one"
    );

    let id = documented::signs_id_header(provider).then_some(ID);
    let headers = signer.sign(id, NOW, BODY).expect("the id is fine");
    assert!(
        verifier.verify_at(&headers, BODY, NOW).is_ok(),
        "verifier and signer have different keys"
    );
}

fn assert_is_not_printed(text: Vec<u8>, provider: Provider) {
    let secret = Secret::new(text);
    let printed = format!("{secret:?}");
    let printed = match Verifier::new(provider, secret) {
        Ok(verifier) => format!("{printed}{verifier:?}"),
        Err(misconfigured) => format!("{printed}{misconfigured:?}{misconfigured}"),
    };
    let mark = str::from_utf8(MARK).expect("it is ASCII");
    assert!(!printed.contains(mark), "printed: {printed}");
}
