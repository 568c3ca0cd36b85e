use alloc::string::{String, ToString};

use http::header::HeaderValue;
use proptest::prelude::*;

use super::*;

const CLIENT: &str = "203.0.113.7";

fn ours(field: ForwardedIn) -> Proxies {
    let networks = ["10.0.0.0/8", "2001:db8:ffff::/48"];
    let networks = networks.map(|network| network.parse().expect("a network"));
    Proxies::within(networks, field)
}

fn hops(count: usize, field: ForwardedIn) -> Proxies {
    Proxies::hops(NonZero::new(count).expect("some"), field)
}

fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        let value = HeaderValue::from_bytes(value.as_bytes()).expect("a value");
        headers.append(HeaderName::from_static(name), value);
    }
    headers
}

/// Whom a request is from that our outermost proxy, or somebody else, sends.
fn client(proxies: &Proxies, peer: &str, fields: &[(&'static str, &str)]) -> Option<String> {
    let peer = Some(peer.parse().expect("an address"));
    let client = proxies.client(peer, &headers(fields));
    client.map(|client| client.to_string())
}

#[test]
fn the_leftmost_address_is_what_the_client_says_and_not_who_it_is() {
    let proxies = ours(ForwardedIn::XForwardedFor);
    for forged in [
        "8.8.8.8",
        "10.0.0.9",
        "127.0.0.1",
        "unknown",
        "x, y",
        "\"",
        "",
    ] {
        let value = [forged, ", ", CLIENT, ", 10.0.0.2"].concat();
        let found = client(&proxies, "10.0.0.1", &[("x-forwarded-for", &value)]);
        assert_eq!(found.as_deref(), Some(CLIENT), "{forged:?}");
        let found = client(
            &hops(2, ForwardedIn::XForwardedFor),
            "10.0.0.1",
            &[("x-forwarded-for", &value)],
        );
        assert_eq!(found.as_deref(), Some(CLIENT), "{forged:?}");
    }
}

#[test]
fn the_leftmost_element_of_forwarded_is_no_better() {
    let proxies = ours(ForwardedIn::Forwarded);
    for forged in [
        "for=8.8.8.8",
        "for=10.0.0.9",
        "for=\"8.8.8.8",
        "for=8.8.8.8;for=9.9.9.9",
        "\\",
    ] {
        let value = [
            forged,
            ", for=\"",
            CLIENT,
            ":1234\", for=10.0.0.2;proto=https",
        ]
        .concat();
        let found = client(&proxies, "10.0.0.1", &[("forwarded", &value)]);
        assert_eq!(found.as_deref(), Some(CLIENT), "{forged:?}");
    }
}

#[test]
fn an_ipv6_address_without_brackets_is_read() {
    let forwarded = ours(ForwardedIn::Forwarded);
    let x_forwarded_for = ours(ForwardedIn::XForwardedFor);
    for node in ["2001:db8::7", "[2001:db8::7]", "[2001:db8::7]:443"] {
        let element = ["for=\"", node, "\""].concat();
        let found = [
            client(&forwarded, "10.0.0.1", &[("forwarded", &element)]),
            client(&x_forwarded_for, "10.0.0.1", &[("x-forwarded-for", node)]),
        ];
        assert_eq!(
            found,
            [Some("2001:db8::7".into()), Some("2001:db8::7".into())],
            "{node}"
        );
    }
}

/// A proxy may add a line of its own. Who looks at the first line only, or at the last, believes the
/// client.
#[test]
fn all_lines_are_one_list() {
    let lines = [
        ("x-forwarded-for", "8.8.8.8"),
        ("x-forwarded-for", "9.9.9.9, 203.0.113.7"),
        ("x-forwarded-for", "10.0.0.2"),
    ];
    let proxies = ours(ForwardedIn::XForwardedFor);
    assert_eq!(
        client(&proxies, "10.0.0.1", &lines).as_deref(),
        Some(CLIENT)
    );
    let forwarded = [
        ("forwarded", "for=8.8.8.8"),
        ("forwarded", "for=203.0.113.7"),
    ];
    let proxies = ours(ForwardedIn::Forwarded);
    assert_eq!(
        client(&proxies, "10.0.0.1", &forwarded).as_deref(),
        Some(CLIENT)
    );
}

/// A server that listens on `[::]` sees IPv4 as `::ffff:a.b.c.d`: it must not miss its proxy, nor give
/// a client two names.
#[test]
fn a_mapped_address_is_the_one_that_it_maps() {
    let proxies = ours(ForwardedIn::XForwardedFor);
    let fields = [("x-forwarded-for", "::ffff:203.0.113.7, ::ffff:10.0.0.2")];
    let found = client(&proxies, "::ffff:10.0.0.1", &fields);
    assert_eq!(found.as_deref(), Some(CLIENT));
    assert_eq!(
        client(&Proxies::NONE, "::ffff:203.0.113.7", &[]).as_deref(),
        Some(CLIENT)
    );
}

#[test]
fn who_is_no_proxy_of_ours_is_not_believed() {
    let fields = [
        ("x-forwarded-for", "8.8.8.8"),
        ("forwarded", "for=8.8.8.8"),
        ("x-real-ip", "8.8.8.8"),
    ];
    let real_ip = ForwardedIn::Field(HeaderName::from_static("x-real-ip"));
    for field in [ForwardedIn::Forwarded, ForwardedIn::XForwardedFor, real_ip] {
        assert_eq!(
            client(&ours(field), CLIENT, &fields).as_deref(),
            Some(CLIENT)
        );
    }
    assert_eq!(
        client(&Proxies::NONE, CLIENT, &fields).as_deref(),
        Some(CLIENT)
    );
}

#[test]
fn a_field_that_our_proxies_do_not_write_is_not_looked_at() {
    let fields = [
        ("forwarded", "for=8.8.8.8"),
        ("x-real-ip", "8.8.8.8"),
        ("x-forwarded-for", CLIENT),
        ("client-ip", "8.8.8.8"),
    ];
    let proxies = ours(ForwardedIn::XForwardedFor);
    assert_eq!(
        client(&proxies, "10.0.0.1", &fields).as_deref(),
        Some(CLIENT)
    );
}

#[test]
fn whom_a_proxy_hides_is_not_known() {
    let proxies = ours(ForwardedIn::Forwarded);
    for hidden in [
        "for=unknown",
        "for=_client",
        "proto=https",
        "for=10.0.0.2;for=8.8.8.8",
        "\u{fc}",
    ] {
        let value = ["for=8.8.8.8, ", hidden].concat();
        assert_eq!(
            client(&proxies, "10.0.0.1", &[("forwarded", &value)]),
            None,
            "{hidden}"
        );
    }
    // With a number of hops it does not matter what lies between.
    let between = [("forwarded", "for=203.0.113.7, for=_inner")];
    let found = client(&hops(2, ForwardedIn::Forwarded), "10.0.0.1", &between);
    assert_eq!(found.as_deref(), Some(CLIENT));
    assert_eq!(
        client(&hops(1, ForwardedIn::Forwarded), "10.0.0.1", &between),
        None
    );
}

#[test]
fn a_proxy_that_asks_for_itself_is_the_client() {
    let proxies = ours(ForwardedIn::XForwardedFor);
    assert_eq!(
        client(&proxies, "10.0.0.1", &[]).as_deref(),
        Some("10.0.0.1")
    );
    let fields = [("x-forwarded-for", "10.0.0.3, 10.0.0.2")];
    assert_eq!(
        client(&proxies, "10.0.0.1", &fields).as_deref(),
        Some("10.0.0.3")
    );
    // It called the inner one of two directly.
    let fields = [("x-forwarded-for", "10.0.0.3")];
    let found = client(&hops(2, ForwardedIn::XForwardedFor), "10.0.0.1", &fields);
    assert_eq!(found.as_deref(), Some("10.0.0.3"));
    let found = client(&hops(2, ForwardedIn::XForwardedFor), "10.0.0.1", &[]);
    assert_eq!(found.as_deref(), Some("10.0.0.1"));
}

#[test]
fn a_field_of_one_address_has_one() {
    let proxies = ours(ForwardedIn::Field(HeaderName::from_static("x-real-ip")));
    let real = ("x-real-ip", CLIENT);
    assert_eq!(
        client(&proxies, "10.0.0.1", &[real]).as_deref(),
        Some(CLIENT)
    );
    assert_eq!(client(&proxies, "10.0.0.1", &[real, real]), None);
    assert_eq!(
        client(
            &proxies,
            "10.0.0.1",
            &[("x-real-ip", "8.8.8.8, 203.0.113.7")]
        ),
        None
    );
    assert_eq!(client(&proxies, "10.0.0.1", &[("x-real-ip", "")]), None);
    assert_eq!(
        client(&proxies, "10.0.0.1", &[]).as_deref(),
        Some("10.0.0.1")
    );
}

#[test]
fn who_has_no_address_is_not_known() {
    for proxies in [Proxies::NONE, ours(ForwardedIn::Forwarded)] {
        assert_eq!(
            proxies.client(None, &headers(&[("forwarded", "for=8.8.8.8")])),
            None
        );
    }
    // A proxy on a Unix socket has none, and may be counted.
    let found =
        hops(1, ForwardedIn::XForwardedFor).client(None, &headers(&[("x-forwarded-for", CLIENT)]));
    assert_eq!(
        found.map(|client| client.to_string()).as_deref(),
        Some(CLIENT)
    );
}

/// Anything that a header field can hold, with what matters more often.
fn forged() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        r#"[ -~]{0,6}"#,
        Just("for=10.0.0.9".into()),
        Just("10.0.0.9".into()),
        Just("\"".into()),
        Just("\\".into()),
        Just(", ".into()),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn addresses() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<u32>().prop_map(|bits| IpAddr::V4(bits.into())),
        any::<u128>().prop_map(|bits| IpAddr::V6(bits.into()).to_canonical()),
    ]
}

