//! Providers that ask whether this address is meant to receive from them.

use webhook_verify::{Provider, Secret, Signer, UnixTime};

use crate::support::http::{Reply, Request};
use crate::support::process::{Server, Setup};

const SECRET: &str = "a-secret-of-more-than-sixteen-bytes";

fn get(server: &Server, target: &str) -> Reply {
    Request::new("GET", target).send(server.address)
}

#[track_caller]
fn answered(reply: &Reply, content_type: &str, body: &str) {
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.header("content-type"), Some(content_type));
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(String::from_utf8_lossy(&reply.body), body);
}

#[track_caller]
fn refused(reply: &Reply, status: u16, code: &str) {
    assert_eq!((reply.status, reply.code().as_str()), (status, code));
}

#[test]
fn dropbox_gets_its_text_back_unless_it_could_be_a_page() {
    let server = Setup::new().with("WEBHOOK_SECRET_DROPBOX", SECRET).start();
    let reply = get(&server, "/webhooks/dropbox?challenge=abc123");
    answered(&reply, "text/plain", "abc123");

    let page = get(&server, "/webhooks/dropbox?challenge=%3Cscript%3E");
    refused(&page, 403, "ERR_BAD_CHALLENGE");
    let body = String::from_utf8_lossy(&page.body);
    assert!(!body.contains("script"), "{body}");
    for no_challenge in ["/webhooks/dropbox", "/webhooks/dropbox?page=2"] {
        let reply = get(&server, no_challenge);
        refused(&reply, 405, "ERR_METHOD_NOT_ALLOWED");
        assert_eq!(reply.header("allow"), Some("POST"));
    }
}

#[test]
fn meta_gets_its_number_back_if_it_knows_the_token() {
    let server = Setup::new()
        .with("WEBHOOK_SECRET_META", SECRET)
        .with("WEBHOOK_VERIFY_TOKEN_META", "meatyhamhock")
        .start();
    let ask = |token: &str| {
        let query = format!("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}");
        get(&server, &format!("/webhooks/meta?{query}"))
    };
    answered(&ask("meatyhamhock"), "text/plain", "1158201444");
    refused(&ask("guess"), 403, "ERR_BAD_CHALLENGE");
}

#[test]
fn x_gets_a_code_of_its_token_and_of_nothing_that_could_be_a_delivery() {
    // The newest of several is the one that X knows.
    let server = Setup::new()
        .with("WEBHOOK_SECRET_X", "Convoy,an-older-secret")
        .start();
    let reply = get(&server, "/webhooks/x?crc_token=uzwcfYtzr9");
    let token = r#"{"response_token":"sha256=HXvxTdsfShG6k2zC9NVANwFquJBdOugRYHax2vNiiOo="}"#;
    answered(&reply, "application/json", token);

    let delivery = get(
        &server,
        "/webhooks/x?crc_token=%7B%22for_user_id%22:%221%22%7D",
    );
    refused(&delivery, 403, "ERR_BAD_CHALLENGE");
}

#[test]
fn braintree_gets_a_code_under_both_halves_of_the_key() {
    let server = Setup::new()
        .with("WEBHOOK_SECRET_BRAINTREE", "integration_private_key")
        .with("WEBHOOK_PUBLIC_KEY_BRAINTREE", "integration_public_key")
        .start();
    let query = "bt_challenge=20f9f8ed05f77439fe955c977e4c8a53";
    let reply = get(&server, &format!("/webhooks/braintree?{query}"));
    let code = "integration_public_key|d9b899556c966b3f06945ec21311865d35df3ce4";
    answered(&reply, "text/plain", code);
    refused(
        &get(&server, "/webhooks/braintree?bt_challenge=payload"),
        403,
        "ERR_BAD_CHALLENGE",
    );
}

#[test]
fn okta_gets_its_text_back_if_it_sends_the_token_of_the_hook() {
    let server = Setup::new()
        .with("WEBHOOK_SECRET_OKTA", "a-token-of-more-than-sixteen-bytes")
        .with("WEBHOOK_ACCEPT_WEAK", "okta")
        .start();
    let ask = |token: &str| {
        Request::new("GET", "/webhooks/okta")
            .header("authorization", token)
            .header("x-okta-verification-challenge", "Me_rShK8JHs")
            .send(server.address)
    };
    let reply = ask("a-token-of-more-than-sixteen-bytes");
    answered(
        &reply,
        "application/json",
        r#"{"verification":"Me_rShK8JHs"}"#,
    );
    refused(&ask("another-token-than-that"), 401, "ERR_BAD_SIGNATURE");
}

/// Signs a body, and sends it.
fn post(server: &Server, provider: Provider, secret: &str, body: &str) -> Reply {
    let signer = Signer::new(provider, Secret::new(secret)).expect("usable");
    let signed = signer.sign(None, UnixTime::now(), body.as_bytes());
    let signed: Vec<_> = signed
        .expect("signable")
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Request::new("POST", &format!("/webhooks/{provider}"))
        .headers(&signed)
        .body(body)
        .send(server.address)
}

fn jobs(server: &Server) -> usize {
    let jobs = server.api("/api/jobs").json();
    jobs["jobs"].as_array().expect("a list").len()
}

