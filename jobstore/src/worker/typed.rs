//! Handlers of payloads that are JSON of one shape.

use std::{any::type_name, fmt, marker::PhantomData};

use serde::de::DeserializeOwned;
use serde_json::{Value, error::Category as Problem};

use super::{Context, Failed, Handler};
use crate::{Category, Job};

/// A handler that gets what the payload says instead of the job.
///
/// A payload that is not JSON of that shape can never be processed: the job is dead, its failure of the
/// category [`Validation`](Category::Validation). The message says where the payload is wrong, and nothing
/// of what it says.
///
/// ```
/// use jobstore::{NewJob, worker::{Context, Failed, Handler, typed}};
/// use serde::{Deserialize, Serialize};
/// use serde_json::Value;
///
/// #[derive(Serialize, Deserialize)]
/// struct Welcome {
///     to: String,
/// }
///
/// async fn welcome(mail: Welcome, _context: Context) -> Result<Option<Value>, Failed> {
///     Ok(Some(format!("sent to {}", mail.to).into()))
/// }
///
/// let job = NewJob::new("mail", "mail.welcome").json(&Welcome { to: "ada@example.com".into() })?;
/// let handler = typed(welcome);
/// # fn is_a_handler(_: impl Handler) {}
/// # is_a_handler(handler);
/// # assert!(job.validate().is_ok());
/// # Ok::<(), jobstore::InvalidJob>(())
/// ```
pub const fn typed<T, F>(handler: F) -> Typed<T, F> {
    Typed {
        handler,
        payload: PhantomData,
    }
}

/// What [`typed`] makes.
pub struct Typed<T, F> {
    handler: F,
    payload: PhantomData<fn() -> T>,
}

impl<T, F, R> Handler for Typed<T, F>
where
    T: DeserializeOwned + Send + 'static,
    F: Fn(T, Context) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Option<Value>, Failed>> + Send,
{
    async fn handle(&self, job: Job, context: Context) -> Result<Option<Value>, Failed> {
        let payload = serde_json::from_slice(job.payload.as_bytes()).map_err(|e| unfit::<T>(&e))?;
        drop(job);
        (self.handler)(payload, context).await
    }
}

/// The words of the parser may repeat what the payload says, so they are left out.
fn unfit<T>(error: &serde_json::Error) -> Failed {
    let problem = match error.classify() {
        Problem::Data => "of another shape",
        Problem::Eof => "cut short",
        Problem::Syntax | Problem::Io => "not JSON",
    };
    let (wanted, line, column) = (type_name::<T>(), error.line(), error.column());
    let message = format!("the payload is no {wanted}: {problem} at line {line}, column {column}");
    Failed::for_good(message).category(Category::Validation)
}

/// Leaves out the handler: closures have nothing to show.
impl<T, F> fmt::Debug for Typed<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Typed")
            .field("payload", &type_name::<T>())
            .finish_non_exhaustive()
    }
}
