//! Signs a webhook as its provider would, sends it, and prints the answer.
//!
//! ```sh
//! cargo run --example send_webhook -- --provider stripe --secret whsec_a_secret_for_trying_this_out
//! ```
//!
//! The exit status is 0 when every answer was a success, 1 when one was not or nothing could be sent,
//! and 2 when the command line is not understood.

use std::error::Error as StdError;
use std::io::{self, Read};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use std::{fs, iter};

use bytes::Bytes;
use clap::Parser;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, Uri};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use thiserror::Error;
use time::OffsetDateTime;
use tokio::time::timeout;
use webhook_verify::{
    IdSource, Misconfigured, Provider, Secret, SecretRing, Setup, SignedHeaders, Signer, UnixTime,
    Unsignable,
};

/// How long an answer may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// How much of an answer is read, in bytes.
const ANSWER_LIMIT: usize = 64 * 1024;

/// Sign a webhook as its provider would, send it, and print the answer.
#[derive(Parser)]
struct Arguments {
    /// Whose webhook it is, as `github` or `stripe`. Any other word is answered with the list.
    #[arg(long)]
    provider: Provider,

    /// The secret that the server has, too. Several, newest first, are those of a sender that is replacing one.
    #[arg(long = "secret", value_name = "SECRET", required = true)]
    #[arg(env = "WEBHOOK_SECRET", hide_env_values = true)]
    secrets: Vec<String>,

    /// Where to send it. [default: http://127.0.0.1:8080/webhooks/<PROVIDER>]
    #[arg(long)]
    url: Option<Uri>,

    /// The address that is signed, if it is not the one to send it to. Square, Twilio and others sign it.
    #[arg(long, value_name = "URL")]
    signed_url: Option<String>,

    /// Who issues the token, where the provider signs one: with LiveKit the API key.
    #[arg(long)]
    issuer: Option<String>,

    /// Under which id the provider knows the webhook, where it signs that: PayPal.
    #[arg(long, value_name = "ID")]
    webhook_id: Option<String>,

    /// Where the certificate is that belongs to the secret, which is a private key then: PayPal. The
    /// receiver must trust whoever issued it.
    #[arg(long, value_name = "URL")]
    certificate_url: Option<String>,

    /// The file to send, `-` for standard input. Without it, an event such as the provider sends.
    #[arg(long, value_name = "FILE")]
    body: Option<PathBuf>,

    /// The id of the event. Without it, a new one in every run.
    #[arg(long)]
    id: Option<String>,

    /// How often to send this very delivery.
    #[arg(long, value_name = "TIMES", default_value = "1")]
    repeat: NonZeroU32,

    /// Sign as if it were so long ago.
    #[arg(long, value_name = "SECONDS", default_value = "0")]
    age: u64,

    /// Change the body once it is signed.
    #[arg(long)]
    tamper: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// Sends the delivery as often as asked. Whether every answer was a success.
async fn run(arguments: &Arguments) -> Result<bool, Failure> {
    let delivery = Delivery::new(arguments)?;
    match delivery.url.scheme_str() {
        Some("http") => delivery.send(HttpConnector::new(), arguments.repeat).await,
        Some("https") => {
            let trusted = HttpsConnectorBuilder::new().with_native_roots();
            let tls = trusted.map_err(Failure::Certificates)?.https_only();
            delivery
                .send(tls.enable_http1().build(), arguments.repeat)
                .await
        }
        _ => Err(Failure::Url(delivery.url)),
    }
}

/// What is sent, and where to.
struct Delivery {
    provider: Provider,
    url: Uri,
    headers: HeaderMap,
    body: Bytes,
}

impl Delivery {
    /// Makes or reads a body, and signs it.
    fn new(arguments: &Arguments) -> Result<Self, Failure> {
        let provider = arguments.provider;
        let secrets = arguments
            .secrets
            .iter()
            .map(|secret| Secret::new(secret.as_str()));
        let signer = Signer::new(setup(arguments), secrets.collect::<SecretRing>())?;

        let now = UnixTime::now();
        let id = arguments.id.clone().unwrap_or_else(|| new_id(now));
        let in_header = matches!(signer.scheme().id, Some(IdSource::Header(_)));
        let signed_at = UnixTime::from_secs(now.as_secs().saturating_sub(arguments.age));
        let mut body = match &arguments.body {
            Some(_) if arguments.id.is_some() && !in_header => {
                return Err(Failure::IdInBody(provider));
            }
            Some(path) => read(path)?,
            None if provider == Provider::Twilio => form(&id),
            None => sample(provider, &id, signed_at).to_string().into_bytes(),
        };

        let signed = signer.sign(in_header.then_some(&id), signed_at, &body)?;
        if arguments.tamper {
            body.push(b' ');
        }
        Ok(Self {
            provider,
            url: url(arguments),
            headers: headers(provider, signed),
            body: body.into(),
        })
    }

