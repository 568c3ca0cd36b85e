//! The job store, as the server uses it: opened once, watched, and never waited for too long.

mod redis;
mod watched;

use std::time::Duration;

use jobstore::store::file::Options;
use jobstore::{File, Jobs, Memory, StoreError};
use tokio::time::timeout;

use crate::answer::{Code, Refusal};
use crate::config::Storage;
use watched::Watched;

/// A caller that would wait longer than this for the store is told to come again.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Opens the store. Blocks while it waits for the disk, which is no matter as long as nothing else runs.
///
/// # Errors
///
/// Why it cannot be opened, in words.
pub(crate) async fn open(storage: &Storage) -> Result<Jobs, String> {
    match storage {
        Storage::Memory => Ok(Jobs::new(Watched(Memory::new()))),
        Storage::File { folder, max_batch } => {
            let path = folder.join("jobs.db");
            let options = Options::new().max_batch(*max_batch);
            let file = File::open_with(&path, options)
                .map_err(|error| format!("cannot open {}: {error}", path.display()))?;
            Ok(Jobs::new(Watched(file)))
        }
        Storage::Redis(settings) => redis::open(settings).await,
    }
}

/// Waits for a step of the store.
///
/// # Errors
///
/// A refusal, if it failed or took too long; it may then have happened or not.
pub(crate) async fn in_time<T>(
    step: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, Refusal> {
    match timeout(TIMEOUT, step).await {
        Ok(result) => result.map_err(refuse),
        Err(_) => Err(unavailable().because("the store did not answer in time")),
    }
}

fn refuse(error: StoreError) -> Refusal {
    let refusal = match error {
        StoreError::Full(_) => {
            Refusal::new(Code::StoreFull, "no more jobs fit in the store").retry_after(30)
        }
        StoreError::Invalid(_) => Refusal::new(Code::Internal, "the request does not make a job"),
        _ => unavailable(),
    };
    refusal.because(error)
}

fn unavailable() -> Refusal {
    Refusal::new(Code::StoreUnavailable, "the job store does not work now").retry_after(1)
}
