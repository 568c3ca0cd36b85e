//! Challenges that stand in a header.

use super::Refusal;
use crate::headers::Headers;

/// What a header says, without the white space that HTTP allows around it; nothing if it is not
/// there. A line that is repeated word by word counts once: some proxies do that.
///
/// # Errors
///
/// Lines of that name differ, or it is not UTF-8.
pub(super) fn find<'a, H: Headers>(
    headers: &'a H,
    name: &'static str,
) -> Result<Option<&'a str>, Refusal> {
    let mut values = headers.values_of(name);
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.any(|other| other != value) {
        return Err(Refusal::Repeated { name });
    }
    match core::str::from_utf8(value) {
        Ok(text) => Ok(Some(text.trim_matches([' ', '\t']))),
        Err(_) => Err(Refusal::Characters { name }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_trimmed_of_spaces_and_tabs_only() {
        assert_eq!(find(&[("A", " \t b\tc ")], "a"), Ok(Some("b\tc")));
        assert_eq!(find(&[("a", "b\n")], "a"), Ok(Some("b\n")));
        assert_eq!(find(&[("b", "c")], "a"), Ok(None));
    }

    #[test]
    fn lines_that_differ_are_refused_and_lines_that_do_not_count_once() {
        assert_eq!(find(&[("a", "b"), ("A", "b")], "a"), Ok(Some("b")));
        let repeated = Err(Refusal::Repeated { name: "a" });
        assert_eq!(find(&[("a", "b"), ("A", "c")], "a"), repeated);
    }

    #[test]
    fn a_value_that_is_not_utf_8_is_refused() {
        let characters = Err(Refusal::Characters { name: "a" });
        assert_eq!(find(&[("a", b"\xff")], "a"), characters);
    }
}
