//! The bytes that are signed.

use alloc::string::ToString;
#[cfg(any(feature = "certificates", feature = "ed25519"))]
use alloc::vec::Vec;

#[cfg(feature = "p256")]
use sha2::{Digest, Sha256};

use super::Segment;
use crate::fields::Fields;
use crate::form::Field;

/// A layout, and what a delivery puts in its places. What the layout does not have is not looked
/// at.
#[derive(Clone, Copy)]
pub(crate) struct Pieces<'a> {
    pub(crate) signed: &'a [Segment],
    pub(crate) id: &'a str,
    pub(crate) timestamp: &'a str,
    pub(crate) body: &'a [u8],
    /// In two parts: the origin, and the target.
    pub(crate) url: [&'a str; 2],
    pub(crate) method: &'a str,
    pub(crate) webhook_id: &'a str,
    pub(crate) form: &'a [Field<'a>],
    /// Without its signature.
    pub(crate) jwt: &'a str,
    pub(crate) fields: &'a Fields<'a>,
}

impl<'a> Pieces<'a> {
    /// Nothing in any place.
    pub(crate) const fn of(signed: &'a [Segment]) -> Self {
        Self {
            signed,
            id: "",
            timestamp: "",
            body: b"",
            url: [""; 2],
            method: "",
            webhook_id: "",
            form: &[],
            jwt: "",
            fields: const { &Fields::NONE },
        }
    }

    /// Hands over the signed bytes, piece by piece, none of them copied.
    pub(crate) fn lay_out(&self, mut put: impl FnMut(&[u8])) {
        for segment in self.signed {
            match segment {
                Segment::Literal(text) => put(text.as_bytes()),
                Segment::Id => put(self.id.as_bytes()),
                Segment::Timestamp => put(self.timestamp.as_bytes()),
                Segment::Body => put(self.body),
                Segment::Url => self.url.iter().for_each(|part| put(part.as_bytes())),
                Segment::Method => put(self.method.as_bytes()),
                Segment::Form { .. } => self.form.iter().for_each(|field| {
                    put(field.name.as_bytes());
                    put(field.value.as_bytes());
                }),
                Segment::WebhookId => put(self.webhook_id.as_bytes()),
                Segment::BodyCrc32 => {
                    put(crc32fast::hash(self.body).to_string().as_bytes());
                }
                Segment::Jwt => put(self.jwt.as_bytes()),
                Segment::Field(field) => {
                    put(self.fields.text(&field.path).unwrap_or_default().as_bytes());
                }
                Segment::Line(field) => {
                    if let Some(text) = self.fields.text(&field.path) {
                        for part in [&field.path, "\n", text, "\n"] {
                            put(part.as_bytes());
                        }
                    }
                }
            }
        }
    }

    /// The signed bytes, copied, for an algorithm that needs them in one piece.
    #[cfg(any(feature = "certificates", feature = "ed25519"))]
    pub(crate) fn to_vec(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.body.len() + 64);
        self.lay_out(|part| bytes.extend_from_slice(part));
        bytes
    }

    /// The SHA-256 of the signed bytes.
    #[cfg(feature = "p256")]
    pub(crate) fn sha256(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        self.lay_out(|part| digest.update(part));
        digest.finalize().into()
    }
}
