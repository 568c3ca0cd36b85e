//! A delivery as text, so that seeds are written and read as requests are.

use webhook_verify::Provider;

use super::{split_line, split_provider};

/// Header lines: names and values.
pub(super) type Lines = Vec<(String, Vec<u8>)>;

/// What a provider is said to have sent.
#[derive(Debug)]
pub(super) struct Delivery<'a> {
    pub(super) provider: Provider,
    pub(super) headers: Lines,
    pub(super) body: &'a [u8],
}

impl<'a> Delivery<'a> {
    /// Reads the name of a provider on a line, header lines up to an empty one, and the body.
    ///
    /// Header values are any bytes but a line feed, as a server might hand them over at its worst.
    pub(super) fn parse(text: &'a [u8]) -> Option<Self> {
        let (provider, mut rest) = split_provider(text)?;
        let mut headers = Lines::new();
        loop {
            let (line, after) = split_line(rest);
            rest = after;
            if line.is_empty() {
                return Some(Self {
                    provider,
                    headers,
                    body: rest,
                });
            }
            headers.extend(parse_header(line));
        }
    }
}

fn parse_header(line: &[u8]) -> Option<(String, Vec<u8>)> {
    let colon = line.iter().position(|&byte| byte == b':')?;
    let name = str::from_utf8(&line[..colon]).ok()?;
    Some((name.to_owned(), line[colon + 1..].to_vec()))
}
