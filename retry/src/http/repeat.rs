//! Whether a request may be sent again.

use http::header::{HeaderMap, HeaderName};
use http::request::Parts;

/// The field by which a server knows a request that it has seen before, whatever its method:
/// [draft-ietf-httpapi-idempotency-key-header][draft].
///
/// [draft]: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Whether the other side can have seen a request that brought no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sent {
    /// It cannot: there was no connection, or it said itself that it has not looked at the request.
    No,
    /// It can, and may have done what the request asks for.
    Maybe,
}

/// Says of errors whether the request can have arrived: any `Fn(&E) -> Sent` does, and a [`Sent`] says
/// the same of all.
pub trait WasSent<E> {
    /// Whether a request can have arrived that ended so.
    fn was_sent(&self, error: &E) -> Sent;
}

impl<E> WasSent<E> for Sent {
    fn was_sent(&self, _: &E) -> Sent {
        *self
    }
}

impl<E, F: Fn(&E) -> Sent> WasSent<E> for F {
    fn was_sent(&self, error: &E) -> Sent {
        self(error)
    }
}

/// When a request may be sent again. It is decided by the request alone, before it is sent: an answer
/// cannot change it, and neither can the want of one.
///
/// In the extensions of a request it is the last word of who made it, and the method is not looked at.
///
/// ```
/// use http::Request;
/// use retry::http::{Repeat, Sent};
///
/// let (order, ()) = Request::post("/orders").body(())?.into_parts();
/// assert!(!Repeat::of(&order).allows(Sent::Maybe));
/// assert!(Repeat::of(&order).allows(Sent::No));
///
/// let named = Request::post("/orders").header("Idempotency-Key", r#""7c4a""#);
/// let (order, ()) = named.body(())?.into_parts();
/// assert!(Repeat::of(&order).allows(Sent::Maybe));
///
/// let search = Request::post("/search").extension(Repeat::Always);
/// let (search, ()) = search.body(())?.into_parts();
/// assert!(Repeat::of(&search).allows(Sent::Maybe));
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Repeat {
    /// Whatever became of it: to do it twice is to do it once.
    Always,
    /// Only if it provably was not sent.
    Unsent,
    /// Not at all.
    Never,
}

impl Repeat {
    /// What its maker says of a request; or else [`Always`](Self::Always) for the methods that are
    /// idempotent by [RFC 9110, section 9.2.2](https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2)
    /// (GET, HEAD, OPTIONS, TRACE, PUT and DELETE) and for any request with an `Idempotency-Key`; and
    /// [`Unsent`](Self::Unsent) for the others.
    ///
    /// A key that is empty, or there more than once, is none.
    pub fn of(head: &Parts) -> Self {
        if let Some(said) = head.extensions.get::<Self>() {
            return *said;
        }
        if head.method.is_idempotent() || has_key(&head.headers) {
            Self::Always
        } else {
            Self::Unsent
        }
    }

    /// Whether this lets a request be sent again.
    #[must_use]
    pub const fn allows(self, sent: Sent) -> bool {
        match self {
            Self::Always => true,
            Self::Unsent => matches!(sent, Sent::No),
            Self::Never => false,
        }
    }
}

fn has_key(headers: &HeaderMap) -> bool {
    let mut keys = headers.get_all(IDEMPOTENCY_KEY).iter();
    let (Some(key), None) = (keys.next(), keys.next()) else {
        return false;
    };
    let bare = key.as_bytes().trim_ascii();
    !bare.is_empty() && bare != br#""""#
}

#[cfg(test)]
mod tests {
    use http::Request;
    use proptest::prelude::*;

    use super::*;

    fn repeat(method: &str, keys: &[&str]) -> Repeat {
        let mut request = Request::builder().method(method);
        for key in keys {
            request = request.header(IDEMPOTENCY_KEY, *key);
        }
        let (head, ()) = request.body(()).expect("a request").into_parts();
        Repeat::of(&head)
    }

    #[test]
    fn idempotent_methods_are_those_of_rfc_9110() {
        for method in ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"] {
            assert_eq!(repeat(method, &[]), Repeat::Always, "{method}");
        }
        for method in ["POST", "PATCH", "CONNECT", "get", "PURGE"] {
            assert_eq!(repeat(method, &[]), Repeat::Unsent, "{method}");
        }
    }

    #[test]
    fn a_key_counts_if_it_is_one() {
        for keys in [&["\"8e03978e\""][..], &["8e03978e"]] {
            assert_eq!(repeat("POST", keys), Repeat::Always, "{keys:?}");
        }
        for keys in [&[""][..], &[" "], &["\"\""], &["a", "b"], &["a", "a"]] {
            assert_eq!(repeat("POST", keys), Repeat::Unsent, "{keys:?}");
        }
    }

    #[test]
    fn who_made_a_request_has_the_last_word() {
        for (method, said) in [("POST", Repeat::Always), ("GET", Repeat::Never)] {
            let request = Request::builder().method(method).extension(said);
            let (head, ()) = request.body(()).expect("a request").into_parts();
            assert_eq!(Repeat::of(&head), said);
        }
    }

    proptest! {
        #[test]
        fn no_method_without_a_key_is_repeated_that_may_have_arrived(method in "[A-Z]{1,8}") {
            let idempotent = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"];
            let expected = idempotent.contains(&method.as_str());
            prop_assert_eq!(repeat(&method, &[]).allows(Sent::Maybe), expected);
            prop_assert!(repeat(&method, &[]).allows(Sent::No));
        }
    }
}
