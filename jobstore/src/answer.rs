//! What a handler answers.

use std::{fmt, io};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::InvalidJob;

/// What a handler answered: JSON that every store can keep with the job, and read back.
///
/// ```
/// use jobstore::Answer;
///
/// let answer = Answer::new("Hello, Ada!")?;
/// assert_eq!(answer.value(), "Hello, Ada!");
/// assert!(Answer::new("a".repeat(Answer::MAX_SIZE)).is_err());
/// # Ok::<(), jobstore::InvalidJob>(())
/// ```
///
/// Only [`new`](Self::new) checks the limits. To deserialize one is to restore what a store has kept.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Answer(Value);

impl Answer {
    /// The longest answer, in bytes of JSON. A record is read as a whole by whoever looks at its job; what
    /// is larger belongs elsewhere, and its address into the answer.
    pub const MAX_SIZE: usize = 1024 * 1024;

    /// How many lists and objects may be inside one another. Parsers have limits of their own, that of
    /// `serde_json` is 127, and an answer is also read as a part of something else.
    pub const MAX_DEPTH: usize = 100;

    /// The answer that `value` is.
    ///
    /// # Errors
    ///
    /// It is longer than [`MAX_SIZE`](Self::MAX_SIZE), or nested deeper than
    /// [`MAX_DEPTH`](Self::MAX_DEPTH).
    pub fn new(value: impl Into<Value>) -> Result<Self, InvalidJob> {
        let value = value.into();
        // The depth comes first: to write a value down takes as much stack as it is deep.
        if is_deeper(&value, Self::MAX_DEPTH) {
            let problem = format!("is nested deeper than {} levels", Self::MAX_DEPTH);
            return Err(InvalidJob::new("result", problem));
        }
        InvalidJob::at_most("result", size(&value), Self::MAX_SIZE, "bytes")?;
        Ok(Self(value))
    }

    /// What was answered.
    #[must_use]
    pub const fn value(&self) -> &Value {
        &self.0
    }

    /// What was answered, to keep.
    #[must_use]
    pub fn into_value(self) -> Value {
        self.0
    }
}

/// Says how much there is, not what: like a payload, an answer may hold what must not reach a log.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({} bytes)", size(&self.0))
    }
}

fn is_deeper(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(_) | Value::Object(_) if levels == 0 => true,
        Value::Array(items) => items.iter().any(|item| is_deeper(item, levels - 1)),
        Value::Object(map) => map.values().any(|item| is_deeper(item, levels - 1)),
        _ => false,
    }
}

/// How many bytes of JSON it is.
fn size(value: &Value) -> usize {
    let mut length = Length(0);
    // The keys of a `Value` are text, and to count cannot fail; so there is no error.
    let _ = serde_json::to_writer(&mut length, value);
    length.0
}

/// Counts what is written to it.
struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lists(levels: usize) -> Value {
        (0..levels).fold(json!(1), |inner, _| json!([inner]))
    }

    fn objects(levels: usize) -> Value {
        (0..levels).fold(json!(1), |inner, _| json!({"a": inner}))
    }

    #[test]
    fn an_answer_has_a_depth() {
        for nested in [lists, objects] {
            assert!(Answer::new(nested(Answer::MAX_DEPTH)).is_ok());
            let refused = Answer::new(nested(Answer::MAX_DEPTH + 1)).unwrap_err();
            assert_eq!(
                refused.to_string(),
                "the job's result is nested deeper than 100 levels"
            );
        }
    }

    #[test]
    fn an_answer_has_a_size() {
        let quotes = 2;
        let text = "a".repeat(Answer::MAX_SIZE - quotes);
        assert!(Answer::new(text.as_str()).is_ok());
        let refused = Answer::new(text + "a").unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the job's result has 1048577 bytes, at most 1048576 are allowed"
        );
    }

    #[test]
    fn debug_tells_the_size_and_nothing_else() {
        let answer = Answer::new(json!({"card": 4242})).unwrap();
        assert_eq!(format!("{answer:?}"), "Answer(13 bytes)");
    }
}