proptest! {
    #[test]
    fn whatever_a_client_says_it_is_who_it_is(
        forged in forged(),
        told in addresses(),
        inner in proptest::collection::vec(0..=255_u8, 0..4),
        is_own_line: bool,
    ) {
        let is_inside = ["10.0.0.0/8", "2001:db8:ffff::/48"]
            .iter()
            .any(|inside| inside.parse::<Network>().expect("a network").contains(told));
        prop_assume!(!is_inside);

        let through = inner.iter().map(|last| std::format!("10.0.0.{last}"));
        let nodes: Vec<String> = core::iter::once(told.to_string()).chain(through).collect();
        let elements: Vec<_> = nodes.iter().map(|node| std::format!("for=\"{node}\"")).collect();
        for (field, name, added) in [
            (ForwardedIn::XForwardedFor, "x-forwarded-for", nodes.join(", ")),
            (ForwardedIn::Forwarded, "forwarded", elements.join(", ")),
        ] {
            let headers = match is_own_line {
                true => headers(&[(name, &forged), (name, &added)]),
                false => headers(&[(name, &[&forged, ", ", &added].concat())]),
            };
            let peer = "10.0.0.1".parse().ok();
            prop_assert_eq!(ours(field.clone()).client(peer, &headers), Some(told));
            prop_assert_eq!(hops(nodes.len(), field).client(peer, &headers), Some(told));
        }
    }
}
