//! What is asked of the times, and how.

use std::array;
use std::hint::black_box;
use std::iter;
use std::ops::Range;
use std::time::Instant;

use fastrand::Rng;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use webhook_verify::{MAX_SECRETS, MAX_SIGNATURES, Provider, Secret, UnixTime, Verifier};

use crate::welch::Welch;

/// As many runs as are timed together, so that a step of the clock is small beside them.
const RUNS: u32 = 8;
const CROPS: usize = 20;

const NOW: UnixTime = UnixTime::from_secs(1_750_000_000);

/// Two classes of deliveries, and what is done with one.
pub(crate) struct Question {
    pub(crate) name: &'static str,
    classes: [Make; 2],
    verify: Box<dyn Fn(&Delivery) -> bool>,
}

type Make = Box<dyn Fn(&mut Rng) -> Delivery>;

/// Each has a body drawn at random, and so every signature looks like every other: what the classes differ in is
/// nothing but how the signature is to the right one.
struct Delivery {
    body: [u8; 64],
    header: String,
}

/// What the times said.
pub(crate) struct Finding {
    /// The largest |t|.
    pub(crate) t: f64,
    /// By how many nanoseconds the second class took longer, where the times were cut off for that t.
    pub(crate) apart: f64,
    /// How long the first took there, in nanoseconds.
    pub(crate) mean: f64,
}

impl Question {
    pub(crate) fn all() -> Vec<Self> {
        vec![
            Self {
                name: "the same twice (control)",
                classes: [signed(0, 0..1), signed(0, 0..1)],
                verify: github(1),
            },
            Self {
                name: "stops at the first difference (control): wrong at the first byte, at the last",
                classes: [signed(0, 0..1), signed(0, 31..32)],
                verify: early_exit(),
            },
            Self {
                name: "wrong at the first byte, at the last",
                classes: [signed(0, 0..1), signed(0, 31..32)],
                verify: github(1),
            },
            Self {
                name: "wrong at the last byte, everywhere",
                classes: [signed(0, 31..32), signed(0, 0..32)],
                verify: github(1),
            },
            Self {
                name: "8 secrets: made with the first, with the last",
                classes: [signed(0, 0..0), signed(MAX_SECRETS - 1, 0..0)],
                verify: github(MAX_SECRETS),
            },
            Self {
                name: "16 signatures listed: right is the first, the last",
                classes: [listed(0), listed(MAX_SIGNATURES - 1)],
                verify: stripe(),
            },
            Self {
                name: "right, wrong at the first byte: the answer tells them apart anyway",
                classes: [signed(0, 0..0), signed(0, 0..1)],
                verify: github(1),
            },
        ]
    }

    /// Times `samples` deliveries of classes that are drawn at random.
    pub(crate) fn ask(&self, samples: usize) -> Finding {
        let mut random = Rng::new();
        let mut delivery = self.classes[0](&mut random);
        let measure = || {
            let class = random.usize(..2);
            let drawn = self.classes[class](&mut random);
            // One buffer for both classes: no address differs.
            delivery.body = drawn.body;
            delivery.header.clone_from(&drawn.header);
            (class, self.time(&delivery))
        };
        let measured: Vec<_> = iter::repeat_with(measure).take(samples).collect();

        let crops = crops(measured.iter().map(|(_, time)| *time).collect());
        let tests = crops.into_iter().map(|crop| test(&measured, crop));
        let surest = tests.max_by(|one, other| one.t().abs().total_cmp(&other.t().abs()));
        let surest = surest.expect("several crops");
        Finding {
            t: surest.t().abs(),
            apart: surest.apart(),
            mean: surest.mean(),
        }
    }

    /// How long one run takes, in nanoseconds.
    fn time(&self, delivery: &Delivery) -> f64 {
        let begun = Instant::now();
        for _ in 0..RUNS {
            black_box((self.verify)(black_box(delivery)));
        }
        begun.elapsed().as_secs_f64() * 1e9 / f64::from(RUNS)
    }
}

