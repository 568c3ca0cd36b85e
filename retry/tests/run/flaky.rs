//! What works after a while.

use std::cell::RefCell;

use tokio::time::Instant;

/// Fails so often, then works, and remembers when it was called.
pub(crate) struct Flaky {
    failures: u32,
    pub(crate) began: Instant,
    pub(crate) calls: RefCell<Vec<u64>>,
}

impl Flaky {
    pub(crate) fn failing(failures: u32) -> Self {
        Self {
            failures,
            began: Instant::now(),
            calls: RefCell::default(),
        }
    }

    pub(crate) async fn call(&self) -> Result<&'static str, &'static str> {
        let mut calls = self.calls.borrow_mut();
        calls.push(self.began.elapsed().as_secs());
        match calls.len() as u32 > self.failures {
            true => Ok("done"),
            false => Err("busy"),
        }
    }
}
