//! Refusals: a code that never changes, a sentence for people, and what the caller may do next.

use std::borrow::Cow;
use std::fmt::Display;

use hyper::StatusCode;
use hyper::header::{self, HeaderMap, HeaderValue};
use serde::Serialize;

/// Why a request was refused; programs decide by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    BadBody,
    BadChallenge,
    BadJobId,
    BadParameter,
    BadSignature,
    Stale,
    Unauthorized,
    NotFound,
    UnknownJob,
    UnknownProvider,
    MethodNotAllowed,
    BodyTimeout,
    BodyTooLarge,
    Internal,
    NotReady,
    Overloaded,
    StoreFull,
    StoreUnavailable,
}

impl Code {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::BadBody => "ERR_BAD_BODY",
            Self::BadChallenge => "ERR_BAD_CHALLENGE",
            Self::BadJobId => "ERR_BAD_JOB_ID",
            Self::BadParameter => "ERR_BAD_PARAMETER",
            Self::BadSignature => "ERR_BAD_SIGNATURE",
            Self::Stale => "ERR_STALE",
            Self::Unauthorized => "ERR_UNAUTHORIZED",
            Self::NotFound => "ERR_NOT_FOUND",
            Self::UnknownJob => "ERR_UNKNOWN_JOB",
            Self::UnknownProvider => "ERR_UNKNOWN_PROVIDER",
            Self::MethodNotAllowed => "ERR_METHOD_NOT_ALLOWED",
            Self::BodyTimeout => "ERR_BODY_TIMEOUT",
            Self::BodyTooLarge => "ERR_BODY_TOO_LARGE",
            Self::Internal => "ERR_INTERNAL",
            Self::NotReady => "ERR_NOT_READY",
            Self::Overloaded => "ERR_OVERLOADED",
            Self::StoreFull => "ERR_STORE_FULL",
            Self::StoreUnavailable => "ERR_STORE_UNAVAILABLE",
        }
    }

    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::BadBody | Self::BadJobId | Self::BadParameter => StatusCode::BAD_REQUEST,
            Self::BadSignature | Self::Stale | Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::BadChallenge => StatusCode::FORBIDDEN,
            Self::NotFound | Self::UnknownJob | Self::UnknownProvider => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NotReady | Self::Overloaded | Self::StoreFull | Self::StoreUnavailable => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }
}

/// One thing that is wrong with a request.
#[derive(Debug, Serialize)]
pub(crate) struct Detail {
    /// The parameter of the request, or the check.
    pub(crate) field: String,
    pub(crate) message: String,
}

/// A refused request.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) code: Code,
    /// For operators only: what the caller is not told.
    pub(crate) reason: Option<String>,
    message: Cow<'static, str>,
    details: Vec<Detail>,
    retry_after: Option<u32>,
    allow: Option<&'static str>,
}

impl Refusal {
    pub(crate) fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            reason: None,
            message: message.into(),
            details: Vec::new(),
            retry_after: None,
            allow: None,
        }
    }

    /// The path takes deliveries, and this is none.
    pub(crate) fn only_post() -> Self {
        Self::method_not_allowed("POST")
    }

    /// The path serves these methods, and this is another.
    pub(crate) fn method_not_allowed(allow: &'static str) -> Self {
        Self {
            allow: Some(allow),
            ..Self::new(
                Code::MethodNotAllowed,
                "this path does not serve that method",
            )
        }
    }

    /// Adds the reason that goes into the log and not into the answer.
    pub(crate) fn because(mut self, reason: impl Display) -> Self {
        self.reason = Some(reason.to_string());
        self
    }

    /// Adds what is wrong with one parameter, or with one check.
    pub(crate) fn detail(mut self, field: &str, message: impl Into<String>) -> Self {
        self.details.push(Detail {
            field: field.to_owned(),
            message: message.into(),
        });
        self
    }

    /// Says that it is worth asking again after so many seconds.
    pub(crate) fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub(super) fn body(&self, request_id: &str) -> Vec<u8> {
        #[derive(Serialize)]
        struct Body<'a> {
            code: &'static str,
            message: &'a str,
            details: &'a [Detail],
            request_id: &'a str,
        }
        let body = Body {
            code: self.code.name(),
            message: &self.message,
            details: &self.details,
            request_id,
        };
        serde_json::to_vec(&body).expect("text and lists of text are always JSON")
    }

    pub(super) fn add_headers(&self, headers: &mut HeaderMap) {
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if let Some(methods) = self.allow {
            headers.insert(header::ALLOW, HeaderValue::from_static(methods));
        }
        if self.code == Code::Unauthorized {
            let challenge = HeaderValue::from_static("Bearer realm=\"api\"");
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
    }
}
