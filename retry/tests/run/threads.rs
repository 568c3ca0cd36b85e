//! Closures that block.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::{self, Ready};
use std::time::Duration;

use retry::{Policy, Reason, Timer, blocking};

use crate::{EXACT, SECOND};

#[test]
fn a_thread_that_waits_does_so_by_its_timer() {
    struct Virtual<'a>(&'a Cell<Duration>);

    impl Timer for Virtual<'_> {
        type Sleep = Ready<()>;

        fn now(&self) -> Duration {
            self.0.get()
        }

        fn sleep(&self, wait: Duration) -> Ready<()> {
            self.0.set(self.0.get() + wait);
            future::ready(())
        }
    }

    let now = Cell::new(Duration::ZERO);
    let policy = Policy::new(EXACT).deadline(10 * SECOND);
    let gave_up = blocking(policy, || {
        now.set(now.get() + SECOND);
        Err::<Infallible, _>("busy")
    })
    .timer(Virtual(&now))
    .run()
    .expect_err("it never works");
    // It fails after 1, 3 and 6 s, and the next wait would end at 10.
    assert_eq!(gave_up.reason(), Reason::DeadlineWouldPass);
    assert_eq!(gave_up.elapsed(), 6 * SECOND);
    assert_eq!(now.get(), 6 * SECOND);
}
