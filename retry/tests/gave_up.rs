//! How a call ends that never worked.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use retry::{Backoff, Failure, GaveUp, Hint, Next, Policy, Reason};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn who_has_given_up_has_the_error_in_its_text_and_the_cause_behind_it() {
    #[derive(Debug)]
    struct Lost(fmt::Error);

    impl fmt::Display for Lost {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("connection lost")
        }
    }

    impl Error for Lost {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    let mut call = Policy::new(Backoff::exponential()).start(Duration::ZERO, 42);
    let next = call.next(Failure::permanent().after(SECOND), SECOND * 5 / 4);
    assert_eq!(next, Next::GiveUp(Reason::Permanent));
    let gave_up = GaveUp::new(Some(Lost(fmt::Error)), Reason::Permanent, *call.history());
    assert_eq!(
        gave_up.to_string(),
        "connection lost (1 attempt in 1.2 s; it would fail again)"
    );
    assert_eq!(gave_up.hint(), Some(Hint::Wait(SECOND)));
    // A report that walks the causes does not have the error itself twice.
    assert!(
        gave_up
            .source()
            .is_some_and(|cause| cause.is::<fmt::Error>())
    );
}
