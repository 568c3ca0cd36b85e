//! The verbs that let jobs in, out and on.

use fred::{interfaces::ClientLike, types::Value};

use super::{
    event, record,
    reply::{Reply, parsed, unexpected},
    script,
    server::Server,
};
use crate::{Applied, Enqueued, Event, JobId, NewJob, NoReplay, Replay, Replayed, StoreError};

/// How many jobs one script moves at most: the server does nothing else meanwhile.
const PIECE: usize = 250;

impl<C: ClientLike> Server<C> {
    pub(super) async fn enqueue_all(&self, jobs: Vec<NewJob>) -> Result<Vec<Enqueued>, StoreError> {
        let mut arguments = Vec::new();
        for job in &jobs {
            job.validate()?;
        }
        for job in jobs {
            arguments.extend(record::arguments(job)?);
        }
        if arguments.is_empty() {
            return Ok(Vec::new());
        }
        let mut reply = self.make(&script::ENQUEUE, arguments).await?;
        let mut enqueued_all = Vec::new();
        while !reply.is_empty() {
            enqueued_all.push(enqueued(&mut reply)?);
        }
        Ok(enqueued_all)
    }

    pub(super) async fn apply_all(
        &self,
        events: Vec<(JobId, Event)>,
    ) -> Result<Vec<Applied>, StoreError> {
        let mut applied = Vec::with_capacity(events.len());
        let mut events = events.into_iter();
        while events.len() > 0 {
            let mut arguments = Vec::new();
            for (id, event) in events.by_ref().take(PIECE) {
                arguments.extend(event::arguments(id, event)?);
            }
            let mut reply = self.make(&script::APPLY, arguments).await?;
            while !reply.is_empty() {
                applied.push(event::applied(&mut reply)?);
            }
        }
        Ok(applied)
    }

    /// Piece by piece. If one fails, those that were reaped before are told all the same.
    pub(super) async fn reap(&self, limit: usize) -> Result<Vec<JobId>, StoreError> {
        let mut reaped = Vec::new();
        loop {
            let wanted = PIECE.min(limit - reaped.len());
            match self.reap_piece(wanted, &mut reaped).await {
                Ok(true) if reaped.len() < limit => {}
                Err(error) if reaped.is_empty() => return Err(error),
                _ => return Ok(reaped),
            }
        }
    }

    async fn reap_piece(&self, wanted: usize, reaped: &mut Vec<JobId>) -> Result<bool, StoreError> {
        let words = [wanted.to_string(), event::print_of_lost()];
        let mut reply = self.make(&script::REAP, words.map(Value::from)).await?;
        let before = reaped.len();
        while !reply.is_empty() {
            reaped.push(reply.parsed()?);
        }
        Ok(reaped.len() - before == wanted)
    }

    pub(super) async fn replay(&self, id: JobId, replay: &Replay) -> Result<Replayed, StoreError> {
        let words = [
            id.to_string(),
            replay.by.actor.to_string(),
            replay.by.reason.clone(),
            replay.cap.to_string(),
            record::micros(replay.cooldown),
            record::micros(replay.delay),
            event::flagged(&replay.by, String::new())?,
            record::json(&replay.by)?,
        ];
        let mut reply = self.make(&script::REPLAY, words.map(Value::from)).await?;
        let what = reply.text()?;
        Ok(match what.as_str() {
            "created" => Replayed::Created(reply.parsed()?),
            "unknown" => Replayed::Unknown,
            "status" => Replayed::Refused(NoReplay::Status(reply.parsed()?)),
            "gone" => Replayed::Refused(NoReplay::PayloadGone),
            "capped" => Replayed::Refused(NoReplay::Capped(reply.parsed()?)),
            "cooling" => {
                let free = reply.time()?.ok_or_else(|| unexpected("no time"))?;
                Replayed::Refused(NoReplay::CoolingDown(free))
            }
            _ => return Err(unexpected("another answer")),
        })
    }
}

/// What became of an enqueue: three values.
pub(super) fn enqueued(reply: &mut Reply) -> Result<Enqueued, StoreError> {
    let (what, id, status) = (reply.text()?, reply.text()?, reply.text()?);
    if what == "broken" {
        return Err(unexpected("something else in a key"));
    }
    let id = parsed(&id)?;
    let status = (!status.is_empty()).then(|| parsed(&status));
    let status = status.transpose()?;
    Ok(match what.as_str() {
        "created" => Enqueued::Created(id),
        "duplicate" => Enqueued::Duplicate { id, status },
        "conflict" => Enqueued::Conflict { id, status },
        _ => return Err(unexpected("another answer")),
    })
}
