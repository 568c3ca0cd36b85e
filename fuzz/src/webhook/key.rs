//! Keys of pairs and their signatures, in every spelling.

use std::ops::Range;

use serde_json::Value;
use webhook_verify::{Misconfigured, Provider, Secret, SecretFault, Signer, Verifier};

use super::{NOW, split_line, split_parts};

const BODY: &[u8] = br#"{"id":"evt_1"}"#;

/// No text of a key and no signature makes a verifier panic. A text is one half of a pair at most, and is told for what
/// it is where the other belongs. What a key has signed is accepted with its public half only; and where its signature
/// stood, none is that nobody but the key could have made.
///
/// The input is the name of a provider, the text of a key, a line with three hyphens, and the value of a signature
/// header; or the text alone.
pub fn webhook_key(data: &[u8]) {
    let (name, rest) = split_line(data);
    let Some(pair) = PAIRS
        .iter()
        .find(|pair| pair.provider.name().as_bytes() == name)
    else {
        return;
    };
    let (text, signature) = split_parts(rest);
    pair.check_halves(text);
    pair.check_public(text);
    if let Some(signature) = signature {
        pair.check_signature(signature);
    }
}

/// A key pair, as a provider writes it.
struct Pair {
    provider: Provider,
    private: &'static str,
    public: &'static str,
    id: Option<&'static str>,
    /// The header of the signature.
    header: &'static str,
    /// Which part of its value every right one has: ECDSA has two signatures, `(r, s)` and `(r, n - s)`, and a last
    /// digit of Base64 has bits to spare.
    fixed: Range<usize>,
}

// RFC 7515 appendix A.3, and RFC 8032 section 7.1, test 1.
const PAIRS: [Pair; 4] = [
    Pair {
        provider: Provider::SendGrid,
        private: "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL+YBIffH1136cspYG6+0iY7X1fCE9+E9LKhRANCAAR\
                  /zc4ncPbEXUGDy+5v20t7WAczNXvp7xO6z248e9FURcfxRM0bvZt+hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt",
        public: "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0\
                 s2ldbqkLJK2KRiMohYjlrQ==",
        id: None,
        header: "x-twilio-email-event-webhook-signature",
        fixed: 6..48,
    },
    Pair {
        provider: Provider::Plaid,
        private: r#"{"kty":"EC","crv":"P-256","kid":"7","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}"#,
        public: r#"{"kty":"EC","crv":"P-256","kid":"7","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#,
        id: None,
        header: "plaid-verification",
        fixed: 0..190,
    },
    Pair {
        provider: Provider::StandardWebhooksV1a,
        private: "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=",
        public: "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        id: Some("msg_1"),
        header: "webhook-signature",
        fixed: 0..89,
    },
    Pair {
        provider: Provider::Discord,
        private: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        public: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        id: None,
        header: "x-signature-ed25519",
        fixed: 0..128,
    },
];

impl Pair {
    fn check_halves(&self, text: &[u8]) {
        let public = Verifier::new(self.provider, Secret::new(text)).map(drop);
        let private = Signer::new(self.provider, Secret::new(text)).map(drop);
        for misconfigured in [&public, &private]
            .into_iter()
            .filter_map(|half| half.as_ref().err())
        {
            assert!(
                matches!(misconfigured, Misconfigured::Secret { .. }),
                "{misconfigured}"
            );
        }
        // Discord's are 32 bytes either way, of which nothing says what they are.
        if self.provider != Provider::Discord {
            match (public, private) {
                (Ok(()), other) | (other, Ok(())) => assert!(is_other_half(&other), "{other:?}"),
                (one, other) => assert!(!is_other_half(&one) || !is_other_half(&other)),
            }
        }
    }

    fn check_public(&self, text: &[u8]) {
        let Ok(verifier) = Verifier::new(self.provider, Secret::new(text)) else {
            return;
        };
        if verifier.verify_at(&self.headers(), BODY, NOW).is_ok() {
            assert_eq!(
                self.normal_form(text),
                self.normal_form(self.public.as_bytes())
            );
        }
    }

    fn check_signature(&self, signature: &[u8]) {
        let verifier =
            Verifier::new(self.provider, Secret::new(self.public)).expect("a public key");
        let mut headers = self.headers();
        let value = self.signature_in(&mut headers);
        let right = std::mem::replace(value, signature.to_vec());
        if verifier.verify_at(&headers, BODY, NOW).is_ok() {
            let fixed = &right[self.fixed.clone()];
            let is_same = |window: &[u8]| match self.provider {
                Provider::Discord => window.eq_ignore_ascii_case(fixed),
                _ => window == fixed,
            };
            assert!(
                signature.windows(fixed.len()).any(is_same),
                "another is accepted"
            );
        }
    }

    /// What the private key signs.
    fn headers(&self) -> Vec<(String, Vec<u8>)> {
        let signer = Signer::new(self.provider, Secret::new(self.private)).expect("a private key");
        let headers = signer.sign(self.id, NOW, BODY).expect("signable");
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.into());
        headers.iter().map(owned).collect()
    }

    fn signature_in<'h>(&self, headers: &'h mut [(String, Vec<u8>)]) -> &'h mut Vec<u8> {
        let mut headers = headers.iter_mut();
        let found = headers.find(|(name, _)| name.eq_ignore_ascii_case(self.header));
        &mut found.expect("there is a signature").1
    }

    /// A public key without what its spellings differ in.
    fn normal_form(&self, text: &[u8]) -> String {
        let text = String::from_utf8_lossy(text);
        match self.provider {
            Provider::Plaid => {
                let jwk: Value = serde_json::from_str(&text).expect("it was read");
                format!("{} {}", jwk["x"], jwk["y"])
            }
            Provider::Discord => text.to_ascii_lowercase(),
            Provider::SendGrid => {
                let digits = text.replace("-----BEGIN PUBLIC KEY-----", "");
                let digits = digits.replace(|c: char| c.is_ascii_whitespace(), "");
                // The point stands where it does with and without its second number.
                digits[36..78].to_owned()
            }
            // The last digit has bits to spare.
            _ => text.trim_end_matches('=')[.."whpk_".len() + 42].to_owned(),
        }
    }
}

fn is_other_half(half: &Result<(), Misconfigured>) -> bool {
    let fault = SecretFault::OtherHalf;
    matches!(half, Err(Misconfigured::Secret { fault: found, .. }) if *found == fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    // A property that never sees an accepted signature would say little.
    #[test]
    fn the_keys_are_pairs() {
        for pair in PAIRS {
            let verifier = Verifier::new(pair.provider, Secret::new(pair.public));
            let verifier = verifier.expect("a public key");
            let mut headers = pair.headers();
            assert!(verifier.verify_at(&headers, BODY, NOW).is_ok());
            let value = pair.signature_in(&mut headers);
            assert!(value.len() >= pair.fixed.end);
        }
    }
}
