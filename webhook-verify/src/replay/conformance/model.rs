//! What a store should answer, worked out as plainly as can be.

use core::time::Duration;
use std::format;
use std::vec::Vec;

use super::world::{KEEP, LEASE, TICK, World, key, route};
use crate::replay::{Claim, Claimed, Forgotten, Settled};
use crate::unix_time::UnixTime;

/// A long random history of all verbs gets the answers of a model that keeps a list of what happened and
/// walks through it, with no index and no lock to get wrong.
pub async fn a_random_history_is_answered_as_by_a_plain_list(world: World) {
    play(world, 1, 3_000).await;
}

/// Plays the history that `seed` stands for.
pub(super) async fn play(world: World, seed: u64, steps: usize) {
    let mut random = Random(seed);
    let mut model = Model::default();
    let mut claims: Vec<Claim> = Vec::new();
    for step in 0..steps {
        let now = world.now();
        let (place, id) = (random.below(2), random.below(5));
        let (route, key) = (route(&format!("/{place}")), key(&format!("evt_{id}")));
        let some_claim = match claims.len() {
            0 => None,
            // Mostly one of the latest, sometimes one from long ago.
            len => claims
                .get(len.saturating_sub(1 + random.below(12)))
                .cloned(),
        };
        match (random.below(8), some_claim) {
            (0..=2, _) | (_, None) => {
                let claimed = world.claim_at(&route, &key).await;
                let expected = model.claim((place, id), now);
                assert_eq!(shape(&claimed), expected, "step {step}");
                if let Claimed::Fresh(claim) = claimed {
                    model.claimed((place, id), &claim, now);
                    claims.push(claim);
                }
            }
            (3 | 4, Some(claim)) => {
                let expected = model.commit(claim.fence, now);
                assert_eq!(world.commit(&claim).await, expected, "step {step}");
            }
            (5, Some(claim)) => {
                let expected = model.release(claim.fence, now);
                assert_eq!(world.release(&claim).await, expected, "step {step}");
            }
            (6, Some(_)) => {
                let forgotten = world.store().forget(&route, &key).await;
                let expected = model.forget((place, id), now);
                assert_eq!(forgotten.expect("forget answers"), expected, "step {step}");
            }
            _ => world.advance(random.pause()),
        }
    }
}

/// A claim without what only the store can choose.
#[derive(Debug, PartialEq, Eq)]
enum Shape {
    Fresh,
    InFlight(UnixTime),
    Done(UnixTime),
}

fn shape(claimed: &Claimed) -> Shape {
    match *claimed {
        Claimed::Fresh(_) => Shape::Fresh,
        Claimed::InFlight { until } => Shape::InFlight(until),
        Claimed::Done { at } => Shape::Done(at),
    }
}

/// Route and id, by number.
type Place = (usize, usize);

/// Every claim that there ever was, oldest first.
#[derive(Debug, Default)]
struct Model(Vec<Life>);

/// One claim and what became of it. It is over when somebody else has claimed the key after it.
#[derive(Debug)]
struct Life {
    place: Place,
    fence: u64,
    until: UnixTime,
    done: Option<UnixTime>,
    gone: bool,
}

impl Life {
    fn remembered(&self, now: UnixTime) -> bool {
        now < self.done.unwrap_or(self.until).saturating_add(KEEP)
    }
}

impl Model {
    fn latest(&mut self, place: Place, now: UnixTime) -> Option<&mut Life> {
        let life = self.0.iter_mut().rfind(|life| life.place == place)?;
        (!life.gone && life.remembered(now)).then_some(life)
    }

    fn of(&mut self, fence: u64, now: UnixTime) -> Option<&mut Life> {
        let place = self.0.iter().find(|life| life.fence == fence)?.place;
        self.latest(place, now).filter(|life| life.fence == fence)
    }

    fn claim(&mut self, place: Place, now: UnixTime) -> Shape {
        match self.latest(place, now) {
            Some(Life { done: Some(at), .. }) => Shape::Done(*at),
            Some(Life { until, .. }) if now < *until => Shape::InFlight(*until),
            _ => Shape::Fresh,
        }
    }

    fn claimed(&mut self, place: Place, claim: &Claim, now: UnixTime) {
        let until = now.saturating_add(LEASE);
        assert_eq!(claim.until, until);
        assert!(self.0.iter().all(|life| life.fence < claim.fence));
        self.0.push(Life {
            place,
            fence: claim.fence,
            until,
            done: None,
            gone: false,
        });
    }

    fn commit(&mut self, fence: u64, now: UnixTime) -> Settled {
        let Some(life) = self.of(fence, now) else {
            return Settled::NotHeld;
        };
        life.done.get_or_insert(now);
        Settled::Accepted
    }

    fn release(&mut self, fence: u64, now: UnixTime) -> Settled {
        match self.of(fence, now) {
            Some(life) if life.done.is_none() => {
                life.gone = true;
                Settled::Accepted
            }
            _ => Settled::NotHeld,
        }
    }

    fn forget(&mut self, place: Place, now: UnixTime) -> Forgotten {
        match self.latest(place, now) {
            None => Forgotten::Unknown,
            Some(life) if life.done.is_none() && now < life.until => {
                let until = life.until;
                Forgotten::InFlight { until }
            }
            Some(life) => {
                life.gone = true;
                Forgotten::Forgotten
            }
        }
    }
}

/// [SplitMix64](https://prng.di.unimi.it/splitmix64.c): the same history for the same seed, everywhere.
#[derive(Debug)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// Often a tick, at times the length of a window, so that their ends are met exactly.
    fn pause(&mut self) -> Duration {
        match self.below(8) {
            0 => LEASE,
            1 => LEASE - TICK,
            2 => KEEP,
            3 => KEEP / 3,
            _ => TICK,
        }
    }
}
