//! Reading fields of a body that is a form.

use super::{Fault, Value};

/// Reads the values of several fields in one pass, decoded as [the URL
/// standard](https://url.spec.whatwg.org/#urlencoded-parsing) says.
///
/// # Errors
///
/// One is there more than once: readers differ in which of the two they take. Or one is not UTF-8.
pub(super) fn read<'a>(
    body: &'a [u8],
    names: &[impl AsRef<str>],
    found: &mut [Option<Value<'a>>],
) -> Result<(), Fault> {
    for (name, value) in form_urlencoded::parse(body) {
        let Some(place) = names.iter().position(|wanted| wanted.as_ref() == name) else {
            continue;
        };
        // The decoder puts this in the place of what is no UTF-8.
        if value.contains(char::REPLACEMENT_CHARACTER) {
            return Err(Fault::Unreadable);
        }
        if found[place].replace(Value::Text(value)).is_some() {
            return Err(Fault::Repeated { place });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    fn find(body: &[u8], name: &str) -> Option<String> {
        let mut found = [None];
        read(body, &[name], &mut found).expect("readable");
        let [value] = found;
        value?.into_text().map(Into::into)
    }

    #[test]
    fn a_field_is_found_by_its_whole_name_and_decoded() {
        let body = b"a=1&bt%5Fpayload=PD94%2Bbw%3D%3D%0A&b=x+y&empty&bt_payload.x=2";
        assert_eq!(find(body, "bt_payload").as_deref(), Some("PD94+bw==\n"));
        assert_eq!(find(body, "b").as_deref(), Some("x y"));
        assert_eq!(find(body, "empty").as_deref(), Some(""));
        assert_eq!(find(body, "payload"), None);
        assert_eq!(find(b"", "a"), None);
    }

    #[test]
    fn fields_are_read_in_one_pass_and_may_be_missing() {
        let mut found = [None, None, None];
        read(b"b=2&a=1", &["a", "b", "c"], &mut found).expect("readable");
        let [one, two] = ["1", "2"].map(|text| Some(Value::Text(text.into())));
        assert_eq!(found, [one, two, None]);
    }

    #[test]
    fn a_field_that_is_there_twice_is_refused_however_it_is_written() {
        for body in ["a=1&b=2&b=2", "b=1&%62=2", "b&b"] {
            let fault = read(body.as_bytes(), &["a", "b"], &mut [None, None]);
            assert_eq!(fault, Err(Fault::Repeated { place: 1 }), "{body}");
        }
        // A field that nobody reads may be.
        assert!(read(b"a=1&a=2&b=3", &["b"], &mut [None]).is_ok());
    }

    #[test]
    fn a_field_that_is_no_utf_8_is_refused() {
        for body in [&b"a=%ff"[..], b"a=\xff", b"a=%EF%BF%BD", b"a=%ed%a0%80"] {
            let fault = read(body, &["a"], &mut [None]);
            assert_eq!(fault, Err(Fault::Unreadable), "{body:?}");
        }
    }
}