/// Where to cut the times off: at percentiles that lie the closer the higher they are, and nowhere.
fn crops(mut times: Vec<f64>) -> Vec<f64> {
    times.sort_by(f64::total_cmp);
    let percentile = |crop: usize| {
        let share = 1.0 - 0.5_f64.powf(10.0 * (crop + 1) as f64 / CROPS as f64);
        times[(share * (times.len() - 1) as f64) as usize]
    };
    (0..CROPS).map(percentile).chain([f64::INFINITY]).collect()
}

fn test(measured: &[(usize, f64)], crop: f64) -> Welch {
    let mut test = Welch::default();
    for &(class, time) in measured.iter().filter(|(_, time)| *time <= crop) {
        test.add(class, time);
    }
    test
}

fn github(secrets: usize) -> Box<dyn Fn(&Delivery) -> bool> {
    let labelled = |place| Secret::new(secret(place)).labelled(place.to_string());
    let ring: Vec<_> = (0..secrets).map(labelled).collect();
    let verifier = Verifier::new(Provider::GitHub, ring).expect("secrets");
    Box::new(move |Delivery { body, header }| {
        let headers = [("x-hub-signature-256", header)];
        verifier.verify_at(&headers, body, NOW).is_ok()
    })
}

fn stripe() -> Box<dyn Fn(&Delivery) -> bool> {
    let verifier = Verifier::new(Provider::Stripe, Secret::new(secret(0))).expect("a secret");
    Box::new(move |Delivery { body, header }| {
        let headers = [("stripe-signature", header)];
        verifier.verify_at(&headers, body, NOW).is_ok()
    })
}

/// What a verifier must not do.
fn early_exit() -> Box<dyn Fn(&Delivery) -> bool> {
    let keyed = keyed(0);
    Box::new(move |Delivery { body, header }| {
        let mut tag = [0; 32];
        let hex = header.strip_prefix("sha256=").expect("made here");
        const_hex::decode_to_slice(hex, &mut tag).expect("made here");
        let right = keyed.clone().chain_update(body).finalize().into_bytes();
        let mut pairs = right.iter().zip(&tag);
        pairs.all(|(one, other)| black_box(one) == other)
    })
}

/// Signed with one of the secrets, and wrong in some of the bytes. Whichever these are, it is the same work to make.
fn signed(place: usize, wrong: Range<usize>) -> Make {
    let keyed = keyed(place);
    let mask: [u8; 32] = array::from_fn(|place| if wrong.contains(&place) { 0xff } else { 0 });
    Box::new(move |random| {
        let body = array::from_fn(|_| random.u8(..));
        let right = tag(&keyed, &[&body]);
        let tag: [u8; 32] = array::from_fn(|place| right[place] ^ (random.u8(1..) & mask[place]));
        let header = format!("sha256={}", const_hex::encode(tag));
        Delivery { body, header }
    })
}

/// As many signatures as may be, of which one is right.
fn listed(place: usize) -> Make {
    let keyed = keyed(0);
    let time = NOW.as_secs().to_string();
    Box::new(move |random| {
        let body = array::from_fn(|_| random.u8(..));
        let mut tags = [[0; 32]; MAX_SIGNATURES];
        tags.iter_mut().for_each(|tag| random.fill(tag));
        tags[place] = tag(&keyed, &[time.as_bytes(), b".", &body]);
        let listed = tags.map(|tag| format!(",v1={}", const_hex::encode(tag)));
        let header = format!("t={time}{}", listed.concat());
        Delivery { body, header }
    })
}

fn secret(place: usize) -> String {
    format!("secret number {place} of some, for the times")
}

fn keyed(place: usize) -> Hmac<Sha256> {
    Hmac::new_from_slice(secret(place).as_bytes()).expect("any length")
}

fn tag(keyed: &Hmac<Sha256>, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = keyed.clone();
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}
