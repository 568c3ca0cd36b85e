//! JSON Web Tokens, as they come.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::algorithm::Algorithm;
use crate::json_object::JsonObject;

/// What may stand before a token in a header ([RFC 6750 section
/// 2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)), in any case.
const BEARER: &str = "Bearer ";

/// A token in compact form: `header.claims.signature`, each in Base64 for URLs ([RFC 7515 section
/// 7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1)). It is in three parts, and nothing else
/// is known of it.
///
/// Its length is bounded by that of the header it comes in.
#[derive(Clone, Copy)]
pub(crate) struct Jwt<'a> {
    header: &'a str,
    claims: &'a str,
    /// What is signed: header and claims as they came, with the dot between.
    pub(crate) signed: &'a str,
    pub(crate) signature: &'a str,
}

impl<'a> Jwt<'a> {
    /// The token in the value of a header, behind `Bearer ` or alone.
    pub(crate) fn in_header(value: &'a str) -> Option<Self> {
        let text = match value.split_at_checked(BEARER.len()) {
            Some((word, text)) if word.eq_ignore_ascii_case(BEARER) => text,
            _ => value,
        };
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        (!claims.contains('.')).then_some(Self {
            header,
            claims,
            signed,
            signature,
        })
    }

    /// Whether its own header says that it is signed with this algorithm, and asks for nothing that
    /// is not done here.
    ///
    /// The token does not choose: another algorithm, `none` among them, is refused whatever the
    /// signature. Extensions that must be understood (`crit`) are not, and neither are claims that
    /// are not encoded (`b64`, [RFC 7797](https://www.rfc-editor.org/rfc/rfc7797)). Keys and
    /// addresses of keys in the header are not looked at.
    pub(crate) fn is_signed_with(&self, algorithm: Algorithm) -> bool {
        let is_absent = |header: &JsonObject<'_>, name| header.get(name).is_none();
        let is_plain = self.read_header(|header| {
            let is_own = header.text("alg") == Some(algorithm.jose_name()?);
            (is_own && is_absent(header, "crit") && is_absent(header, "b64")).then_some(())
        });
        is_plain.is_some()
    }

    /// The name of the key that made the signature, by its own header (`kid`). Anybody can write it.
    pub(crate) fn key_id(&self) -> Option<String> {
        self.read_header(|header| header.text("kid").map(String::from))
    }

    fn read_header<T>(&self, read: impl FnOnce(&JsonObject<'_>) -> Option<T>) -> Option<T> {
        let json = decode(self.header)?;
        read(&JsonObject::parse(&json)?)
    }

    /// The claims, which are JSON. They are to be believed once the signature is right.
    pub(crate) fn claims(&self) -> Option<Vec<u8>> {
        decode(self.claims)
    }

    /// The text of a claim, if it is there and is one.
    pub(crate) fn text_of(&self, claim: &str) -> Option<Cow<'a, str>> {
        let json = self.claims()?;
        let claims = JsonObject::parse(&json)?;
        claims.text(claim).map(|text| Cow::Owned(text.into()))
    }
}

/// What is signed of a token: its header and its claims, which are JSON, with a dot between.
pub(crate) fn signed_part(header: &str, claims: &str) -> String {
    let mut signed = URL_SAFE_NO_PAD.encode(header);
    signed.push('.');
    URL_SAFE_NO_PAD.encode_string(claims, &mut signed);
    signed
}

