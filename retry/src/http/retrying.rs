//! A request that is about to be sent again.

use core::fmt;
use core::time::Duration;

use http::request::Parts;

use crate::{Failure, History};

/// A request that is about to be sent again, for those who want to know.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Retrying<'a> {
    /// The request, without its body.
    pub head: &'a Parts,
    /// What has been so far.
    pub history: &'a History,
    /// What the last attempt means for the next.
    pub failure: Failure,
    /// What was wrong with it, for a person to read.
    pub fault: &'a dyn fmt::Display,
    /// How long it is from the end of that attempt to the next.
    pub wait: Duration,
}

/// Neither the address nor the fields of the request, which may hold secrets.
impl fmt::Debug for Retrying<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retrying")
            .field("method", &self.head.method)
            .field("history", &self.history)
            .field("failure", &self.failure)
            .field("fault", &format_args!("{}", self.fault))
            .field("wait", &self.wait)
            .finish_non_exhaustive()
    }
}
