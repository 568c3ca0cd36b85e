//! What the client of the example prints.

use std::path::PathBuf;
use std::process::Command;

#[test]
fn what_is_safe_is_sent_again_and_what_is_not_is_not() {
    let output = Command::new(executable()).env_clear().output();
    let output = output.expect("it runs");
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    let ends: Vec<_> = printed
        .lines()
        .filter(|line| !line.starts_with([' ', 'A', 'T']) && !line.is_empty())
        .collect();
    let [busy, waits, put, post, with_key, down @ ..] = ends.as_slice() else {
        panic!("{printed}");
    };
    assert_eq!(*busy, "GET: 200 OK; the server has seen 3");
    assert_eq!(*waits, "GET: 200 OK; the server has seen 2");
    assert_eq!(*put, "PUT: 200 OK; the server has seen 2");
    assert!(post.starts_with("POST: no answer"), "{post}");
    assert!(
        post.ends_with("to do it twice is not safe); the server has seen 1"),
        "{post}"
    );
    assert_eq!(*with_key, "POST: 200 OK; the server has seen 2");
    // Two requests of four attempts open the breaker, and then the server is left alone.
    assert_eq!(down.len(), 4);
    assert!(
        down[3].ends_with("the circuit breaker is open); the server has seen 8"),
        "{printed}"
    );
}

/// Examples lie beside the tests: `target/<profile>/deps/<test>` and `target/<profile>/examples/..`.
fn executable() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let profile = test.ancestors().nth(2);
    let folder = profile.expect("a test lies in target/<profile>/deps");
    let program = folder.join("examples").join("retry_client");
    assert!(
        program.exists(),
        "there is no {program:?}; `cargo test -p examples` without a target selection builds it",
    );
    program
}
