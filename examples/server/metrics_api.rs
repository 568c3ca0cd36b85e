//! `GET /metrics` and `GET /api/metrics`: what was counted, as text for Prometheus and as JSON.

use hyper::StatusCode;
use hyper::header::{HeaderMap, HeaderValue};

use crate::answer::{Answer, Code, Refusal};
use crate::api_key::{self, ApiKey};
use crate::meter::Meter;

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// Shows what was counted to whoever has one of the keys: it tells how much business there is, and when
/// an attack has an effect.
#[derive(Debug)]
pub(crate) struct MetricsApi {
    meter: Meter,
    keys: Vec<ApiKey>,
}

impl MetricsApi {
    pub(crate) fn new(meter: Meter, keys: Vec<ApiKey>) -> Self {
        Self { meter, keys }
    }

    pub(crate) fn text(&self, headers: &HeaderMap) -> Result<Answer, Refusal> {
        api_key::authorize(&self.keys, headers)?;
        Ok(Answer::text(TEXT, self.meter.text()))
    }

    pub(crate) fn json(&self, headers: &HeaderMap) -> Result<Answer, Refusal> {
        api_key::authorize(&self.keys, headers)?;
        let metrics = self.meter.json().ok_or_else(|| {
            Refusal::new(Code::Internal, "the answer cannot be written")
                .because("a line of the metrics is not understood")
        })?;
        Answer::json(StatusCode::OK, &metrics)
    }
}
