//! Whether the jobs and what is known about them agree.

use super::{index::Index, state::State};
use crate::{Finding, Job, Severity};

impl State {
    pub(super) fn examine(&mut self, mend: bool) -> Vec<Finding> {
        let mut findings: Vec<_> = self
            .jobs
            .values()
            .filter_map(|kept| {
                kept.job
                    .contradiction()
                    .map(|fault| found(&kept.job, fault))
            })
            .collect();
        let mut index = Index::default();
        for kept in self.jobs.values() {
            index.add(&kept.job);
        }
        if index != self.index {
            let fault = "does not hold what the jobs say";
            let remedy = "it is made anew from the jobs when mending is asked for";
            let finding = Finding::new(Severity::Error, "the index", fault, remedy);
            findings.push(finding.mended(mend));
            if mend {
                self.index = index;
            }
        }
        findings
    }
}

fn found(job: &Job, fault: &str) -> Finding {
    let remedy = "delete it, or replay it once it has ended";
    Finding::new(Severity::Error, format!("job {}", job.id), fault, remedy)
}
