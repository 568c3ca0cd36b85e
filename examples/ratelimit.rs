//! A limiter under load, drawn in the terminal: who asks how often, what is admitted and refused, and what is
//! left. Ctrl-C ends it.
//!
//! ```sh
//! cargo run --example ratelimit
//! cargo run --example ratelimit -- --once
//! ```
//!
//! The load is made up, and nothing is sent anywhere. With `--once`, or where standard output is no terminal,
//! time is virtual: what a minute of load comes to is printed at once, and is the same each time.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use ratelimit::{Ask, Decision, Memory, Quota, Rule, Time, WhenFull};

/// What holds for each caller, both at once.
static RULES: [Rule; 2] = [
    Rule::new("second", Quota::per_second(10)),
    Rule::new("minute", Quota::per_minute(120)),
];

/// How long the load lasts that is printed once.
const ONCE: Duration = Duration::from_secs(60);

/// How long a picture stands.
const FRAME: Duration = Duration::from_millis(100);

/// How wide a full bucket is drawn.
const WIDTH: u64 = 16;

/// Draw a limiter under load: what is admitted, what is refused, and what is left.
#[derive(Parser)]
struct Arguments {
    /// Print what a minute of load comes to, in virtual time, and end.
    #[arg(long)]
    once: bool,
}

fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    let mut out = io::stdout();
    let mut scene = Scene::new();
    if arguments.once || !out.is_terminal() {
        scene.play_until(ONCE);
        return write!(out, "{scene}");
    }
    let start = Instant::now();
    // Clears the terminal once; later pictures are drawn over the ones before.
    write!(out, "\x1b[2J")?;
    loop {
        scene.play_until(start.elapsed());
        write!(out, "\x1b[H{scene}")?;
        out.flush()?;
        thread::sleep(FRAME);
    }
}

/// The limiter, and everybody who asks it.
struct Scene {
    limiter: Memory,
    clock: Arc<AtomicU64>,
    callers: [Caller; 4],
}

impl Scene {
    fn new() -> Self {
        let clock = Arc::new(AtomicU64::new(0));
        let time = Arc::clone(&clock);
        let limiter = Memory::for_keys(1_000, WhenFull::Refuse);
        Self {
            limiter: limiter.with_clock(move || Time::from_micros(time.load(Ordering::Relaxed))),
            clock,
            callers: [
                Caller::new("alice", Duration::from_secs(1), 1),
                Caller::new("batch", Duration::from_secs(5), 10),
                Caller::new("bob", Duration::from_millis(200), 1),
                Caller::new("scraper", Duration::from_millis(1), 1),
            ],
        }
    }

    /// Lets everybody ask who wants to by then, one after the other, each at the time of their own.
    fn play_until(&mut self, end: Duration) {
        while let Some(caller) = self.callers.iter_mut().min_by_key(|caller| caller.next_at)
            && caller.next_at <= end
        {
            set(&self.clock, caller.next_at);
            caller.ask(&self.limiter);
        }
        set(&self.clock, end);
    }
}

/// Sets the time of the limiter. Its microseconds last for half a million years.
fn set(clock: &AtomicU64, time: Duration) {
    clock.store(time.as_micros() as u64, Ordering::Relaxed);
}

impl fmt::Display for Scene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.clock.load(Ordering::Relaxed) / 1_000_000;
        let [second, minute] = &RULES;
        let quotas = [second, minute].map(|rule| rule.quota().to_string());
        writeln!(
            f,
            "Each caller may take {} and {}. After {seconds} s:",
            quotas[0], quotas[1]
        )?;
        writeln!(f)?;
        writeln!(f, "{:28}refused by            left of", "")?;
        writeln!(
            f,
            "caller  tokens/s  admitted  {second:>8}{minute:>9}    {second:26}{minute}",
            second = second.name(),
            minute = minute.name(),
        )?;
        for caller in &self.callers {
            writeln!(f, "{caller}{}", Left::of(&self.limiter, caller))?;
        }
        writeln!(f)?;
        writeln!(
            f,
            "{} buckets, {} bytes",
            self.limiter.len(),
            self.limiter.bytes(),
        )
    }
}

/// Somebody who asks evenly, and does not mind being refused.
struct Caller {
    name: &'static str,
    every: Duration,
    tokens: u64,
    next_at: Duration,
    admitted: u64,
    /// By each rule. Both can refuse the same.
    refused: [u64; 2],
}

impl Caller {
    const fn new(name: &'static str, every: Duration, tokens: u64) -> Self {
        Self {
            name,
            every,
            tokens,
            next_at: every,
            admitted: 0,
            refused: [0; 2],
        }
    }

    fn ask(&mut self, limiter: &Memory) {
        self.next_at += self.every;
        let asks = RULES.each_ref().map(|rule| Ask {
            rule,
            key: self.name,
            tokens: self.tokens,
        });
        let verdict = limiter.take_all(&asks).expect("two can be asked at once");
        self.admitted += u64::from(verdict.is_allowed());
        for (refused, (_, decision)) in self.refused.iter_mut().zip(verdict.decisions()) {
            *refused += u64::from(!decision.is_allowed());
        }
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tokens = Duration::from_secs(self.tokens).div_duration_f64(self.every);
        let [by_second, by_minute] = self.refused;
        write!(
            f,
            "{:<8}{tokens:>8}{:>10}  {by_second:>8}{by_minute:>9}",
            self.name, self.admitted,
        )
    }
}

/// What is left in the buckets of a caller.
struct Left([Decision; 2]);

impl Left {
    fn of(limiter: &Memory, caller: &Caller) -> Self {
        Self(RULES.each_ref().map(|rule| limiter.peek(rule, caller.name)))
    }
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for decision in &self.0 {
            let (remaining, burst) = (decision.remaining(), decision.quota().burst());
            let full = (WIDTH * remaining / burst) as usize;
            let empty = WIDTH as usize - full;
            write!(
                f,
                "    [{}{}]{remaining:>4}",
                "#".repeat(full),
                ".".repeat(empty)
            )?;
        }
        Ok(())
    }
}
