//! How a body is written, as far as its fields are read.

/// How a body is written whose fields are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case")
)]
#[non_exhaustive]
pub enum BodyFormat {
    /// JSON. A field has a path: the names of members from the outermost inwards, with dots between,
    /// as `data.id`. Behind a name, `[]` stands for the one item of an array: more than one is
    /// refused, because what stands in the others would not be read.
    Json,
    /// `application/x-www-form-urlencoded`. A field has a name.
    Form,
}
