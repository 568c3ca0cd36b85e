//! Challenges that stand in the query of a URL.

use alloc::borrow::Cow;

use super::Refusal;

/// The value of a parameter, decoded as [the URL
/// standard](https://url.spec.whatwg.org/#urlencoded-parsing) says; nothing if it is not there.
///
/// # Errors
///
/// It is there more than once: readers differ in which of the two they take.
pub(super) fn find<'q>(
    query: &'q str,
    name: &'static str,
) -> Result<Option<Cow<'q, str>>, Refusal> {
    let mut values = form_urlencoded::parse(query.as_bytes())
        .filter(|(own, _)| own == name)
        .map(|(_, value)| value);
    let value = values.next();
    if values.next().is_some() {
        return Err(Refusal::Repeated { name });
    }
    Ok(value)
}

/// As [`find`], for a parameter which has to be there.
///
/// # Errors
///
/// It is not there, or more than once.
pub(super) fn one<'q>(query: &'q str, name: &'static str) -> Result<Cow<'q, str>, Refusal> {
    find(query, name)?.ok_or(Refusal::Missing { name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_found_by_its_whole_name_and_decoded() {
        let query = "xhub.mode=1&hub.mode=a%20b+c%3D&hub.mode.x=2";
        assert_eq!(find(query, "hub.mode").unwrap().as_deref(), Some("a b c="));
        assert_eq!(
            find("hub%2Emode=1", "hub.mode").unwrap().as_deref(),
            Some("1")
        );
        assert_eq!(find("HUB.MODE=1", "hub.mode"), Ok(None));
        assert_eq!(find("", "hub.mode"), Ok(None));
        assert_eq!(find("hub.mode", "hub.mode").unwrap().as_deref(), Some(""));
    }

    #[test]
    fn a_parameter_that_is_there_twice_is_refused_however_it_is_written() {
        for query in ["a=1&a=1", "a=1&b=2&%61=3", "a&a"] {
            assert_eq!(find(query, "a"), Err(Refusal::Repeated { name: "a" }));
        }
    }

    #[test]
    fn a_parameter_that_has_to_be_there_is_missed() {
        assert_eq!(one("b=1", "a"), Err(Refusal::Missing { name: "a" }));
    }
}
