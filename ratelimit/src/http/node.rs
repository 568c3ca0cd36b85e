//! Addresses, as proxies write them.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Reads the address of a node of [RFC 7239, section
/// 6](https://www.rfc-editor.org/rfc/rfc7239#section-6), with or without its port, which may be
/// obfuscated. An IPv6 address without brackets, as most proxies write it, has no port.
///
/// None for what names nobody: `unknown`, and names that begin with `_`, which most proxies make anew
/// for each request.
pub(super) fn address(node: &str) -> Option<IpAddr> {
    if let Ok(bare) = node.parse::<Ipv6Addr>() {
        return Some(IpAddr::V6(bare).to_canonical());
    }
    let (address, rest) = match node.strip_prefix('[') {
        Some(node) => {
            let (address, rest) = node.split_once(']')?;
            (IpAddr::V6(address.parse().ok()?), rest)
        }
        None => {
            let end = node.find(':').unwrap_or(node.len());
            let address: Ipv4Addr = node[..end].parse().ok()?;
            (IpAddr::V4(address), &node[end..])
        }
    };
    let is_whole = rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port);
    is_whole.then(|| address.to_canonical())
}

fn is_port(port: &str) -> bool {
    if let Some(name) = port.strip_prefix('_') {
        let may_be_in = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        return !name.is_empty() && name.bytes().all(may_be_in);
    }
    (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_with_and_without_ports() {
        for (node, expected) in [
            ("192.0.2.43", "192.0.2.43"),
            ("192.0.2.43:47011", "192.0.2.43"),
            ("192.0.2.43:_hidden", "192.0.2.43"),
            ("[2001:db8:cafe::17]", "2001:db8:cafe::17"),
            ("[2001:db8:cafe::17]:4711", "2001:db8:cafe::17"),
            ("2001:db8:cafe::17", "2001:db8:cafe::17"),
            ("::ffff:192.0.2.43", "192.0.2.43"),
            ("[::ffff:192.0.2.43]:80", "192.0.2.43"),
        ] {
            let expected = expected.parse().ok();
            assert_eq!(address(node), expected, "{node}");
        }
    }

    #[test]
    fn what_names_nobody_is_no_address() {
        for node in [
            "",
            "unknown",
            "_hidden",
            "192.0.2",
            "192.0.2.43:",
            "192.0.2.43:123456",
            "192.0.2.43:_",
            "192.0.2.43:_a b",
            "192.0.2.043",
            " 192.0.2.43",
            "[192.0.2.43]",
            "[2001:db8::1",
            "[2001:db8::1]x",
            "2001:db8::1]",
            "fe80::1%eth0",
            "example.com",
        ] {
            assert_eq!(address(node), None, "{node:?}");
        }
    }
}
