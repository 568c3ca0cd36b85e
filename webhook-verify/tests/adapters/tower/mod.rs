//! The layer, behind hyper.

mod arriving_body;
mod bodies;
mod deliveries;
mod http2;
mod readiness;
mod server;
mod stream;
mod tenants;
