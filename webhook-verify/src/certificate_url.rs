//! Where a certificate is to be fetched.

use alloc::borrow::{Cow, ToOwned};
use alloc::string::String;
use core::fmt;

use crate::header_names::HeaderNames;

/// How a sender says with which certificate it signed, and which certificates may be meant.
///
/// The address comes with the delivery, so it is anybody's: only what is on the list may be fetched,
/// by `https`, and what is fetched has to prove itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case", deny_unknown_fields)
)]
pub struct CertificateRule {
    /// Where the address of the certificate stands.
    pub url: CertificateSource,
    /// The hosts that it may be on, each whole, in lower case. One `*` stands for three or more
    /// lower-case letters, digits and single hyphens, and so never for a dot.
    pub hosts: Cow<'static, [Cow<'static, str>]>,
    /// What its path begins with.
    pub path_start: Cow<'static, str>,
    /// What its path ends with.
    pub path_end: Cow<'static, str>,
    /// Whom the certificate may be for: names like `hosts`, of which it must have one.
    pub subjects: Cow<'static, [Cow<'static, str>]>,
    /// The header that names the algorithm, if there is one.
    #[cfg_attr(feature = "serde", serde(default))]
    pub algorithm: Option<AlgorithmHeader>,
}

/// Where the address of a certificate stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case")
)]
#[non_exhaustive]
pub enum CertificateSource {
    /// In a header.
    Header(HeaderNames),
    /// In a field of the body.
    BodyField(Cow<'static, str>),
}

/// A header that names the algorithm.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case", deny_unknown_fields)
)]
pub struct AlgorithmHeader {
    /// Its name in each family.
    pub names: HeaderNames,
    /// What it must say. It chooses nothing.
    pub text: Cow<'static, str>,
}

impl CertificateRule {
    /// The address, if it may be fetched.
    pub(crate) fn admit(&self, url: &str) -> Option<CertificateUrl> {
        let (host, path) = parts(url)?;
        let is_allowed = self.hosts.iter().any(|pattern| matches(pattern, host))
            && path.starts_with(&*self.path_start)
            && path.ends_with(&*self.path_end);
        is_allowed.then(|| CertificateUrl {
            url: url.to_owned(),
            subjects: self.subjects.clone(),
        })
    }

    pub(crate) fn headers(&self) -> impl Iterator<Item = (&'static str, &HeaderNames)> {
        let url = match &self.url {
            CertificateSource::Header(names) => Some(("certificate", names)),
            CertificateSource::BodyField(_) => None,
        };
        let algorithm = self.algorithm.as_ref();
        url.into_iter()
            .chain(algorithm.map(|header| ("algorithm", &header.names)))
    }
}

/// The address of a certificate which may be fetched: `https`, a host and a path which the scheme
/// allows, and nothing else.
///
/// Fetch it within limits of your own on time and size, and follow no redirect.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CertificateUrl {
    url: String,
    /// Whom the certificate may be for.
    subjects: Cow<'static, [Cow<'static, str>]>,
}

impl CertificateUrl {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// Whether the certificate may be for this name.
    #[cfg(feature = "certificates")]
    pub(crate) fn may_be_for(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        self.subjects.iter().any(|pattern| matches(pattern, &name))
    }
}

impl fmt::Display for CertificateUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

impl fmt::Debug for CertificateUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CertificateUrl").field(&self.url).finish()
    }
}

/// Host and path, if there is nothing else, and neither can be read in two ways: no user, no port, no
/// query, no escape, and no part of the path which leads up or nowhere.
fn parts(url: &str) -> Option<(&str, &str)> {
    let rest = url.strip_prefix("https://")?;
    let (host, path) = rest.split_at(rest.find('/')?);
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let mut steps = path[1..].split('/');
    let is_path =
        steps.all(|step| !step.is_empty() && !step.starts_with('.') && step.bytes().all(is_plain));
    is_path.then_some((host, path))
}

