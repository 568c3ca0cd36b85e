//! Whether jobs and indexes agree, and the server is set up for them.

use std::collections::BTreeSet;

use fred::{interfaces::ClientLike, types::Value};

use super::{reply::Reply, script, server::Server};
use crate::{Finding, Severity, StoreError};

impl<C: ClientLike> Server<C> {
    /// Goes through all keys, piece by piece, while others go on to change them; what it takes for a fault it
    /// has found in one step.
    pub(super) async fn examine(&self, mend: bool) -> Result<Vec<Finding>, StoreError> {
        let mut findings = self.settings().await?;
        let mut sets = BTreeSet::new();
        self.walk("", mend, &mut sets, &mut findings).await?;
        for set in &sets {
            self.walk(set, mend, &mut BTreeSet::new(), &mut findings)
                .await?;
        }
        let queues = sets.iter().filter_map(|set| set.strip_prefix(":in:queue:"));
        findings.extend(self.recount(mend, queues).await?);
        Ok(findings)
    }

    /// Looks at all keys, or at all members of one set.
    async fn walk(
        &self,
        set: &str,
        mend: bool,
        sets: &mut BTreeSet<String>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), StoreError> {
        let mut cursor = "0".to_owned();
        loop {
            let words = [set.into(), cursor, u8::from(mend).to_string()];
            let mut reply = self.make(&script::EXAMINE, words.map(Value::from)).await?;
            cursor = reply.text()?;
            let (mut names, mut found) = (reply.list()?, reply.list()?);
            while !names.is_empty() {
                sets.insert(names.text()?);
            }
            while !found.is_empty() {
                findings.push(read(&mut found, mend)?);
            }
            if cursor == "0" {
                return Ok(());
            }
        }
    }

    /// Counts the jobs of all queues: of those that are known, and of these.
    async fn recount(
        &self,
        mend: bool,
        queues: impl Iterator<Item = &str>,
    ) -> Result<Vec<Finding>, StoreError> {
        let mut words = vec![u8::from(mend).to_string().into()];
        words.extend(queues.map(Value::from));
        let mut reply = self.make(&script::RECOUNT, words).await?;
        let mended = reply.text()? == "1";
        let mut differs = reply.list()?;
        let mut findings = Vec::new();
        while !differs.is_empty() {
            let subject = match differs.text()?.as_str() {
                "" => "the running jobs".into(),
                queue => format!("queue {queue}"),
            };
            let fault = "is counted wrong";
            let remedy = "mend it, which up to 100,000 jobs can be";
            findings.push(Finding::new(Severity::Error, subject, fault, remedy).mended(mended));
        }
        Ok(findings)
    }
}

/// Reads what was found and what it is about.
fn read(reply: &mut Reply, mend: bool) -> Result<Finding, StoreError> {
    let (what, about) = (reply.text()?, reply.text()?);
    let again = "mend it";
    let gone = "delete it";
    let (subject, fault, remedy) = match what.as_str() {
        "misplaced" => ("job", "is not where it is looked for", again),
        "unlisted" => ("job", "is missing from an index", again),
        "member" => ("index", "names a job that does not belong there", again),
        "log" => ("log", "belongs to no job", again),
        "lock" => ("dedupe key", "would never be let go", again),
        "contradiction" => ("job", "has a status that contradicts its times", gone),
        _ => ("job", "cannot be read", gone),
    };
    let mended = mend && remedy == again;
    let subject = format!("{subject} {about}");
    Ok(Finding::new(Severity::Error, subject, fault, remedy).mended(mended))
}
