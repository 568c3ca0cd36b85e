//! JSON Web Keys on the curve P-256 ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517), [RFC 7518
//! section 6.2](https://www.rfc-editor.org/rfc/rfc7518#section-6.2)).

use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::json_object::JsonObject;
use crate::secret::SecretFault;

/// What stands before a point in the `SubjectPublicKeyInfo` of this curve, up to the byte which says
/// that both coordinates follow ([RFC 5480](https://www.rfc-editor.org/rfc/rfc5480#section-2)).
const PUBLIC: [u8; 27] = *b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\
    \x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00\x04";

/// What stands before the number in a private key of this curve in PKCS #8 ([RFC
/// 5915](https://www.rfc-editor.org/rfc/rfc5915#section-3)).
const PRIVATE: [u8; 35] = *b"\x30\x41\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\
    \x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x04\x27\x30\x25\x02\x01\x01\x04\x20";

/// Length of a number, in bytes.
const LEN: usize = 32;

/// The key in DER: the private one if it is there, and else the public one.
///
/// # Errors
///
/// It is no JSON Web Key, of another kind or curve, or not for signatures with `ES256`. Whether the
/// point is on the curve is for the algorithm to say.
pub(crate) fn to_der(text: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretFault> {
    let jwk = JsonObject::parse(text).ok_or(SecretFault::NotJwk)?;
    let is_for_es256 = jwk.text("kty") == Some("EC")
        && jwk.text("crv") == Some("P-256")
        && is_absent_or(&jwk, "alg", "ES256")
        && is_absent_or(&jwk, "use", "sig");
    if !is_for_es256 {
        return Err(SecretFault::NotJwk);
    }
    if jwk.get("d").is_some() {
        return Ok(join(&PRIVATE, &[number(&jwk, "d")?]));
    }
    Ok(join(&PUBLIC, &[number(&jwk, "x")?, number(&jwk, "y")?]))
}

/// The name of the key (`kid`), if it has one.
pub(crate) fn key_id(text: &[u8]) -> Option<String> {
    let jwk = JsonObject::parse(text)?;
    jwk.text("kid").map(String::from)
}

fn is_absent_or(jwk: &JsonObject<'_>, name: &str, wanted: &str) -> bool {
    jwk.get(name).is_none() || jwk.text(name) == Some(wanted)
}

fn number(jwk: &JsonObject<'_>, name: &str) -> Result<Zeroizing<[u8; LEN]>, SecretFault> {
    let text = jwk.text(name).ok_or(SecretFault::NotJwk)?;
    // The decoder wants room for whole groups of three bytes.
    let mut room = Zeroizing::new([0; LEN.next_multiple_of(3)]);
    let decoded = URL_SAFE_NO_PAD.decode_slice(text, &mut *room);
    match (decoded, room.first_chunk()) {
        (Ok(LEN), Some(number)) => Ok(Zeroizing::new(*number)),
        _ => Err(SecretFault::NotJwk),
    }
}

fn join(before: &[u8], numbers: &[Zeroizing<[u8; LEN]>]) -> Zeroizing<Vec<u8>> {
    // Room for all of it, so that no part of a key is left where a shorter one stood.
    let mut der = Zeroizing::new(Vec::with_capacity(before.len() + numbers.len() * LEN));
    der.extend_from_slice(before);
    numbers
        .iter()
        .for_each(|number| der.extend_from_slice(&**number));
    der
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 7515 appendix A.3.
    const RFC: &str = r#"{"kty":"EC","crv":"P-256","kid":"7","use":"sig","alg":"ES256",
        "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
    const D: &str = r#","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}"#;

    fn der(text: &str) -> Result<Vec<u8>, SecretFault> {
        to_der(text.as_bytes()).map(|der| der.to_vec())
    }

    fn private() -> String {
        RFC.replace('}', D)
    }

    #[test]
    fn a_public_key_is_its_point_and_a_private_one_its_number() {
        let public = der(RFC).expect("a key");
        let point = "7fcdce2770f6c45d4183cbee6fdb4b7b580733357be9ef13bacf6e3c7bd15445\
                     c7f144cd1bbd9b7e872cdfedb9eeb9f4b3695d6ea90b24ad8a4623288588e5ad";
        assert_eq!(const_hex::encode(&public[27..]), point);
        let private = der(&private()).expect("a key");
        let number = "8e9b109e719098bf980487df1f5d77e9cb29606ebed2263b5f57c213df84f4b2";
        assert_eq!(const_hex::encode(&private[35..]), number);
        for der in [public, private] {
            assert_eq!(usize::from(der[1]), der.len() - 2);
        }
    }

    #[test]
    fn what_it_is_for_may_be_left_out_and_not_be_another() {
        for member in [r#""use":"sig","#, r#""alg":"ES256","#] {
            assert!(der(&RFC.replace(member, "")).is_ok(), "{member}");
        }
        for (member, other) in [
            ("EC", "RSA"),
            ("EC", "oct"),
            ("P-256", "P-384"),
            ("P-256", "secp256k1"),
            ("sig", "enc"),
            ("ES256", "ES384"),
            ("ES256", "none"),
            (r#""sig""#, "null"),
            (r#""kty":"EC","#, ""),
            (r#""crv":"P-256","#, ""),
        ] {
            let text = RFC.replace(member, other);
            assert_eq!(der(&text), Err(SecretFault::NotJwk), "{text}");
        }
    }

    #[test]
    fn a_number_has_32_bytes_and_one_spelling() {
        for (digits, other) in [
            ("f83OJ3D2", "f83OJ3"),
            ("f83OJ3D2", "f83OJ3D2f83O"),
            ("RVEU\"", "RVEU=\""),
            ("RVEU\"", "RVEV\""),
            ("x_FE", "x/FE"),
            ("\"x\":", "\"X\":"),
            ("\"y\":", "\"x\":"),
            ("\"x\":", "\"d\":7,\"x\":"),
        ] {
            let text = RFC.replace(digits, other);
            assert_eq!(der(&text), Err(SecretFault::NotJwk), "{text}");
        }
    }

    #[test]
    fn what_is_no_json_object_is_refused() {
        for text in [
            "",
            "null",
            "[]",
            "AAEC",
            "{}",
            &RFC[..90],
            &[RFC, RFC].concat(),
        ] {
            assert_eq!(der(text), Err(SecretFault::NotJwk), "{text}");
        }
    }

    #[test]
    fn the_name_of_a_key_may_be_missing() {
        assert_eq!(key_id(RFC.as_bytes()).as_deref(), Some("7"));
        let unnamed = RFC.replace(r#""kid":"7","#, "");
        assert_eq!(key_id(unnamed.as_bytes()), None);
        assert!(der(&unnamed).is_ok());
    }
}
