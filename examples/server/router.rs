//! From a path to an answer, and one log line and one count for each.

use std::net::IpAddr;
use std::time::Instant;

use hyper::body::Incoming;
use hyper::header::HeaderValue;
use hyper::http::request::Parts;
use hyper::{Method, Request, Response};
use webhook_verify::Provider;

use crate::answer::{Answer, Body, Code, Refusal, Renderer};
use crate::health::Health;
use crate::intake::{Intake, Origin};
use crate::jobs::JobsApi;
use crate::log;
use crate::meter;
use crate::metrics_api::MetricsApi;
use crate::request_id::RequestIds;

/// Everything that answers requests.
#[derive(Debug)]
pub(crate) struct Router {
    pub(crate) intake: Intake,
    pub(crate) jobs: JobsApi,
    pub(crate) metrics: MetricsApi,
    pub(crate) health: Health,
    pub(crate) renderer: Renderer,
    pub(crate) request_ids: RequestIds,
}

impl Router {
    /// Answers one request, whatever it is.
    pub(crate) async fn answer(&self, request: Request<Incoming>, peer: IpAddr) -> Response<Body> {
        let started = Instant::now();
        let request_id = self.request_ids.next();
        let (head, body) = request.into_parts();
        let route = Route::find(head.uri.path());
        let result = self.dispatch(route, &head, body, peer, &request_id).await;
        let request = log::Request {
            request_id: request_id.to_str().unwrap_or_default(),
            method: &head.method,
            route,
            peer,
            elapsed: started.elapsed(),
            result: &result,
        };
        log::request(&request);
        meter::request(&request);
        self.renderer.response(result, request_id)
    }

    async fn dispatch(
        &self,
        route: Route<'_>,
        head: &Parts,
        body: Incoming,
        peer: IpAddr,
        request_id: &HeaderValue,
    ) -> Result<Answer, Refusal> {
        route.check_method(&head.method)?;
        match route {
            Route::Webhook(provider) if head.method == Method::GET => {
                self.intake.challenge(provider, head)
            }
            Route::Webhook(provider) => {
                let origin = Origin { peer, request_id };
                self.intake.take(provider, head, body, origin).await
            }
            Route::Jobs => self.jobs.list(&head.headers, head.uri.query()).await,
            Route::Job(id) => self.jobs.show(&head.headers, id).await,
            Route::Metrics => self.metrics.text(&head.headers),
            Route::MetricsJson => self.metrics.json(&head.headers),
            Route::Health => self.health.report().await,
            Route::Live => self.health.live(),
            Route::Ready => self.health.ready().await,
            Route::Nowhere => Err(Refusal::new(
                Code::NotFound,
                "there is nothing at this path",
            )),
        }
    }
}

/// A path that is served, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    /// The provider, if it is one that we know.
    Webhook(Option<Provider>),
    Jobs,
    /// The id, as it stands in the path.
    Job(&'a str),
    Metrics,
    MetricsJson,
    Health,
    Live,
    Ready,
    Nowhere,
}

impl<'a> Route<'a> {
    fn find(path: &'a str) -> Self {
        match path {
            "/health" => Self::Health,
            "/health/live" => Self::Live,
            "/health/ready" => Self::Ready,
            "/api/jobs" => Self::Jobs,
            "/api/metrics" => Self::MetricsJson,
            "/metrics" => Self::Metrics,
            _ => Self::find_below(path).unwrap_or(Self::Nowhere),
        }
    }

    fn find_below(path: &'a str) -> Option<Self> {
        let (parent, last) = path.rsplit_once('/')?;
        match parent {
            "/webhooks" => Some(Self::Webhook(last.parse().ok())),
            "/api/jobs" => Some(Self::Job(last)),
            _ => None,
        }
    }

    /// The path with its parameters' names instead of their values: few, and safe to log.
    pub(crate) const fn template(self) -> &'static str {
        match self {
            Self::Webhook(_) => "/webhooks/{provider}",
            Self::Jobs => "/api/jobs",
            Self::Job(_) => "/api/jobs/{id}",
            Self::Metrics => "/metrics",
            Self::MetricsJson => "/api/metrics",
            Self::Health => "/health",
            Self::Live => "/health/live",
            Self::Ready => "/health/ready",
            Self::Nowhere => "none",
        }
    }

    fn check_method(self, method: &Method) -> Result<(), Refusal> {
        let allow = match self {
            Self::Nowhere => return Ok(()),
            Self::Webhook(_) if method == Method::POST || method == Method::GET => return Ok(()),
            Self::Webhook(_) => "POST",
            _ if method == Method::GET || method == Method::HEAD => return Ok(()),
            _ => "GET, HEAD",
        };
        Err(Refusal::method_not_allowed(allow))
    }
}
