//! Which fields some providers sign, written down a second time: plainly, and as JSON and forms are read by everybody.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::value::RawValue;
use sha1::{Digest, Sha1};
use sha2::Sha256;
use webhook_verify::Provider;

/// What stands beside a signature of Braintree.
pub(super) const PUBLIC_KEY: &str = "integration_public_key";

const ADYEN_KEY: [u8; 32] = *b"\x44\x78\x2d\xef\x54\x7a\xaa\x06\xc9\x10\xc4\x39\x32\xb1\xeb\x0c\
    \x71\xfc\x68\xd9\xd0\xc0\x57\x55\x0c\x48\xec\x2a\xcf\x6b\xa0\x56";

/// The secret, as the provider would show it.
pub(super) fn secret(provider: Provider) -> String {
    match provider {
        Provider::Adyen => hex(&ADYEN_KEY),
        Provider::Mailgun => "a webhook signing key of this month".into(),
        Provider::Braintree => "integration_private_key".into(),
        _ => "12345".into(),
    }
}

/// What is read of a body.
#[derive(Debug)]
pub(super) struct Notification {
    provider: Provider,
    /// The fields that are signed, in the order of the layout.
    fields: Vec<String>,
    listed: String,
}

impl Notification {
    /// Reads a body; none if a field cannot be read.
    pub(super) fn read(provider: Provider, body: &[u8]) -> Option<Self> {
        // What is no UTF-8 can only be in texts, and no name that is read has the replacement.
        let text = String::from_utf8_lossy(body);
        let (fields, listed) = match provider {
            Provider::Adyen => adyen(&text)?,
            Provider::Mailgun => mailgun(&text)?,
            Provider::Braintree => braintree(body)?,
            unknown => panic!("{unknown} is not written down here"),
        };
        Some(Self {
            provider,
            fields,
            listed,
        })
    }

    pub(super) fn fields(&self) -> &[String] {
        &self.fields
    }

    /// What stands in the field of the signature.
    pub(super) fn listed(&self) -> &str {
        &self.listed
    }

    /// The right signature, as it is written in its field.
    pub(super) fn signature(&self) -> String {
        let secret = secret(self.provider);
        match self.provider {
            Provider::Adyen => STANDARD.encode(sha256(&ADYEN_KEY, &self.fields.join(":"))),
            Provider::Mailgun => hex(&sha256(secret.as_bytes(), &self.fields.concat())),
            _ => {
                let code = hex(&sha1(&Sha1::digest(secret), &self.fields.concat()));
                [PUBLIC_KEY, "|", &code].concat()
            }
        }
    }

    /// Whether the right signature is in its field.
    pub(super) fn has_signature(&self) -> bool {
        let right = self.signature();
        match self.provider {
            Provider::Adyen => self.listed == right,
            Provider::Mailgun => self.listed.eq_ignore_ascii_case(&right),
            _ => {
                let code = |pair: &str| Some(pair.rsplit_once('|')?.1.to_ascii_lowercase());
                let mut codes = self.listed.split('&').map(code);
                codes.any(|listed| listed.is_some() && listed == code(&right))
            }
        }
    }
}

type Read = Option<(Vec<String>, String)>;

fn adyen(body: &str) -> Read {
    let items = member(body, "notificationItems").unwrap_or("[]");
    let items = serde_json::from_str::<Vec<&RawValue>>(items).unwrap_or_default();
    let item = items.first().map_or("null", |item| item.get());
    let item = member(item, "NotificationRequestItem").unwrap_or("null");
    let amount = member(item, "amount").unwrap_or("null");
    let data = member(item, "additionalData").unwrap_or("null");
    let fields = [
        member(item, "pspReference"),
        member(item, "originalReference"),
        member(item, "merchantAccountCode"),
        member(item, "merchantReference"),
        member(amount, "value"),
        member(amount, "currency"),
        member(item, "eventCode"),
        member(item, "success"),
    ];
    let fields = fields.map(|field| field.map_or(Some(String::new()), scalar));
    let fields = fields.into_iter().collect::<Option<_>>()?;
    let listed = member(data, "hmacSignature").and_then(text);
    Some((fields, listed.unwrap_or_default()))
}

fn mailgun(body: &str) -> Read {
    let signature = member(body, "signature")?;
    let field = |name| scalar(member(signature, name)?);
    let fields = vec![field("timestamp")?, field("token")?];
    let listed = member(signature, "signature").and_then(text);
    Some((fields, listed.unwrap_or_default()))
}

fn braintree(body: &[u8]) -> Read {
    let field = |wanted: &str| {
        let mut pairs = form_urlencoded::parse(body);
        pairs.find_map(|(name, value)| (name == wanted).then(|| value.into_owned()))
    };
    let listed = field("bt_signature").unwrap_or_default();
    Some((vec![field("bt_payload")?], listed))
}

/// A member of an object, as it is written.
fn member<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    let members = serde_json::from_str::<BTreeMap<String, &RawValue>>(object).ok()?;
    members.get(name).map(|member| member.get())
}

/// A text, or a number or a boolean as it is written. What is null is as good as missing.
fn scalar(json: &str) -> Option<String> {
    match json.bytes().next()? {
        b'"' => text(json),
        b'n' => Some(String::new()),
        b'{' | b'[' => None,
        _ => Some(json.into()),
    }
}

fn text(json: &str) -> Option<String> {
    serde_json::from_str(json).ok()
}

fn sha256(key: &[u8], message: &str) -> Vec<u8> {
    let mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.chain_update(message).finalize().into_bytes().to_vec()
}

/// The code that Braintree and Twilio make.
pub(super) fn sha1(key: &[u8], message: &str) -> Vec<u8> {
    let mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.chain_update(message).finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
