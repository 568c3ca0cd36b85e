//! Who a client is that comes through proxies.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::IpAddr;
use core::num::NonZero;

use http::header::{FORWARDED, HeaderMap, HeaderName};

use super::forwarded::Elements;
use super::network::Network;
use super::node;

/// The proxies in front of a server, which know who the client is: whom to believe, and which header
/// field.
///
/// A proxy adds the address from which it was called to what is there already. So only what the
/// server's own proxies added is true, and that stands at the end; all in front of it is what the
/// client likes to say. It is read from the end, over all lines of the field, until somebody is met
/// who is no proxy of ours.
///
/// ```
/// use http::HeaderMap;
/// use ratelimit::http::{ForwardedIn, Network, Proxies};
///
/// let balancer: Network = "10.0.0.0/8".parse()?;
/// let proxies = Proxies::within([balancer], ForwardedIn::XForwardedFor);
///
/// let mut headers = HeaderMap::new();
/// headers.insert("x-forwarded-for", "8.8.8.8, 203.0.113.7, 10.0.0.2".parse()?);
/// let client = proxies.client(Some("10.0.0.1".parse()?), &headers);
/// assert_eq!(client, Some("203.0.113.7".parse()?));
///
/// // Who does not come through the proxy is who it is.
/// let direct = proxies.client(Some("198.51.100.9".parse()?), &headers);
/// assert_eq!(direct, Some("198.51.100.9".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Security
///
/// Name the one field that the proxies write. They pass every other on as the client sent it, and it
/// is not looked at.
#[derive(Clone, Debug)]
pub struct Proxies {
    trust: Trust,
    field: ForwardedIn,
}

/// The field in which proxies say for whom they ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForwardedIn {
    /// `Forwarded` of [RFC 7239](https://www.rfc-editor.org/rfc/rfc7239): the parameter `for`.
    Forwarded,
    /// `X-Forwarded-For`: addresses with commas between, perhaps with ports.
    XForwardedFor,
    /// A field of one address, which the proxy that the client calls sets and all others leave, as
    /// `X-Real-IP` or `CF-Connecting-IP`. If it is there twice, somebody has added one, and the
    /// client is not known.
    Field(HeaderName),
}

#[derive(Clone, Debug)]
enum Trust {
    Nobody,
    Networks(Vec<Network>),
    Hops(NonZero<usize>),
}

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

impl Proxies {
    /// There are none: the client is who calls, whatever it says.
    pub const NONE: Self = Self {
        trust: Trust::Nobody,
        field: ForwardedIn::Forwarded,
    };

    /// The proxies have their addresses in these networks.
    pub fn within(networks: impl IntoIterator<Item = Network>, field: ForwardedIn) -> Self {
        let networks = networks.into_iter().collect();
        Self {
            trust: Trust::Networks(networks),
            field,
        }
    }

    /// There are so many proxies, one behind the other, whose addresses are not known or change.
    ///
    /// It must not be possible to reach the server, or any proxy but the first, in another way: who
    /// does could say what it likes.
    pub const fn hops(count: NonZero<usize>, field: ForwardedIn) -> Self {
        Self {
            trust: Trust::Hops(count),
            field,
        }
    }

    /// The address of the client, given that of who calls and the header fields. An IPv4 address is
    /// one also where it is written as an IPv6 one.
    ///
    /// None if it is not known: who calls has no address, or a proxy of ours hides for whom it asks
    /// (`unknown`, `_name`), or wrote what cannot be read. All those are best treated as one.
    pub fn client(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        let peer = peer.map(|peer| peer.to_canonical());
        match &self.trust {
            Trust::Nobody => peer,
            Trust::Networks(networks) => {
                let mut client = peer?;
                for node in self.field.nodes(headers) {
                    if !networks.iter().any(|network| network.contains(client)) {
                        break;
                    }
                    client = node?;
                }
                Some(client)
            }
            // If there are fewer, it came to one of the proxies from within.
            Trust::Hops(count) => {
                let nodes = self.field.nodes(headers).take(count.get());
                nodes.last().unwrap_or(peer)
            }
        }
    }
}

impl ForwardedIn {
    /// Who called whom, from the last that was added to the first.
    fn nodes<'h>(&self, headers: &'h HeaderMap) -> Box<dyn Iterator<Item = Option<IpAddr>> + 'h> {
        let lines = |name| {
            headers
                .get_all(name)
                .iter()
                .rev()
                .map(|line| line.as_bytes())
        };
        match self {
            Self::Forwarded => Box::new(lines(&FORWARDED).flat_map(Elements::of)),
            Self::XForwardedFor => {
                let entries = lines(&X_FORWARDED_FOR).flat_map(|line| line.rsplit(is_comma));
                let entries = entries.map(<[u8]>::trim_ascii);
                Box::new(entries.filter(|entry| !entry.is_empty()).map(address))
            }
            Self::Field(name) => {
                let mut lines = lines(name);
                let told = lines.next();
                let is_alone = lines.next().is_none();
                let told = told.map(|line| address(line.trim_ascii()).filter(|_| is_alone));
                Box::new(told.into_iter())
            }
        }
    }
}

const fn is_comma(byte: &u8) -> bool {
    *byte == b','
}

fn address(entry: &[u8]) -> Option<IpAddr> {
    node::address(str::from_utf8(entry).ok()?)
}

#[cfg(test)]
mod tests;
