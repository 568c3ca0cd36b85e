//! The fields of a body that are read before its signature is known.

mod form;
mod json;
mod value;

use alloc::borrow::Cow;
use alloc::vec::Vec;

pub(crate) use self::value::Value;
use crate::body_format::BodyFormat;
use crate::misconfigured::Misconfigured;
use crate::rejection::Rejection;
use crate::scheme::Scheme;
use crate::segment::Segment;
use crate::signature_source::{SignatureSource, VersionField};
use crate::signed_field::Limits;

/// Why fields of a body cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The body is not what it should be throughout.
    Unreadable,
    /// A name on this path is there twice.
    Repeated {
        /// The place of the path.
        place: usize,
    },
    /// An array on this path has no item, or more than one.
    NotOneItem {
        /// The place of the path.
        place: usize,
    },
}

/// Reads several fields in one pass.
///
/// # Errors
///
/// As [`json::read`] and [`form::read`].
pub(crate) fn read<'a>(
    format: BodyFormat,
    body: &'a [u8],
    paths: &[impl AsRef<str>],
    found: &mut [Option<Value<'a>>],
) -> Result<(), Fault> {
    match format {
        BodyFormat::Json => json::read(body, paths, found),
        BodyFormat::Form => form::read(body, paths, found),
    }
}

/// The value of one field, if the body can be read and has it once.
pub(crate) fn find<'a>(format: BodyFormat, body: &'a [u8], path: &str) -> Option<Value<'a>> {
    let mut found = [None];
    read(format, body, &[path], &mut found).ok()?;
    let [value] = found;
    value
}

/// Whether this may be the path of a field.
pub(crate) fn is_path(format: BodyFormat, path: &str) -> bool {
    match format {
        BodyFormat::Json => json::is_path(path),
        BodyFormat::Form => !path.is_empty(),
    }
}

/// Which fields a scheme reads before the signature is known, and what they must be.
#[derive(Clone, Debug)]
pub(crate) struct FieldPlan {
    format: BodyFormat,
    /// Each once.
    paths: Vec<Cow<'static, str>>,
    version: Option<VersionField>,
    limits: Vec<Limits>,
}

impl FieldPlan {
    /// # Errors
    ///
    /// The layout does not say where a field ends; a path is none, or contradicts another.
    pub(crate) fn of(scheme: &Scheme) -> Result<Self, Misconfigured> {
        let mut plan = Self {
            format: scheme.body_format(),
            paths: Vec::new(),
            version: scheme.version_field().cloned(),
            limits: Limits::of_layout(&scheme.signed)?,
        };
        for path in early_paths(scheme).cloned() {
            plan.add(path)?;
        }
        Ok(plan)
    }

    fn add(&mut self, path: Cow<'static, str>) -> Result<(), Misconfigured> {
        if !is_path(self.format, &path) {
            return Err(Misconfigured::Path {
                path: path.into_owned(),
            });
        }
        if self.paths.contains(&path) {
            return Ok(());
        }
        let contradicts = |other| match self.format {
            BodyFormat::Json => json::contradict(&path, other),
            BodyFormat::Form => false,
        };
        let is_one_too_many = self.paths.len() == json::MAX_PATHS;
        if is_one_too_many || self.paths.iter().any(|other| contradicts(other)) {
            return Err(Misconfigured::Paths {
                path: path.into_owned(),
            });
        }
        self.paths.push(path);
        Ok(())
    }

    /// Whether it reads none.
    pub(crate) const fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// Reads a body in one pass, if the scheme reads any of it.
    ///
    /// # Errors
    ///
    /// It cannot be read; it is signed by another scheme; or a signed field is missing, or is not
    /// within its limits.
    #[inline]
    pub(crate) fn read<'a>(&'a self, body: &'a [u8]) -> Result<Fields<'a>, Rejection> {
        if self.paths.is_empty() {
            return Ok(Fields::NONE);
        }
        self.read_some(body)
    }

    fn read_some<'a>(&'a self, body: &'a [u8]) -> Result<Fields<'a>, Rejection> {
        let mut values: Vec<_> = self.paths.iter().map(|_| None).collect();
        read(self.format, body, &self.paths, &mut values).map_err(|fault| self.refuse(fault))?;
        let fields = Fields {
            paths: &self.paths,
            values,
        };
        self.check_version(&fields)?;
        for limits in &self.limits {
            fields.check(limits)?;
        }
        Ok(fields)
    }

    fn refuse(&self, fault: Fault) -> Rejection {
        let path = |place: usize| self.paths[place].clone();
        match fault {
            Fault::Unreadable => Rejection::UnreadableBody,
            Fault::Repeated { place } => Rejection::RepeatedField { path: path(place) },
            Fault::NotOneItem { place } => Rejection::NotOneItem { path: path(place) },
        }
    }

    fn check_version(&self, fields: &Fields<'_>) -> Result<(), Rejection> {
        let Some(VersionField { path, text }) = &self.version else {
            return Ok(());
        };
        match fields.value(path) {
            Some(Value::Text(own)) if own == text => Ok(()),
            Some(_) => Err(Rejection::OtherVersion { path: path.clone() }),
            None => Err(Rejection::MissingField { path: path.clone() }),
        }
    }
}

/// The paths of the fields that are needed to verify a body.
fn early_paths(scheme: &Scheme) -> impl Iterator<Item = &Cow<'static, str>> {
    let signature = match &scheme.signature {
        SignatureSource::BodyField(signature) => Some(&signature.path),
        SignatureSource::Header(_) => None,
    };
    let version = scheme.version_field().map(|version| &version.path);
    let signed = scheme.signed.iter().filter_map(Segment::field);
    signature
        .into_iter()
        .chain(version)
        .chain(scheme.time_field_before_signature())
        .chain(scheme.id_field_before_signature())
        .chain(scheme.certificate_field())
        .chain(signed.map(|field| &field.path))
}

/// The fields of one body, as far as a scheme reads them before the signature is known.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a> {
    paths: &'a [Cow<'static, str>],
    /// One or none for each path.
    values: Vec<Option<Value<'a>>>,
}

impl<'a> Fields<'a> {
    /// Of a scheme that reads none.
    pub(crate) const NONE: Self = Self {
        paths: &[],
        values: Vec::new(),
    };

    /// The text of a field; of a number or a boolean, as it is written. None if it is missing, or
    /// neither of these.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.value(path).and_then(Value::as_text)
    }

    /// The same, of a field that must be there.
    ///
    /// # Errors
    ///
    /// It is missing, or no text.
    pub(crate) fn one(&self, path: &str) -> Result<&str, Rejection> {
        let own = || Cow::Owned(path.into());
        match self.value(path) {
            Some(Value::Text(text)) => Ok(text),
            Some(Value::Word(word)) => Ok(word),
            Some(Value::Composite) => Err(Rejection::MalformedField { path: own() }),
            Some(Value::Null) | None => Err(Rejection::MissingField { path: own() }),
        }
    }

    fn value(&self, path: &str) -> Option<&Value<'a>> {
        let place = self.paths.iter().position(|own| own == path)?;
        self.values[place].as_ref()
    }

    fn check(&self, limits: &Limits) -> Result<(), Rejection> {
        match self.one(&limits.path) {
            Ok(text) if !limits.include(text) => Err(Rejection::MalformedField {
                path: limits.path.clone(),
            }),
            Err(Rejection::MissingField { .. }) if limits.is_optional => Ok(()),
            Err(rejection) => Err(rejection),
            Ok(_) => Ok(()),
        }
    }
}
