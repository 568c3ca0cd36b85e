//! Deliveries as the providers make them.

use std::time::Duration;

use time::OffsetDateTime;
use webhook_verify::{
    Algorithm, IdSource, Provider, Secret, SecretForm, Signer, TimestampSource, UnixTime,
};

use super::http::{Reply, Request};
use super::process::{Server, Setup};

/// A secret in the form that the provider gives out, strong enough for production.
pub(crate) fn secret(provider: Provider) -> &'static str {
    match provider {
        Provider::Inngest => "signkey-test-0123456789abcdef0123456789abcdef",
        Provider::AdyenPlatform => "0123456789abcdef0123456789abcdef",
        Provider::Airtable => "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        Provider::Supabase => "v1,whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        _ if is_base64(provider) => "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        _ => "a-secret-of-more-than-sixteen-bytes",
    }
}

fn is_base64(provider: Provider) -> bool {
    matches!(provider.scheme().secret, SecretForm::Base64 { .. })
}

/// The variable that holds a provider's secrets.
pub(crate) fn variable(provider: Provider) -> String {
    format!(
        "WEBHOOK_SECRET_{}",
        provider.name().to_uppercase().replace('-', "_")
    )
}

/// A setup in which every provider may deliver.
pub(crate) fn every_provider() -> Setup {
    needing_a_secret_only().fold(Setup::new(), |setup, provider| {
        setup.with(&variable(provider), secret(provider))
    })
}

/// The providers of whom the server has to know a secret and nothing else, and who sign the whole body
/// with it.
pub(crate) fn needing_a_secret_only() -> impl Iterator<Item = Provider> {
    let needs_no_more = |provider: &Provider| {
        let scheme = provider.scheme();
        let coverage = scheme.coverage();
        let signs_with_secret = matches!(
            scheme.algorithm,
            Algorithm::HmacSha256 | Algorithm::HmacSha512 | Algorithm::HmacSha1
        );
        let signs_body = coverage.body.is_complete() && !coverage.url;
        signs_with_secret && signs_body && *provider != Provider::LiveKit
    };
    Provider::ALL.iter().copied().filter(needs_no_more)
}

/// A body that holds an event id wherever a provider of this family keeps one.
pub(crate) fn body(id: &str) -> String {
    format!(r#"{{"id":"{id}","event_id":"{id}","amount":100}}"#)
}

/// The same, with what only some of them want: an id further inside, the time.
fn body_of(provider: Provider, id: &str, sent: UnixTime) -> String {
    let scheme = provider.scheme();
    match (scheme.id, scheme.timestamp.map(|rule| rule.source)) {
        (Some(IdSource::BodyField(path)), _) if path.contains('.') => {
            let (outer, inner) = path.split_once('.').expect("it has a dot");
            format!(r#"{{"{outer}":{{"{inner}":"{id}"}},"amount":100}}"#)
        }
        _ if provider == Provider::Plain => {
            let sent = date(sent);
            format!(
                r#"{{"id":"{id}","amount":100,"webhookMetadata":{{"webhookDeliveryAttemptTimestamp":"{sent}"}}}}"#
            )
        }
        (_, Some(TimestampSource::BodyField(path))) => {
            let sent = sent.as_millis();
            format!(r#"{{"id":"{id}","{path}":{sent},"amount":100}}"#)
        }
        _ => body(id),
    }
}

/// A date and time in UTC, to the millisecond, as Plain writes it.
fn date(at: UnixTime) -> String {
    let seconds = i64::try_from(at.as_secs()).expect("a year of four digits");
    let moment = OffsetDateTime::from_unix_timestamp(seconds).expect("a year of four digits");
    let (hour, minute, second) = moment.to_hms();
    format!("{}T{hour:02}:{minute:02}:{second:02}.000Z", moment.date())
}

/// A delivery that can be changed before it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) provider: Provider,
    pub(crate) secret: String,
    pub(crate) id: String,
    pub(crate) body: String,
    pub(crate) sent: UnixTime,
}

impl Delivery {
    pub(crate) fn new(provider: Provider, id: &str) -> Self {
        let sent = UnixTime::now();
        Self {
            provider,
            secret: secret(provider).to_owned(),
            id: id.to_owned(),
            body: body_of(provider, id, sent),
            sent,
        }
    }

    /// The same, sent earlier.
    pub(crate) fn ago(mut self, age: Duration) -> Self {
        self.sent = UnixTime::from_secs(UnixTime::now().as_secs() - age.as_secs());
        self.body = body_of(self.provider, &self.id, self.sent);
        self
    }

    /// The headers that prove it.
    pub(crate) fn headers(&self) -> Vec<(String, String)> {
        let signer = Signer::new(self.provider, Secret::new(self.secret.as_str()));
        let signer = signer.expect("the secret has the provider's form");
        // The others have their ids in the body, or none.
        let has_header = matches!(signer.scheme().id, Some(IdSource::Header(_)));
        let id = has_header.then_some(&*self.id);
        let signed = signer
            .sign(id, self.sent, self.body.as_bytes())
            .expect("it can be signed");
        signed
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    pub(crate) fn request(&self) -> Request {
        Request::new("POST", &format!("/webhooks/{}", self.provider))
            .header("content-type", "application/json")
            .headers(&self.headers())
            .body(self.body.as_str())
    }

    pub(crate) fn send(&self, server: &Server) -> Reply {
        self.request().send(server.address)
    }
}
