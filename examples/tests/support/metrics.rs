//! What a server has counted, read as Prometheus reads it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::process::Server;

/// One scrape.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// What each metric is: counter, gauge or histogram.
    pub(crate) kinds: BTreeMap<String, String>,
    /// Which metrics are explained.
    pub(crate) helps: BTreeSet<String>,
    pub(crate) series: BTreeMap<Series, f64>,
}

/// What one number is the number of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Series {
    pub(crate) name: String,
    labels: BTreeMap<String, String>,
}

impl Metrics {
    pub(crate) fn of(server: &Server) -> Self {
        let reply = server.api("/metrics");
        assert_eq!(reply.status, 200, "{reply:?}");
        Self::parse(&String::from_utf8(reply.body).expect("text"))
    }

    /// Reads the text format.
    ///
    /// # Panics
    ///
    /// On whatever is not of it, what comes twice, and what is not beside the others of its metric.
    #[track_caller]
    pub(crate) fn parse(text: &str) -> Self {
        let mut metrics = Self::default();
        let mut current = String::new();
        assert!(text.ends_with('\n'), "the last line has no end");
        for line in text.lines().filter(|line| !line.is_empty()) {
            let words: Vec<_> = line.splitn(4, ' ').collect();
            match words[..] {
                ["#", "HELP", name, help] => {
                    assert!(!help.is_empty(), "{line}");
                    assert!(metrics.helps.insert(name.to_owned()), "{line}");
                }
                ["#", "TYPE", name, kind] => {
                    assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
                    let before = metrics.kinds.insert(name.to_owned(), kind.to_owned());
                    assert_eq!(before, None, "{line}");
                    current = name.to_owned();
                }
                _ => {
                    let (series, value) = line.rsplit_once(' ').expect("a series and a value");
                    let series = Series::parse(series);
                    let ending = series.name.strip_prefix(&*current);
                    let ending = ending.unwrap_or_else(|| panic!("{line} is not of {current}"));
                    assert!(
                        ["", "_bucket", "_sum", "_count"].contains(&ending),
                        "{line}"
                    );
                    let value = value.parse().expect("a number");
                    let before = metrics.series.insert(series, value);
                    assert_eq!(before, None, "{line}");
                }
            }
        }
        metrics
    }

    #[track_caller]
    pub(crate) fn from_json(json: &Value) -> Self {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let mut metrics = Self::default();
        for family in json["metrics"].as_array().expect("a list") {
            let name = text(&family["name"]);
            metrics.kinds.insert(name.clone(), text(&family["type"]));
            assert_ne!(text(&family["help"]), "");
            metrics.helps.insert(name);
            for sample in family["samples"].as_array().expect("a list") {
                let labels = sample["labels"].as_object().expect("an object");
                let series = Series {
                    name: text(&sample["name"]),
                    labels: labels
                        .iter()
                        .map(|(name, value)| (name.clone(), text(value)))
                        .collect(),
                };
                let value = sample["value"].as_f64().expect("a number");
                metrics.series.insert(series, value);
            }
        }
        metrics
    }

    /// The sum of all series of this name that have these labels, and others.
    pub(crate) fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let has = |series: &Series| {
            let of_label = |&(name, value): &(&str, &str)| {
                series.labels.get(name).is_some_and(|other| other == value)
            };
            series.name == name && labels.iter().all(of_label)
        };
        let found = self.series.iter().filter(|(series, _)| has(series));
        found.map(|(_, value)| value).sum()
    }

    /// The number of this series; `None` if it is not shown.
    pub(crate) fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        let series = Series {
            name: name.to_owned(),
            labels: labels.iter().map(owned).collect(),
        };
        self.series.get(&series).copied()
    }
}

impl Series {
    fn parse(text: &str) -> Self {
        let Some((name, rest)) = text.split_once('{') else {
            return Self {
                name: text.to_owned(),
                labels: BTreeMap::new(),
            };
        };
        let labels = rest.strip_suffix("\"}").expect("labels have an end");
        // No label of ours has a quote in its value.
        let pairs = labels.split("\",").map(|label| label.split_once("=\""));
        let pairs = pairs.map(|pair| pair.expect("a name and a value"));
        Self {
            name: name.to_owned(),
            labels: pairs
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }
    }

    /// The same without one label, and its value.
    pub(crate) fn without(&self, label: &str) -> (Self, String) {
        let mut series = self.clone();
        let value = series.labels.remove(label);
        (series, value.expect("the label is there"))
    }
}
