//! The tables and pictures of what clients do to a server, as somebody gets them who runs the example.

use std::path::PathBuf;
use std::process::Command;

#[test]
fn the_tables_are_printed_and_the_pictures_are_drawn() {
    let pictures = tempfile::tempdir().expect("a folder");
    let output = Command::new(executable())
        .env_clear()
        .arg("--pictures")
        .arg(pictures.path())
        .output()
        .expect("it runs");
    assert!(output.status.success(), "{output:?}");
    let tables = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(number(&tables, "no backoff", 2) > 50.0, "{tables}");
    assert!(
        number(&tables, "exponential, full jitter", 2) < 1.5,
        "{tables}"
    );
    assert!(number(&tables, "retries at once", 1) < 1.0, "{tables}");
    assert!(
        number(&tables, "+ budget, breaker, bulkhead", 2) >= 90.0,
        "{tables}"
    );
    for picture in ["herd.svg", "goodput.svg"] {
        let picture = std::fs::read_to_string(pictures.path().join(picture)).expect("a picture");
        assert!(picture.starts_with("<svg") && picture.trim_end().ends_with("</svg>"));
        assert!(picture.contains("<polyline"), "{picture}");
    }
}

/// A number in the line of that name.
fn number(tables: &str, name: &str, column: usize) -> f64 {
    let numbers = tables.lines().find_map(|line| line.strip_prefix(name));
    let numbers = numbers.expect("a line").split_whitespace();
    let number = numbers.into_iter().nth(column - 1).expect("a column");
    number
        .trim_end_matches(['x', '%'])
        .parse()
        .expect("a number")
}

/// Examples lie beside the tests: `target/<profile>/deps/<test>` and `target/<profile>/examples/..`.
fn executable() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let profile = test.ancestors().nth(2);
    let folder = profile.expect("a test lies in target/<profile>/deps");
    let program = folder.join("examples").join("retry_herd");
    assert!(
        program.exists(),
        "there is no {program:?}; `cargo test -p examples` without a target selection builds it",
    );
    program
}
