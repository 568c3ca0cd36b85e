//! The audit trail in memory: the newest entries.

use std::collections::VecDeque;

use super::footprint;
use crate::{AuditEntry, AuditPage, AuditQuery, Timestamp};

#[derive(Debug)]
pub(super) struct Trail {
    entries: VecDeque<AuditEntry>,
    written: u64,
    bytes: usize,
    capacity: usize,
}

impl Trail {
    pub(super) const fn new(capacity: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            written: 0,
            bytes: 0,
            capacity,
        }
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Adds an entry, and forgets the oldest beyond the capacity.
    pub(super) fn write(&mut self, entry: AuditEntry) {
        self.written += 1;
        self.bytes += footprint::of_entry(&entry);
        self.entries.push_back(AuditEntry {
            seq: self.written,
            ..entry
        });
        while self.bytes > self.capacity {
            self.forget_first();
        }
    }

    /// Forgets up to `limit` entries from before `cutoff`, and returns how many.
    pub(super) fn prune(&mut self, cutoff: Timestamp, limit: usize) -> usize {
        let is_old = |entry: &&AuditEntry| entry.at < cutoff;
        let old = self.entries.iter().take_while(is_old).take(limit).count();
        for _ in 0..old {
            self.forget_first();
        }
        old
    }

    pub(super) fn page(&self, query: &AuditQuery) -> AuditPage {
        let limit = query.limit.clamp(1, AuditQuery::MAX_LIMIT);
        let asked_for = |entry: &&AuditEntry| {
            query.job.is_none_or(|job| entry.job == job)
                && query.before.is_none_or(|before| entry.seq < before)
        };
        let newest_first = self.entries.iter().rev().filter(asked_for);
        let mut entries: Vec<_> = newest_first.take(limit + 1).cloned().collect();
        let more = entries.len() > limit;
        entries.truncate(limit);
        AuditPage {
            next: entries.last().filter(|_| more).map(|entry| entry.seq),
            entries,
        }
    }

    fn forget_first(&mut self) {
        if let Some(entry) = self.entries.pop_front() {
            self.bytes -= footprint::of_entry(&entry);
        }
    }
}