    async fn send<C>(&self, connector: C, times: NonZeroU32) -> Result<bool, Failure>
    where
        C: Connect + Clone + Send + Sync + 'static,
    {
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let mut succeeded = true;
        for _ in 0..times.get() {
            println!("> POST {}", self.url);
            print_headers('>', &self.headers);
            println!("> ({} bytes)\n", self.body.len());

            let answer = timeout(ANSWER_TIMEOUT, client.request(self.request()))
                .await
                .map_err(|late| self.no_answer(&late))?
                .map_err(|error| self.no_answer(&error))?;
            succeeded &= answer.status().is_success();
            self.print(answer).await?;
        }
        Ok(succeeded)
    }

    fn request(&self) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.url.clone();
        *request.headers_mut() = self.headers.clone();
        request
    }

    async fn print(&self, answer: Response<Incoming>) -> Result<(), Failure> {
        println!("< {}", answer.status());
        print_headers('<', answer.headers());
        let body = timeout(ANSWER_TIMEOUT, Limited::new(answer, ANSWER_LIMIT).collect())
            .await
            .map_err(|late| self.no_answer(&late))?
            .map_err(|error| self.no_answer(error.as_ref()))?;
        println!("\n{}", String::from_utf8_lossy(&body.to_bytes()));
        Ok(())
    }

    fn no_answer(&self, error: &(dyn StdError + 'static)) -> Failure {
        let url = self.url.clone();
        let causes = || iter::successors(Some(error), |&error| error.source());
        let refused = |error: &(dyn StdError + 'static)| {
            let error = error.downcast_ref::<io::Error>();
            error.is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
        };
        if causes().any(refused) {
            let provider = self.provider.to_string().to_uppercase().replace('-', "_");
            return Failure::NotListening { url, provider };
        }
        let causes: Vec<_> = causes().map(ToString::to_string).collect();
        Failure::NoAnswer {
            url,
            reason: causes.join(": "),
        }
    }
}

fn print_headers(mark: char, headers: &HeaderMap) {
    for (name, value) in headers {
        // What is not visible ASCII could drive a terminal.
        let escaped = || value.as_bytes().escape_ascii().to_string();
        let value = value.to_str().map_or_else(|_| escaped(), str::to_owned);
        println!("{mark} {name}: {value}");
    }
}

/// Whoever sends a delivery need not say as well that its scheme is weak.
fn setup(arguments: &Arguments) -> Setup {
    let signed_url = arguments.signed_url.clone();
    let address = signed_url.unwrap_or_else(|| url(arguments).to_string());
    let mut setup = arguments.provider.at(address);
    if let Some(issuer) = &arguments.issuer {
        setup = setup.issued_by(issuer);
    }
    if let Some(id) = &arguments.webhook_id {
        setup = setup.webhook_id(id);
    }
    if let Some(url) = &arguments.certificate_url {
        setup = setup.certified_at(url);
    }
    match arguments.provider.scheme().weakness() {
        Some(weakness) => setup.despite(weakness),
        None => setup,
    }
}

fn url(arguments: &Arguments) -> Uri {
    let default = || {
        let url = format!("http://127.0.0.1:8080/webhooks/{}", arguments.provider);
        url.parse()
            .expect("a provider's name is a segment of a path")
    };
    arguments.url.clone().unwrap_or_else(default)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    let read = match path.as_os_str() == "-" {
        true => io::stdin().read_to_end(&mut body).map(|_| body),
        false => fs::read(path),
    };
    read.map_err(|source| Failure::Body {
        path: path.into(),
        source,
    })
}

/// The signed headers, and what the provider sends along with them.
fn headers(provider: Provider, signed: SignedHeaders) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let content_type = match provider {
        Provider::Twilio => "application/x-www-form-urlencoded",
        _ => "application/json",
    };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if provider == Provider::GitHub {
        headers.insert("x-github-event", HeaderValue::from_static("push"));
    }
    for (name, value) in signed.iter() {
        let name: HeaderName = name.parse().expect("a scheme's header names are tokens");
        headers.insert(name, value.parse().expect("a signer writes visible ASCII"));
    }
    headers
}

