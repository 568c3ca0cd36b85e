//! What people do about a dead job.

use serde::{Deserialize, Serialize};

use crate::{By, JobId, Timestamp};

/// A dead job that waits for a person, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Triage {
    /// When it was flagged, last.
    pub at: Timestamp,
    /// By whom, and the note that was left.
    pub by: By,
    /// Whose it is to look at; empty if nobody's yet.
    pub assignee: String,
    /// What came of it; `None` while it waits.
    pub resolution: Option<Resolution>,
}

impl Triage {
    /// The longest name of an assignee, in bytes; what is longer is cut.
    pub const MAX_ASSIGNEE: usize = 256;

    /// Resolves what was flagged, or what nobody had looked at yet.
    pub(crate) fn resolve(triage: &mut Option<Self>, resolution: Resolution) {
        let triage = triage.get_or_insert_with(|| Self {
            at: resolution.at,
            by: resolution.by.clone(),
            assignee: String::new(),
            resolution: None,
        });
        triage.resolution = Some(resolution);
    }
}

/// What came of a dead job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// When.
    pub at: Timestamp,
    /// Who says so, and what was done.
    pub by: By,
    /// The new job that was made of it, if that is how it was resolved.
    #[serde(default)]
    pub replayed_as: Option<JobId>,
}

impl Resolution {
    /// Somebody did something about it.
    pub(crate) const fn done(by: By, at: Timestamp) -> Self {
        Self {
            at,
            by,
            replayed_as: None,
        }
    }

    /// Somebody made a new job of it.
    pub(crate) const fn replayed(by: By, new: JobId, at: Timestamp) -> Self {
        Self {
            at,
            by,
            replayed_as: Some(new),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{Category, Event, IdSource, Job, NewJob, Retry, WorkerId};

    #[test]
    fn who_dies_again_has_to_be_looked_at_again() {
        let now = Timestamp::EPOCH;
        let id = IdSource::default().next(now, || [0; 10]);
        let mut job = Job::new(NewJob::new("mail", "welcome"), id, now);
        let ada = || By::new("person:ada");
        die(&mut job, now);
        let assignee = String::from("person:bob");
        let _ = job
            .apply(
                Event::Flag {
                    by: ada(),
                    assignee,
                },
                now,
            )
            .unwrap();
        let _ = job.apply(Event::Resolve { by: ada() }, now).unwrap();
        assert!(
            job.triage
                .as_ref()
                .is_some_and(|triage| triage.resolution.is_some())
        );

        let _ = job.apply(Event::Revive { by: ada() }, now).unwrap();
        die(&mut job, now);
        let triage = job.triage.unwrap();
        assert_eq!((triage.resolution, &*triage.assignee), (None, "person:bob"));
    }

    fn die(job: &mut Job, now: Timestamp) {
        let claim = Event::Claim {
            worker: WorkerId::new("a"),
            lease: Duration::from_secs(30),
        };
        let _ = job.apply(claim, now).unwrap();
        let fail = Event::Fail {
            fence: job.fence,
            category: Category::Unknown,
            message: "no".into(),
            retry: Retry::Never,
        };
        let _ = job.apply(fail, now).unwrap();
    }
}
