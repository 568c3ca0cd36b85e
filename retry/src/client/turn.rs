//! What a request waits for before it is sent for the first time.

use core::time::Duration;

use super::host::Host;
use crate::http::exchange::within;
use crate::random::{fresh_seed, up_to};
use crate::{Bulkhead, Permit, Policy, Reason, Timer};

/// Waits until there are not too many others at a host, and the host has not said that it would refuse.
/// The request began at some time, and does not wait past its deadline.
pub(super) async fn turn<'a>(
    host: &'a Host,
    policy: &Policy,
    timer: &impl Timer,
    began: Duration,
) -> Result<Option<Permit<&'a Bulkhead>>, Reason> {
    let permit = match &host.bulkhead {
        Some(bulkhead) => Some(enter(bulkhead, policy, timer).await?),
        None => None,
    };
    pace(host, policy, timer, began).await?;
    Ok(permit)
}

async fn enter<'a>(
    bulkhead: &'a Bulkhead,
    policy: &Policy,
    timer: &impl Timer,
) -> Result<Permit<&'a Bulkhead>, Reason> {
    let room = policy.room(Duration::ZERO);
    let room = room.ok_or(Reason::DeadlineWouldPass)?;
    let limit = (room < Duration::MAX).then_some(room);
    let entered = within(timer, limit, bulkhead.enter()).await;
    entered
        .ok_or(Reason::DeadlineWouldPass)?
        .ok_or(Reason::NoRoom)
}

/// Waits as long as the host has said that nothing is left.
async fn pace(
    host: &Host,
    policy: &Policy,
    timer: &impl Timer,
    began: Duration,
) -> Result<(), Reason> {
    loop {
        let now = timer.now();
        let Some(wait) = host.take(now) else {
            return Ok(());
        };
        let wait = wait + spread(wait, policy);
        let room = policy.room(now.saturating_sub(began));
        if room.is_none_or(|room| wait > room) {
            return Err(Reason::DeadlineWouldPass);
        }
        timer.sleep(wait).await;
    }
}

/// Up to a tenth, so that those who wait for the same moment do not come at once.
fn spread(wait: Duration, policy: &Policy) -> Duration {
    if !policy.waits().has_jitter() {
        return Duration::ZERO;
    }
    let most = u64::try_from((wait / 10).as_nanos()).unwrap_or(u64::MAX);
    Duration::from_nanos(up_to(most, fresh_seed()))
}
