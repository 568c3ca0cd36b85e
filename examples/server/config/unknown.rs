//! Misspelt variables: a typing error must not silently become a default.

use super::problem::Problem;

/// Names that begin so belong to this server alone, so an unknown one is refused whatever it is.
const OWN_PREFIXES: [&str; 7] = [
    "WEBHOOK_SECRET_",
    "WEBHOOK_ISSUER_",
    "WEBHOOK_VERIFY_TOKEN_",
    "WEBHOOK_PUBLIC_KEY_",
    "FORWARD_",
    "ADMIN_API_",
    "METRICS_API_",
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

/// The number of letters to insert, delete or replace, or of neighbours to swap, to get from `a` to `b`
/// (Levenshtein's, with what Damerau added: a swap is the commonest slip of all).
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let least = replaced.min(row[j - 1] + 1).min(rows[i - 1][j] + 1);
            let is_swap = i > 1 && j > 1 && a[i - 2..i] == [b[j - 1], b[j - 2]];
            row.push(match is_swap {
                true => least.min(rows[i - 2][j - 2] + 1),
                false => least,
            });
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}
