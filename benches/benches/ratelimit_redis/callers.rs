//! Callers that ask at once.

use std::fmt;
use std::time::Instant;

use redis_fixture::Server;

use crate::CALLERS;

/// What came of it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Measure {
    /// Verdicts a second.
    pub(crate) rate: f64,
    /// How long the server was at work in scripts, in microseconds for each verdict.
    in_scripts: f64,
}

/// Makes so many calls, each caller one after the other.
pub(crate) async fn make<F>(
    server: &Server,
    calls: usize,
    call: impl Fn(usize) -> F + Clone + Send + 'static,
) -> Measure
where
    F: Future<Output = ()> + Send + 'static,
{
    server.cli(&["CONFIG", "RESETSTAT"]);
    let start = Instant::now();
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let call = call.clone();
            tokio::spawn(async move {
                for place in (caller..calls).step_by(CALLERS) {
                    call(place).await;
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.expect("no call fails");
    }
    let elapsed = start.elapsed().as_secs_f64();
    Measure {
        rate: calls as f64 / elapsed,
        in_scripts: micros_in_scripts(server) / calls as f64,
    }
}

/// How long the server has run scripts, in microseconds, since its statistics were last reset.
fn micros_in_scripts(server: &Server) -> f64 {
    let statistics = server.cli(&["INFO", "commandstats"]);
    let of_scripts = |line: &str| {
        let line = line.strip_prefix("cmdstat_eval")?;
        let (_, micros) = line.split_once("usec=")?;
        micros.split(',').next()?.parse::<f64>().ok()
    };
    statistics.lines().filter_map(of_scripts).sum()
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rate, in_scripts } = self;
        write!(f, "{rate:>10.0}/s {in_scripts:>7.2} us in scripts")
    }
}
