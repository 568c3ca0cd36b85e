//! Who a client behind proxies is.

use std::net::IpAddr;
use std::num::NonZero;

use http::header::{FORWARDED, HeaderMap, HeaderName, HeaderValue};
use ratelimit::http::{ForwardedIn, Network, Proxies};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The nearest of our proxies, which calls the server.
const NEAREST: &str = "10.0.0.1";

/// A client is who it is, whatever it says: in a line of its own, or in front of what our two proxies add to its line.
///
/// The input is the client's address in 16 bytes, of IPv4 if 12 of them are zero, and what it says. It is also read as it is, as a field and as a network.
pub fn ratelimit_client(data: &[u8]) {
    let Some((bits, said)) = data.split_first_chunk::<16>() else {
        return;
    };
    let client = match bits.split_last_chunk::<4>() {
        Some(([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], v4)) => IpAddr::from(*v4),
        _ => IpAddr::from(*bits).to_canonical(),
    };
    reads_a_network(said);
    let Ok(said) = HeaderValue::from_bytes(said) else {
        return;
    };
    for (name, field, added) in [
        (
            X_FORWARDED_FOR,
            ForwardedIn::XForwardedFor,
            format!("{client}, 10.0.0.2"),
        ),
        (
            FORWARDED,
            ForwardedIn::Forwarded,
            format!("for=\"{client}\";host=\"a,b\\\"\", for=10.0.0.2"),
        ),
    ] {
        let added = HeaderValue::try_from(added).expect("visible");
        let joined = [said.as_bytes(), b", ", added.as_bytes()].concat();
        let joined = HeaderValue::from_bytes(&joined).expect("both can be in a header");

        let lines = headers(&name, [&said, &added]);
        let line = headers(&name, [&joined]);
        let alone = headers(&name, [&said]);
        for headers in [&lines, &line] {
            let counted = Proxies::hops(NonZero::new(2).expect("two"), field.clone());
            assert_eq!(
                counted.client(nearest(), headers),
                Some(client),
                "{headers:?}"
            );
            if !ours().contains(client) {
                let known = Proxies::within([ours()], field.clone());
                assert_eq!(
                    known.client(nearest(), headers),
                    Some(client),
                    "{headers:?}"
                );
            }
        }
        // Nobody of ours has added anything: it is still somebody, or nobody, and no panic.
        let known = Proxies::within([ours()], field);
        known.client(nearest(), &alone);
        assert_eq!(Proxies::NONE.client(Some(client), &alone), Some(client));
    }
}

/// A network that is read is written so that it is read again, and holds its own address.
fn reads_a_network(text: &[u8]) {
    let Ok(text) = str::from_utf8(text) else {
        return;
    };
    let Ok(network) = text.parse::<Network>() else {
        return;
    };
    let written = network.to_string();
    assert_eq!(written.parse(), Ok(network), "{text:?}");
    let address = written.split('/').next();
    let address = address.and_then(|address| address.parse().ok());
    assert!(
        network.contains(address.expect("an address is in front")),
        "{text:?}"
    );
}

fn headers<const N: usize>(name: &HeaderName, values: [&HeaderValue; N]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(name, value.clone());
    }
    headers
}

fn nearest() -> Option<IpAddr> {
    NEAREST.parse().ok()
}

fn ours() -> Network {
    "10.0.0.0/8".parse().expect("a network")
}
