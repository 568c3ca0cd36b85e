//! Buckets by the address of the client.

use alloc::format;
use alloc::string::ToString;
use alloc::sync::Arc;
use core::net::IpAddr;

use http::request::Parts;

use super::network::Network;
use super::proxies::Proxies;
use super::subject::{Identify, Subject};

/// The address of who calls, as the extension of a request: what accepts the connections puts it
/// there. With the feature `axum`, `ConnectInfo<SocketAddr>` does as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Peer(pub IpAddr);

/// A bucket for each client, by its address, behind [`Proxies`]: one for an IPv4 address, and one for
/// a network of IPv6 addresses.
///
/// A request from nobody knows whom is [unknown](Subject::Unknown). If [`Peer`] was forgotten, all of
/// them are.
///
/// ```
/// use ratelimit::http::{ByAddress, Identify, Peer, Proxies, Subject};
///
/// let mut request = http::Request::new(());
/// request.extensions_mut().insert(Peer("2001:db8:1:2:3:4:5:6".parse()?));
/// let (head, ()) = request.into_parts();
/// let key = ByAddress::new(Proxies::NONE).subject(&head);
/// assert_eq!(key, Subject::Key("2001:db8:1:2::/64".into()));
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ByAddress {
    proxies: Arc<Proxies>,
    v6_bits: u8,
    /// The widest of the tiers that this is one of.
    widest_bits: u8,
    has_v4: bool,
}

impl ByAddress {
    /// How many bits of an IPv6 address are one client, if nothing else is said.
    pub const V6_BITS: u8 = 64;

    /// A bucket for each IPv4 address, and for each [/64](ByAddress::V6_BITS) of IPv6.
    pub fn new(proxies: impl Into<Arc<Proxies>>) -> Self {
        let [by_address] = Self::tiers(proxies, [Self::V6_BITS]);
        by_address
    }

    /// The same for several rules at once, which are about wider and wider networks of IPv6. Who has
    /// a /48 has 65 536 of /64: one rule for each of them would let it take so much more, and one
    /// rule for the /48 would have all of it share what is meant for one.
    ///
    /// Only the first is about IPv4 addresses, too. If a key has a space, the network is behind it, and
    /// in front is the widest: the keys of a client begin alike, up to the space, and so can be kept
    /// in one place by `Redis::by_subject`.
    ///
    /// ```
    /// use ratelimit::http::{ByAddress, Charge, Gate, Proxies};
    /// use ratelimit::{Memory, Quota, Rule, WhenFull};
    ///
    /// let [by_64, by_56, by_48] = ByAddress::tiers(Proxies::NONE, [64, 56, 48]);
    /// let gate = Gate::new(
    ///     Memory::for_keys(100_000, WhenFull::Share),
    ///     [
    ///         Charge::new(Rule::new("client", Quota::per_second(10)), by_64),
    ///         Charge::new(Rule::new("site", Quota::per_second(40)), by_56),
    ///         Charge::new(Rule::new("organisation", Quota::per_second(200)), by_48),
    ///     ],
    /// )?;
    /// # drop(gate);
    /// # Ok::<(), ratelimit::TooManyAsks>(())
    /// ```
    pub fn tiers<const N: usize>(proxies: impl Into<Arc<Proxies>>, v6_bits: [u8; N]) -> [Self; N] {
        let proxies = proxies.into();
        let widest_bits = v6_bits.iter().copied().min().unwrap_or_default();
        let mut is_first = true;
        v6_bits.map(|v6_bits| Self {
            proxies: Arc::clone(&proxies),
            v6_bits,
            widest_bits,
            has_v4: core::mem::take(&mut is_first),
        })
    }
}

impl Identify for ByAddress {
    fn subject(&self, head: &Parts) -> Subject {
        let Some(client) = self.proxies.client(peer(head), &head.headers) else {
            return Subject::Unknown;
        };
        if client.is_ipv4() && !self.has_v4 {
            return Subject::Exempt;
        }
        let network = Network::of(client, self.v6_bits);
        let widest = Network::of(client, self.widest_bits);
        match widest == network {
            true => Subject::Key(network.to_string()),
            false => Subject::Key(format!("{widest} {network}")),
        }
    }
}

fn peer(head: &Parts) -> Option<IpAddr> {
    let peer = head.extensions.get().map(|Peer(address)| *address);
    #[cfg(feature = "axum")]
    let peer = peer.or_else(|| crate::axum::peer(head));
    peer
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn head(peer: Option<&str>) -> Parts {
        let mut request = Request::new(());
        if let Some(peer) = peer {
            let peer = Peer(peer.parse().expect("an address"));
            request.extensions_mut().insert(peer);
        }
        request.into_parts().0
    }

    #[test]
    fn tiers_are_networks_in_networks_and_begin_alike() {
        let tiers = ByAddress::tiers(Proxies::NONE, [64, 56, 48]);
        let head = head(Some("2001:db8:1:234:5:6:7:8"));
        let keys = tiers.map(|tier| tier.subject(&head));
        assert_eq!(
            keys,
            [
                "2001:db8:1::/48 2001:db8:1:234::/64".into(),
                "2001:db8:1::/48 2001:db8:1:200::/56".into(),
                "2001:db8:1::/48".into(),
            ]
        );
    }

    #[test]
    fn an_ipv4_address_has_one_tier_however_it_is_written() {
        for peer in ["192.0.2.1", "::ffff:192.0.2.1"] {
            let tiers = ByAddress::tiers(Proxies::NONE, [64, 56, 48]);
            let keys = tiers.map(|tier| tier.subject(&head(Some(peer))));
            assert_eq!(keys, ["192.0.2.1".into(), Subject::Exempt, Subject::Exempt]);
        }
    }

    #[test]
    fn who_has_no_address_is_unknown() {
        let by_address = ByAddress::new(Proxies::NONE);
        assert_eq!(by_address.subject(&head(None)), Subject::Unknown);
    }
}
