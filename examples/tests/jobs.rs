//! A queue at work, as a pipe gets it.

use std::path::PathBuf;
use std::process::Command;

#[test]
fn jobs_are_done_retried_and_replayed() {
    let story = story(&["--once"]);
    for photo in ["beach", "bridge", "meadow", "tower"] {
        assert_eq!(
            lines(&story, photo),
            [format!("{photo:<10}done  attempt 1 of 3")]
        );
    }
    let retried = "harbour   done  attempt 2 of 3, after external_api: 503: busy, come back later";
    assert_eq!(lines(&story, "harbour"), [retried]);
    // It died, and the job that was made of it has a history of its own.
    let died = "panorama  dead  attempt 3 of 3, after external_api: 507: no room for it";
    let replayed = "panorama  done  attempt 1 of 3";
    assert_eq!(lines(&story, "panorama"), [died, replayed]);
}

#[test]
fn what_died_is_explained_before_it_is_replayed() {
    let story = story(&["--once"]);
    assert_eq!(
        lines(&story, "1 of photo.resize"),
        ["1 of photo.resize, external_api: 507: no room for it"]
    );
    assert_eq!(lines(&story, "claim").len(), 3);
    let failures = ["fail     -> retrying external_api"; 2];
    let failures = [
        failures[0],
        failures[1],
        "fail     -> dead     external_api",
    ];
    assert_eq!(lines(&story, "fail"), failures);
    assert_eq!(lines(&story, "1 would"), ["1 would be replayed, 0 refused"]);
    assert!(
        story.ends_with("Dead letters that wait for somebody: 0\n"),
        "{story}"
    );
}

#[test]
fn a_pipe_gets_the_same_and_no_escape() {
    let piped = story(&[]);
    assert_eq!(piped, story(&["--once"]));
    assert!(!piped.contains('\x1b'));
    assert!(piped.lines().all(|line| line.len() <= 100), "{piped}");
}

fn story(arguments: &[&str]) -> String {
    let output = Command::new(executable())
        .env_clear()
        .args(arguments)
        .output()
        .expect("it runs");
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The lines that begin so, and nothing around them.
fn lines<'a>(story: &'a str, beginning: &str) -> Vec<&'a str> {
    let lines = story.lines().map(str::trim);
    lines.filter(|line| line.starts_with(beginning)).collect()
}

/// Examples lie beside the tests: `target/<profile>/deps/<test>` and `target/<profile>/examples/..`.
fn executable() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let profile = test.ancestors().nth(2);
    let folder = profile.expect("a test lies in target/<profile>/deps");
    let program = folder.join("examples").join("jobs");
    assert!(
        program.exists(),
        "there is no {program:?}; `cargo test -p examples` without a target selection builds it",
    );
    program
}
