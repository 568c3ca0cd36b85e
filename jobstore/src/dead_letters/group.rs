//! Dead letters of one cause.

use std::cmp::Reverse;

use serde::Serialize;

use crate::{Category, Fingerprint, JobId, Summary, Timestamp};

/// Dead jobs whose failures have one fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    /// What the failures have in common.
    pub fingerprint: Fingerprint,
    /// The kind of the jobs.
    pub kind: String,
    /// What kind of failure it was.
    pub category: Category,
    /// How many jobs there are.
    pub count: u64,
    /// When the first of them died.
    pub first: Timestamp,
    /// When the last of them died.
    pub last: Timestamp,
    /// What went wrong with the last of them.
    pub message: String,
    /// The last of them.
    pub sample: JobId,
}

/// Dead jobs by cause.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Groups {
    /// The largest first.
    pub groups: Vec<Group>,
    /// How many jobs are in none of them, because there are [`MAX`](Self::MAX) groups of newer jobs.
    pub others: u64,
}

impl Groups {
    /// How many groups are told apart.
    pub const MAX: usize = 500;

    pub(super) fn add(&mut self, job: &Summary) {
        let (Some(fingerprint), Some(error)) = (job.fingerprint, &job.last_error) else {
            self.others += 1;
            return;
        };
        let mut groups = self.groups.iter_mut();
        if let Some(group) = groups.find(|group| group.fingerprint == fingerprint) {
            group.count += 1;
            group.first = group.first.min(error.at);
            if error.at > group.last {
                group.last = error.at;
                group.message.clone_from(&error.message);
                group.sample = job.id;
            }
        } else if self.groups.len() < Self::MAX {
            self.groups.push(Group {
                fingerprint,
                kind: job.kind.clone(),
                category: error.category,
                count: 1,
                first: error.at,
                last: error.at,
                message: error.message.clone(),
                sample: job.id,
            });
        } else {
            self.others += 1;
        }
    }

    pub(super) fn sorted(mut self) -> Self {
        self.groups
            .sort_by_key(|group| Reverse((group.count, group.last)));
        self
    }
}
