//! Panics of handlers, kept from everything else.

use std::{
    any::Any,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::Poll,
};

/// Awaits the future in `slot`. If it panics, the answer is what it said.
///
/// Pending for ever when the slot is empty.
pub(super) async fn catch<F: Future>(mut slot: Pin<&mut Option<F>>) -> Result<F::Output, String> {
    poll_fn(|cx| {
        let Some(future) = slot.as_mut().as_pin_mut() else {
            return Poll::Pending;
        };
        // Unwind safe: after a panic the future is dropped and never polled again.
        match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
            Ok(poll) => poll.map(Ok),
            Err(panic) => Poll::Ready(Err(message(&*panic))),
        }
    })
    .await
}

/// Drops the future in `slot`. A panic in one of its destructors goes no further: the attempt is over
/// either way, and the panic hook has reported it.
pub(super) fn clear<F>(mut slot: Pin<&mut Option<F>>) {
    let _ = catch_unwind(AssertUnwindSafe(|| slot.set(None)));
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    match text {
        Some(text) => format!("the handler panicked: {text}"),
        None => "the handler panicked".into(),
    }
}
