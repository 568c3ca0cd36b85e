//! Deliveries whose proof takes more than a secret: the address, a public key, an issuer, or nothing much.

use webhook_verify::{Provider, Secret, Setup as Scheme, Signer, UnixTime, Weakness};

use crate::support::http::{Reply, Request};
use crate::support::process::{Server, Setup};

const SECRET: &str = "a-secret-of-more-than-sixteen-bytes";
const PUBLIC_URL: &str = "https://hooks.example.com";
const BODY: &str = r#"{"id":"evt_1"}"#;

fn server(provider: Provider) -> Setup {
    Setup::new()
        .with("PUBLIC_URL", PUBLIC_URL)
        .with(&variable("SECRET", provider), SECRET)
}

fn variable(kind: &str, provider: Provider) -> String {
    let name = provider.name().to_uppercase().replace('-', "_");
    format!("WEBHOOK_{kind}_{name}")
}

/// Signs a body, and sends it to a target with these headers before the signed ones.
fn send(server: &Server, scheme: Scheme, secret: &str, target: &str, body: &str) -> Reply {
    let signer = Signer::new(scheme, Secret::new(secret)).expect("usable");
    let signed = signer.sign(None, UnixTime::now(), body.as_bytes());
    let signed: Vec<_> = signed
        .expect("signable")
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Request::new("POST", target)
        .header("x-forwarded-host", "evil.example")
        .headers(&signed)
        .body(body)
        .send(server.address)
}

#[track_caller]
fn refused(reply: &Reply) {
    let answer = (reply.status, reply.code());
    assert_eq!(answer, (401, "ERR_BAD_SIGNATURE".to_owned()));
}

#[test]
fn an_address_is_that_of_the_configuration_with_the_target_of_the_request() {
    for provider in [Provider::Square, Provider::Trello, Provider::HubSpot] {
        let server = server(provider).start();
        let target = format!("/webhooks/{provider}?tenant=1");
        let here = || provider.at(format!("{PUBLIC_URL}{target}"));
        let accepted = send(&server, here(), SECRET, &target, BODY);
        assert_eq!(accepted.status, 202, "{provider}: {accepted:?}");

        let path = format!("/webhooks/{provider}");
        refused(&send(&server, here(), SECRET, &path, BODY));
        let elsewhere = provider.at(format!("https://evil.example{target}"));
        refused(&send(&server, elsewhere, SECRET, &target, BODY));
    }
}

#[test]
fn a_proxy_may_take_the_path_of_the_public_url_from_a_target() {
    let outside = "https://example.com/hooks";
    let server = server(Provider::Square)
        .with("PUBLIC_URL", &format!("{outside}/"))
        .start();
    let square = Provider::Square.at(format!("{outside}/webhooks/square"));
    let accepted = send(&server, square, SECRET, "/webhooks/square", BODY);
    assert_eq!(accepted.status, 202, "{accepted:?}");
}

#[test]
fn twilio_delivers_forms_and_what_is_no_form() {
    let server = server(Provider::Twilio).start();
    let path = "/webhooks/twilio";
    let here = || Provider::Twilio.at(format!("{PUBLIC_URL}{path}"));
    let form = "AccountSid=AC1&Body=1%2B1&From=%2B15005550006";
    let accepted = send(&server, here(), SECRET, path, form);
    assert_eq!(accepted.status, 202, "{accepted:?}");

    // The digest of `{}`.
    let digest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let target = format!("{path}?bodySHA256={digest}");
    let here = || Provider::Twilio.at(format!("{PUBLIC_URL}{target}"));
    let signer = Signer::new(here(), Secret::new(SECRET)).expect("usable");
    let signed = signer.sign(None, UnixTime::now(), b"{}").expect("signable");
    let post = |body: &str| {
        let headers = signed.iter();
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Request::new("POST", &target)
            .headers(&headers.collect::<Vec<_>>())
            .body(body)
            .send(server.address)
    };
    refused(&post("[]"));
    let accepted = post("{}");
    assert_eq!(accepted.status, 202, "{accepted:?}");
}

#[test]
fn a_public_key_is_the_secret_of_those_who_sign_with_a_private_one() {
    // RFC 8032 section 7.1, test 1.
    let private = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let server = Setup::new()
        .with(&variable("SECRET", Provider::Discord), public)
        .start();
    let path = "/webhooks/discord";
    let accepted = send(&server, Provider::Discord.into(), private, path, BODY);
    assert_eq!(accepted.status, 202, "{accepted:?}");
    let other = private.replace('9', "8");
    refused(&send(&server, Provider::Discord.into(), &other, path, BODY));
}

#[test]
fn a_weak_scheme_is_used_only_if_it_is_named() {
    let weak = server(Provider::Telegram);
    let said = weak.run().stderr;
    let said = String::from_utf8(said).expect("text");
    assert!(said.contains("WEBHOOK_SECRET_TELEGRAM"), "{said}");
    assert!(
        said.contains("name telegram in WEBHOOK_ACCEPT_WEAK"),
        "{said}"
    );
    assert!(!said.contains("despite"), "{said}");

    let server = weak
        .with("WEBHOOK_ACCEPT_WEAK", "gitlab-token,telegram")
        .start();
    let telegram = || Provider::Telegram.despite(Weakness::SharedToken);
    let path = "/webhooks/telegram";
    let accepted = send(&server, telegram(), SECRET, path, BODY);
    assert_eq!(accepted.status, 202, "{accepted:?}");
    refused(&send(&server, telegram(), "another-token", path, BODY));
}

#[test]
fn what_is_no_weak_provider_is_refused_by_name() {
    for name in ["github", "nobody", "", " telegram"] {
        let text = format!("telegram,{name}");
        let setup = Setup::new().with("WEBHOOK_ACCEPT_WEAK", &text);
        let said = String::from_utf8(setup.run().stderr).expect("text");
        assert!(said.contains(&format!("{name:?} is no provider")), "{said}");
        assert!(said.contains("gitlab-token"), "{said}");
    }
}

#[test]
fn tokens_of_an_issuer_that_is_not_named_are_refused() {
    let unnamed = server(Provider::LiveKit);
    let said = String::from_utf8(unnamed.run().stderr).expect("text");
    assert!(said.contains("WEBHOOK_ISSUER_LIVEKIT"), "{said}");
    assert!(!said.contains("issued_by"), "{said}");

    let server = unnamed
        .with(&variable("ISSUER", Provider::LiveKit), "API1,API2")
        .start();
    let path = "/webhooks/livekit";
    let issued_by = |issuer: &str| Provider::LiveKit.issued_by(issuer);
    let accepted = send(&server, issued_by("API2"), SECRET, path, BODY);
    assert_eq!(accepted.status, 202, "{accepted:?}");
    refused(&send(&server, issued_by("API3"), SECRET, path, BODY));
}

#[test]
fn a_provider_with_certificates_is_refused_by_name() {
    for provider in [Provider::PayPal, Provider::Sns] {
        let said = server(provider).run().stderr;
        let said = String::from_utf8(said).expect("text");
        assert!(said.contains(&variable("SECRET", provider)), "{said}");
        let fault = format!("{provider} has no secret, but signs with certificates");
        assert!(said.contains(&fault), "{said}");
    }
}
