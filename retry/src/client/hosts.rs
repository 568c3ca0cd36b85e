//! What is known of each host.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::format;
use alloc::sync::Arc;
use core::time::Duration;
use std::collections::HashMap;

use http::Uri;
use parking_lot::Mutex;

use super::host::{Host, HostTerms};
use crate::Breaker;

/// How many hosts are known at a time, if nothing else is said.
const CAPACITY: usize = 1_000;

/// For how long nobody has asked a host that can be forgotten.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(600);

/// Between two searches for hosts that can be forgotten. All are looked at, so it is not done for every
/// host that somebody invents.
const BETWEEN_SWEEPS: Duration = Duration::from_secs(10);

/// What is known of each host. When there are too many, those for which there is no room share a budget,
/// and have nothing else: none of them is to suffer for another.
pub(super) struct Hosts {
    pub(super) terms: HostTerms,
    pub(super) capacity: usize,
    known: Mutex<Known>,
    crowd: Arc<Host>,
}

#[derive(Default)]
struct Known {
    hosts: HashMap<Box<str>, Entry>,
    next_sweep: Duration,
    #[cfg(feature = "metrics")]
    labels: super::counted::Labels,
}

struct Entry {
    host: Arc<Host>,
    last_asked: Duration,
}

impl Hosts {
    pub(super) fn new(terms: HostTerms, capacity: usize) -> Self {
        Self {
            crowd: Arc::new(Host::crowd(&terms)),
            terms,
            capacity,
            known: Mutex::default(),
        }
    }

    /// The host that a request is for.
    pub(super) fn of(&self, uri: &Uri, now: Duration) -> Arc<Host> {
        let name = name(uri);
        let mut known = self.known.lock();
        if let Some(entry) = known.hosts.get_mut(&*name) {
            entry.last_asked = now;
            return Arc::clone(&entry.host);
        }
        if known.hosts.len() >= self.capacity {
            known.sweep(now);
        }
        if known.hosts.len() >= self.capacity {
            return Arc::clone(&self.crowd);
        }
        known.add(&name, &self.terms, now)
    }

    /// The breaker of a host that is known.
    pub(super) fn breaker(&self, name: &str) -> Option<Arc<Breaker>> {
        let known = self.known.lock();
        known.hosts.get(name)?.host.breaker().cloned()
    }
}

impl Default for Hosts {
    fn default() -> Self {
        Self::new(HostTerms::default(), CAPACITY)
    }
}

impl Known {
    fn add(&mut self, name: &str, terms: &HostTerms, now: Duration) -> Arc<Host> {
        #[cfg(feature = "metrics")]
        let label = self.labels.of(name);
        #[cfg(not(feature = "metrics"))]
        let label = Arc::from(name);
        let host = Arc::new(Host::new(label, terms));
        let entry = Entry {
            host: Arc::clone(&host),
            last_asked: now,
        };
        self.hosts.insert(name.into(), entry);
        host
    }

    /// Forgets the hosts that nobody has asked for long, except those that are not to be asked.
    fn sweep(&mut self, now: Duration) {
        if now < self.next_sweep {
            return;
        }
        self.next_sweep = now.saturating_add(BETWEEN_SWEEPS);
        self.hosts.retain(|_, entry| {
            let idle = now.saturating_sub(entry.last_asked);
            idle < FORGOTTEN_AFTER || entry.host.is_shut()
        });
    }
}

/// The name of a host in small letters, and its port if the address has one. Never what stands before
/// the `@`, which is a password.
fn name(uri: &Uri) -> Cow<'_, str> {
    let host = uri.host().unwrap_or_default();
    let has_capitals = host.bytes().any(|byte| byte.is_ascii_uppercase());
    match uri.port_u16() {
        None if !has_capitals => Cow::Borrowed(host),
        None => Cow::Owned(host.to_ascii_lowercase()),
        Some(port) => Cow::Owned(format!("{}:{port}", host.to_ascii_lowercase())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(100);

    fn of(hosts: &Hosts, uri: &'static str, now: Duration) -> Arc<Host> {
        hosts.of(&Uri::from_static(uri), now)
    }

    #[test]
    fn a_host_is_the_same_however_it_is_written() {
        let hosts = Hosts::default();
        let host = of(&hosts, "https://api.example/a", NOW);
        for uri in [
            "https://API.example/b?c",
            "https://user:secret@api.example/",
        ] {
            assert!(Arc::ptr_eq(&host, &of(&hosts, uri, NOW)), "{uri}");
        }
        for uri in ["https://api.example:8443/a", "https://www.example/a"] {
            assert!(!Arc::ptr_eq(&host, &of(&hosts, uri, NOW)), "{uri}");
        }
        of(&hosts, "https://user:secret@Api.example:8443/a", NOW);
        assert!(hosts.breaker("api.example:8443").is_some());
    }

    #[test]
    fn hosts_that_somebody_invents_share_one_place() {
        let hosts = Hosts::new(HostTerms::default(), 2);
        let first = of(&hosts, "http://a/", NOW);
        of(&hosts, "http://b/", NOW);
        let crowd = of(&hosts, "http://c/", NOW);
        assert!(Arc::ptr_eq(&crowd, &of(&hosts, "http://d/", NOW)));
        assert!(crowd.breaker().is_none());
        assert!(Arc::ptr_eq(&first, &of(&hosts, "http://a/", NOW)));
    }

    #[test]
    fn a_host_that_nobody_asks_makes_room_unless_it_is_shut() {
        let hosts = Hosts::new(HostTerms::default(), 2);
        of(&hosts, "http://a/", NOW);
        let shut = of(&hosts, "http://b/", NOW);
        shut.breaker().expect("it has one").force_open(NOW);
        let later = NOW + FORGOTTEN_AFTER;
        assert!(of(&hosts, "http://c/", later).breaker().is_some());
        assert!(Arc::ptr_eq(&shut, &of(&hosts, "http://b/", later)));
        assert!(of(&hosts, "http://a/", later).breaker().is_none());
    }
}
