//! `docs/server.md` names what there is, and nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::support::process::Setup;

const MANUAL: &str = include_str!("../../../docs/server.md");
const REFUSALS: &str = include_str!("../../server/answer/refusal.rs");

/// The names in the first cells of the manual's tables.
fn first_cells() -> impl Iterator<Item = &'static str> {
    let rows = MANUAL.lines().filter_map(|line| line.strip_prefix("| `"));
    let cells = rows
        .filter_map(|row| row.split_once('`'))
        .map(|(cell, _)| cell);
    cells.filter(|cell| is_name(cell))
}

/// The names between double quotes.
fn quoted_names(source: &str) -> impl Iterator<Item = &str> {
    source.split('"').filter(|text| is_name(text))
}

/// Whether this is how variables and codes are called.
fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_uppercase() || byte == b'_';
    text.len() > 4 && text.bytes().all(fits) && !text.ends_with('_')
}

fn config_sources() -> String {
    let server = Path::new(env!("CARGO_MANIFEST_DIR")).join("server");
    let folder = fs::read_dir(server.join("config")).expect("the folder is there");
    let files = folder.map(|entry| entry.expect("an entry").path());
    let files = files.chain([server.join("config.rs")]);
    files
        .map(|file| fs::read_to_string(file).expect("source is text"))
        .collect()
}

#[test]
fn every_code_is_in_the_manual() {
    let documented: BTreeSet<_> = first_cells()
        .filter(|cell| cell.starts_with("ERR_"))
        .collect();
    let real: BTreeSet<_> = quoted_names(REFUSALS).collect();
    assert!(real.len() > 10, "{real:?}");
    assert_eq!(documented, real);
}

#[test]
fn every_variable_is_in_the_manual() {
    let documented: BTreeSet<_> = first_cells()
        .filter(|cell| !cell.starts_with("ERR_"))
        .collect();
    let sources = config_sources();
    let real: BTreeSet<_> = quoted_names(&sources).collect();
    assert!(real.len() > 20, "{real:?}");
    assert_eq!(documented, real);
    for name in documented {
        // The server itself proves that it knows the name.
        let said = Setup::new().with(&format!("{name}X"), "1").run().stderr;
        let said = String::from_utf8(said).expect("text");
        assert!(
            said.contains(&format!("did you mean {name}?")),
            "{name}: {said}"
        );
    }
}
