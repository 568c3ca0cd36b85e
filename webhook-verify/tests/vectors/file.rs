//! The files with vectors: a JSON array each, with a vector on every line.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::vector::Vector;
use crate::verdict::Verdict;

pub(crate) struct File {
    /// Its name without the ending.
    pub(crate) stem: String,
    text: String,
    vectors: Vec<Vector>,
}

impl File {
    /// All that there are, by name.
    pub(crate) fn all() -> Vec<Self> {
        files_in("").iter().map(|path| Self::read(path)).collect()
    }

    fn read(path: &Path) -> Self {
        let stem = path.file_stem().expect("a name").to_string_lossy();
        let text = text(path);
        let vectors: Vec<Vector> = parse(path, &text);
        let file = Self {
            stem: stem.into_owned(),
            text,
            vectors,
        };
        assert_eq!(
            file.lines().count(),
            file.vectors.len(),
            "{} must have a vector on every line",
            path.display()
        );
        file
    }

    pub(crate) fn vectors(&self) -> &[Vector] {
        &self.vectors
    }

    /// Each line as it is, with its vector.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (&str, &Vector)> {
        let lines = self.text.lines().filter(|line| line.starts_with('{'));
        lines
            .map(|line| line.trim_end_matches(','))
            .zip(&self.vectors)
    }
}

/// All verdicts, of whichever libraries.
pub(crate) fn verdicts() -> Vec<Verdict> {
    files_in("verdicts")
        .iter()
        .flat_map(|path| parse::<Vec<Verdict>>(path, &text(path)))
        .collect()
}

fn files_in(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors")
        .join(folder);
    let entries = folder.read_dir().expect("the folder is in the repository");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("readable").path())
        .collect();
    files.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "json")
    });
    files.sort();
    files
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn parse<T: DeserializeOwned>(path: &Path, text: &str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
