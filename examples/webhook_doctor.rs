//! Says why a webhook does not verify.
//!
//! ```sh
//! cargo run --example webhook_doctor -- --provider stripe --secret-file secret.txt \
//!     --headers headers.txt --body body.json
//! ```
//!
//! The headers are one on a line, as `Name: value`; the body is the bytes that came. What it reports
//! is for the operator, not for the sender.
//!
//! The exit status is 0 when the delivery verifies as it is, 1 when it does not or a file cannot be
//! read, and 2 when the command line is not understood.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

use clap::{ArgGroup, Parser};
use thiserror::Error;
use webhook_verify::doctor::{Diagnosis, Verdict, diagnose_request};
use webhook_verify::{Provider, Request, Secret, Setup, UnixTime};

/// Say why a webhook does not verify.
#[derive(Parser)]
#[command(group = ArgGroup::new("ring").args(["secrets", "secret_files"]).required(true).multiple(true))]
struct Arguments {
    /// Whose webhook it should be, as `stripe`. A name that is not known lists those that are.
    #[arg(long)]
    provider: Provider,

    /// The secret that the receiver has. Several are those of a receiver that is replacing one, newest first.
    #[arg(long = "secret", value_name = "SECRET")]
    #[arg(env = "WEBHOOK_SECRET", hide_env_values = true)]
    secrets: Vec<String>,

    /// A file which the receiver reads its secret from, to the last byte. It comes behind those of --secret.
    #[arg(long = "secret-file", value_name = "FILE")]
    secret_files: Vec<PathBuf>,

    /// The address which the provider has, with its query. Square, Twilio and others sign it.
    #[arg(long)]
    url: Option<String>,

    /// The method of the request. HubSpot signs it.
    #[arg(long, default_value = "POST")]
    method: String,

    /// The file with the headers, one on a line.
    #[arg(long, value_name = "FILE")]
    headers: PathBuf,

    /// The file with the body, byte for byte.
    #[arg(long, value_name = "FILE")]
    body: PathBuf,

    /// When it was received, in seconds since 1970. [default: now]
    #[arg(long, value_name = "SECONDS")]
    now: Option<u64>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(diagnosis) => {
            println!("{diagnosis}");
            match diagnosis.verdict() {
                Verdict::Accepted => ExitCode::SUCCESS,
                Verdict::Explained | Verdict::Unexplained => ExitCode::FAILURE,
            }
        }
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<Diagnosis, Failure> {
    let mut secrets: Vec<_> = arguments
        .secrets
        .iter()
        .map(|secret| Secret::new(secret.as_str()))
        .collect();
    for path in &arguments.secret_files {
        secrets.push(Secret::new(read("secret-file", path)?));
    }
    let headers = parse(&read("headers", &arguments.headers)?)?;
    let body = read("body", &arguments.body)?;
    let now = arguments
        .now
        .map_or_else(UnixTime::now, UnixTime::from_secs);
    let request = Request::new(&headers).method(&arguments.method);
    Ok(diagnose_request(
        setup(arguments),
        &secrets,
        request,
        &body,
        now,
    ))
}

/// Whoever asks why a delivery does not verify need not say as well that the scheme is weak.
fn setup(arguments: &Arguments) -> Setup {
    let mut setup = Setup::from(arguments.provider);
    if let Some(url) = &arguments.url {
        setup = setup.at(url);
    }
    match arguments.provider.scheme().weakness() {
        Some(weakness) => setup.despite(weakness),
        None => setup,
    }
}

fn read(argument: &'static str, path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|source| Failure::File {
        argument,
        path: path.into(),
        source,
    })
}

/// The names and values of headers. A request line in front, empty lines, and the `>` and `<` that
/// curl puts before each are skipped.
fn parse(file: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut headers = Vec::new();
    for (line, number) in file.split(|&byte| byte == b'\n').zip(1..) {
        let line = line.trim_ascii();
        let line = line.strip_prefix(b">").unwrap_or(line);
        let line = line.strip_prefix(b"<").unwrap_or(line).trim_ascii();
        let is_request_line = line.windows(6).any(|part| part == b" HTTP/");
        if line.is_empty() || (headers.is_empty() && is_request_line) {
            continue;
        }
        headers.push(header(line).ok_or(Failure::Header { number })?);
    }
    Ok(headers)
}

fn header(line: &[u8]) -> Option<(String, Vec<u8>)> {
    let colon = line.iter().position(|&byte| byte == b':')?;
    let name = str::from_utf8(&line[..colon]).ok()?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    is_name.then(|| (name.into(), line[colon + 1..].trim_ascii().into()))
}

/// Why there is nothing to report on.
#[derive(Debug, Error)]
enum Failure {
    #[error("--{argument}: cannot read {path}: {source}")]
    File {
        argument: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("--headers: line {number} is not a header, `Name: value`")]
    Header { number: usize },
}
