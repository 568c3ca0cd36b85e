//! Says what is wrong with a store of jobs, and why nothing is running.
//!
//! ```sh
//! cargo run --example jobs_doctor -- --store file:./data/jobs.db
//! cargo run --example jobs_doctor -- --store file:./data/jobs.db --fix
//! ```
//!
//! The store may be in use meanwhile. With `--fix` it is mended as far as nothing can be lost by that.
//!
//! The exit status is 0 when nobody has to do anything, 1 when somebody has or the store cannot be opened, and
//! 2 when the command line is not understood.

use std::fmt;
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;

use clap::Parser;
use jobstore::doctor::Report;
use jobstore::{Doctor, File, Jobs};

/// Say what is wrong with a store of jobs, and why nothing is running.
#[derive(Parser)]
struct Arguments {
    /// Where the jobs are: `file:` and the path of a file.
    #[arg(long)]
    store: Place,

    /// Mend what can be mended.
    #[arg(long)]
    fix: bool,
}

/// Where jobs are.
#[derive(Clone)]
enum Place {
    File(PathBuf),
}

impl FromStr for Place {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            _ => Err("`file:` and a path is expected, such as file:./data/jobs.db"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match open(&arguments.store) {
        Ok(jobs) => {
            let report = examine(jobs, arguments.fix).await;
            println!("{report}");
            if report.is_healthy() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(problem) => {
            eprintln!("{} cannot be opened: {problem}", arguments.store);
            ExitCode::FAILURE
        }
    }
}

fn open(place: &Place) -> Result<Jobs, Box<dyn std::error::Error>> {
    let Place::File(path) = place;
    // To open a file that is not there would make one, and there is nothing wrong with an empty store.
    path.metadata()?;
    Ok(Jobs::new(File::open(path)?))
}

async fn examine(jobs: Jobs, fix: bool) -> Report {
    let doctor = Doctor::new(jobs);
    let doctor = if fix { doctor.mend() } else { doctor };
    doctor.examine().await
}