/// An event such as the provider sends. Its keys are in order, which Inngest's signature wants.
fn sample(provider: Provider, id: &str, sent_at: UnixTime) -> Value {
    let seconds = sent_at.as_secs();
    match provider {
        Provider::GitHub => json!({
            "ref": "refs/heads/main",
            "after": "6113728f27ae82c7b1a177c8d03f9e96e0adf246",
            "head_commit": { "message": id },
            "repository": { "full_name": "octocat/hello-world" },
        }),
        Provider::Inngest => json!({
            "ctx": { "attempt": 0, "fn_id": "shop-send-invoice", "run_id": id },
            "event": { "data": { "invoice": "in_1" }, "name": "shop/invoice.requested" },
            "steps": {},
        }),
        Provider::Linear => json!({
            "action": "create",
            "type": "Issue",
            "data": { "id": id, "title": "Hello" },
            "webhookTimestamp": seconds * 1000,
        }),
        Provider::Plain => json!({
            "id": id,
            "type": "customer.customer_created",
            "webhookMetadata": { "webhookDeliveryAttemptTimestamp": date(sent_at) },
        }),
        Provider::Sanity => json!({ "_id": id, "_type": "article", "title": "Hello" }),
        Provider::Slack => json!({
            "type": "event_callback",
            "event_id": id,
            "event_time": seconds,
            "event": { "type": "app_mention", "channel": "C061EG9SL", "text": "hello" },
        }),
        Provider::Stripe => json!({
            "id": id,
            "object": "event",
            "type": "invoice.paid",
            "created": seconds,
            "data": { "object": { "id": "in_1", "amount_paid": 1999, "currency": "eur" } },
        }),
        _ => {
            let event = json!({ "type": "user.created", "data": { "id": id, "name": "Ada" } });
            with_id(event, provider, id)
        }
    }
}

/// A date and time in UTC, to the millisecond, as Plain writes it. Years beyond 9999 become the epoch.
fn date(at: UnixTime) -> String {
    let seconds = i64::try_from(at.as_secs()).unwrap_or_default();
    let moment = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (hour, minute, second) = moment.to_hms();
    format!("{}T{hour:02}:{minute:02}:{second:02}.000Z", moment.date())
}

/// A message such as Twilio sends: a form.
fn form(id: &str) -> Vec<u8> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("AccountSid", "AC0123456789abcdef0123456789abcdef");
    form.append_pair("MessageSid", id);
    form.append_pair("From", "+15005550006");
    form.append_pair("Body", "Hello, how are you?");
    form.finish().into_bytes()
}

/// The event, with the id where the provider has it, if that is in the body.
fn with_id(mut event: Value, provider: Provider, id: &str) -> Value {
    if let Some(IdSource::BodyField(path)) = provider.scheme().id {
        let names = path.split('.');
        *names.fold(&mut event, |object, name| &mut object[name]) = json!(id);
    }
    event
}

/// An id that no run before has used.
fn new_id(now: UnixTime) -> String {
    format!("try_{:x}", now.since_epoch().as_micros())
}

/// Why nothing was sent, or no answer came.
#[derive(Debug, Error)]
enum Failure {
    #[error("--secret: {0}")]
    Secret(Misconfigured),
    #[error("{option} is missing, or is none that {scheme} has")]
    Option {
        option: &'static str,
        scheme: String,
    },
    #[error("--id: {0}")]
    Id(Unsignable),
    #[error("--body: {0}")]
    NoTimestamp(Unsignable),
    #[error("--id: the id of a {0} delivery is in its body, and --body gives that")]
    IdInBody(Provider),
    #[error("--body: cannot read {path}: {source}")]
    Body { path: PathBuf, source: io::Error },
    #[error("--url: {0} starts with neither http:// nor https://")]
    Url(Uri),
    #[error("cannot read the certificates that this machine trusts: {0}")]
    Certificates(io::Error),
    #[error(
        "nothing is listening at {url}. If that is to be our server, start it in another terminal:\n\n    \
         WEBHOOK_SECRET_{provider}=<the same secret> cargo run --example server"
    )]
    NotListening { url: Uri, provider: String },
    #[error("no answer from {url}: {reason}")]
    NoAnswer { url: Uri, reason: String },
}

impl From<Misconfigured> for Failure {
    fn from(misconfigured: Misconfigured) -> Self {
        let (option, scheme) = match misconfigured {
            Misconfigured::NoCertificateUrl { scheme } => ("--certificate-url", scheme),
            Misconfigured::NoIssuer { scheme } => ("--issuer", scheme),
            Misconfigured::NoWebhookId { scheme } => ("--webhook-id", scheme),
            other => return Self::Secret(other),
        };
        Self::Option { option, scheme }
    }
}

impl From<Unsignable> for Failure {
    fn from(unsignable: Unsignable) -> Self {
        match unsignable {
            Unsignable::NoTimestampInBody => Self::NoTimestamp(unsignable),
            _ => Self::Id(unsignable),
        }
    }
}
