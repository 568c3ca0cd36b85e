//! Takes in GitHub's webhooks with hyper.

use std::{convert::Infallible, env, error::Error};

use hyper::{Request, Response, server::conn::http1};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::net::TcpListener;
use tower::{ServiceBuilder, service_fn};
use webhook_verify::tower::VerifyLayer;
use webhook_verify::{Delivery, Provider, Secret, Verifier};

async fn pushed(request: Request<Delivery>) -> Result<Response<String>, Infallible> {
    let length = request.body().body().len();
    Ok(Response::new(format!("{length} bytes from GitHub\n")))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let secret = Secret::new(env::var("WEBHOOK_SECRET")?);
    let layer = VerifyLayer::new(Verifier::new(Provider::GitHub, secret)?);
    let service = ServiceBuilder::new()
        .layer(layer)
        .service(service_fn(pushed));

    let listener = TcpListener::bind(env::var("LISTEN_ADDR")?).await?;
    println!("listening on {}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}
