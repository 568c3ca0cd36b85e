//! Whose bucket a request takes from.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;

use http::request::Parts;

/// Whose bucket a request takes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The one that has this key.
    Key(String),
    /// Nobody can say whose. All such requests share one bucket.
    Unknown,
    /// Nobody's: the rule does not apply to the request.
    Exempt,
}

/// Says whose bucket a request takes from, by its method, its address, its headers, and the extensions
/// that layers in front have put there.
///
/// A closure does. What it returns is a text, or none if it is [unknown](Subject::Unknown), or a
/// [`Subject`].
///
/// ```
/// use http::request::Parts;
/// use ratelimit::http::{Identify, Subject};
///
/// // Authentication in front of the limits has put it there.
/// #[derive(Clone)]
/// struct User {
///     name: String,
///     is_staff: bool,
/// }
///
/// let by_user = |head: &Parts| match head.extensions.get::<User>() {
///     Some(user) if user.is_staff => Subject::Exempt,
///     Some(user) => Subject::Key(user.name.clone()),
///     None => Subject::Unknown,
/// };
/// let by_method = |head: &Parts| head.method.to_string();
///
/// let mut request = http::Request::get("/search").body(())?;
/// let alice = User { name: "alice".into(), is_staff: false };
/// request.extensions_mut().insert(alice);
/// let (head, ()) = request.into_parts();
/// assert_eq!(by_user.subject(&head), Subject::Key("alice".into()));
/// assert_eq!(by_user.and(by_method).subject(&head), Subject::Key("5:alice3:GET".into()));
/// # Ok::<(), http::Error>(())
/// ```
pub trait Identify: Send + Sync + 'static {
    /// Whose bucket the request takes from.
    fn subject(&self, head: &Parts) -> Subject;

    /// The same, and where that is [unknown](Subject::Unknown) what another says. Their keys must not
    /// be alike: whoever may choose one of them could choose somebody else's.
    fn or<I: Identify>(self, other: I) -> Or<Self, I>
    where
        Self: Sized,
    {
        Or(self, other)
    }

    /// A bucket for each pair of keys: of a user and a route, say. It is unknown whose it is if one
    /// of the two is, and nobody's if one is.
    fn and<I: Identify>(self, other: I) -> And<Self, I>
    where
        Self: Sized,
    {
        And(self, other)
    }
}

impl<F, S> Identify for F
where
    F: Fn(&Parts) -> S + Send + Sync + 'static,
    S: Into<Subject>,
{
    fn subject(&self, head: &Parts) -> Subject {
        self(head).into()
    }
}

/// What [`Identify::or`] makes.
#[derive(Clone, Copy, Debug)]
pub struct Or<A, B>(A, B);

impl<A: Identify, B: Identify> Identify for Or<A, B> {
    fn subject(&self, head: &Parts) -> Subject {
        match self.0.subject(head) {
            Subject::Unknown => self.1.subject(head),
            known => known,
        }
    }
}

/// What [`Identify::and`] makes.
#[derive(Clone, Copy, Debug)]
pub struct And<A, B>(A, B);

impl<A: Identify, B: Identify> Identify for And<A, B> {
    fn subject(&self, head: &Parts) -> Subject {
        match (self.0.subject(head), self.1.subject(head)) {
            (Subject::Exempt, _) | (_, Subject::Exempt) => Subject::Exempt,
            // Lengths in front, so that no two pairs are one text.
            (Subject::Key(a), Subject::Key(b)) => {
                Subject::Key(format!("{}:{a}{}:{b}", a.len(), b.len()))
            }
            _ => Subject::Unknown,
        }
    }
}

impl Subject {
    /// The key of the bucket, if there is one. That of the unknown is empty.
    pub(super) fn into_key(self) -> Option<String> {
        match self {
            Self::Key(key) => Some(key),
            Self::Unknown => Some(String::new()),
            Self::Exempt => None,
        }
    }
}

impl From<String> for Subject {
    fn from(key: String) -> Self {
        Self::Key(key)
    }
}

impl From<&str> for Subject {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<Option<String>> for Subject {
    fn from(key: Option<String>) -> Self {
        key.map_or(Self::Unknown, Self::Key)
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn head() -> Parts {
        Request::new(()).into_parts().0
    }

    fn says(subject: Subject) -> impl Identify {
        move |_: &Parts| subject.clone()
    }

    #[test]
    fn another_is_asked_only_where_it_is_unknown() {
        let key = || Subject::Key("a".into());
        let other = || says("b".into());
        let or = |subject| says(subject).or(other()).subject(&head());
        assert_eq!(or(key()), key());
        assert_eq!(or(Subject::Exempt), Subject::Exempt);
        assert_eq!(or(Subject::Unknown), "b".into());
    }

    #[test]
    fn pairs_do_not_share() {
        let and = |a: &str, b: &str| says(a.into()).and(says(b.into())).subject(&head());
        assert_ne!(and("a", "bc"), and("ab", "c"));
        assert_ne!(and("a:", "b"), and("a", ":b"));
        assert_ne!(and("", "1:a"), and("1:a", ""));
        let unknown = says("a".into()).and(says(Subject::Unknown));
        assert_eq!(unknown.subject(&head()), Subject::Unknown);
        let exempt = says(Subject::Unknown).and(says(Subject::Exempt));
        assert_eq!(exempt.subject(&head()), Subject::Exempt);
    }

    #[test]
    fn none_is_unknown() {
        let by_query = |head: &Parts| head.uri.query().map(String::from);
        assert_eq!(by_query.subject(&head()), Subject::Unknown);
    }
}