/// Whether a name is the pattern's, byte by byte, but for what its `*` stands for.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, end)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let between = name
        .strip_prefix(start)
        .and_then(|rest| rest.strip_suffix(end));
    let is_letter = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    between.is_some_and(|label| {
        // With two hyphens it may be another word in Punycode.
        label.len() >= 3 && label.bytes().all(is_letter) && !label.contains("--")
    })
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    const RULE: CertificateRule = CertificateRule {
        url: CertificateSource::BodyField(Cow::Borrowed("url")),
        hosts: Cow::Borrowed(&[
            Cow::Borrowed("sns.*.amazonaws.com"),
            Cow::Borrowed("api.paypal.com"),
        ]),
        path_start: Cow::Borrowed("/certs/"),
        path_end: Cow::Borrowed(".pem"),
        subjects: Cow::Borrowed(&[]),
        algorithm: None,
    };

    fn is_admitted(url: &str) -> bool {
        RULE.admit(url)
            .is_some_and(|admitted| admitted.as_str() == url)
    }

    #[test]
    fn an_address_on_the_list_is_admitted() {
        for url in [
            "https://sns.us-west-2.amazonaws.com/certs/a-1_b.pem",
            "https://api.paypal.com/certs/a/b.pem",
        ] {
            assert!(is_admitted(url), "{url}");
        }
    }

    #[test]
    fn another_host_is_refused_however_much_it_looks_like_one() {
        for host in [
            "",
            "evil.example",
            "169.254.169.254",
            "paypal.com",
            "www.paypal.com",
            "api.paypal.com.evil.example",
            "evil.example.api.paypal.com",
            "api-paypal.com",
            "api.paypal.com.",
            "API.PAYPAL.COM",
            "sns.amazonaws.com",
            "sns..amazonaws.com",
            "sns.ab.amazonaws.com",
            "sns.evil.example.amazonaws.com",
            "sns.us-west-2.amazonaws.com.evil.example",
            "sns.us-west-2.amazonaws.com.cn",
            "sns_us-west-2.amazonaws.com",
            "xsns.us-west-2.amazonaws.com",
            "sns.us%2dwest.amazonaws.com",
            "sns.\u{e9}\u{e9}\u{e9}.amazonaws.com",
            "sns.US-WEST-2.amazonaws.com",
            "sns.xn--80ak6aa92e.amazonaws.com",
            "api.paypal.com:443",
            "api.paypal.com:8443",
            "user@api.paypal.com",
            "user:password@api.paypal.com",
            "api.paypal.com@evil.example",
            "api.paypal.com:x@evil.example",
            "evil.example\\api.paypal.com",
            "evil.example#api.paypal.com",
            "evil.example?api.paypal.com",
        ] {
            let url = format!("https://{host}/certs/a.pem");
            assert!(!is_admitted(&url), "{url}");
        }
    }

    #[test]
    fn another_path_is_refused() {
        for path in [
            "",
            "/",
            "/certs/",
            "/a.pem",
            "/other/a.pem",
            "/certs/a.crt",
            "/certs/../other/a.pem",
            "/certs/./a.pem",
            "/certs//a.pem",
            "/certs/.pem",
            "//certs/a.pem",
            "/certs/%2e%2e/a.pem",
            "/certs/a.pem?x=.pem",
            "/certs/a?b=.pem",
            "/certs/a#.pem",
            "/certs/a b.pem",
            "/certs/a\\b.pem",
            "/certs/a.pem\n",
            "/certs/a;b.pem",
            "/certs/caf\u{e9}.pem",
        ] {
            let url = format!("https://api.paypal.com{path}");
            assert!(!is_admitted(&url), "{url}");
        }
    }

    #[test]
    fn another_protocol_is_refused() {
        for start in [
            "http://",
            "HTTPS://",
            "ftp://",
            "file://",
            "//",
            "",
            " https://",
        ] {
            assert!(!is_admitted(&format!("{start}api.paypal.com/certs/a.pem")));
        }
    }
}
