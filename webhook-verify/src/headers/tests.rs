use super::*;

const ID: HeaderNames = HeaderNames::from_static(&["svix-id", "webhook-id"]);
const SIGNATURE: HeaderNames = HeaderNames::from_static(&["svix-signature", "webhook-signature"]);

fn id<'a, const LEN: usize>(headers: &'a [(&'a str, &'a [u8]); LEN]) -> Result<&'a str, Rejection> {
    let family = Family::each(headers, &SIGNATURE)
        .find(|family| matches!(family.find_one(&SIGNATURE), Ok(Some(_))))
        .expect("a signature is there");
    family.one(&ID)
}

#[test]
fn the_family_is_the_first_whose_signature_is_there() {
    let svix: (&str, &[u8]) = ("svix-id", b"svix");
    let webhook: (&str, &[u8]) = ("webhook-id", b"webhook");
    let svix_signature: (&str, &[u8]) = ("SVIX-Signature", b"");
    let webhook_signature: (&str, &[u8]) = ("Webhook-Signature", b"");

    assert_eq!(
        id(&[svix, webhook, svix_signature, webhook_signature]),
        Ok("svix")
    );
    assert_eq!(id(&[svix, webhook, webhook_signature]), Ok("webhook"));
    assert_eq!(
        id(&[webhook, svix_signature]),
        Err(Rejection::MissingHeader {
            header: "svix-id".into()
        })
    );
}

#[test]
fn a_value_is_trimmed_of_spaces_and_tabs_only() {
    let signed: (&str, &[u8]) = ("svix-signature", b"");
    assert_eq!(id(&[signed, ("svix-id", b" \t a\tb \t ")]), Ok("a\tb"));
    assert_eq!(id(&[signed, ("svix-id", b"\t ")]), Ok(""));
    assert_eq!(
        id(&[signed, ("svix-id", b"a\n")]),
        Err(Rejection::NotAscii {
            header: "svix-id".into()
        })
    );
}

#[test]
fn lines_that_differ_are_refused_and_lines_that_do_not_count_once() {
    let signed: (&str, &[u8]) = ("svix-signature", b"");
    assert_eq!(
        id(&[signed, ("svix-id", b"a"), ("Svix-Id", b"a ")]),
        Ok("a")
    );
    assert_eq!(
        id(&[signed, ("svix-id", b"a"), ("Svix-Id", b"b")]),
        Err(Rejection::RepeatedHeader {
            header: Cow::Borrowed("svix-id")
        })
    );
}

#[test]
fn a_value_that_is_not_printable_ascii_is_refused() {
    let values: [&[u8]; 6] = [
        b"\xff",
        b"a\xc3\xa9",
        b"\0",
        b"a\x7fb",
        b"\x1b[0m",
        b"\x80\x80",
    ];
    for value in values {
        let headers: [(&str, &[u8]); 2] = [("svix-signature", b""), ("svix-id", value)];
        assert_eq!(
            id(&headers),
            Err(Rejection::NotAscii {
                header: "svix-id".into()
            }),
            "{value:?}"
        );
    }
}

#[test]
fn a_value_over_the_limit_is_refused() {
    let long = [b'x'; MAX_HEADER_LEN + 1];
    let signed: (&str, &[u8]) = ("svix-signature", b"");
    assert_eq!(
        id(&[signed, ("svix-id", &long[1..])]).map(str::len),
        Ok(MAX_HEADER_LEN)
    );
    assert_eq!(
        id(&[signed, ("svix-id", &long)]),
        Err(Rejection::HeaderTooLong {
            header: "svix-id".into(),
            len: long.len(),
            limit: MAX_HEADER_LEN
        })
    );
}

#[test]
fn pairs_in_any_container_are_headers() {
    let array = [("A", "1"), ("b", "2"), ("a", "3")];
    let slice: &[(&str, &str)] = &array;
    let vector: Vec<_> = array
        .iter()
        .map(|(name, value)| (*name, value.as_bytes().to_vec()))
        .collect();

    assert!(array.values_of("a").eq([b"1", b"3"]));
    assert!(slice.values_of("a").eq([b"1", b"3"]));
    assert!(vector.values_of("A").eq([b"1", b"3"]));
    assert_eq!(Headers::values_of(&&array, "c").count(), 0);
}

#[cfg(feature = "http")]
#[test]
fn a_header_map_yields_every_line_as_bytes() {
    use http::{HeaderMap, HeaderName, HeaderValue};

    let name = HeaderName::from_static("webhook-id");
    let mut map = HeaderMap::new();
    map.append(name.clone(), HeaderValue::from_static("1"));
    map.append(
        name,
        HeaderValue::from_bytes(b"\xff").expect("obs-text is allowed"),
    );

    let expected: [&[u8]; 2] = [b"1", b"\xff"];
    assert!(map.values_of("Webhook-ID").eq(expected));
    assert_eq!(map.values_of("not a name").count(), 0);
}
