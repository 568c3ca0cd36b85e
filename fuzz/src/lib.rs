//! Properties that hold for any input.
//!
//! Each is a plain function which panics when the property does not hold, so that it is reached in three ways: by
//! `cargo test -p fuzz`, which feeds it the seeds and some thousand mutations of them on any compiler; by the fuzz
//! target of its name, guided by coverage (`make fuzz`); and by that target built without `--cfg fuzzing`, which
//! replays the files named on its command line.

mod ratelimit;
mod retry;
mod webhook;

use std::{env, fs, io};

pub use crate::ratelimit::{ratelimit_client, ratelimit_fields};
pub use crate::retry::retry_hint;
pub use crate::webhook::{
    webhook_certificate_url, webhook_fields, webhook_header, webhook_jwt, webhook_key,
    webhook_round_trip, webhook_scheme, webhook_secret, webhook_stream, webhook_timestamp,
};

/// Puts the content of each file named on the command line to a property.
///
/// # Errors
///
/// A file cannot be read.
pub fn replay(property: fn(&[u8])) -> io::Result<()> {
    for path in env::args_os().skip(1) {
        property(&fs::read(path)?);
    }
    Ok(())
}
