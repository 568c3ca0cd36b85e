//! Schemes as a configuration file has them.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::header_names::HeaderNames;
use crate::provider::Provider;
use crate::scheme::Scheme;
use crate::segment::Segment;
use crate::signature_source::MoreSignatures;
use crate::timestamp::Tolerance;

/// What may be left out of a file.
pub(crate) const fn in_header() -> MoreSignatures {
    MoreSignatures::InHeader
}

/// What may be left out of a file.
pub(crate) const fn standard() -> Tolerance {
    Tolerance::STANDARD
}

// What serde derives goes by the name of the type, so that what it reads can be checked before
// anybody has it.
impl<'de> Deserialize<'de> for Scheme {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let scheme = Self::deserialize(deserializer)?;
        match scheme.validate() {
            Ok(_) => Ok(scheme),
            Err(misconfigured) => {
                let name = &scheme.name;
                Err(D::Error::custom(format!("scheme {name}: {misconfigured}")))
            }
        }
    }
}

impl Serialize for Scheme {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

/// A layout as text: [`Segment::layout`].
pub(crate) mod layout {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(
        signed: &[Segment],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let text: String = signed.iter().map(ToString::to_string).collect();
        serializer.serialize_str(&text)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Cow<'static, [Segment]>, D::Error> {
        let text = String::deserialize(deserializer)?;
        Segment::layout(&text)
            .map(Cow::Owned)
            .map_err(D::Error::custom)
    }
}

/// The names of a header: one, or one for each family.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Each(Vec<String>),
}

impl Serialize for HeaderNames {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut names: Vec<_> = self.iter().map(String::from).collect();
        match names.pop() {
            Some(name) if names.is_empty() => Names::One(name),
            last => Names::Each(names.into_iter().chain(last).collect()),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for HeaderNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Names::deserialize(deserializer)? {
            Names::One(name) => Self::from(name),
            Names::Each(names) => Self::from_iter(names),
        })
    }
}

/// How far a time may be from now, in seconds, or `unlimited`.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Window {
    Seconds(Seconds),
    Word(String),
}

/// Both bounds of a window, in whole seconds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seconds {
    past: u64,
    future: u64,
}

const UNLIMITED: &str = "unlimited";

impl From<Tolerance> for Window {
    fn from(tolerance: Tolerance) -> Self {
        match tolerance {
            Tolerance::Within { past, future } => Self::Seconds(Seconds {
                past: past.as_secs(),
                future: future.as_secs(),
            }),
            Tolerance::Unlimited => Self::Word(UNLIMITED.into()),
        }
    }
}

impl TryFrom<Window> for Tolerance {
    type Error = String;

    fn try_from(window: Window) -> Result<Self, String> {
        match window {
            Window::Seconds(Seconds { past, future }) => Ok(Self::Within {
                past: Duration::from_secs(past),
                future: Duration::from_secs(future),
            }),
            Window::Word(word) if word == UNLIMITED => Ok(Self::Unlimited),
            Window::Word(word) => Err(format!(
                "{word:?} is no tolerance: give past and future in seconds, or {UNLIMITED:?}"
            )),
        }
    }
}

/// By its name.
impl Serialize for Provider {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Provider {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        name.parse().map_err(D::Error::custom)
    }
}