fn decode(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::Encoding;
    use crate::mac::MacKey;
    #[cfg(feature = "p256")]
    use crate::public_key::{Message, PublicKey};
    use crate::segment::{Pieces, Segment};

    // RFC 7515 appendix A.1.
    const RFC: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
                       eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
                       dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const RFC_KEY: &str =
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

    fn with_header(json: &str) -> String {
        [&signed_part(json, "{}"), ".c2ln"].concat()
    }

    fn is_signed_with(json: &str, algorithm: Algorithm) -> bool {
        let token = with_header(json);
        let jwt = Jwt::in_header(&token).expect("three parts");
        jwt.is_signed_with(algorithm)
    }

    #[test]
    fn agrees_with_the_rfc() {
        let jwt = Jwt::in_header(RFC).expect("three parts");
        assert!(jwt.is_signed_with(Algorithm::HmacSha256));
        let key = URL_SAFE_NO_PAD.decode(RFC_KEY).expect("Base64");
        let pieces = Pieces {
            jwt: jwt.signed,
            ..Pieces::of(&[Segment::Jwt])
        };
        let signature = MacKey::sha256(&key).code(&pieces);
        assert_eq!(Encoding::Base64UrlNoPad.encode(signature), jwt.signature);

        let json = jwt.claims().expect("Base64");
        let claims = JsonObject::parse(&json).expect("an object");
        assert_eq!(claims.text("iss"), Some("joe"));
        assert_eq!(jwt.text_of("iss").as_deref(), Some("joe"));
        assert_eq!(jwt.text_of("exp"), None);
    }

    // RFC 7515 appendix A.3.
    #[cfg(feature = "p256")]
    #[test]
    fn agrees_with_the_rfc_on_es256() {
        const JWK: &str = r#"{"kty":"EC","crv":"P-256",
            "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
        const SIGNATURE: &str = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8IS\
                                 lSApmWQxfKTUJqPP3-Kg6NU1Q";
        let claims = Jwt::in_header(RFC).expect("three parts").claims;
        let token = ["eyJhbGciOiJFUzI1NiJ9", claims, SIGNATURE].join(".");
        let jwt = Jwt::in_header(&token).expect("three parts");
        assert!(jwt.is_signed_with(Algorithm::Es256));
        assert!(!jwt.is_signed_with(Algorithm::EcdsaP256Sha256));

        let der = crate::jwk::to_der(JWK.as_bytes()).expect("a key");
        let key = crate::p256::VerifyingKey::new(&der).expect("a point on the curve");
        let pieces = Pieces {
            jwt: jwt.signed,
            ..Pieces::of(&[Segment::Jwt])
        };
        let signature = Encoding::Base64UrlNoPad.decode(jwt.signature, 64);
        let listed = [signature.expect("64 bytes")];
        assert!(key.verify(&listed, &Message::of(&pieces)).is_some());
        let other = Pieces {
            jwt: "e30.e30",
            ..pieces
        };
        assert!(key.verify(&listed, &Message::of(&other)).is_none());
    }

    #[test]
    fn a_token_has_three_parts_behind_bearer_or_alone() {
        for value in ["a.b.c", "Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c"] {
            let jwt = Jwt::in_header(value).expect("three parts");
            assert_eq!((jwt.signed, jwt.signature), ("a.b", "c"));
            assert_eq!((jwt.header, jwt.claims), ("a", "b"));
        }
        for value in [
            "",
            ".",
            "a",
            "a.b",
            "a.b.c.d",
            "a.b.c.d.e",
            "Bearer ",
            "Bearer a.b",
        ] {
            assert!(Jwt::in_header(value).is_none(), "{value}");
        }
        assert_eq!(
            Jwt::in_header("Basic a.b.c").map(|jwt| jwt.header),
            Some("Basic a")
        );
    }

    #[test]
    fn the_algorithm_is_the_one_that_is_expected() {
        for (json, algorithm) in [
            (r#"{"alg":"HS256"}"#, Algorithm::HmacSha256),
            (r#"{"alg":"HS512","typ":"JWT"}"#, Algorithm::HmacSha512),
            (r#"{"alg":"EdDSA","typ":7,"kid":"1"}"#, Algorithm::Ed25519),
        ] {
            assert!(is_signed_with(json, algorithm), "{json}");
        }
        for alg in [
            "none", "None", "NONE", "", "HS512", "HS384", "hs256", " HS256", "HS256 ", "RS256",
            "ES256", "PS256", "EdDSA", "dir",
        ] {
            let json = alloc::format!(r#"{{"alg":"{alg}"}}"#);
            assert!(!is_signed_with(&json, Algorithm::HmacSha256), "{alg}");
        }
        for algorithm in [Algorithm::Token, Algorithm::HmacSha1] {
            assert!(!is_signed_with(r#"{"alg":"none"}"#, algorithm));
            assert!(!is_signed_with("{}", algorithm));
        }
    }

    #[test]
    fn a_header_that_is_ambiguous_or_asks_for_more_is_refused() {
        for json in [
            "",
            "null",
            "{}",
            r#"["HS256"]"#,
            r#"{"alg":null}"#,
            r#"{"alg":["HS256"]}"#,
            r#"{"Alg":"HS256"}"#,
            r#"{"alg":"HS256","alg":"none"}"#,
            r#"{"alg":"none","\u0061lg":"HS256"}"#,
            r#"{"alg":"HS256","typ":"JWT","typ":"JWT"}"#,
            r#"{"alg":"HS256","crit":[]}"#,
            r#"{"alg":"HS256","crit":["exp"],"exp":0}"#,
            r#"{"alg":"HS256","b64":false}"#,
            r#"{"alg":"HS256","b64":true}"#,
            r#"{"alg":"HS256"} {}"#,
        ] {
            assert!(!is_signed_with(json, Algorithm::HmacSha256), "{json}");
        }
    }

    #[test]
    fn base64_has_one_spelling() {
        let genuine = with_header(r#"{"alg":"HS256"}"#);
        let (header, rest) = genuine.split_once('.').expect("a dot");
        for header in [
            &[header, "="].concat(),
            &[header, "\n"].concat(),
            &header[1..],
            &["-", header].concat(),
            &[header, "+/"].concat(),
        ] {
            let token = [header, ".", rest].concat();
            let jwt = Jwt::in_header(&token).expect("three parts");
            assert!(!jwt.is_signed_with(Algorithm::HmacSha256), "{header}");
            assert!(jwt.claims().is_some());
        }
    }
}
