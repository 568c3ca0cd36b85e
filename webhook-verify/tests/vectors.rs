//! Deliveries that are known to be genuine or not, by one of three oracles, of which each has files:
//! what the providers document or test their own libraries with, what those libraries say, and the
//! schemes as they are described, written down a second time in another language.
//!
//! Every `tests/vectors/*.json` is run; `tests/vectors/generate/README.md` says what is in them. Run
//! with `--nocapture` for a table.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use webhook_verify::{
    Misconfigured, Provider, Request, Secret, SecretRing, Setup, UnixTime, Verified, Verifier,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    id: String,
    provider: String,
    source: String,
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
    accept: bool,
    /// The secret that is to match.
    secret_label: Option<String>,
    /// What the provider's own library says, where it differs.
    sdk_accepts: Option<bool>,
    note: String,
}

#[derive(Deserialize)]
struct LabelledSecret {
    label: String,
    value: String,
}

/// Providers whose deliveries are here before their schemes are.
const TO_COME: &[&str] = &[
    "adyen",
    "braintree",
    "livekit",
    "plaid",
    "qstash",
    "sendgrid",
    "sns",
];

/// Fewest deliveries of each provider that must be refused.
const FEWEST_REJECTED: usize = 8;

#[derive(Default)]
struct Tally {
    accepted: usize,
    rejected: usize,
    /// Who says so.
    oracles: BTreeSet<String>,
    /// Of these, those of which the provider's own library thinks otherwise.
    disputed: usize,
}

#[test]
fn every_vector_is_judged_as_it_says() {
    let mut tallies: BTreeMap<Provider, Tally> = BTreeMap::new();
    let mut wrong = Vec::new();
    for file in files() {
        let oracle = file.file_stem().expect("a name").to_string_lossy();
        for vector in read(&file).into_iter().filter(Vector::has_come) {
            let tally = tallies.entry(vector.provider()).or_default();
            tally.add(&vector, &oracle);
            wrong.extend(vector.fault());
        }
    }

    print(&tallies);
    assert!(
        wrong.is_empty(),
        "{} vectors are judged otherwise:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    for provider in Provider::ALL {
        let judged = tallies
            .get(provider)
            .is_some_and(|tally| tally.accepted > 0 && tally.rejected >= FEWEST_REJECTED);
        assert!(
            judged,
            "{provider} has no vector to accept, or fewer than {FEWEST_REJECTED} to reject"
        );
    }
}

#[test]
fn those_to_come_have_deliveries_and_have_not_come() {
    let vectors = files().into_iter().flat_map(|file| read(&file));
    let waiting: BTreeSet<_> = vectors
        .filter(|vector| !vector.has_come())
        .map(|vector| vector.provider)
        .collect();

    assert!(waiting.iter().eq(TO_COME), "{waiting:?} have deliveries");
    for name in TO_COME {
        let known = name.parse::<Provider>();
        assert!(known.is_err(), "{name} has come: take it off the list");
    }
}

fn print(tallies: &BTreeMap<Provider, Tally>) {
    println!(
        "{:20} {:>8} {:>8} {:>8}  oracle",
        "provider", "accepted", "rejected", "disputed"
    );
    for (provider, tally) in tallies {
        let Tally {
            accepted,
            rejected,
            oracles,
            disputed,
        } = tally;
        let oracles: Vec<_> = oracles.iter().map(String::as_str).collect();
        let oracles = oracles.join(", ");
        println!("{provider:20} {accepted:>8} {rejected:>8} {disputed:>8}  {oracles}");
    }
    println!("to come: {}", TO_COME.join(", "));
}

impl Tally {
    fn add(&mut self, vector: &Vector, oracle: &str) {
        self.accepted += usize::from(vector.accept);
        self.rejected += usize::from(!vector.accept);
        self.oracles.insert(oracle.to_owned());
        self.disputed += usize::from(vector.sdk_accepts.is_some_and(|sdk| sdk != vector.accept));
    }
}

impl Vector {
    fn has_come(&self) -> bool {
        !TO_COME.contains(&self.provider.as_str())
    }

    /// What is wrong with the verifier's judgement, if anything is.
    fn fault(&self) -> Option<String> {
        if self.receiver.is_some() {
            return Some(self.describe("has what no verifier is told yet"));
        }
        let verifier = match Verifier::new(self.setup(), self.ring()) {
            Ok(verifier) => verifier,
            // An address that cannot be one is refused before any delivery comes.
            Err(Misconfigured::PublicUrl { .. }) if !self.accept => return None,
            Err(error) => return Some(self.describe(&format!("cannot be built: {error}"))),
        };
        let body = self.body();
        let now = UnixTime::from_secs(self.now);
        let judged = verifier.verify_request_at(self.request(), &body, now);
        let label = judged.as_ref().map(Verified::secret_label);
        match (label, self.accept, &self.secret_label) {
            (Err(_), false, _) | (Ok(_), true, None) => None,
            (Ok(label), true, Some(expected)) if label == expected => None,
            (Ok(label), ..) => Some(self.describe(&format!("accepted with secret {label:?}"))),
            (Err(rejection), ..) => Some(self.describe(&format!("rejected: {rejection}"))),
        }
    }

    fn describe(&self, judgement: &str) -> String {
        format!("{} ({}): {judgement}; {}", self.id, self.source, self.note)
    }

    fn provider(&self) -> Provider {
        self.provider
            .parse()
            .unwrap_or_else(|error| panic!("{}: {error}", self.id))
    }

    /// With the address, and any weakness accepted.
    fn setup(&self) -> Setup {
        let setup = match &self.url {
            Some(url) => self.provider().at(url),
            None => self.provider().into(),
        };
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

    fn ring(&self) -> SecretRing {
        self.secrets
            .iter()
            .map(|secret| Secret::new(secret.value.as_str()).labelled(&secret.label))
            .collect()
    }

    fn body(&self) -> Vec<u8> {
        match (&self.body_utf8, &self.body_base64) {
            (Some(text), None) => text.clone().into_bytes(),
            (None, Some(text)) => STANDARD
                .decode(text)
                .unwrap_or_else(|error| panic!("{}: {error}", self.id)),
            _ => panic!("{} must have one body", self.id),
        }
    }
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let entries = folder.read_dir().expect("the folder is in the repository");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("readable").path())
        .collect();
    files.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "json")
    });
    files.sort();
    files
}

fn read(file: &Path) -> Vec<Vector> {
    let text = std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
