//! A delivery, and whether it is genuine.

use std::collections::BTreeMap;
use std::slice::Chunks;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use webhook_verify::provider::sns;
use webhook_verify::{
    Certificates, Misconfigured, Proof, Provider, Rejection, Request, Secret, SecretForm,
    SecretRing, Setup, UnixTime, Verifier, Weakness,
};

/// The only root that is trusted.
const ROOT: &[u8] = include_bytes!("generate/certificates/root.pem");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vector {
    pub(crate) id: String,
    pub(crate) provider: String,
    pub(crate) source: String,
    secrets: Vec<LabelledSecret>,
    /// What else the receiver knows, by name.
    receiver: Option<BTreeMap<String, String>>,
    /// Of the request, where it is signed.
    method: Option<String>,
    /// The address that the provider has, where it signs one.
    url: Option<String>,
    /// What the first line of the request says, if that is not the address.
    target: Option<String>,
    headers: Vec<(String, String)>,
    body_utf8: Option<String>,
    body_base64: Option<String>,
    /// Seconds since the epoch.
    now: u64,
    pub(crate) accept: bool,
    /// The secret that is to match.
    secret_label: Option<String>,
    /// What the provider's own library says, where it differs.
    pub(crate) sdk_accepts: Option<bool>,
    note: String,
}

#[derive(Deserialize)]
struct LabelledSecret {
    label: String,
    value: String,
}

impl Vector {
    /// What is wrong with the verifier's judgement, if anything is.
    pub(crate) fn fault(&self) -> Option<String> {
        let verifier = match self.verifier() {
            Ok(verifier) => verifier,
            // An address that cannot be one is refused before any delivery comes.
            Err(Misconfigured::PublicUrl { .. }) if !self.accept => return None,
            Err(error) => return Some(self.describe(&format!("cannot be built: {error}"))),
        };
        let body = self.body();
        let now = UnixTime::from_secs(self.now);
        let judged = verifier.verify_request_at(self.request(), &body, now);
        let judged = judged.map(|delivery| delivery.to_proof());
        for len in [1, 7, 64] {
            let cut = self.judge_pieces(&verifier, body.chunks(len), now);
            if cut != judged {
                return Some(self.describe(&format!("in pieces of {len} bytes: {cut:?}")));
            }
        }
        let label = judged.as_ref().map(Proof::secret_label);
        match (label, self.accept, &self.secret_label) {
            (Err(_), false, _) | (Ok(_), true, None) => None,
            (Ok(label), true, Some(expected)) if label == expected => None,
            (Ok(label), ..) => Some(self.describe(&format!("accepted with secret {label:?}"))),
            (Err(rejection), ..) => Some(self.describe(&format!("rejected: {rejection}"))),
        }
    }

    fn judge_pieces(
        &self,
        verifier: &Verifier,
        mut pieces: Chunks<'_, u8>,
        now: UnixTime,
    ) -> Result<Proof, Rejection> {
        let mut arriving = verifier.begin(self.request(), u64::MAX)?;
        pieces.try_for_each(|piece| arriving.push(piece))?;
        Ok(arriving.finish_at(now)?.to_proof())
    }

    pub(crate) fn verifier(&self) -> Result<Verifier, Misconfigured> {
        match self.provider().scheme().secret {
            SecretForm::Certificate(_) => self.certified(),
            _ => Verifier::new(self.setup(), self.ring()),
        }
    }

    /// A verifier that knows the certificate, if a host that fetched it may have it admitted.
    fn certified(&self) -> Result<Verifier, Misconfigured> {
        let certificates = Certificates::trusting(ROOT).expect("a certificate");
        let mut verifier = Verifier::new(self.setup(), certificates.clone())?;
        let (body, now) = (self.body(), UnixTime::from_secs(self.now));
        let judge = |verifier: &Verifier| {
            let judged = verifier.verify_request_at(self.request(), &body, now);
            judged.map(drop)
        };
        // A host that accepts the old version has a second verifier for it.
        if let Err(Rejection::OtherVersion { .. }) = judge(&verifier) {
            let old = sns::VERSION_1.despite(Weakness::CollidingHash);
            verifier = Verifier::new(old, certificates.clone())?;
        }
        if let Err(Rejection::CertificateNotAdmitted { url }) = judge(&verifier) {
            let [fetched] = self.secrets.as_slice() else {
                panic!("{} must have one certificate", self.id);
            };
            // What does not prove itself stays unknown, and the delivery is refused for it.
            certificates.admit(&url, fetched.value.as_bytes(), now).ok();
        }
        Ok(verifier)
    }

    fn describe(&self, judgement: &str) -> String {
        format!("{} ({}): {judgement}; {}", self.id, self.source, self.note)
    }

    pub(crate) fn provider(&self) -> Provider {
        self.provider
            .parse()
            .unwrap_or_else(|error| panic!("{}: {error}", self.id))
    }

    /// With all that the receiver knows, and any weakness accepted.
    fn setup(&self) -> Setup {
        let mut setup = match &self.url {
            Some(url) => self.provider().at(url),
            None => self.provider().into(),
        };
        for (name, value) in self.receiver.iter().flatten() {
            setup = match name.as_str() {
                "api_key" => setup.issued_by(value),
                // Which key a signature is said to be made with is not looked at.
                "public_key" => setup,
                "webhook_id" => setup.webhook_id(value),
                "root" if value.as_bytes() == ROOT => setup,
                _ => panic!("{}: no verifier is told its {name}", self.id),
            };
        }
        match self.provider().scheme().weakness() {
            Some(weakness) => setup.despite(weakness),
            None => setup,
        }
    }

    fn request(&self) -> Request<'_, Vec<(String, String)>> {
        let mut request = Request::new(&self.headers);
        if let Some(method) = &self.method {
            request = request.method(method);
        }
        match &self.target {
            Some(target) => request.target(target),
            None => request,
        }
    }

    /// What it is to a server; nothing, if no server would read such headers.
    pub(crate) fn head(&self) -> Option<http::Request<()>> {
        let address: Option<http::Uri> = self.url.as_ref().and_then(|url| url.parse().ok());
        let address = address.as_ref().and_then(http::Uri::path_and_query);
        let target = self.target.as_deref();
        let target = target.or_else(|| Some(address?.as_str())).unwrap_or("/");
        let mut head = http::Request::builder()
            .method(self.method.as_deref().unwrap_or("POST"))
            .uri(target);
        for (name, value) in &self.headers {
            head = head.header(name, value);
        }
        head.body(()).ok()
    }

    fn ring(&self) -> SecretRing {
        self.secrets
            .iter()
            .map(|secret| Secret::new(secret.value.as_str()).labelled(&secret.label))
            .collect()
    }

    pub(crate) fn body(&self) -> Vec<u8> {
        match (&self.body_utf8, &self.body_base64) {
            (Some(text), None) => text.clone().into_bytes(),
            (None, Some(text)) => STANDARD
                .decode(text)
                .unwrap_or_else(|error| panic!("{}: {error}", self.id)),
            _ => panic!("{} must have one body", self.id),
        }
    }
}
