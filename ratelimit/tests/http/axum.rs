//! The extractor for axum, and the layer around a router.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{any, get};
use http::request::Parts;
use ratelimit::axum::ByRoute;
use ratelimit::http::{Admitted, ByAddress, Gate, Identify, Proxies, Refused, Subject};
use ratelimit::tower::RateLimitLayer;
use tokio::net::TcpListener;

use crate::exchange::ask;
use crate::limits::{DOWN, everybody, gate, per_minute};

async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

async fn search(admitted: Admitted) -> (Admitted, &'static str) {
    (admitted, "found")
}

#[tokio::test]
async fn a_handler_is_reached_by_whom_the_gate_admits() {
    let by_client = ByAddress::new(Proxies::NONE);
    let gate = gate([per_minute("search", 1, by_client)]);
    let app = Router::new()
        .route("/", get(search))
        .with_state(Arc::new(gate));
    let address = serve(app).await;

    let answer = ask(address, "GET /", &["x-forwarded-for: 8.8.8.8"]).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "found"));
    assert_eq!(answer.field("ratelimit"), Some(r#""search";r=0;t=60"#));

    let answer = ask(address, "GET /", &["x-forwarded-for: 9.9.9.9"]).await;
    assert_eq!(
        (answer.status, answer.field("retry-after")),
        (429, Some("60"))
    );
    assert_eq!(
        answer.field("content-type"),
        Some("application/problem+json")
    );
}

/// In the registry there is a limiter that answers everybody with 500 if one of its features is off.
#[tokio::test]
async fn the_address_of_who_calls_is_known() {
    let told = |head: &Parts| match ByAddress::new(Proxies::NONE).subject(head) {
        Subject::Key(address) => address,
        other => panic!("{other:?}"),
    };
    let gate = gate([per_minute("search", 1, told)]);
    let app = Router::new()
        .route("/", get(search))
        .with_state(Arc::new(gate));
    assert_eq!(ask(serve(app).await, "GET /", &[]).await.status, 200);
}

#[tokio::test]
async fn a_route_is_one_whatever_its_parameters_are_and_so_is_none() {
    let gate = gate([per_minute("route", 1, ByRoute)]);
    let app = Router::new()
        .route("/users/{id}", any(async || "user"))
        .route("/posts/{id}", any(async || "post"))
        .layer(RateLimitLayer::new(gate));
    let address = serve(app).await;
    for (line, status) in [
        ("GET /users/1", 200),
        ("GET /users/2", 429),
        ("GET /users/%31?x=1", 429),
        ("INVENTED /users/1", 429),
        ("GET /posts/1", 200),
        ("GET /nowhere", 404),
        ("GET /somewhere/else", 429),
    ] {
        assert_eq!(ask(address, line, &[]).await.status, status, "{line}");
    }
}

/// The state of an application, of which the gate is a part.
#[derive(Clone)]
struct Application(Arc<Gate>);

impl FromRef<Application> for Arc<Gate> {
    fn from_ref(Application(gate): &Application) -> Self {
        Self::clone(gate)
    }
}

#[tokio::test]
async fn a_handler_may_pass_whom_nobody_can_judge() {
    async fn lenient(admitted: Result<Admitted, Refused>) -> Result<&'static str, Refused> {
        match admitted {
            Ok(_) | Err(Refused::Unavailable(_)) => Ok("found"),
            Err(refused) => Err(refused),
        }
    }
    let charges = || [per_minute("all", 1, everybody())];
    let serve_with = |gate: Gate| {
        let application = Application(Arc::new(gate));
        serve(
            Router::new()
                .route("/", get(lenient))
                .with_state(application),
        )
    };
    let down = serve_with(Gate::new(DOWN, charges()).expect("few")).await;
    assert_eq!(ask(down, "GET /", &[]).await.status, 200);
    let up = serve_with(gate(charges())).await;
    assert_eq!(ask(up, "GET /", &[]).await.status, 200);
    assert_eq!(ask(up, "GET /", &[]).await.status, 429);
}
