//! How an address may differ from the one that was signed.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::doctor::finding::Finding;

/// How an address has to be changed to be the one that was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UrlChange {
    /// Take the one that was configured, where a proxy has written the target of the request anew.
    TakeConfigured,
    /// Write `http` for `https`, or `https` for `http`.
    OtherScheme,
    /// Take the port from it.
    DropPort,
    /// Put the port into it that is meant without one: `:443`, or `:80` for `http`.
    AddPort,
    /// Take the slash from the end of its path.
    DropSlash,
    /// Put a slash at the end of its path.
    AddSlash,
    /// Take the query from it.
    DropQuery,
}

impl UrlChange {
    const ALL: [Self; 7] = [
        Self::TakeConfigured,
        Self::OtherScheme,
        Self::DropPort,
        Self::AddPort,
        Self::DropSlash,
        Self::AddSlash,
        Self::DropQuery,
    ];

    /// The address with the change made; none if there is nothing to change.
    fn apply(self, url: &str, configured: &str) -> Option<String> {
        let (scheme, rest) = url.split_once("://")?;
        let (authority, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (path, query) = target.split_at(target.find('?').unwrap_or(target.len()));
        let (host, port) = split_port(authority);
        let changed = match self {
            Self::TakeConfigured => configured.into(),
            Self::OtherScheme if scheme == "https" => format!("http://{rest}"),
            Self::OtherScheme => format!("https://{rest}"),
            Self::DropPort => format!("{scheme}://{host}{target}"),
            Self::AddPort if !port.is_empty() => return None,
            Self::AddPort if scheme == "https" => format!("{scheme}://{host}:443{target}"),
            Self::AddPort => format!("{scheme}://{host}:80{target}"),
            Self::DropSlash => {
                format!("{scheme}://{authority}{}{query}", path.strip_suffix('/')?)
            }
            Self::AddSlash if path.ends_with('/') => return None,
            Self::AddSlash => format!("{scheme}://{authority}{path}/{query}"),
            Self::DropQuery => format!("{scheme}://{authority}{path}"),
        };
        (changed != url).then_some(changed)
    }
}

/// The addresses that may have been signed, each with what has to be changed: those with one change
/// first, then those with two.
pub(super) fn addresses(url: &str, configured: &str) -> Vec<(Vec<Finding>, String)> {
    let changed = |url: &str, change: UrlChange| change.apply(url, configured);
    let singles = UrlChange::ALL
        .iter()
        .filter_map(|&change| Some(([change].to_vec(), changed(url, change)?)));
    let singles: Vec<_> = singles.collect();
    let pairs = singles.iter().flat_map(|(first, url)| {
        let later = UrlChange::ALL.iter().filter(|&change| {
            let place = |wanted| UrlChange::ALL.iter().position(|own| own == wanted);
            place(change) > place(&first[0])
        });
        later.filter_map(move |&second| Some(([first[0], second].to_vec(), changed(url, second)?)))
    });
    let pairs: Vec<_> = pairs.collect();
    let all = singles.into_iter().chain(pairs);
    all.map(|(changes, url)| (changes.into_iter().map(Finding::ChangedUrl).collect(), url))
        .collect()
}

/// The host, and the port with its colon.
fn split_port(authority: &str) -> (&str, &str) {
    let digits = authority.trim_end_matches(|letter: char| letter.is_ascii_digit());
    match digits.strip_suffix(':') {
        Some(host) if digits.len() < authority.len() => authority.split_at(host.len()),
        _ => (authority, ""),
    }
}

impl fmt::Display for UrlChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TakeConfigured => "as it was configured, with that path and query",
            Self::OtherScheme => "with `http` for `https`, or the other way round",
            Self::DropPort => "without the port",
            Self::AddPort => "with the port",
            Self::DropSlash => "without the slash at the end of the path",
            Self::AddSlash => "with a slash at the end of the path",
            Self::DropQuery => "without the query",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_does_what_it_says() {
        for (change, before, after) in [
            (
                UrlChange::OtherScheme,
                "https://a.example/b",
                "http://a.example/b",
            ),
            (
                UrlChange::OtherScheme,
                "http://a.example/b",
                "https://a.example/b",
            ),
            (
                UrlChange::DropPort,
                "https://u:1@a.example:8443/b:1",
                "https://u:1@a.example/b:1",
            ),
            (
                UrlChange::AddPort,
                "https://a.example/b?c",
                "https://a.example:443/b?c",
            ),
            (
                UrlChange::AddPort,
                "http://u:p@a.example",
                "http://u:p@a.example:80",
            ),
            (
                UrlChange::DropSlash,
                "https://a.example/b/?c",
                "https://a.example/b?c",
            ),
            (
                UrlChange::AddSlash,
                "https://a.example/b?c/",
                "https://a.example/b/?c/",
            ),
            (
                UrlChange::AddSlash,
                "https://a.example",
                "https://a.example/",
            ),
            (
                UrlChange::DropQuery,
                "https://a.example/b?c",
                "https://a.example/b",
            ),
            (
                UrlChange::TakeConfigured,
                "https://a.example/b",
                "https://a.example",
            ),
        ] {
            let changed = change.apply(before, "https://a.example");
            assert_eq!(changed.as_deref(), Some(after), "{change:?} of {before}");
        }
    }

    #[test]
    fn a_change_that_changes_nothing_is_none() {
        for (change, url) in [
            (UrlChange::DropPort, "https://a.example/b:1"),
            (UrlChange::AddPort, "https://a.example:8443/b"),
            (UrlChange::DropSlash, "https://a.example"),
            (UrlChange::AddSlash, "https://a.example/"),
            (UrlChange::DropQuery, "https://a.example/b"),
            (UrlChange::TakeConfigured, "https://a.example"),
        ] {
            assert_eq!(change.apply(url, "https://a.example"), None, "{change:?}");
        }
    }

    #[test]
    fn no_address_is_tried_before_one_that_takes_fewer_changes() {
        let found = addresses("https://a.example/b?c", "https://a.example/d");
        let changes: Vec<_> = found.iter().map(|(changes, _)| changes.len()).collect();
        assert!(changes.is_sorted());
        assert_eq!(changes.first(), Some(&1));
        assert_eq!(changes.last(), Some(&2));
    }
}
