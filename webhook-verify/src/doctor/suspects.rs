//! What an operator may have meant by the secrets.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::doctor::finding::Finding;
use crate::doctor::secret_reading::{self, SecretReading, SecretSlip};
use crate::validity::Validity;
use crate::{MAX_SECRETS, Misconfigured, Secret, SecretFault, SecretForm, Setup, Verifier};

/// What an operator may have meant by the secrets.
pub(super) struct Suspects {
    /// Read as the scheme reads them, as given and cleaned of slips.
    pub(super) plain: Vec<Suspect>,
    /// Read in other ways.
    pub(super) others: Vec<Suspect>,
    /// What keeps a secret from being used as it is given.
    pub(super) faults: Vec<Finding>,
    /// What may be a slip, and may belong to the secret.
    pub(super) doubts: Vec<Finding>,
}

/// One secret, read in one way.
pub(super) struct Suspect {
    /// The place of the secret in the list.
    pub(super) position: usize,
    /// What a ring calls the secret.
    pub(super) label: String,
    /// What has to be assumed to read it so.
    pub(super) findings: Vec<Finding>,
    pub(super) verifier: Verifier,
    /// When the secret is valid. The verifier takes it at any time.
    pub(super) validity: Validity,
}

/// A secret as it was given.
struct Origin {
    position: usize,
    label: String,
    validity: Validity,
    slips: Vec<Finding>,
}

impl Suspects {
    pub(super) fn new(setup: &Setup, secrets: &[Secret]) -> Self {
        let mut suspects = Self {
            plain: Vec::new(),
            others: Vec::new(),
            faults: Vec::new(),
            doubts: Vec::new(),
        };
        for (position, secret) in secrets.iter().take(MAX_SECRETS).enumerate() {
            suspects.add(setup, secret, position);
        }
        suspects
    }

    fn add(&mut self, setup: &Setup, secret: &Secret, position: usize) {
        let (text, slips) = secret_reading::clean(secret.text());
        let origin = Origin::new(secret, position, &slips);
        let given = verifier(setup, secret.text());
        let cleaned = verifier(setup, text);
        match (&given, &cleaned) {
            (Ok(_), _) if setup.scheme.secret == SecretForm::Verbatim => {
                self.doubts.extend(origin.slips.iter().cloned());
            }
            // A form other than verbatim has judged the text, quotes and versions and all.
            (Ok(_), _) => {}
            (Err(_), Err(Misconfigured::Secret { fault, .. })) => {
                self.faults.push(origin.fault(*fault));
            }
            (Err(_), _) => self.faults.extend(origin.slips.iter().cloned()),
        }
        self.plain
            .extend(given.map(|verifier| origin.as_given(verifier)));
        if !slips.is_empty() {
            self.plain
                .extend(cleaned.map(|verifier| origin.as_cleaned(verifier)));
        }
        self.add_readings(setup, &origin, text);
    }

    fn add_readings(&mut self, setup: &Setup, origin: &Origin, text: &[u8]) {
        let mut verbatim = setup.clone();
        verbatim.scheme.secret = SecretForm::Verbatim;
        for reading in SecretReading::ALL {
            let key = reading.key(text);
            let built = key.and_then(|key| verifier(&verbatim, &key).ok());
            self.others
                .extend(built.map(|verifier| origin.read_as(reading, verifier)));
        }
    }

    /// What keeps secrets from being used as they are given, other than the one that matched: what
    /// is wrong with that is said by its match.
    pub(super) fn faults_apart_from(self, matched: &str) -> impl Iterator<Item = Finding> {
        self.faults
            .into_iter()
            .filter(move |finding| match finding {
                Finding::SecretSlip { label, .. } | Finding::SecretFault { label, .. } => {
                    label != matched
                }
                _ => true,
            })
    }
}

impl Origin {
    fn new(secret: &Secret, position: usize, slips: &[SecretSlip]) -> Self {
        let label = secret
            .label()
            .map_or_else(|| (position + 1).to_string(), ToOwned::to_owned);
        let slips = slips.iter().map(|&slip| Finding::SecretSlip {
            label: label.clone(),
            slip,
        });
        Self {
            position,
            validity: secret.validity(),
            slips: slips.collect(),
            label,
        }
    }

    fn fault(&self, fault: SecretFault) -> Finding {
        Finding::SecretFault {
            label: self.label.clone(),
            fault,
        }
    }

    fn as_given(&self, verifier: Verifier) -> Suspect {
        self.suspect(Vec::new(), verifier)
    }

    fn as_cleaned(&self, verifier: Verifier) -> Suspect {
        self.suspect(self.slips.clone(), verifier)
    }

    fn read_as(&self, reading: SecretReading, verifier: Verifier) -> Suspect {
        let mut findings = self.slips.clone();
        findings.push(Finding::OtherSecretForm {
            label: self.label.clone(),
            reading,
        });
        self.suspect(findings, verifier)
    }

    fn suspect(&self, findings: Vec<Finding>, verifier: Verifier) -> Suspect {
        Suspect {
            position: self.position,
            label: self.label.clone(),
            findings,
            verifier,
            validity: self.validity,
        }
    }
}

fn verifier(setup: &Setup, secret: &[u8]) -> Result<Verifier, Misconfigured> {
    Verifier::new(setup.clone(), Secret::new(secret))
}
