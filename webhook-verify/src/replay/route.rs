//! Where deliveries arrive.

use core::fmt;
use core::str::FromStr;
use std::sync::Arc;

use thiserror::Error;

/// The place where deliveries arrive, such as `/webhooks/stripe/eu`. It separates what is remembered.
///
/// Give each endpoint of each account its own. The provider's name is not enough: two accounts of one
/// provider number their events independently, and what is done for one would be swallowed for the
/// other.
///
/// ```
/// use webhook_verify::replay::Route;
///
/// let route = Route::new("/webhooks/stripe/eu")?;
/// assert_eq!(route.as_str(), "/webhooks/stripe/eu");
/// assert!(Route::new("").is_err());
/// # Ok::<(), webhook_verify::replay::InvalidRoute>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Route(Arc<str>);

/// The text cannot be a [`Route`]: it is empty, longer than [`Route::MAX_LEN`], or has a byte that is
/// not visible ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a route has 1 to {} visible ASCII characters", Route::MAX_LEN)]
pub struct InvalidRoute;

impl Route {
    /// The longest route, in bytes.
    pub const MAX_LEN: usize = 128;

    /// The route of this name: visible ASCII. Compared byte by byte.
    ///
    /// # Errors
    ///
    /// The text cannot be a route.
    pub fn new(text: &str) -> Result<Self, InvalidRoute> {
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.is_empty() || text.len() > Self::MAX_LEN || !visible {
            return Err(InvalidRoute);
        }
        Ok(Self(text.into()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Route {
    type Err = InvalidRoute;

    fn from_str(text: &str) -> Result<Self, InvalidRoute> {
        Self::new(text)
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Route({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_visible_ascii_of_bounded_length() {
        for text in ["/", "/webhooks/stripe", &"r".repeat(Route::MAX_LEN)] {
            assert_eq!(Route::new(text).unwrap().as_str(), text);
        }
        for text in [
            "",
            " ",
            "/a b",
            "/a\n",
            "/caf\u{e9}",
            &"r".repeat(Route::MAX_LEN + 1),
        ] {
            assert_eq!(Route::new(text), Err(InvalidRoute), "{text:?}");
        }
    }
}
