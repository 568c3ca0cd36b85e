//! Misspelt variables: a typing error must not silently become a default.

use super::problem::Problem;

/// Names that begin so belong to this server alone, so an unknown one is refused whatever it is.
const OWN_PREFIXES: [&str; 4] = [
    "WEBHOOK_SECRET_",
    "WEBHOOK_ISSUER_",
    "FORWARD_",
    "ADMIN_API_",
];

/// A fault, if `name` claims to be ours or is one slip away from a name that is.
pub(crate) fn problem(name: &str, known: &[String]) -> Option<Problem> {
    let nearest = known
        .iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .min()?;
    let (slips, candidate) = nearest;
    let near = slips <= allowed_slips(candidate);
    if !near && !OWN_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
        return None;
    }
    Some(Problem {
        variable: name.to_owned(),
        fault: "is not a variable of this server".to_owned(),
        remedy: if near {
            format!("did you mean {candidate}?")
        } else {
            "unset it; docs/server.md lists the variables".to_owned()
        },
    })
}

/// Short names are close to unrelated ones, so they allow fewer slips.
fn allowed_slips(known: &str) -> usize {
    if known.len() < 10 { 1 } else { 2 }
}

/// The number of letters to insert, delete or replace to get from `a` to `b` (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
