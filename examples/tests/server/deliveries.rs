//! A delivery is accepted once, recognised when it comes again, and refused when it is not genuine.

use std::time::Duration;

use webhook_verify::Provider;

use crate::support::delivery::{Delivery, every_provider, needing_a_secret_only, secret, variable};
use crate::support::http::Reply;
use crate::support::process::Setup;

#[track_caller]
fn accepted(reply: &Reply) -> String {
    assert_eq!(reply.status, 202, "{reply:?}");
    assert_eq!(reply.json()["status"], "accepted");
    job_id(reply)
}

#[track_caller]
fn duplicate(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.json()["status"], "duplicate");
    job_id(reply)
}

#[track_caller]
fn job_id(reply: &Reply) -> String {
    reply.json()["job_id"]
        .as_str()
        .expect("a job id")
        .to_owned()
}

#[track_caller]
fn refused(reply: &Reply, status: u16, code: &str) {
    assert_eq!((reply.status, reply.code().as_str()), (status, code));
}

#[test]
fn a_delivery_of_each_provider_becomes_a_job_and_is_done() {
    let server = every_provider().start();
    for provider in needing_a_secret_only() {
        let delivery = Delivery::new(provider, "evt_1");
        let id = accepted(&delivery.send(&server));
        let job = server.ended(&id);
        assert_eq!(job["status"], "done", "{job}");
        assert_eq!(job["kind"], format!("webhook.{provider}"));
        assert_eq!(job["queue"], "webhooks");
        assert_eq!(job["triggered_by"], format!("webhook:{provider}"));
        assert_eq!(
            job["payload"]["utf8"], delivery.body,
            "the body is kept as it was received"
        );
        assert_eq!(job["result"], "recorded");
        assert_eq!(job["metadata"]["provider"], provider.name());
        assert_eq!(job["metadata"]["secret"], "1");
        assert_eq!(job["metadata"]["content_type"], "application/json");
        assert_eq!(job["metadata"]["source_ip"], "127.0.0.1");
        // Some, as Inngest, give their deliveries no id.
        let event_id = provider.scheme().id.is_some().then_some("evt_1");
        assert_eq!(job["metadata"]["event_id"].as_str(), event_id, "{provider}");
    }
}

#[test]
fn the_same_delivery_again_is_a_duplicate_of_the_same_job() {
    let server = every_provider().start();
    for provider in needing_a_secret_only() {
        let delivery = Delivery::new(provider, "evt_1");
        let first = accepted(&delivery.send(&server));
        assert_eq!(duplicate(&delivery.send(&server)), first, "{provider}");
        server.ended(&first);
        assert_eq!(
            duplicate(&delivery.send(&server)),
            first,
            "{provider}, when it is done"
        );
    }
}

#[test]
fn two_deliveries_are_two_jobs() {
    let server = every_provider().start();
    for provider in needing_a_secret_only() {
        let first = accepted(&Delivery::new(provider, "evt_1").send(&server));
        let second = accepted(&Delivery::new(provider, "evt_2").send(&server));
        assert_ne!(first, second);
    }
}

#[test]
fn one_event_id_at_two_providers_is_two_events() {
    let server = every_provider().start();
    let first = accepted(&Delivery::new(Provider::Stripe, "evt_1").send(&server));
    let second = accepted(&Delivery::new(Provider::Slack, "evt_1").send(&server));
    assert_ne!(first, second);
}

#[test]
fn a_signed_event_rendered_anew_is_still_the_same_event() {
    let server = every_provider().start();
    let mut delivery = Delivery::new(Provider::Stripe, "evt_1");
    delivery.body = r#"{"id":"evt_1","pending_webhooks":2}"#.to_owned();
    let first = accepted(&delivery.send(&server));
    delivery.body = r#"{"id":"evt_1","pending_webhooks":1}"#.to_owned();
    assert_eq!(duplicate(&delivery.send(&server)), first);
    server.line("a warning", |line| {
        line["level"] == "WARN" && line["job_id"] == first.as_str()
    });
}

