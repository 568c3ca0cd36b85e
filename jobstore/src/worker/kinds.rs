//! One handler for each kind of job.

use std::{collections::BTreeMap, fmt, pin::Pin};

use serde_json::Value;

use super::{Context, Failed, Handler};
use crate::{Category, Job};

/// A handler that chooses by [`Job::kind`].
///
/// A job of a kind that it does not know is dead, since nobody here can do what it asks for. Where kinds
/// come and go with each release, name what is to be done with them instead: see
/// [`otherwise`](Self::otherwise).
///
/// ```
/// use std::time::Duration;
/// use jobstore::{Job, worker::{Context, Failed, Kinds}};
/// use serde_json::Value;
///
/// async fn welcome(_: Job, _: Context) -> Result<Option<Value>, Failed> {
///     Ok(None)
/// }
///
/// let kinds = Kinds::new()
///     .on("mail.welcome", welcome)
///     .on("mail.goodbye", |_: Job, _: Context| async { Ok(None) })
///     // Perhaps a newer release knows what to do, and is on its way.
///     .otherwise(|job: Job, _: Context| async move {
///         Err(Failed::postponed(format!("what is {}?", job.kind), Duration::from_secs(600)))
///     });
/// assert_eq!(format!("{kinds:?}"), r#"Kinds { kinds: ["mail.goodbye", "mail.welcome"], .. }"#);
/// ```
#[derive(Default)]
pub struct Kinds {
    handlers: BTreeMap<String, Box<dyn DynHandler>>,
    otherwise: Option<Box<dyn DynHandler>>,
}

impl Kinds {
    /// A handler that knows no kind.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Jobs of this kind are for `handler`; for that which was named last.
    #[must_use]
    pub fn on(mut self, kind: impl Into<String>, handler: impl Handler) -> Self {
        self.handlers.insert(kind.into(), Box::new(handler));
        self
    }

    /// Jobs of all other kinds are for `handler`.
    #[must_use]
    pub fn otherwise(mut self, handler: impl Handler) -> Self {
        self.otherwise = Some(Box::new(handler));
        self
    }
}

impl Handler for Kinds {
    async fn handle(&self, job: Job, context: Context) -> Result<Option<Value>, Failed> {
        let known = self.handlers.get(&job.kind);
        match known.or(self.otherwise.as_ref()) {
            Some(handler) => handler.handle_boxed(job, context).await,
            None => Err(unknown(&job.kind)),
        }
    }
}

fn unknown(kind: &str) -> Failed {
    Failed::for_good(format_args!("no handler knows the kind {kind}"))
        .category(Category::Validation)
}

impl fmt::Debug for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds: Vec<_> = self.handlers.keys().collect();
        f.debug_struct("Kinds")
            .field("kinds", &kinds)
            .finish_non_exhaustive()
    }
}

/// A handler of any type.
trait DynHandler: Send + Sync {
    fn handle_boxed(&self, job: Job, context: Context) -> Handling<'_>;
}

type Handling<'a> = Pin<Box<dyn Future<Output = Result<Option<Value>, Failed>> + Send + 'a>>;

impl<H: Handler> DynHandler for H {
    fn handle_boxed(&self, job: Job, context: Context) -> Handling<'_> {
        Box::pin(self.handle(job, context))
    }
}
