//! Letting go of jobs.

use super::state::State;
use crate::{AuditEntry, By, JobId, Payload, Pruned, Retention, Status, Timestamp};

impl State {
    pub(super) fn delete(&mut self, id: JobId, by: &By, now: Timestamp) -> bool {
        let Some(kept) = self.jobs.get(&id) else {
            return false;
        };
        let entry = AuditEntry::deleted(&kept.job, by, now);
        self.free_key(id);
        self.forget(id);
        self.write(entry);
        true
    }

    pub(super) fn erase(&mut self, subject: &str, by: &By, limit: usize, now: Timestamp) -> usize {
        let jobs: Vec<_> = self.index.subject(subject).take(limit).collect();
        for &id in &jobs {
            self.delete(id, by, now);
        }
        jobs.len()
    }

    pub(super) fn prune(&mut self, retention: &Retention, limit: usize, now: Timestamp) -> Pruned {
        let mut pruned = Pruned::default();
        for status in Retention::STATUSES {
            let Some(keep) = retention.rule(status) else {
                continue;
            };
            if let Some(age) = keep.age {
                pruned.jobs += self.forget_old(status, now - age, limit - pruned.total());
            }
            if let Some(newest) = keep.newest {
                pruned.jobs += self.forget_excess(status, newest, limit - pruned.total());
            }
            if let Some(age) = keep.payload_age {
                pruned.payloads += self.drop_payloads(status, now - age, limit - pruned.total());
            }
        }
        if let Some(age) = retention.audit_age() {
            pruned.audit = self.trail.prune(now - age, limit - pruned.total());
        }
        pruned
    }

    fn forget_old(&mut self, status: Status, cutoff: Timestamp, limit: usize) -> usize {
        let old = self.index.ended(status).before(cutoff);
        let old: Vec<_> = old.take(limit).collect();
        for &id in &old {
            self.forget(id);
        }
        old.len()
    }

    fn forget_excess(&mut self, status: Status, newest: usize, limit: usize) -> usize {
        let newest = newest as u64;
        let tallies = self.index.queues();
        let mut excess: Vec<(String, u64)> = tallies
            .map(|(queue, tally)| (queue.clone(), tally.of(status).saturating_sub(newest)))
            .filter(|&(_, excess)| excess > 0)
            .collect();
        let mut jobs = Vec::new();
        // Stops at the last job that has to go: the oldest come first.
        for id in self.index.ended(status).all() {
            if excess.is_empty() || jobs.len() >= limit {
                break;
            }
            let queue = self.jobs.get(&id).map(|kept| &kept.job.queue);
            let at = excess.iter().position(|(name, _)| Some(name) == queue);
            if let Some(at) = at {
                jobs.push(id);
                excess[at].1 -= 1;
                if excess[at].1 == 0 {
                    excess.swap_remove(at);
                }
            }
        }
        for &id in &jobs {
            self.forget(id);
        }
        jobs.len()
    }

    fn drop_payloads(&mut self, status: Status, cutoff: Timestamp, limit: usize) -> usize {
        let old = self.index.ended(status).whole_before(cutoff);
        let old: Vec<_> = old.take(limit).collect();
        for &id in &old {
            self.alter(id, |job| {
                job.payload = Payload::default();
                job.payload_gone = true;
            });
        }
        old.len()
    }
}
