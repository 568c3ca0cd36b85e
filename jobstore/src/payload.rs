//! What a job carries.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The bytes that a job carries, exactly as they were given.
///
/// In JSON they are `{"utf8": ".."}` where they are text, else `{"base64": ".."}`: nothing is
/// re-encoded, so what a reader gets back is what went in.
///
/// ```
/// use jobstore::Payload;
///
/// let text = Payload::from("{\"n\": 1}");
/// assert_eq!(serde_json::to_string(&text).unwrap(), r#"{"utf8":"{\"n\": 1}"}"#);
/// let binary = Payload::from(vec![0xff, 0x00]);
/// assert_eq!(serde_json::to_string(&binary).unwrap(), r#"{"base64":"/wA="}"#);
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Payload(Bytes);

impl Payload {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, shared rather than copied.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.0
    }

    /// The same bytes in memory of their own. A piece of a larger buffer keeps all of it alive; who
    /// keeps payloads and counts what they take must not keep that.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self(Bytes::copy_from_slice(&self.0))
    }

    /// How many bytes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Into<Bytes>> From<T> for Payload {
    fn from(bytes: T) -> Self {
        Self(bytes.into())
    }
}

/// Says how much there is, not what: a payload may hold what must not reach a log.
impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payload({} bytes)", self.0.len())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Text<T> {
    Utf8(T),
    Base64(T),
}

impl Serialize for Payload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => Text::Utf8(text).serialize(serializer),
            Err(_) => Text::Base64(BASE64_STANDARD.encode(&self.0)).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Text::<String>::deserialize(deserializer)? {
            Text::Utf8(text) => Ok(text.into()),
            Text::Base64(text) => BASE64_STANDARD
                .decode(text)
                .map(Self::from)
                .map_err(de::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bytes_survive_json() {
        for bytes in [
            &b""[..],
            b"{\"a\":1}",
            b"\xff\xfe\x00",
            "\u{2665}\0".as_bytes(),
        ] {
            let payload = Payload::from(bytes.to_vec());
            let json = serde_json::to_string(&payload).unwrap();
            assert_eq!(serde_json::from_str::<Payload>(&json).unwrap(), payload);
        }
    }

    #[test]
    fn debug_tells_the_size_and_nothing_else() {
        let payload = Payload::from("card 4242");
        assert_eq!(format!("{payload:?}"), "Payload(9 bytes)");
    }
}
