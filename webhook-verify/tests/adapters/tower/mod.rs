//! The layer, behind hyper.

mod bodies;
mod deliveries;
mod http2;
mod readiness;
mod server;
mod tenants;
