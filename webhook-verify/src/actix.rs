//! An extractor for actix-web 4: a handler that takes a [`Delivery`] is reached by genuine ones only.
//!
//! ```
//! use actix_web::{App, web};
//! use webhook_verify::actix::BodyLimit;
//! use webhook_verify::{Delivery, Provider, Secret, Verifier};
//!
//! async fn pushed(delivery: Delivery) -> String {
//!     format!("{} bytes", delivery.body().len())
//! }
//!
//! let github = Verifier::new(Provider::GitHub, Secret::new("It's a Secret to Everybody"))?;
//! let app = App::new().service(
//!     web::resource("/webhooks/github")
//!         .app_data(web::Data::new(github))
//!         .app_data(BodyLimit(25 << 20))
//!         .route(web::post().to(pushed)),
//! );
//! # drop(app);
//! # Ok::<(), webhook_verify::Misconfigured>(())
//! ```
//!
//! The verifier is the `web::Data<Verifier>` of the resource, its scope or the application. Where there
//! is none, requests are answered with 500.
//!
//! * The body is read as it came, not decompressed, up to the [`BodyLimit`].
//! * What is refused is answered with its [status](Refused::status) and an empty body. Take
//!   `Result<Delivery, actix_web::Error>` to log the reason, which is `error.as_error::<Refused>()`,
//!   and return the error then.

use core::pin::Pin;
use std::boxed::Box;
use std::string::ToString;

use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::web::{self, Data};
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse, ResponseError};
use bytes::Bytes;

use crate::delivery::{DEFAULT_BODY_LIMIT, Delivery};
use crate::refused::Refused;
use crate::request::Request;
use crate::verifier::Verifier;

/// Bytes of the largest body that is taken: in the `app_data` of a resource, a scope or the
/// application; else [`DEFAULT_BODY_LIMIT`]. A larger one is answered with 413: before any of it is
/// read if the request says its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyLimit(pub usize);

impl Default for BodyLimit {
    fn default() -> Self {
        Self(DEFAULT_BODY_LIMIT)
    }
}

impl FromRequest for Delivery {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let verifier = Data::<Verifier>::from_request(&request, payload);
        let payload = web::Payload::from_request(&request, payload);
        Box::pin(async move {
            let verifier = verifier.await?;
            let body = read(&request, payload.await?).await?;
            let target = request.uri().path_and_query();
            let delivery = Request::new(request.headers())
                .method(request.method().as_str())
                .target(target.map_or("", |target| target.as_str()));
            let delivery = verifier.verify_owned(delivery, body);
            Ok(delivery.map_err(Refused::from)?)
        })
    }
}

async fn read(request: &HttpRequest, payload: web::Payload) -> Result<Bytes, Refused> {
    let BodyLimit(limit) = request.app_data().copied().unwrap_or_default();
    if length(request).is_some_and(|length| length > limit as u64) {
        return Err(Refused::TooLarge);
    }
    match payload.to_bytes_limited(limit).await {
        Ok(Ok(body)) => Ok(body),
        // The error cannot be sent to another thread; what it says can.
        Ok(Err(error)) => Err(Refused::BrokenBody(error.to_string().into())),
        Err(_) => Err(Refused::TooLarge),
    }
}

fn length(request: &HttpRequest) -> Option<u64> {
    let length = request.headers().get(header::CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}
