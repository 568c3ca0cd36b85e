//! Claims, which travel together like what follows them.

use std::sync::Arc;

use fred::{interfaces::ClientLike, types::Value};

use super::{
    lane::Lane,
    record,
    reply::{Reply, unexpected},
    script,
    server::Server,
};
use crate::{Claim, Claimed, Job, StoreError};

/// How many jobs one script gives to a claim at most: the server does nothing else meanwhile.
const PIECE: usize = 250;

/// How many bytes of payload one script brings along before it is enough.
const ROOM: usize = 8 * 1024 * 1024;

pub(super) struct Claims<C: ClientLike>(Arc<Lane<C>>);

impl<C: ClientLike + 'static> Claims<C> {
    pub(super) fn new(server: Arc<Server<C>>) -> Self {
        let lane = Lane::new(server, &script::CLAIM, 1).with_head(ROOM.to_string().into());
        Self(Arc::new(lane))
    }

    /// Piece by piece. If one fails, those who were claimed before are given all the same.
    pub(super) async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError> {
        let mut claimed = Claimed::default();
        loop {
            let wanted = PIECE.min(claim.limit - claimed.jobs.len());
            match self.claim_piece(claim, wanted, &mut claimed).await {
                Ok(true) if claimed.jobs.len() < claim.limit => {}
                Err(error) if claimed.jobs.is_empty() => return Err(error),
                _ => return Ok(claimed),
            }
        }
    }

    /// Adds up to `wanted` jobs, and says whether there may be more.
    async fn claim_piece(
        &self,
        claim: &Claim,
        wanted: usize,
        claimed: &mut Claimed,
    ) -> Result<bool, StoreError> {
        let words = [
            claim.queue.clone(),
            claim.worker.to_string(),
            record::micros(claim.lease),
            wanted.to_string(),
        ];
        let mut reply = self.0.make(words.map(Value::from)).await?.list()?;
        let state = reply.text()?;
        claimed.paused = state == "paused";
        claimed.next_due = reply.time()?;
        let mut given = 0;
        while !reply.is_empty() {
            given += 1;
            // One that cannot be read cannot be handed out; its lease runs out, until it is dead like a job
            // that no worker survives. Those behind it are leased as well, and must not share its fate.
            claimed.jobs.extend(read(reply.list()?).ok());
        }
        Ok(state == "more" || given == wanted)
    }
}

fn read(mut job: Reply) -> Result<Job, StoreError> {
    let id = job.parsed()?;
    let job = record::job(id, job.list()?)?;
    job.ok_or_else(|| unexpected("no job"))
}
