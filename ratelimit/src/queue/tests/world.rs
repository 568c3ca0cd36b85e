//! Tasks that wait in a queue, in virtual time.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::task::Wake;
use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::collections::BTreeMap;
use std::string::String;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::vec::Vec;

use parking_lot::Mutex;

use crate::{Memory, Queue, Rule, Time, Turn, WhenFull};

/// A world with a time of its own, and tasks that are polled when they are woken.
pub(super) struct World {
    pub(super) queue: &'static Queue,
    pub(super) timer: Arc<Timer>,
    pub(super) tasks: Vec<Task>,
}

#[derive(Default)]
pub(super) struct Timer {
    now: AtomicU64,
    sleepers: Mutex<BTreeMap<(u64, u64), Waker>>,
    sleeps: AtomicU64,
}

pub(super) struct Task {
    pub(super) future: Option<Pin<Box<dyn Future<Output = Turn>>>>,
    pub(super) flag: Arc<Flag>,
    pub(super) polls: u32,
    /// What came of it, and when.
    pub(super) turn: Option<(Turn, u64)>,
}

#[derive(Default)]
pub(super) struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Flag {
    /// Whether its task is woken, and not polled since.
    pub(super) fn is_up(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Timer {
    pub(super) fn now(&self) -> u64 {
        self.now.load(Ordering::Relaxed)
    }

    async fn sleep(self: Arc<Self>, duration: Duration) {
        let until = self.now() + duration.as_micros() as u64;
        let number = self.sleeps.fetch_add(1, Ordering::Relaxed);
        poll_fn(|context| {
            if self.now() >= until {
                return Poll::Ready(());
            }
            let mut sleepers = self.sleepers.lock();
            sleepers.insert((until, number), context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

impl World {
    pub(super) fn new(places: usize) -> Self {
        let timer = Arc::new(Timer::default());
        let (clock, sleeper) = (Arc::clone(&timer), Arc::clone(&timer));
        let memory = Memory::for_keys(100, WhenFull::Refuse)
            .with_clock(move || Time::from_micros(clock.now() + 1));
        let sleep = move |duration| Arc::clone(&sleeper).sleep(duration);
        let queue = Queue::new(memory, places, sleep);
        Self {
            // A test ends with its process, and tasks may be kept in any order.
            queue: Box::leak(Box::new(queue)),
            timer,
            tasks: Vec::new(),
        }
    }

    /// Somebody who wants tokens arrives, and is polled. The answer is its number.
    pub(super) fn arrive(
        &mut self,
        rule: &'static Rule,
        key: &str,
        tokens: u64,
        patience: Duration,
    ) -> usize {
        let (queue, key) = (self.queue, String::from(key));
        let future = async move { queue.until_ready(rule, &key, tokens, patience).await };
        let flag = Arc::new(Flag(AtomicBool::new(true)));
        self.tasks.push(Task {
            future: Some(Box::pin(future)),
            flag,
            polls: 0,
            turn: None,
        });
        self.run();
        self.tasks.len() - 1
    }

    pub(super) fn cancel(&mut self, task: usize) {
        self.tasks[task].future = None;
        self.run();
    }

    /// Polls whoever is woken, until nobody is.
    pub(super) fn run(&mut self) {
        let woken = |task: &Task| task.flag.0.swap(false, Ordering::Relaxed);
        while let Some(task) = self
            .tasks
            .iter_mut()
            .find_map(|task| woken(task).then_some(task))
        {
            let Some(future) = &mut task.future else {
                continue;
            };
            task.polls += 1;
            let waker = Waker::from(Arc::clone(&task.flag));
            let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
            if let Poll::Ready(turn) = polled {
                task.turn = Some((turn, self.timer.now()));
                task.future = None;
            }
        }
    }

    /// Lets time pass, and wakes whoever has slept.
    pub(super) fn pass(&mut self, duration: Duration) {
        let end = self.timer.now() + duration.as_micros() as u64;
        loop {
            let first = self
                .timer
                .sleepers
                .lock()
                .first_key_value()
                .map(|(key, _)| *key);
            let Some(key) = first.filter(|(until, _)| *until <= end) else {
                break;
            };
            let waker = self
                .timer
                .sleepers
                .lock()
                .remove(&key)
                .expect("it is there");
            self.timer
                .now
                .store(key.0.max(self.timer.now()), Ordering::Relaxed);
            waker.wake();
            self.run();
        }
        self.timer.now.store(end, Ordering::Relaxed);
    }

    /// When somebody took its tokens, in milliseconds; none if it did not.
    pub(super) fn taken(&self, task: usize) -> Option<u64> {
        match self.tasks[task].turn {
            Some((Turn::Taken(_), at)) => Some(at / 1_000),
            _ => None,
        }
    }

    pub(super) fn turn(&self, task: usize) -> Option<Turn> {
        self.tasks[task].turn.map(|(turn, _)| turn)
    }
}
