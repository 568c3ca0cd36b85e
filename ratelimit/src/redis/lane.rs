//! Calls that are made at the same time travel together.

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use alloc::vec::Vec;

use fred::clients::WithOptions;
use fred::error::Error;
use fred::interfaces::ClientLike;
use parking_lot::Mutex;
use thiserror::Error;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::answer::{self, Answer, diagnose};
use super::call::{self, Call};
use super::script::TAKE;
use crate::store::StoreError;

/// How many couriers may be on their way. While one waits, the server works for another.
const MOST_COURIERS: usize = 4;

/// How many asks a courier takes along before it goes: the server does nothing else while it decides, which is
/// some hundred microseconds for so many.
const MOST_ASKS: usize = 64;

/// A line of calls that wait, and those who carry them to the server. One call that comes by itself is sent
/// at once; where there are many, most of the time that each would take is saved.
pub(super) struct Lane<C: ClientLike> {
    client: WithOptions<C>,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    calls: VecDeque<Passenger>,
    couriers: usize,
}

/// A call, and who waits for the answer.
struct Passenger {
    call: Call,
    answered: oneshot::Sender<Result<Answer, Error>>,
}

impl<C: ClientLike + 'static> Lane<C> {
    pub(super) fn new(client: WithOptions<C>) -> Self {
        Self {
            client,
            waiting: Mutex::default(),
        }
    }

    /// Makes a call to take something, perhaps together with others. It is sent once, or not at all; and it
    /// is made whether or not anybody waits for the answer to the end.
    pub(super) async fn take(self: &Arc<Self>, call: Call) -> Result<Answer, StoreError> {
        let (answered, answer) = oneshot::channel();
        self.enqueue(Passenger { call, answered })?;
        match answer.await {
            Ok(answer) => answer.map_err(diagnose),
            Err(_) => Err(StoreError::Unavailable(Lost.into())),
        }
    }

    /// Makes a call by itself.
    pub(super) async fn take_alone(&self, call: Call) -> Result<Answer, StoreError> {
        let answers = self.carry([call].into()).await.map_err(diagnose)?;
        let lost = || StoreError::Unavailable(Lost.into());
        answers.into_iter().next().ok_or_else(lost)
    }

    /// Puts somebody in the line, and sends a courier if there are not enough.
    fn enqueue(self: &Arc<Self>, passenger: Passenger) -> Result<(), StoreError> {
        let Ok(runtime) = Handle::try_current() else {
            return Err(StoreError::Unavailable(NoRuntime.into()));
        };
        // A runtime that is shutting down drops the courier at once, who then looks at the line: so it is not
        // held while he is sent.
        if self.push(passenger) {
            let courier = Courier {
                lane: Arc::clone(self),
                is_done: false,
            };
            runtime.spawn(courier.run());
        }
        Ok(())
    }

    /// Puts somebody in the line, and says whether another courier is needed, who is counted from now on.
    fn push(&self, passenger: Passenger) -> bool {
        let mut waiting = self.waiting.lock();
        waiting.calls.push_back(passenger);
        let is_needed = waiting.couriers < MOST_COURIERS;
        waiting.couriers += usize::from(is_needed);
        is_needed
    }

    async fn carry(&self, calls: Vec<Call>) -> Result<Vec<Answer>, Error> {
        let arguments = call::arguments(&calls);
        let asks: Vec<_> = calls.iter().map(Call::asks).collect();
        let keys = calls.into_iter().flat_map(|call| call.keys).collect();
        let numbers = TAKE.run(&self.client, keys, arguments).await?;
        answer::read(numbers, asks.into_iter())
    }
}

/// Carries calls for as long as there are any.
struct Courier<C: ClientLike> {
    lane: Arc<Lane<C>>,
    /// Whether it has found nobody waiting, and is not counted any more.
    is_done: bool,
}

impl<C: ClientLike + 'static> Courier<C> {
    async fn run(mut self) {
        while let Some((calls, waiters)) = self.board() {
            match self.lane.carry(calls).await {
                Ok(answers) => {
                    for (waiter, answer) in waiters.into_iter().zip(answers) {
                        // Who has gone away is told nothing.
                        let _gone = waiter.send(Ok(answer));
                    }
                }
                Err(error) => {
                    // Those who have not left yet would find the same, and later.
                    let left = core::mem::take(&mut self.lane.waiting.lock().calls);
                    let left = left.into_iter().map(|passenger| passenger.answered);
                    for waiter in waiters.into_iter().chain(left) {
                        let _gone = waiter.send(Err(error.clone()));
                    }
                }
            }
        }
    }

    /// Who comes along next.
    #[expect(
        clippy::type_complexity,
        reason = "calls go one way and waiters the other"
    )]
    fn board(&mut self) -> Option<(Vec<Call>, Vec<oneshot::Sender<Result<Answer, Error>>>)> {
        let mut waiting = self.lane.waiting.lock();
        let (mut calls, mut waiters, mut asks) = (Vec::new(), Vec::new(), 0);
        while asks < MOST_ASKS {
            let Some(passenger) = waiting.calls.pop_front() else {
                break;
            };
            asks += passenger.call.asks();
            calls.push(passenger.call);
            waiters.push(passenger.answered);
        }
        if calls.is_empty() {
            // Not later: whoever comes next must know that there is one less.
            waiting.couriers -= 1;
            self.is_done = true;
            return None;
        }
        Some((calls, waiters))
    }
}

impl<C: ClientLike> Drop for Courier<C> {
    /// If its runtime has ended before it was done, nobody waits for it in vain.
    fn drop(&mut self) {
        if self.is_done {
            return;
        }
        let mut waiting = self.lane.waiting.lock();
        waiting.couriers -= 1;
        if waiting.couriers == 0 {
            waiting.calls.clear();
        }
    }
}

/// The runtime of the courier has ended on the way.
#[derive(Debug, Error)]
#[error("the runtime has ended before there was an answer")]
struct Lost;

/// There is nobody who could carry a call.
#[derive(Debug, Error)]
#[error("it was asked outside of a tokio runtime")]
struct NoRuntime;
