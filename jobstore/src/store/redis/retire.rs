//! Letting go of jobs.

use fred::{interfaces::ClientLike, types::Value};

use super::{names::index, script, server::Server};
use crate::{By, JobId, Pruned, Retention, Status, StoreError, Timestamp};

/// How many things one script lets go at most.
const PIECE: usize = 250;

impl<C: ClientLike> Server<C> {
    pub(super) async fn delete(&self, id: JobId, by: &By) -> Result<bool, StoreError> {
        let deletion = self.run_delete(by, 1, id.to_string(), String::new());
        Ok(deletion.await?.deleted > 0)
    }

    /// Piece by piece: the server does nothing else while it deletes.
    pub(super) async fn erase(
        &self,
        subject: &str,
        by: &By,
        limit: usize,
    ) -> Result<usize, StoreError> {
        let mut erased = 0;
        while erased < limit {
            let piece = PIECE.min(limit - erased);
            let index = index::subject(subject);
            let deletion = self.run_delete(by, piece, String::new(), index).await?;
            erased += deletion.deleted;
            // An index may name a job that is gone, and what it names behind that one is still there.
            if deletion.looked_at < piece {
                break;
            }
        }
        Ok(erased)
    }

    async fn run_delete(
        &self,
        by: &By,
        limit: usize,
        id: String,
        index: String,
    ) -> Result<Deletion, StoreError> {
        let (actor, reason) = (by.actor.to_string(), by.reason.clone());
        let words = [actor, reason, limit.to_string(), id, index].map(Value::from);
        let mut reply = self.make(&script::DELETE, words).await?;
        Ok(Deletion {
            deleted: reply.parsed()?,
            looked_at: reply.parsed()?,
        })
    }

    /// Piece by piece.
    pub(super) async fn prune(
        &self,
        retention: &Retention,
        limit: usize,
    ) -> Result<Pruned, StoreError> {
        // All pieces go by one time.
        let now = self.time().await?;
        let mut pruned = Pruned::default();
        while pruned.total() < limit {
            let piece = PIECE.min(limit - pruned.total());
            let words = words(retention, piece, now);
            let mut reply = self.make(&script::PRUNE, words.map(Value::from)).await?;
            let before = pruned.total();
            pruned.jobs += reply.parsed::<usize>()?;
            pruned.payloads += reply.parsed::<usize>()?;
            pruned.audit += reply.parsed::<usize>()?;
            if pruned.total() - before < piece {
                break;
            }
        }
        Ok(pruned)
    }

    /// The time of the server now.
    async fn time(&self) -> Result<Timestamp, StoreError> {
        self.ask(&script::TIME, []).await?;
        Ok(self.clock.now())
    }
}

/// What one script has deleted, and at how many ids it looked.
struct Deletion {
    deleted: usize,
    looked_at: usize,
}

fn words(retention: &Retention, limit: usize, now: Timestamp) -> [String; 14] {
    let before = |age: Option<_>| match age {
        Some(age) => (now - age).as_micros().to_string(),
        None => String::new(),
    };
    let rule = |status: Status| {
        let rule = retention.rule(status);
        let newest = rule.and_then(|keep| keep.newest);
        [
            status.to_string(),
            before(rule.and_then(|keep| keep.age)),
            newest.map(|jobs| jobs.to_string()).unwrap_or_default(),
            before(rule.and_then(|keep| keep.payload_age)),
        ]
    };
    let [one, two, three] = Retention::STATUSES.map(rule);
    let head = [limit.to_string(), before(retention.audit_age())];
    let mut words = head.into_iter().chain(one).chain(two).chain(three);
    std::array::from_fn(|_| words.next().unwrap_or_default())
}
