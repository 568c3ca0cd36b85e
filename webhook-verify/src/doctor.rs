//! Why a delivery does not verify: for a person who looks into it, off the request path.
//!
//! A verifier says no more than "no signature matches", because it must not: what it says of a
//! forged delivery helps the forger. [`diagnose`] is for the operator who has one delivery at hand,
//! the secret, and no idea. It tries what usually goes wrong, alone and in pairs: a secret copied
//! with a line break, a header which a gateway renamed, a body which was parsed and written anew.
//!
//! ```
//! use webhook_verify::doctor::{Finding, SecretSlip, Verdict, diagnose};
//! use webhook_verify::{Provider, Secret, UnixTime};
//!
//! let headers = [(
//!     "X-Hub-Signature-256",
//!     "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
//! )];
//! let secret = Secret::new("It's a Secret to Everybody\n");
//! let now = UnixTime::from_secs(1_700_000_000);
//!
//! let diagnosis = diagnose(Provider::GitHub, &[secret], &headers, b"Hello, World!", now);
//!
//! assert_eq!(diagnosis.verdict(), Verdict::Explained);
//! let line_break = Finding::SecretSlip { label: "1".into(), slip: SecretSlip::LineBreak };
//! assert_eq!(diagnosis.findings(), [line_break]);
//! ```
//!
//! # Security
//!
//! Neither a secret nor a signature that would be right is in a [`Diagnosis`]. That a delivery
//! would be genuine if it were changed is: show it to those who may know the secret, and to the
//! sender of a request never.
//!
//! The work is bounded: once it has verified the delivery as a verifier does, it goes through no more
//! than [`MAX_WORK`] bytes, whatever it is given.

mod body_change;
mod budget;
mod finding;
mod header_mending;
mod json_form;
mod json_writer;
mod search;
mod secret_reading;
mod suspects;
mod url_change;

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

pub use self::body_change::BodyChange;
pub use self::finding::Finding;
pub use self::json_form::{JsonEscapes, JsonForm, JsonLayout};
pub use self::secret_reading::{SecretReading, SecretSlip};
pub use self::url_change::UrlChange;

use self::budget::Budget;
use self::header_mending::{HeaderLines, Mended, lookalikes};
use self::search::{Delivery, Match, find, find_provider};
use self::suspects::Suspects;
use crate::{Misconfigured, Request, Secret, SecretForm, Setup, UnixTime, Verifier};

/// How many bytes a diagnosis goes through at most, over all that it tries: 32 MiB. It is enough to
/// try everything on a body of 50 KiB with one secret. A longer body is tried with less.
pub const MAX_WORK: usize = 32 << 20;

/// What there is to say of a delivery. Displayed, it is a report of a few lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    verdict: Verdict,
    findings: Vec<Finding>,
    is_complete: bool,
}

/// Whether a delivery is genuine, as far as one can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It verifies as it is.
    Accepted,
    /// It is refused, and the findings are why: with all of them set right it verifies, so it was
    /// signed with the secret.
    Explained,
    /// It is refused, and nothing that was tried made a signature match. The findings, if there are
    /// any, are what is wrong or looks wrong all the same.
    Unexplained,
}

/// Says why a delivery does not verify, or that it does. The secrets are given as to a
/// [`Verifier`], newest first. If the scheme signs the address, it is the one that was configured,
/// and the method is `POST`.
pub fn diagnose<N: AsRef<str>, V: AsRef<[u8]>>(
    setup: impl Into<Setup>,
    secrets: &[Secret],
    headers: &[(N, V)],
    body: &[u8],
    now: UnixTime,
) -> Diagnosis {
    diagnose_request(setup, secrets, Request::new(&headers), body, now)
}

