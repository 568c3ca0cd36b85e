//! A delivery as the two layers for tower judge it.

use std::convert::Infallible;
use std::fmt::Debug;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::stream::{self, Iter};
use http::{Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use tower::{Layer, Service, ServiceExt, service_fn};
use webhook_verify::tower::{ArrivingBody, VerifyLayer};
use webhook_verify::{Delivery, Proof, Refused, Tolerance};

use crate::vector::Vector;

/// The status that the sender gets, and what the service behind the layer knows of the delivery.
pub(crate) type Judgement = (u16, String);

type InPieces = StreamBody<Iter<std::vec::IntoIter<Result<Frame<Bytes>, Infallible>>>>;

/// How a layer that holds judges, and how one that streams; nothing, if no verifier can be built or no
/// server would read the headers.
pub(crate) fn judge(vector: &Vector) -> Option<[Judgement; 2]> {
    let mut verifier = vector.verifier().ok()?;
    if verifier.scheme().timestamp.is_some() {
        // The layers have the clock of the system, by which all of them are late.
        verifier = verifier.with_tolerance(Tolerance::Unlimited).ok()?;
    }
    let verifier = Arc::new(verifier);
    let layer = || VerifyLayer::new(Arc::clone(&verifier));
    Some([
        send(layer().layer(service_fn(take)), vector)?,
        send(layer().streaming().layer(service_fn(read)), vector)?,
    ])
}

fn send<S>(service: S, vector: &Vector) -> Option<Judgement>
where
    S: Service<Request<InPieces>, Response = Response<String>, Error: Debug>,
{
    let body = vector.body();
    let pieces = body.chunks(7).map(Bytes::copy_from_slice);
    let frames: Vec<_> = pieces.map(|piece| Ok(Frame::data(piece))).collect();
    let request = vector
        .head()?
        .map(|()| StreamBody::new(stream::iter(frames)));
    let answer = service.oneshot(request).now_or_never();
    let answer = answer.expect("nothing is waited for").expect("answered");
    Some((answer.status().as_u16(), answer.into_body()))
}

async fn take(request: Request<Delivery>) -> Result<Response<String>, Infallible> {
    Ok(describe(request.body().proof()))
}

async fn read(request: Request<ArrivingBody<InPieces>>) -> Result<Response<String>, Arc<Refused>> {
    let arrival = request.body().arrival();
    request.into_body().collect().await?;
    Ok(describe(arrival.proof().expect("the end has come")))
}

/// All that is known but the age, which is another by now.
fn describe(proof: &Proof) -> Response<String> {
    let label = (proof.scheme(), proof.secret_label());
    let id = (proof.event_id(), proof.fingerprint());
    Response::new(format!(
        "{label:?} {:?} {:?} {id:?}",
        proof.sent_at(),
        proof.coverage()
    ))
}