#[test]
fn slack_gets_its_text_back_if_the_delivery_is_genuine_and_no_job_is_made() {
    let server = Setup::new().with("WEBHOOK_SECRET_SLACK", SECRET).start();
    let challenge = r#"{"challenge":"3eZbrw1a","type":"url_verification"}"#;
    let reply = post(&server, Provider::Slack, SECRET, challenge);
    answered(&reply, "text/plain", "3eZbrw1a");
    let forged = post(
        &server,
        Provider::Slack,
        "another-secret-than-that",
        challenge,
    );
    refused(&forged, 401, "ERR_BAD_SIGNATURE");
    let page = challenge.replace("3eZbrw1a", "<script>");
    refused(
        &post(&server, Provider::Slack, SECRET, &page),
        403,
        "ERR_BAD_CHALLENGE",
    );
    assert_eq!(jobs(&server), 0);

    let event = r#"{"event_id":"Ev1","type":"event_callback"}"#;
    assert_eq!(post(&server, Provider::Slack, SECRET, event).status, 202);
    assert_eq!(jobs(&server), 1);
}

#[test]
fn zoom_gets_a_code_under_the_secret_that_it_signed_with() {
    let old = "an-older-secret-of-more-than-sixteen-bytes";
    let server = Setup::new()
        .with("WEBHOOK_SECRET_ZOOM", &format!("{SECRET},{old}"))
        .start();
    let challenge =
        r#"{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}"#;
    for secret in [SECRET, old] {
        let signer = Signer::new(Provider::GitHub, Secret::new(secret)).expect("usable");
        let signed = signer.sign(None, UnixTime::now(), b"qgg8vlvZRS6UYooatFL8Aw");
        let signed = signed.expect("signable");
        let (_, code) = signed.iter().next().expect("one header");
        let code = code.trim_start_matches("sha256=");
        let reply = post(&server, Provider::Zoom, secret, challenge);
        let token =
            format!(r#"{{"plainToken":"qgg8vlvZRS6UYooatFL8Aw","encryptedToken":"{code}"}}"#);
        answered(&reply, "application/json", &token);
    }
    assert_eq!(jobs(&server), 0);
}

#[test]
fn discord_pings_without_making_a_job() {
    // RFC 8032 section 7.1, test 2.
    let private = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
    let public = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
    let server = Setup::new().with("WEBHOOK_SECRET_DISCORD", public).start();
    let ping = r#"{"version":1,"application_id":"1","type":0}"#;
    let reply = post(&server, Provider::Discord, private, ping);
    assert_eq!((reply.status, reply.body.as_slice()), (204, &b""[..]));
    assert_eq!(jobs(&server), 0);

    let event = ping.replace(r#""type":0"#, r#""type":1"#);
    let reply = post(&server, Provider::Discord, private, &event);
    assert_eq!(reply.status, 202);
}

#[test]
fn nothing_is_answered_for_those_who_are_not_configured() {
    let server = Setup::new().with("WEBHOOK_SECRET_META", SECRET).start();
    for target in [
        "/webhooks/dropbox?challenge=abc123",
        "/webhooks/x?crc_token=uzwcfYtzr9",
        "/webhooks/braintree?bt_challenge=20f9f8ed05f77439fe955c977e4c8a53",
        // Whose token is missing.
        "/webhooks/meta?hub.mode=subscribe&hub.challenge=1&hub.verify_token=",
        "/webhooks/github?challenge=abc123",
        "/webhooks/nobody?challenge=abc123",
    ] {
        refused(&get(&server, target), 405, "ERR_METHOD_NOT_ALLOWED");
    }
}

#[test]
fn what_answers_and_receives_nothing_is_refused_at_the_start() {
    for (variable, value, word) in [
        ("WEBHOOK_VERIFY_TOKEN_META", "token", "WEBHOOK_SECRET_META"),
        (
            "WEBHOOK_PUBLIC_KEY_BRAINTREE",
            "key",
            "WEBHOOK_SECRET_BRAINTREE",
        ),
        ("WEBHOOK_VERIFY_TOKEN_X", "token", "is not a variable"),
    ] {
        let said = Setup::new().with(variable, value).run().stderr;
        let said = String::from_utf8(said).expect("text");
        assert!(said.contains(variable) && said.contains(word), "{said}");
    }
    let secret = "WEBHOOK_SECRET_BRAINTREE";
    let public = "WEBHOOK_PUBLIC_KEY_BRAINTREE";
    let setup = Setup::new()
        .with(secret, "a-private-key-of-theirs")
        .with(public, "a|b");
    let said = String::from_utf8(setup.run().stderr).expect("text");
    assert!(said.contains(public), "{said}");
    assert!(!said.contains(&format!("{secret}: ")), "{said}");
}

#[test]
fn the_log_tells_why_a_challenge_is_not_answered_and_not_what_was_asked() {
    let server = Setup::new().with("WEBHOOK_SECRET_DROPBOX", SECRET).start();
    let line_of = |target: &str| {
        let reply = get(&server, target);
        let request_id = reply.header("x-request-id").expect("an id");
        server.line("the line of the request", |line| {
            line["request_id"] == request_id
        })
    };
    let refused = line_of("/webhooks/dropbox?challenge=%3Cscript%3E");
    assert_eq!(refused["outcome"], "ERR_BAD_CHALLENGE");
    let reason = "challenge has characters that do not belong there";
    assert_eq!(refused["reason"], reason);
    let answered = line_of("/webhooks/dropbox?challenge=abc123");
    assert_eq!(answered["outcome"], "challenge");
    assert!(!server.log().contains("script") && !server.log().contains("abc123"));
}
