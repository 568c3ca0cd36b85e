//! Services of tower as handlers.

use std::{error::Error, fmt, future::poll_fn, sync::Arc};

use parking_lot::Mutex;
use serde_json::Value;
use tower_service::Service;

use super::{Context, Failed, Handler};
use crate::{ByType, Classify, Job};

/// A handler that hands each job to a `tower::Service`, and with it to all the layers around that.
///
/// * Each job gets a clone of the service, and waits until that is ready. The time it waits counts for the
///   attempt's timeout.
/// * A [`Failed`] arrives as it is, through any layer whose error is the usual box. Any other error is a
///   failure that another attempt may mend, of the category that [`classify`](Self::classify) finds, or the
///   [classifier of the worker](super::Worker::classify).
///
/// A service sees the job and no [`Context`]; write a [`Handler`] where that is needed.
///
/// ```
/// use std::{convert::Infallible, future::{Ready, ready}, task::{self, Poll}};
/// use jobstore::{Job, Jobs, Memory, NewJob, Status, Worker, worker::Tower};
/// use serde_json::Value;
///
/// #[derive(Clone)]
/// struct Greet;
///
/// impl tower_service::Service<Job> for Greet {
///     type Response = Option<Value>;
///     type Error = Infallible;
///     type Future = Ready<Result<Option<Value>, Infallible>>;
///
///     fn poll_ready(&mut self, _: &mut task::Context<'_>) -> Poll<Result<(), Infallible>> {
///         Poll::Ready(Ok(()))
///     }
///
///     fn call(&mut self, job: Job) -> Self::Future {
///         ready(Ok(Some(format!("Hello, {}!", job.kind).into())))
///     }
/// }
///
/// let worker = Worker::new(Jobs::new(Memory::new()), "mail", Tower::new(Greet));
/// ```
pub struct Tower<S, C = ByType> {
    /// Only ever cloned, and few services can be cloned by two threads at a time.
    service: Mutex<S>,
    /// None leaves it to the worker.
    classify: Option<C>,
}

impl<S> Tower<S> {
    /// A handler that hands jobs to `service`.
    pub const fn new(service: S) -> Self {
        Self {
            service: Mutex::new(service),
            classify: None,
        }
    }
}

impl<S, C> Tower<S, C> {
    /// Who finds the category of an error; the [worker](super::Worker::classify) if nothing is said. The errors
    /// of layers are best told by their types: `error.is::<tower::timeout::error::Elapsed>()`.
    #[must_use]
    pub fn classify<D: Classify>(self, classify: D) -> Tower<S, D> {
        Tower {
            service: self.service,
            classify: Some(classify),
        }
    }

    fn failed(&self, error: BoxError) -> Failed
    where
        C: Classify,
    {
        let error = match error.downcast::<Traveller>() {
            Ok(traveller) => return traveller.0,
            Err(error) => error,
        };
        match &self.classify {
            Some(classify) => Failed::classified(&*error, classify),
            None => Failed::of(Arc::from(error)),
        }
    }
}

impl<S, C> Handler for Tower<S, C>
where
    S: Service<Job, Response = Option<Value>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    C: Classify + 'static,
{
    async fn handle(&self, job: Job, _context: Context) -> Result<Option<Value>, Failed> {
        let mut service = self.service.lock().clone();
        poll_fn(|cx| service.poll_ready(cx))
            .await
            .map_err(|error| self.failed(error.into()))?;
        let answer = service.call(job);
        answer.await.map_err(|error| self.failed(error.into()))
    }
}

impl<S, C> fmt::Debug for Tower<S, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tower").finish_non_exhaustive()
    }
}

type BoxError = Box<dyn Error + Send + Sync>;

/// A failure on its way through layers that know nothing of it.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.message)]
struct Traveller(Failed);

/// How a service that fails with [`Failed`] does so inside of layers, whose errors are boxes.
impl From<Failed> for BoxError {
    fn from(failed: Failed) -> Self {
        Self::from(Traveller(failed))
    }
}
