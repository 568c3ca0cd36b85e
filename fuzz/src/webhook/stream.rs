//! Bodies that come in pieces.

use webhook_verify::{
    Arriving, IdSource, Proof, Provider, Rejection, Request, Secret, Setup, Signer, Verifier,
};

use super::{NOW, split_line, split_parts};

type Lines = Vec<(String, Vec<u8>)>;

const ADDRESS: &str = "https://hooks.example.com/webhooks";
const ISSUER: &str = "APIrTAAdPuVhT8x";

/// However a body is cut, it gets the verdict of the whole; one that is longer than the limit is refused; and what was
/// refused stays so.
///
/// The input is the name of a provider, a line with numbers, of which the first is the limit and the others are lengths
/// of pieces, an id on a line, the body that is signed, a line with three hyphens, and the body that arrives; or the
/// first body alone, which then arrives as it was signed.
pub fn webhook_stream(data: &[u8]) {
    let (name, rest) = split_line(data);
    let (numbers, rest) = split_line(rest);
    let (id, rest) = split_line(rest);
    let (signed, arriving) = split_parts(rest);
    let (Some(setup), Some(numbers), Ok(id)) =
        (setup(name), numbers_of(numbers), str::from_utf8(id))
    else {
        return;
    };
    let [limit, lengths @ ..] = &*numbers else {
        return;
    };
    let Ok(verifier) = Verifier::new(setup.clone(), secret()) else {
        return; // The key of a pair, which no text is for all.
    };
    let headers = headers(setup, id, signed);
    let body = arriving.unwrap_or(signed);

    let whole = verifier
        .verify_at(&headers, body, NOW)
        .map(|verified| verified.to_proof());
    let streamed = stream(&verifier, &headers, *limit, &pieces(body, lengths));
    match body.len() as u64 <= *limit {
        true => assert_eq!(streamed, whole),
        false => assert_is_too_long(*limit, &streamed, &whole),
    }
}

fn setup(name: &[u8]) -> Option<Setup> {
    let provider: Provider = str::from_utf8(name).ok()?.parse().ok()?;
    let setup = provider.at(ADDRESS).issued_by(ISSUER);
    Some(match provider.scheme().weakness() {
        Some(weakness) => setup.despite(weakness),
        None => setup,
    })
}

/// In hexadecimal, and so fit for every form of secret but keys of pairs.
fn secret() -> Secret {
    Secret::new("12ab".repeat(16))
}

fn numbers_of(line: &[u8]) -> Option<Vec<u64>> {
    let words = str::from_utf8(line).ok()?.split(' ');
    words.map(|word| word.parse().ok()).collect()
}

/// What the provider would send with the body that is signed; nothing if it cannot be signed.
fn headers(setup: Setup, id: &str, body: &[u8]) -> Lines {
    let Ok(signer) = Signer::new(setup, secret()) else {
        return Lines::new();
    };
    let takes_id = matches!(
        signer.scheme().id,
        Some(IdSource::Header(_) | IdSource::Claim(_))
    );
    let Ok(headers) = signer.sign(takes_id.then_some(id), NOW, body) else {
        return Lines::new();
    };
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.into());
    headers.iter().map(owned).collect()
}

/// The body in pieces of these lengths, of which the last is whatever is left.
fn pieces<'b>(mut body: &'b [u8], lengths: &[u64]) -> Vec<&'b [u8]> {
    let mut pieces = Vec::new();
    for &length in lengths {
        let length = usize::try_from(length).map_or(body.len(), |length| length.min(body.len()));
        let (piece, rest) = body.split_at(length);
        pieces.push(piece);
        body = rest;
    }
    pieces.push(body);
    pieces
}

fn stream(
    verifier: &Verifier,
    headers: &Lines,
    limit: u64,
    pieces: &[&[u8]],
) -> Result<Proof, Rejection> {
    let mut arriving = verifier.begin(Request::new(headers), limit)?;
    for piece in pieces {
        if let Err(rejection) = arriving.push(piece) {
            assert_stays_refused(arriving, &rejection, pieces);
            return Err(rejection);
        }
    }
    let arrived = arriving.finish_at(NOW)?;
    let len: usize = pieces.iter().map(|piece| piece.len()).sum();
    assert_eq!(arrived.body_len(), len as u64);
    Ok(arrived.to_proof())
}

fn assert_stays_refused(mut arriving: Arriving<'_>, rejection: &Rejection, pieces: &[&[u8]]) {
    for piece in pieces.iter().chain([&&[][..]]) {
        assert_eq!(arriving.push(piece).as_ref(), Err(rejection));
    }
    assert_eq!(arriving.finish_at(NOW).as_ref().map(drop), Err(rejection));
}

/// The length is seen with the piece that exceeds the limit; something else may be wrong before that.
fn assert_is_too_long(
    limit: u64,
    streamed: &Result<Proof, Rejection>,
    whole: &Result<Proof, Rejection>,
) {
    let too_long = Rejection::BodyTooLong { limit };
    let is_refused = streamed
        .as_ref()
        .is_err_and(|rejection| *rejection == too_long || whole.as_ref().err() == Some(rejection));
    assert!(is_refused, "{streamed:?} of more than {limit} bytes");
}
