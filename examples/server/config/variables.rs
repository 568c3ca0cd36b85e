//! The environment, read once; remembers what was asked for and what was wrong.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::problem::{Problem, Problems};
use super::quantity;
use super::unknown;

/// A snapshot of the environment.
///
/// Reading never fails: a value that cannot be used is noted as a [`Problem`] and the default is
/// returned, so that one pass finds every fault.
#[derive(Debug)]
pub(crate) struct Variables {
    values: BTreeMap<String, OsString>,
    known: Vec<String>,
    problems: Vec<Problem>,
}

impl Variables {
    pub(crate) fn from_environment() -> Self {
        Self {
            values: std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
                .collect(),
            known: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// The text of a variable. Set but empty is a fault: it is more often a lost secret than a wish for the default.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        self.known.push(name.to_owned());
        let value = self.values.get(name)?;
        match value.to_str() {
            Some("") => {
                self.refuse(name, "is set but empty", "give it a value, or unset it");
                None
            }
            Some(text) => Some(text.to_owned()),
            None => {
                self.refuse(name, "is not valid UTF-8", "set it to plain text");
                None
            }
        }
    }

    /// Whether it is there, with whatever value.
    pub(crate) fn is_set(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// A variable that `parse` understands, or `default`. The fault that `parse` reports follows the
    /// variable's name in a sentence; it must not contain a secret.
    pub(crate) fn parsed<T>(
        &mut self,
        name: &str,
        default: T,
        parse: impl FnOnce(&str) -> Result<T, (String, String)>,
    ) -> T {
        match self.text(name).as_deref().map(parse) {
            None => default,
            Some(Ok(value)) => value,
            Some(Err((fault, remedy))) => {
                self.refuse(name, fault, remedy);
                default
            }
        }
    }

    /// A whole number within `range`.
    pub(crate) fn number(
        &mut self,
        name: &str,
        default: usize,
        range: RangeInclusive<usize>,
    ) -> usize {
        self.bounded(
            name,
            default,
            range,
            quantity::parse_number,
            usize::to_string,
        )
    }

    /// A length of time within `range`, written with its unit: `500ms`, `15s`, `2m`, `1h`, `7d`.
    pub(crate) fn duration(
        &mut self,
        name: &str,
        default: Duration,
        range: RangeInclusive<Duration>,
    ) -> Duration {
        self.bounded(
            name,
            default,
            range,
            quantity::parse_duration,
            quantity::show_duration,
        )
    }

    /// Notes a fault.
    pub(crate) fn refuse(
        &mut self,
        variable: &str,
        fault: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.problems.push(Problem {
            variable: variable.to_owned(),
            fault: fault.into(),
            remedy: remedy.into(),
        });
    }

    /// Ends the reading: names that look like ours but are not are faults too.
    pub(crate) fn finish(mut self) -> Result<(), Problems> {
        let suspects = self.values.keys().filter(|name| !self.known.contains(name));
        self.problems
            .extend(suspects.filter_map(|name| unknown::problem(name, &self.known)));
        if self.problems.is_empty() {
            Ok(())
        } else {
            Err(Problems(self.problems))
        }
    }

    fn bounded<T: PartialOrd>(
        &mut self,
        name: &str,
        default: T,
        range: RangeInclusive<T>,
        parse: impl FnOnce(&str) -> Result<T, &'static str>,
        show: impl Fn(&T) -> String,
    ) -> T {
        let (least, most) = (show(range.start()), show(range.end()));
        self.parsed(name, default, |text| {
            let remedy = format!("choose a value from {least} to {most}");
            match parse(text) {
                Ok(value) if range.contains(&value) => Ok(value),
                Ok(value) => Err((format!("is {}, out of range", show(&value)), remedy)),
                Err(error) => Err((format!("{text:?} {error}"), remedy)),
            }
        })
    }
}