/// Says why a delivery does not verify, with all of the request that may be signed.
///
/// ```
/// use webhook_verify::doctor::{Finding, UrlChange, Verdict, diagnose_request};
/// use webhook_verify::{Provider, Request, Secret, Signer, UnixTime};
///
/// let secret = Secret::new("signature-key");
/// let now = UnixTime::from_secs(1_700_000_000);
/// let square = Provider::Square.at("https://hooks.example.com/square");
/// let signed = Signer::new(square, secret.clone())?.sign(None, now, b"{}")?;
/// let headers: Vec<_> = signed.into_iter().collect();
///
/// // The receiver believes that it is reached without TLS.
/// let square = Provider::Square.at("http://hooks.example.com/square");
/// let request = Request::new(&headers).target("/square");
/// let diagnosis = diagnose_request(square, &[secret], request, b"{}", now);
///
/// assert_eq!(diagnosis.verdict(), Verdict::Explained);
/// assert_eq!(diagnosis.findings(), [Finding::ChangedUrl(UrlChange::OtherScheme)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn diagnose_request<H, N, V>(
    setup: impl Into<Setup>,
    secrets: &[Secret],
    request: Request<'_, H>,
    body: &[u8],
    now: UnixTime,
) -> Diagnosis
where
    H: AsRef<[(N, V)]>,
    N: AsRef<str>,
    V: AsRef<[u8]>,
{
    let mut setup = setup.into();
    if let SecretForm::Certificate(_) = setup.scheme.secret {
        return Diagnosis {
            verdict: Verdict::Unexplained,
            findings: [Finding::KeyInCertificate].into(),
            is_complete: true,
        };
    }
    let headers: HeaderLines<'_> = request
        .headers
        .as_ref()
        .iter()
        .map(|(name, value)| (Cow::Borrowed(name.as_ref()), value.as_ref()))
        .collect();
    let mut delivery = Delivery {
        headers: &headers,
        method: request.method,
        target: request.target,
        body,
        now,
    };
    let mut findings = Vec::new();
    match Verifier::new(setup.clone(), secrets.to_vec()) {
        Ok(verifier) => {
            if let Ok(genuine) = verifier.verify_request_at(delivery.request(), body, now) {
                return Diagnosis::accepted(&verifier, genuine.secret_label());
            }
        }
        // What is wrong with a secret is found out below, for each of them.
        Err(Misconfigured::Secret { .. }) => {}
        Err(misconfigured) => {
            if let Misconfigured::Weak { weakness, .. } = misconfigured {
                setup = setup.despite(weakness);
            }
            findings.push(Finding::Misconfigured(misconfigured));
        }
    }
    delivery.now = in_seconds(now, &mut findings);
    match Mended::new(setup, &delivery) {
        Ok(mended) => explain(findings, secrets, mended, &delivery),
        Err(_) => Diagnosis {
            verdict: Verdict::Unexplained,
            findings,
            is_complete: true,
        },
    }
}

fn explain(
    mut findings: Vec<Finding>,
    secrets: &[Secret],
    mended: Mended<'_>,
    received: &Delivery<'_>,
) -> Diagnosis {
    let mut budget = Budget::new(MAX_WORK);
    let suspects = Suspects::new(&mended.setup, secrets);
    let delivery = Delivery {
        headers: &mended.headers,
        ..*received
    };
    let own = match mended.is_readable {
        true => find(&mended.setup, secrets, &suspects, &delivery, &mut budget),
        false => None,
    };
    if let Some(found) = own {
        findings.extend(mended.findings);
        findings.extend(suspects.faults_apart_from(&found.label));
        return Diagnosis::explained(findings, found);
    }
    // What was mended for one provider may have been in order for another.
    if let Some(found) = find_provider(&mended.setup, secrets, received, &mut budget) {
        return Diagnosis::explained(findings, found);
    }
    let others = match mended.is_readable {
        true => Vec::new(),
        false => lookalikes(&mended.setup, received),
    };
    findings.extend(mended.findings);
    findings.extend(others.into_iter().map(Finding::OtherProvider));
    if mended.is_readable {
        findings.extend(suspects.plain.iter().find_map(|one| one.refuses(&delivery)));
    }
    findings.extend(suspects.faults);
    findings.extend(suspects.doubts);
    Diagnosis {
        verdict: Verdict::Unexplained,
        findings,
        is_complete: !budget.is_exhausted,
    }
}

/// The first second that is taken for a number of milliseconds: it is in the year 5138.
const MILLIS: u64 = 100_000_000_000;

fn in_seconds(now: UnixTime, findings: &mut Vec<Finding>) -> UnixTime {
    if now.as_secs() < MILLIS {
        return now;
    }
    findings.push(Finding::ClockInMillis);
    UnixTime::from_millis(now.as_secs())
}

impl Diagnosis {
    /// Whether the delivery is genuine, as far as one can tell.
    pub const fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// What is wrong, in the order in which to set it right.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether everything was tried. If not, the body was too long for [`MAX_WORK`], or there are
    /// many secrets: try a shorter delivery, or one secret.
    pub const fn is_complete(&self) -> bool {
        self.is_complete
    }

    fn accepted(verifier: &Verifier, signed_with: &str) -> Self {
        let is_first = verifier.secret_labels().next() == Some(signed_with);
        let older = (!is_first).then(|| Finding::OlderSecret {
            label: signed_with.into(),
        });
        Self {
            verdict: Verdict::Accepted,
            findings: older.into_iter().collect(),
            is_complete: true,
        }
    }

    fn explained(mut findings: Vec<Finding>, found: Match) -> Self {
        let label = found.label;
        let older = (found.position > 0).then_some(Finding::OlderSecret { label });
        findings.extend(found.findings);
        findings.extend(found.time);
        findings.extend(found.validity);
        findings.extend(older);
        Self {
            verdict: Verdict::Explained,
            findings,
            is_complete: true,
        }
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.verdict)?;
        for finding in &self.findings {
            write!(f, "\n- {finding}")?;
        }
        if !self.is_complete {
            f.write_str("\n- not everything was tried: the body is too long for that")?;
        }
        if self.verdict == Verdict::Unexplained && self.findings.is_empty() {
            f.write_str(
                "\n- is it the secret of this very endpoint, and of this environment, test or live?\
                 \n- is the body the bytes that came, with nothing added, left out or decoded?",
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Accepted => "accepted: the signature is right",
            Self::Explained => {
                "refused, but genuine: with what follows set right, the signature is right"
            }
            Self::Unexplained => "refused: no signature matches, whatever was tried",
        })
    }
}
