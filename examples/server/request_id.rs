//! Ids of requests: how a caller's report finds its log line.

use std::sync::atomic::{AtomicU64, Ordering};

use hyper::header::HeaderValue;

/// Makes ids that are unique to this start of this process, and cheap: a random prefix and a counter.
#[derive(Debug)]
pub(crate) struct RequestIds {
    process: u64,
    count: AtomicU64,
}

impl RequestIds {
    /// # Errors
    ///
    /// When the operating system has no randomness to give.
    pub(crate) fn new() -> Result<Self, getrandom::Error> {
        Ok(Self {
            process: getrandom::u64()? >> 16,
            count: AtomicU64::new(1),
        })
    }

    pub(crate) fn next(&self) -> HeaderValue {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        HeaderValue::try_from(format!("{:012x}-{count:x}", self.process))
            .expect("hexadecimal digits and a hyphen are always a header value")
    }
}
