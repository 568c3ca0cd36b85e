//! A server restarts, and all who were connected come back.
//!
//! 10,000 clients are connected when it goes down, notice at once, and try again until they are connected again. It is
//! back after half a minute, and lets in 500 a second. Whom it cannot let in it refuses.

use std::time::Duration;

use retry::{Call, Failure, Next, Policy};

use crate::events::Events;

pub(crate) const CLIENTS: usize = 10_000;

/// How long the server is down.
pub(crate) const DOWN: Duration = Duration::from_secs(30);

/// How many it lets in a second, evenly: a tenth of them in each tenth of a second.
pub(crate) const CAPACITY: u64 = 500;

/// The time to hear that one was not let in.
const ROUND_TRIP: Duration = Duration::from_millis(250);

/// After that the rest are left alone.
const END: Duration = Duration::from_secs(300);

/// What became of them.
pub(crate) struct Herd {
    /// How many tried in each tenth of a second.
    pub(crate) arrivals: Vec<u64>,
    /// When the last was let in, if all were.
    pub(crate) all_connected: Option<Duration>,
}

/// Clients that follow a policy, each with chance of its own.
pub(crate) fn run(policy: Policy, seed: u64) -> Herd {
    let mut chance = fastrand::Rng::with_seed(seed);
    let mut events = Events::new();
    let mut herd = Herd {
        arrivals: Vec::new(),
        all_connected: None,
    };
    for _ in 0..CLIENTS {
        let client = policy.start(Duration::ZERO, chance.u64(..));
        // Not all of them are equally far away.
        events.after(ROUND_TRIP.mul_f64(chance.f64()), client);
    }
    let mut connected = 0;
    let mut room = Room::new();
    while let Some(mut client) = events.next_until(END) {
        let now = events.now();
        herd.count(now);
        if now >= DOWN && room.take(now) {
            connected += 1;
            if connected == CLIENTS {
                herd.all_connected = Some(now);
            }
            continue;
        }
        if let Some(wait) = wait(&mut client, now + ROUND_TRIP) {
            events.after(ROUND_TRIP + wait, client);
        }
    }
    herd
}

fn wait(client: &mut Call, now: Duration) -> Option<Duration> {
    match client.next(Failure::transient(), now) {
        Next::Wait(wait) => Some(wait),
        Next::GiveUp(_) => None,
    }
}

impl Herd {
    fn count(&mut self, now: Duration) {
        let tenth = tenth(now);
        if self.arrivals.len() <= tenth {
            self.arrivals.resize(tenth + 1, 0);
        }
        self.arrivals[tenth] += 1;
    }

    /// How many tried in all.
    pub(crate) fn attempts(&self) -> u64 {
        self.arrivals.iter().sum()
    }

    /// By how much the most that came in a tenth of a second, once the server was back, were more than it can let in.
    pub(crate) fn peak(&self) -> f64 {
        let after = self.arrivals.get(tenth(DOWN)..).unwrap_or_default();
        let most = after.iter().max().copied().unwrap_or(0);
        most as f64 * 10.0 / CAPACITY as f64
    }
}

fn tenth(now: Duration) -> usize {
    (now.as_millis() / 100) as usize
}

/// What the server can let in in this tenth of a second.
struct Room {
    tenth: usize,
    left: u64,
}

impl Room {
    fn new() -> Self {
        Self { tenth: 0, left: 0 }
    }

    fn take(&mut self, now: Duration) -> bool {
        if tenth(now) > self.tenth {
            (self.tenth, self.left) = (tenth(now), CAPACITY / 10);
        }
        let is_left = self.left > 0;
        self.left -= u64::from(is_left);
        is_left
    }
}
