//! The picture of a limiter, as a pipe gets it.

use std::path::PathBuf;
use std::process::Command;

#[test]
fn a_minute_of_load_comes_to_what_the_quotas_allow() {
    let picture = picture(&["--once"]);
    // Asks that were admitted, and refused by the second and by the minute.
    assert_eq!(counts(&picture, "alice"), [60, 0, 0]);
    assert_eq!(counts(&picture, "batch"), [12, 0, 0]);
    // A burst of 120, and 2 a second for as long as there was somebody to take them.
    let [admitted, by_second, by_minute] = counts(&picture, "bob");
    assert_eq!((admitted, by_second), (239, 0));
    assert_eq!(admitted + by_minute, 300);
    let [admitted, by_second, by_minute] = counts(&picture, "scraper");
    assert_eq!(admitted, 239);
    assert!(by_second.max(by_minute) <= 60_000 - admitted);
    assert!(by_second + by_minute >= 60_000 - admitted);
}

#[test]
fn a_pipe_gets_one_picture_and_no_escape() {
    let piped = picture(&[]);
    assert_eq!(piped, picture(&["--once"]));
    assert!(!piped.contains('\x1b'));
    assert!(piped.lines().all(|line| line.len() <= 100), "{piped}");
}

fn picture(arguments: &[&str]) -> String {
    let output = Command::new(executable())
        .env_clear()
        .args(arguments)
        .output()
        .expect("it runs");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// What is counted in the line of a caller.
fn counts(picture: &str, caller: &str) -> [u64; 3] {
    let mut lines = picture.lines();
    let line = lines.find(|line| line.starts_with(caller));
    let columns: Vec<_> = line.expect("a line").split_whitespace().collect();
    [2, 3, 4].map(|column: usize| columns[column].parse().expect("a count"))
}

/// Examples lie beside the tests: `target/<profile>/deps/<test>` and `target/<profile>/examples/..`.
fn executable() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let profile = test.ancestors().nth(2);
    let folder = profile.expect("a test lies in target/<profile>/deps");
    let program = folder.join("examples").join("ratelimit");
    assert!(
        program.exists(),
        "there is no {program:?}; `cargo test -p examples` without a target selection builds it",
    );
    program
}
