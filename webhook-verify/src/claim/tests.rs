use super::*;
use crate::{Provider, Request, Setup};

const HEX: &str = "1111111111111111111111111111111111111111111111111111111111111111";
const BASE64: &str = "ERERERERERERERERERERERERERERERERERERERERERE=";

/// The family, and how many signatures were found.
fn read(provider: Provider, headers: &[(&str, &str)]) -> Result<(usize, usize), Rejection> {
    let rules = Setup::from(provider).check().expect("consistent");
    let mut signatures = Signatures::new(&rules.scheme);
    let no_fields = Fields::NONE;
    let mut claim = Claim::blank(&rules);
    claim.read(
        &rules,
        Request::new(&headers).into(),
        &no_fields,
        &mut signatures,
    )?;
    Ok((claim.family, signatures.usable().len()))
}

#[test]
fn the_family_is_the_first_that_has_a_signature() {
    let signature = ["v1,", BASE64].concat();
    let svix = ("svix-signature", signature.as_str());
    let webhook = ("webhook-signature", signature.as_str());
    let rest = [
        ("svix-id", "a"),
        ("svix-timestamp", "1700000000"),
        ("webhook-id", "a"),
        ("webhook-timestamp", "1700000000"),
    ];
    let read = |signed: &[_]| read(Provider::Svix, &[signed, &rest].concat());
    assert_eq!(read(&[webhook, svix]), Ok((0, 1)));
    assert_eq!(read(&[webhook]), Ok((1, 1)));
    let header = "svix-signature".into();
    assert_eq!(read(&[]), Err(Rejection::MissingHeader { header }));
}

#[test]
fn a_family_with_a_malformed_signature_is_not_passed_over() {
    let signature = ["v1,", BASE64].concat();
    let headers = [("svix-signature", "v1,"), ("webhook-signature", &signature)];
    let header = "svix-signature".into();
    let refused = Err(Rejection::NoUsableSignature { header });
    assert_eq!(read(Provider::Svix, &headers), refused);
}

#[test]
fn one_of_several_signature_headers_is_enough_and_all_are_read() {
    let time = ("box-delivery-timestamp", "2020-01-01T00:00:00-07:00");
    let primary = ("box-signature-primary", BASE64);
    let secondary = ("box-signature-secondary", BASE64);
    assert_eq!(read(Provider::Box, &[time, primary]), Ok((0, 1)));
    assert_eq!(read(Provider::Box, &[time, secondary]), Ok((0, 1)));
    assert_eq!(read(Provider::Box, &[time, primary, secondary]), Ok((0, 2)));

    let header = "box-signature-primary".into();
    let missing = Err(Rejection::MissingHeader { header });
    assert_eq!(read(Provider::Box, &[time]), missing);
}

#[test]
fn a_repeated_header_is_refused_unless_the_sender_has_a_line_for_each_secret() {
    let [one, two] = [HEX, &HEX.replace('1', "2")].map(|hex| ["sha256=", hex].concat());
    let lines = |name| [(name, one.as_str()), (name, two.as_str())];
    assert_eq!(
        read(Provider::Mollie, &lines("x-mollie-signature")),
        Ok((0, 2))
    );
    let header = "x-hub-signature-256".into();
    assert_eq!(
        read(Provider::GitHub, &lines("x-hub-signature-256")),
        Err(Rejection::RepeatedHeader { header })
    );
}

#[test]
fn signatures_are_counted_over_all_lines() {
    let signature = ["sha256=", HEX].concat();
    let line = ("x-mollie-signature", signature.as_str());
    let read = |count| read(Provider::Mollie, &alloc::vec![line; count]);
    assert_eq!(read(MAX_SIGNATURES), Ok((0, MAX_SIGNATURES)));
    assert_eq!(
        read(MAX_SIGNATURES + 1),
        Err(Rejection::TooManySignatures {
            header: "x-mollie-signature".into(),
            limit: MAX_SIGNATURES
        })
    );
}
