//! A scrape as JSON. It is made of the text, so that the two cannot differ.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Deserializer, Number, Value, json};

/// One metric, with what was counted of it under each set of labels.
#[derive(Debug, Serialize)]
struct Family<'a> {
    name: &'a str,
    r#type: &'a str,
    help: &'a str,
    samples: Vec<Sample<'a>>,
}

#[derive(Debug, Serialize)]
struct Sample<'a> {
    /// That of the metric, or with the endings of a histogram: `_bucket`, `_sum`, `_count`.
    name: &'a str,
    labels: BTreeMap<&'a str, String>,
    /// Null stands for NaN and for what is infinite, which JSON cannot say.
    value: Option<Number>,
}

/// `{"metrics":[..]}` in the order of the names; `None` if a line is not of the text format.
pub(super) fn from_text(text: &str) -> Option<Value> {
    let mut families = Vec::new();
    let mut help = None;
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(line) = line.strip_prefix("# HELP ") {
            help = line.split_once(' ');
        } else if let Some(line) = line.strip_prefix("# TYPE ") {
            let (name, kind) = line.split_once(' ')?;
            families.push(Family {
                name,
                r#type: kind,
                help: help
                    .filter(|(of, _)| *of == name)
                    .map_or("", |(_, help)| help),
                samples: Vec::new(),
            });
        } else {
            families.last_mut()?.samples.push(sample(line)?);
        }
    }
    families.sort_by_key(|family| family.name);
    Some(json!({ "metrics": families }))
}

fn sample(line: &str) -> Option<Sample<'_>> {
    let (series, value) = line.rsplit_once(' ')?;
    let (name, labels) = match series.split_once('{') {
        Some((name, rest)) => (name, labels(rest.strip_suffix('}')?)?),
        None => (series, BTreeMap::new()),
    };
    // Counts are kept exact: as a float one beyond 2^53 would not be.
    let value = match value.parse::<u64>() {
        Ok(count) => Some(count.into()),
        Err(_) => Number::from_f64(value.parse().ok()?),
    };
    Some(Sample {
        name,
        labels,
        value,
    })
}

fn labels(mut text: &str) -> Option<BTreeMap<&str, String>> {
    let mut labels = BTreeMap::new();
    while let Some((name, rest)) = text.split_once('=') {
        // What is escaped in a label's value is escaped as in JSON.
        let mut literal = Deserializer::from_str(rest).into_iter::<String>();
        labels.insert(name, literal.next()?.ok()?);
        text = rest[literal.byte_offset()..].trim_start_matches(',');
    }
    text.is_empty().then_some(labels)
}
