//! Request bodies: bounded in size, time and memory.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use crate::answer::{Code, Refusal};
use crate::config::Limits;
use crate::log::with_causes;

/// Memory is taken from the common budget in steps of this size.
const STEP_BYTES: usize = 64 * 1024;

/// Reads bodies within the limits.
#[derive(Debug)]
pub(crate) struct BodyReader {
    limits: Limits,
    /// Steps that all bodies together may still take.
    budget: Arc<Semaphore>,
}

/// A whole body. Its share of the common memory is given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) bytes: Bytes,
    _memory: Option<OwnedSemaphorePermit>,
}

impl BodyReader {
    pub(crate) fn new(limits: Limits) -> Self {
        let steps = limits.body_memory.div_ceil(STEP_BYTES);
        Self {
            limits,
            budget: Arc::new(Semaphore::new(steps)),
        }
    }

    /// Reads a body to its end; trailers are ignored.
    ///
    /// # Errors
    ///
    /// 413 for a body that is, or says that it is, too large; then nothing more is read. 408 when
    /// the next piece, or the end, does not come in time. 400 when the framing is broken. 503 when
    /// the bodies being read at this moment take all the memory that they may.
    pub(crate) async fn read(&self, mut body: Incoming) -> Result<Whole, Refusal> {
        if body.size_hint().lower() > self.limits.body_bytes as u64 {
            return Err(self.too_large());
        }
        let deadline = Instant::now() + self.limits.body_timeout;
        let first = self.piece(&mut body, deadline).await?.unwrap_or_default();
        if body.is_end_stream() {
            // The usual case: it came in one piece, already paid for by the connection's buffer.
            return self.within_limit(first.len()).map(|()| Whole {
                bytes: first,
                _memory: None,
            });
        }
        self.gather(first, body, deadline).await
    }

    async fn gather(
        &self,
        first: Bytes,
        mut body: Incoming,
        deadline: Instant,
    ) -> Result<Whole, Refusal> {
        let mut memory = Arc::clone(&self.budget)
            .try_acquire_owned()
            .map_err(|_| out_of_memory())?;
        let mut gathered = BytesMut::from(first);
        loop {
            self.within_limit(gathered.len())?;
            while memory.num_permits() * STEP_BYTES < gathered.len() {
                let step = Arc::clone(&self.budget).try_acquire_owned();
                memory.merge(step.map_err(|_| out_of_memory())?);
            }
            match self.piece(&mut body, deadline).await? {
                Some(piece) => gathered.extend_from_slice(&piece),
                None => break,
            }
        }
        Ok(Whole {
            bytes: gathered.freeze(),
            _memory: Some(memory),
        })
    }

    /// The next piece of data, or the end.
    async fn piece(
        &self,
        body: &mut Incoming,
        deadline: Instant,
    ) -> Result<Option<Bytes>, Refusal> {
        let until = deadline.min(Instant::now() + self.limits.body_idle_timeout);
        loop {
            let frame = timeout_at(until, body.frame())
                .await
                .map_err(|_| Refusal::new(Code::BodyTimeout, "the body did not arrive in time"))?;
            match frame {
                None => return Ok(None),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
                Some(Err(error)) => {
                    return Err(
                        Refusal::new(Code::BadBody, "the body is incomplete or malformed")
                            .because(with_causes(&error)),
                    );
                }
            }
        }
    }

    fn within_limit(&self, length: usize) -> Result<(), Refusal> {
        if length > self.limits.body_bytes {
            return Err(self.too_large());
        }
        Ok(())
    }

    fn too_large(&self) -> Refusal {
        let most = self.limits.body_bytes;
        Refusal::new(
            Code::BodyTooLarge,
            format!("at most {most} bytes are accepted"),
        )
    }
}

fn out_of_memory() -> Refusal {
    Refusal::new(Code::Overloaded, "too many large bodies at once").retry_after(1)
}
