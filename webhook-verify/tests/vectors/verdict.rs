//! What a second library says of all the deliveries of a provider that are made here.

use std::collections::BTreeMap;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::file::File;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Verdict {
    pub(crate) provider: String,
    /// The library, with its version.
    pub(crate) by: String,
    accepted: usize,
    rejected: usize,
    /// Of the lines with the deliveries, so that a verdict is never on others.
    sha256: String,
    /// The deliveries of which it thinks otherwise than we do, and why we do not follow it.
    pub(crate) differs: BTreeMap<String, String>,
}

impl Verdict {
    /// What is wrong with it, given the files whose deliveries were judged.
    pub(crate) fn fault(&self, files: &[File]) -> Option<String> {
        let judged = files.iter().flat_map(File::lines);
        let judged: Vec<_> = judged
            .filter(|(_, vector)| vector.provider == self.provider)
            .collect();
        let lines: Vec<_> = judged.iter().map(|(line, _)| *line).collect();
        let sha256 = Sha256::digest(lines.join("\n"));
        if const_hex::encode(sha256) != self.sha256 {
            return Some(self.describe("judged other deliveries: run `make vectors`"));
        }

        let accepted = judged
            .iter()
            .filter(|(_, vector)| vector.accept != self.differs.contains_key(&vector.id));
        if (accepted.count(), judged.len()) != (self.accepted, self.accepted + self.rejected) {
            return Some(self.describe("differs in more than it says"));
        }
        if self.differs.values().any(String::is_empty) {
            return Some(self.describe("differs and does not say why"));
        }
        None
    }

    fn describe(&self, fault: &str) -> String {
        format!("{} ({}): {fault}", self.provider, self.by)
    }
}
