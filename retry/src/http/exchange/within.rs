//! Futures that may last for so long.

use core::future::poll_fn;
use core::pin::pin;
use core::task::Poll;
use core::time::Duration;

use crate::Timer;

/// What a future gives, if it does so within the limit. It is gone either way.
pub(crate) async fn within<F: Future>(
    timer: &impl Timer,
    limit: Option<Duration>,
    future: F,
) -> Option<F::Output> {
    let Some(limit) = limit else {
        return Some(future.await);
    };
    let mut future = pin!(future);
    let mut sleep = pin!(timer.sleep(limit));
    poll_fn(|cx| {
        if let Poll::Ready(output) = future.as_mut().poll(cx) {
            return Poll::Ready(Some(output));
        }
        sleep.as_mut().poll(cx).map(|_| None)
    })
    .await
}