#[test]
fn an_id_that_is_not_signed_does_not_make_a_replay_a_new_event() {
    let server = every_provider().start();
    let mut delivery = Delivery::new(Provider::GitHub, "first-id");
    let first = accepted(&delivery.send(&server));
    delivery.id = "another-id".to_owned();
    assert_eq!(duplicate(&delivery.send(&server)), first);
}

#[test]
fn a_tampered_body_is_refused_without_a_hint() {
    let server = every_provider().start();
    for provider in needing_a_secret_only() {
        let delivery = Delivery::new(provider, "evt_1");
        let reply = delivery
            .request()
            .body(delivery.body.replace("100", "999"))
            .send(server.address);
        refused(&reply, 401, "ERR_BAD_SIGNATURE");
        let genuine = Delivery {
            body: delivery.body.replace("100", "999"),
            ..delivery
        };
        let answer = String::from_utf8(reply.body).expect("JSON is text");
        for (_, value) in genuine.headers() {
            let code = value.rsplit(['=', ',']).next().expect("at least one part");
            assert!(
                code.len() < 16 || !answer.contains(code),
                "{provider} tells what it expected"
            );
        }
    }
}

#[test]
fn a_wrong_secret_and_a_missing_signature_get_one_answer() {
    let server = every_provider().start();
    for provider in needing_a_secret_only() {
        let mut delivery = Delivery::new(provider, "evt_1");
        let unsigned = crate::support::http::Request::new("POST", &format!("/webhooks/{provider}"))
            .body(delivery.body.as_str())
            .send(server.address);
        refused(&unsigned, 401, "ERR_BAD_SIGNATURE");
        delivery.secret = delivery
            .secret
            .replace("0123", "3210")
            .replace("MDEy", "MzIx")
            .replace("a-secret", "no-secret");
        assert_ne!(delivery.secret, secret(provider));
        let forged = delivery.send(&server);
        refused(&forged, 401, "ERR_BAD_SIGNATURE");
        assert_eq!(forged.json()["message"], unsigned.json()["message"]);
    }
}

#[test]
fn a_stale_delivery_is_refused_where_the_provider_signs_the_time() {
    let server = every_provider().start();
    for provider in needing_a_secret_only() {
        let reply = Delivery::new(provider, "evt_1")
            .ago(Duration::from_secs(3600))
            .send(&server);
        if provider.scheme().timestamp.is_some() {
            refused(&reply, 401, "ERR_STALE");
        } else {
            accepted(&reply);
        }
    }
}

#[test]
fn both_secrets_work_while_one_is_being_replaced() {
    let provider = Provider::Stripe;
    let both = format!("the-new-secret-of-this-month,{}", secret(provider));
    let server = Setup::new().with(&variable(provider), &both).start();
    let old = accepted(&Delivery::new(provider, "evt_1").send(&server));
    assert_eq!(server.ended(&old)["metadata"]["secret"], "2");
    let mut delivery = Delivery::new(provider, "evt_2");
    delivery.secret = "the-new-secret-of-this-month".to_owned();
    let new = accepted(&delivery.send(&server));
    assert_eq!(server.ended(&new)["metadata"]["secret"], "1");
}

#[test]
fn a_provider_that_is_not_configured_looks_like_one_that_does_not_exist() {
    let server = Setup::new()
        .with(&variable(Provider::Stripe), secret(Provider::Stripe))
        .start();
    let known = Delivery::new(Provider::GitHub, "evt_1").send(&server);
    let unknown =
        crate::support::http::Request::new("POST", "/webhooks/nobody").send(server.address);
    refused(&known, 404, "ERR_UNKNOWN_PROVIDER");
    refused(&unknown, 404, "ERR_UNKNOWN_PROVIDER");
    assert_eq!(known.json()["message"], unknown.json()["message"]);
}
