//! The queue against a line that is simulated from instant to instant.

use core::time::Duration;
use std::collections::BTreeMap;
use std::format;
use std::string::ToString;
use std::vec::Vec;

use proptest::prelude::*;

use super::world::World;
use super::{LONG, TWO};
use crate::{Bucket, Time, Turn};

#[derive(Clone, Debug)]
enum Event {
    Arrive { key: u8, tokens: u64, patience: u64 },
    Cancel(usize),
    Pass(u64),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let arrive =
        (0..2_u8, 1..4_u64, 0..12_000_000_u64).prop_map(|(key, tokens, patience)| Event::Arrive {
            key,
            tokens,
            patience,
        });
    let cancel = (0..40_usize).prop_map(Event::Cancel);
    let pass = (0..3_000_000_u64).prop_map(Event::Pass);
    proptest::collection::vec(prop_oneof![4 => arrive, 1 => cancel, 2 => pass], 1..50)
}

/// One line, simulated from instant to instant.
#[derive(Clone)]
struct Plain {
    bucket: Bucket,
    line: Vec<(usize, u64)>,
    now: Time,
}

impl Plain {
    /// Serves whoever can be until then. Says who was, and when.
    fn serve(&mut self, until: Time) -> Vec<(usize, Time)> {
        let mut served = Vec::new();
        while let Some(&(task, tokens)) = self.line.first() {
            let decision = self.bucket.take(TWO.quota(), self.now, tokens);
            if decision.is_allowed() {
                self.bucket = decision.bucket();
                served.push((task, self.now));
                self.line.remove(0);
                continue;
            }
            let then = self
                .now
                .saturating_add(decision.retry_after().expect("possible"));
            if then > until {
                break;
            }
            self.now = then;
        }
        self.now = until;
        served
    }

    /// How long somebody who stands behind the others has to wait.
    fn wait_of(&self, tokens: u64) -> Duration {
        let mut copy = self.clone();
        copy.line.push((usize::MAX, tokens));
        let served = copy.serve(self.now.saturating_add(LONG));
        served
            .last()
            .expect("everybody is served")
            .1
            .since(self.now)
    }
}

proptest! {
    #[test]
    fn it_is_a_line_for_each_key(events in events(), places in 1..8_usize) {
        let mut world = World::new(places);
        let plain = Plain { bucket: Bucket::FULL, line: Vec::new(), now: Time::from_micros(1) };
        let mut lines = [plain.clone(), plain];
        let mut expected: BTreeMap<usize, Option<(Turn, Time)>> = BTreeMap::new();
        let mut served = Vec::new();
        for event in events {
            let now = Time::from_micros(world.timer.now() + 1);
            match event {
                Event::Arrive { key, tokens, patience } => {
                    let patience = Duration::from_micros(patience);
                    let task = world.arrive(&TWO, &key.to_string(), tokens, patience);
                    let waiting: usize = lines.iter().map(|line| line.line.len()).sum();
                    let line = &mut lines[usize::from(key)];
                    let answer = if tokens > TWO.quota().burst() {
                        Some(Turn::Never)
                    } else {
                        let ready_after = line.wait_of(tokens);
                        if ready_after > patience {
                            Some(Turn::TooLate { ready_after })
                        } else if ready_after > Duration::ZERO && waiting >= places {
                            Some(Turn::NoRoom)
                        } else {
                            line.line.push((task, tokens));
                            None
                        }
                    };
                    expected.insert(task, answer.map(|turn| (turn, now)));
                }
                Event::Cancel(task) => {
                    if task < world.tasks.len() {
                        world.cancel(task);
                    }
                    lines.iter_mut().for_each(|line| line.line.retain(|(of, _)| *of != task));
                }
                Event::Pass(micros) => world.pass(Duration::from_micros(micros)),
            }
            let now = Time::from_micros(world.timer.now() + 1);
            served.extend(lines.iter_mut().flat_map(|line| line.serve(now)));
        }
        world.pass(LONG);
        served.extend(lines.iter_mut().flat_map(|line| line.serve(Time::from_micros(u64::MAX))));

        for (task, at) in served {
            let taken = world.tasks[task].turn;
            let Some((Turn::Taken(_), then)) = taken else {
                return Err(TestCaseError::fail(format!("{task} was to be served: {taken:?}")));
            };
            prop_assert_eq!(then + 1, at.as_micros());
            expected.remove(&task);
        }
        for (task, answer) in expected {
            let turn = world.tasks[task].turn;
            let Some((expected, at)) = answer else {
                prop_assert_eq!(turn, None, "{} was cancelled", task);
                continue;
            };
            prop_assert_eq!(turn, Some((expected, at.as_micros() - 1)));
        }
        for task in &world.tasks {
            prop_assert!(task.polls <= 3, "{}", task.polls);
        }
        prop_assert_eq!(world.queue.waiting(), 0);
    }
}
