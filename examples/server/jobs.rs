//! `GET /api/jobs` and `GET /api/jobs/{id}`: what became of the deliveries.

mod parameters;

use hyper::StatusCode;
use hyper::header::HeaderMap;
use jobstore::{Job, JobId, Jobs};
use serde::Serialize;

use crate::answer::{Answer, Code, Refusal};
use crate::api_key::{self, ApiKey};
use crate::store;

/// Shows jobs to whoever has the key.
#[derive(Debug)]
pub(crate) struct JobsApi {
    jobs: Jobs,
    key: ApiKey,
}

/// A job as the API shows it: the record, and what is derived from it.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    job: &'a Job,
    /// How long the last attempt took, in milliseconds; null before the job has ended.
    duration_ms: Option<u128>,
}

impl JobsApi {
    pub(crate) fn new(jobs: Jobs, key: ApiKey) -> Self {
        Self { jobs, key }
    }

    /// A page of summaries, newest first.
    pub(crate) async fn list(
        &self,
        headers: &HeaderMap,
        query: Option<&str>,
    ) -> Result<Answer, Refusal> {
        api_key::authorize([&self.key], headers)?;
        let query = parameters::read(query.unwrap_or_default())?;
        let page = store::in_time(self.jobs.list(&query)).await?;
        Answer::json(StatusCode::OK, &page)
    }

    /// One job, with its payload and its history.
    pub(crate) async fn show(&self, headers: &HeaderMap, id: &str) -> Result<Answer, Refusal> {
        api_key::authorize([&self.key], headers)?;
        let id: JobId = id
            .parse()
            .map_err(|error| Refusal::new(Code::BadJobId, format!("{error}")))?;
        let job = store::in_time(self.jobs.get(id)).await?;
        let job =
            job.ok_or_else(|| Refusal::new(Code::UnknownJob, "there is no job of this id"))?;
        let duration_ms = job.duration().map(|duration| duration.as_millis());
        let shown = Shown {
            job: &job,
            duration_ms,
        };
        Answer::json(StatusCode::OK, &shown).map(|answer| answer.job(id))
    }
}
