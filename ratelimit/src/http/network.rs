//! Addresses that belong together.

use core::fmt;
use core::net::IpAddr;
use core::str::FromStr;

use ipnet::IpNet;
use thiserror::Error;

/// Addresses that begin with the same bits: those of a proxy, or of one client.
///
/// An IPv4 address that is written as an IPv6 one (`::ffff:192.0.2.1`) is the IPv4 address, in a
/// network as in what is compared with it.
///
/// ```
/// use std::net::IpAddr;
/// use ratelimit::http::Network;
///
/// let inside: Network = "10.0.0.0/8".parse()?;
/// assert!(inside.contains("10.1.2.3".parse()?));
/// assert!(inside.contains("::ffff:10.1.2.3".parse()?));
/// assert!(!inside.contains("192.0.2.1".parse()?));
///
/// let client: IpAddr = "2001:db8:1:2:3:4:5:6".parse()?;
/// assert_eq!(Network::of(client, 64).to_string(), "2001:db8:1:2::/64");
/// assert_eq!(Network::of(client, 48).to_string(), "2001:db8:1::/48");
/// assert_eq!(Network::of("192.0.2.1".parse()?, 64).to_string(), "192.0.2.1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network(IpNet);

/// A text is no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ParseNetworkError {
    /// It is no address, with or without the number of bits.
    #[error("a network is written as 10.0.0.0/8, 2001:db8::/32, or as one address")]
    Form,
    /// The address has bits beyond those that count: likely a slip, as in `10.0.0.1/8`.
    #[error("the address has bits beyond the {bits} that count")]
    LooseBits {
        /// How many bits count.
        bits: u8,
    },
}

impl Network {
    /// The network of a client: so many bits of an IPv6 address, or all there are; an IPv4 address
    /// stands alone.
    ///
    /// Who has an IPv6 address has at least a /64 of them, and can come from another one with every
    /// request. Many have a /56 or a /48.
    pub fn of(address: IpAddr, v6_bits: u8) -> Self {
        let address = address.to_canonical();
        let bits = match address {
            IpAddr::V4(_) => 32,
            IpAddr::V6(_) => v6_bits.min(128),
        };
        Self(IpNet::new(address, bits).map_or_else(|_| address.into(), |network| network.trunc()))
    }

    /// Whether an address is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl From<IpAddr> for Network {
    /// One address.
    fn from(address: IpAddr) -> Self {
        Self(address.to_canonical().into())
    }
}

impl FromStr for Network {
    type Err = ParseNetworkError;

    fn from_str(text: &str) -> Result<Self, ParseNetworkError> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(address.into());
        }
        let network: IpNet = text.parse().map_err(|_| ParseNetworkError::Form)?;
        let bits = network.prefix_len();
        if network.trunc() != network {
            return Err(ParseNetworkError::LooseBits { bits });
        }
        // What maps IPv4 has 96 bits in front of the address.
        let mapped = match network.addr().to_canonical() {
            IpAddr::V4(address) if bits >= 96 && network.addr().is_ipv6() => {
                IpNet::new(address.into(), bits - 96).ok()
            }
            _ => None,
        };
        Ok(Self(mapped.unwrap_or(network)))
    }
}

impl fmt::Display for Network {
    /// One address is written without its bits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.prefix_len() == self.0.max_prefix_len() {
            true => self.0.addr().fmt(f),
            false => self.0.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use proptest::prelude::*;

    use super::*;

    fn network(text: &str) -> Network {
        text.parse().expect("a network")
    }

    #[test]
    fn networks_are_written_as_operators_write_them() {
        for (text, canonical) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("192.0.2.1", "192.0.2.1"),
            ("192.0.2.1/32", "192.0.2.1"),
            ("2001:DB8::/32", "2001:db8::/32"),
            ("::1", "::1"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
        ] {
            assert_eq!(network(text).to_string(), canonical, "{text}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in [
            "",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0/8",
            "::/129",
            "all",
            "10.0.0.0/8 ",
        ] {
            assert_eq!(
                text.parse::<Network>(),
                Err(ParseNetworkError::Form),
                "{text:?}"
            );
        }
        let slip = "10.0.0.1/8".parse::<Network>();
        assert_eq!(slip, Err(ParseNetworkError::LooseBits { bits: 8 }));
    }

    #[test]
    fn a_mapped_address_is_the_one_that_it_maps() {
        let mapped: IpAddr = "::ffff:192.0.2.1".parse().expect("an address");
        assert_eq!(Network::of(mapped, 64).to_string(), "192.0.2.1");
        assert!(network("192.0.2.0/24").contains(mapped));
        assert!(!network("::/0").contains(mapped));
    }

    proptest! {
        #[test]
        fn a_network_holds_whoever_shares_its_bits(a: u128, b: u128, bits in 0..=130_u8) {
            let [a, b] = [a, b].map(|bits| IpAddr::V6(bits.into()));
            let alike = [a, b].map(|address| Network::of(address, bits));
            prop_assert_eq!(alike[0].contains(b), alike[0] == alike[1]);
            prop_assert_eq!(alike[0].to_string().parse(), Ok(alike[0]));
        }
    }
}
