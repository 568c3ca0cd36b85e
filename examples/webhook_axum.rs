//! Takes in GitHub's webhooks with axum.

use std::{env, error::Error, sync::Arc};

use axum::{Router, routing::post};
use tokio::net::TcpListener;
use webhook_verify::{Delivery, Provider, Secret, Verifier};

async fn pushed(delivery: Delivery) -> String {
    format!("{} bytes from GitHub\n", delivery.body().len())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let secret = Secret::new(env::var("WEBHOOK_SECRET")?);
    let verifier = Verifier::new(Provider::GitHub, secret)?;
    let hook = post(pushed).with_state(Arc::new(verifier));
    let app = Router::new().route("/webhooks/github", hook);

    let listener = TcpListener::bind(env::var("LISTEN_ADDR")?).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
