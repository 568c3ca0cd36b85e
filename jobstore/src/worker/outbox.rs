//! What is to be written for jobs, gathered so that it travels together.

use event_listener::Event as Bell;
use parking_lot::Mutex;
use tokio::{sync::oneshot, time::Instant};

use crate::{Applied, Event, JobId};

/// Events that wait for the next call of the store.
///
/// Nothing in here waits for a timer: what came while a call was under way goes with the next one, so the
/// slower the store is, the more one call carries.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    letters: Mutex<Vec<Letter>>,
    posted: Bell,
}

/// An event, and who waits for what becomes of it.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) job: JobId,
    pub(super) event: Event,
    /// Until when it is of use.
    pub(super) deadline: Instant,
    pub(super) answer: oneshot::Sender<Applied>,
}

impl Outbox {
    /// Puts an event in; the answer comes when the store has given it, and never if the store failed.
    pub(super) fn post(
        &self,
        job: JobId,
        event: Event,
        deadline: Instant,
    ) -> oneshot::Receiver<Applied> {
        let (answer, answered) = oneshot::channel();
        self.letters.lock().push(Letter {
            job,
            event,
            deadline,
            answer,
        });
        self.posted.notify(1);
        answered
    }

    /// All that is in here and still waited for, oldest first, as soon as there is something.
    pub(super) async fn collect(&self) -> Vec<Letter> {
        loop {
            // Listening first and looking second misses nothing.
            let posted = self.posted.listen();
            let letters = self.take();
            if !letters.is_empty() {
                return letters;
            }
            posted.await;
        }
    }

    fn take(&self) -> Vec<Letter> {
        let mut letters = self.letters.lock();
        letters.retain(|letter| !letter.answer.is_closed());
        let most = letters.len().min(MOST_AT_ONCE);
        let rest = letters.split_off(most);
        let taken = std::mem::replace(&mut *letters, rest);
        if !letters.is_empty() {
            self.posted.notify(1);
        }
        taken
    }
}

/// How many events one call carries at most, so that none holds up others for long.
const MOST_AT_ONCE: usize = 256;
