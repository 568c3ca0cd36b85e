//! The layer, behind hyper.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::header::HeaderName;
use http::request::Parts;
use ratelimit::http::{
    ByAddress, ByApiKey, Charge, Fields, ForwardedIn, Gate, Identify, LegacyReset, Partitions,
    Subject,
};
use ratelimit::{Quota, Rule};
use tokio::task::JoinSet;

use crate::exchange::{Answer, ask};
use crate::limits::{DOWN, MISUSED, everybody, gate, memory, per_minute, proxies};
use crate::server::Server;

#[tokio::test]
async fn who_asks_too_much_is_told_when_to_come_back() {
    let server = Server::start(gate([per_minute("all", 2, everybody())]), None).await;
    for remaining in [1, 0] {
        let answer = ask(server.address, "GET /", &[]).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "found"));
        let limit = format!(r#""all";r={remaining};t=30"#);
        assert_eq!(answer.field("ratelimit"), Some(limit.as_str()));
        assert_eq!(answer.field("ratelimit-policy"), Some(r#""all";q=2;w=60"#));
        assert_eq!(answer.field("retry-after"), None);
    }
    let answer = ask(server.address, "GET /", &[]).await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.field("ratelimit"), Some(r#""all";r=0;t=30"#));
    assert_eq!(answer.field("retry-after"), Some("30"));
    assert_eq!(
        answer.field("content-type"),
        Some("application/problem+json")
    );
    assert!(answer.body.contains(r##"#quota-exceeded""##), "{answer:?}");
    assert!(
        answer.body.ends_with(r#""violated-policies":["all"]}"#),
        "{answer:?}"
    );
    assert_eq!(server.reached(), 2);
}

/// What comes from the network is what the client wrote and, behind it, what the proxy added.
#[tokio::test]
async fn a_forged_address_is_no_new_client() {
    for (field, added) in [
        (ForwardedIn::XForwardedFor, "x-forwarded-for"),
        (ForwardedIn::Forwarded, "forwarded"),
    ] {
        let is_forwarded = field == ForwardedIn::Forwarded;
        let by_address = ByAddress::new(proxies(field));
        let server = Server::start(gate([per_minute("client", 1, by_address)]), None).await;
        let client = |address: &str| match is_forwarded {
            true => format!("for=\"{address}\""),
            false => address.to_owned(),
        };
        let first = format!("{added}: {}", client("203.0.113.7"));
        assert_eq!(ask(server.address, "GET /", &[&first]).await.status, 200);

        let forged = [
            "8.8.8.8",
            "127.0.0.1",
            "for=8.8.8.8",
            "for=\"",
            "unknown",
            "",
        ];
        for forged in forged {
            let one_line = format!("{added}: {forged}, {}", client("203.0.113.7"));
            assert_eq!(
                ask(server.address, "GET /", &[&one_line]).await.status,
                429,
                "{forged}"
            );
            let own_line = format!("{added}: {forged}");
            let other = format!("x-real-ip: {forged}\r\nclient-ip: {forged}");
            let answer = ask(server.address, "GET /", &[&own_line, &other, &first]).await;
            assert_eq!(answer.status, 429, "{forged}");
        }
        let mapped = format!("{added}: {}", client("::ffff:203.0.113.7"));
        assert_eq!(ask(server.address, "GET /", &[&mapped]).await.status, 429);
        let another = format!("{added}: {}", client("203.0.113.8"));
        assert_eq!(ask(server.address, "GET /", &[&another]).await.status, 200);
    }
}

#[tokio::test]
async fn a_network_of_ipv6_is_one_client_and_its_neighbours_add_up() {
    let tiers = ByAddress::tiers(proxies(ForwardedIn::XForwardedFor), [64, 56, 48]);
    let names = ["client", "site", "organisation"];
    let rules = names.into_iter().zip([1, 2, 3]);
    let charges = rules
        .zip(tiers)
        .map(|((name, tokens), by)| per_minute(name, tokens, by));
    let server = Server::start(gate(charges), None).await;
    for (address, refused_by) in [
        ("2001:db8:1:200::1", None),
        ("2001:db8:1:200::2", Some("client")),
        ("2001:db8:1:201::1", None),
        ("2001:db8:1:202::1", Some("site")),
        ("2001:db8:1:300::1", None),
        ("2001:db8:1:400::1", Some("organisation")),
        ("2001:db8:2::1", None),
        // None of it is about IPv4, but for the first.
        ("192.0.2.1", None),
        ("192.0.2.2", None),
        ("192.0.2.3", None),
        ("192.0.2.4", None),
        ("192.0.2.4", Some("client")),
    ] {
        let from = format!("x-forwarded-for: {address}");
        let answer = ask(server.address, "GET /", &[&from]).await;
        let expected = refused_by.map(|rule| format!(r#""violated-policies":["{rule}"]}}"#));
        match expected {
            Some(violated) => assert!(answer.body.ends_with(&violated), "{address}: {answer:?}"),
            None => assert_eq!(answer.status, 200, "{address}: {answer:?}"),
        }
    }
}

#[tokio::test]
async fn who_has_no_api_key_is_known_by_address() {
    let by_key = ByApiKey::header(HeaderName::from_static("x-api-key"));
    let by_address = ByAddress::new(proxies(ForwardedIn::XForwardedFor));
    let charges = [per_minute("caller", 1, by_key.or(by_address))];
    let server = Server::start(gate(charges), None).await;
    let from = "x-forwarded-for: 203.0.113.7";
    for (fields, status) in [
        (&[from, "x-api-key: one"][..], 200),
        (&[from, "x-api-key: one"], 429),
        (&["x-api-key: one"], 429),
        (&[from, "x-api-key: two"], 200),
        (&[from], 200),
        (&[from], 429),
        (&["x-forwarded-for: 203.0.113.8"], 200),
    ] {
        let answer = ask(server.address, "GET /", fields).await;
        assert_eq!(answer.status, status, "{fields:?}");
    }
}

#[tokio::test]
async fn of_any_number_at_once_as_many_pass_as_may() {
    let server = Server::start(gate([per_minute("all", 7, everybody())]), None).await;
    let address = server.address;
    let mut asking: JoinSet<u16> = JoinSet::new();
    for _ in 0..40 {
        asking.spawn(async move { ask(address, "GET /", &[]).await.status });
    }
    let statuses = asking.join_all().await;
    let passed = statuses.iter().filter(|status| **status == 200).count();
    let refused = statuses.iter().filter(|status| **status == 429).count();
    assert_eq!((passed, refused), (7, 33));
    assert_eq!(server.reached(), 7);
}

/// A limiter in the registry multiplies so large a cost until it is small again, and lets it pass.
#[tokio::test]
async fn a_cost_that_overflows_is_refused_and_never_to_be_waited_for() {
    let says = |head: &Parts| head.headers["x-cost"].to_str().ok()?.parse().ok();
    let rule = Rule::new("rows", Quota::per_hour(1).with_burst(1_000));
    let charge = Charge::new(rule, everybody()).costing(move |head| says(head).unwrap_or(1));
    let server = Server::start(gate([charge]), None).await;
    for cost in [1_001, 5_124_097, u64::MAX] {
        let says = format!("x-cost: {cost}");
        let answer = ask(server.address, "GET /", &[&says]).await;
        assert_eq!(
            (answer.status, answer.field("retry-after")),
            (429, None),
            "{cost}"
        );
        assert_eq!(answer.field("ratelimit"), Some(r#""rows";r=1000"#));
        assert!(
            answer.body.contains("more than is ever allowed"),
            "{answer:?}"
        );
    }
    assert_eq!(
        ask(server.address, "GET /", &["x-cost: 1000"]).await.status,
        200
    );
}

#[tokio::test]
async fn nobody_passes_while_the_store_cannot_say() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let see = Arc::clone(&seen);
    let charges = [per_minute("all", 1, everybody())];
    let gate = Gate::new(DOWN, charges).expect("few");
    let gate = gate.on_unavailable(move |head, error| {
        see.lock()
            .expect("no panic")
            .push(format!("{} {error}", head.uri));
    });
    let server = Server::start(gate, None).await;
    let answer = ask(server.address, "GET /", &[]).await;
    assert_eq!(
        (answer.status, answer.field("retry-after")),
        (503, Some("1"))
    );
    let body = r#"{"type":"about:blank","title":"Service Unavailable","status":503}"#;
    assert_eq!(answer.body, body);
    assert_eq!(server.reached(), 0);
    let seen = seen.lock().expect("no panic").join("\n");
    assert_eq!(
        seen,
        "/ the limiter is unavailable: connection to 10.0.0.5 refused"
    );
}

#[tokio::test]
async fn what_waiting_does_not_mend_is_not_to_be_waited_for() {
    let charges = [per_minute("all", 1, everybody())];
    let server = Server::start(Gate::new(MISUSED, charges).expect("few"), None).await;
    let answer = ask(server.address, "GET /", &[]).await;
    assert_eq!((answer.status, answer.field("retry-after")), (500, None));
}

#[tokio::test]
async fn who_is_exempt_asks_nobody() {
    let charges = [per_minute("all", 1, |_: &_| Subject::Exempt)];
    let server = Server::start(Gate::new(DOWN, charges).expect("few"), None).await;
    let answer = ask(server.address, "GET /", &[]).await;
    assert_eq!((answer.status, answer.field("ratelimit")), (200, None));
}

#[tokio::test]
async fn a_redirection_tells_of_no_limit() {
    let server = Server::start(gate([per_minute("all", 2, everybody())]), None).await;
    let answer = ask(server.address, "GET /moved", &[]).await;
    assert_eq!((answer.status, answer.field("ratelimit")), (302, None));
    assert_eq!(ask(server.address, "GET /", &[]).await.status, 200);
    assert_eq!(ask(server.address, "GET /moved", &[]).await.status, 429);
}

#[tokio::test]
async fn fields_of_choice_are_told() {
    let told = |fields| {
        let gate = gate([per_minute("all", 1, everybody())]);
        Server::start(gate.fields(fields), None)
    };
    let server = told(Fields::RETRY_AFTER.legacy(LegacyReset::Seconds)).await;
    let answer = ask(server.address, "GET /", &[]).await;
    let names = [
        "ratelimit",
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
    ];
    let values = names.map(|name| answer.field(name));
    assert_eq!(values, [None, Some("1"), Some("0"), Some("60")]);

    let server = told(Fields::NONE).await;
    assert_eq!(ask(server.address, "GET /", &[]).await.status, 200);
    let answer = ask(server.address, "GET /", &[]).await;
    assert_eq!((answer.status, answer.field("retry-after")), (429, None));

    let partitions = Partitions::new(b"secret");
    let named = gate([per_minute("all", 1, everybody())]).partitions(partitions);
    let server = Server::start(named, None).await;
    let answer = ask(server.address, "GET /", &[]).await;
    let limit = answer.field("ratelimit").expect("told");
    assert!(limit.starts_with(r#""all";r=0;t=60;pk=:"#), "{limit}");
}

#[tokio::test]
async fn a_host_may_see_each_verdict_and_say_when_to_come_back() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let see = Arc::clone(&seen);
    let watched = Rule::new("watched", Quota::per_minute(1)).in_shadow();
    let watched = Charge::new(watched, everybody());
    let gate = gate([per_minute("all", 2, everybody()), watched])
        .jitter(|| Duration::from_secs(9))
        .on_verdict(move |_, verdict| {
            let shadow = verdict.shadow_refusals().map(|(rule, _)| rule.name());
            let shadow = shadow.collect::<Vec<_>>().join(" ");
            see.lock()
                .expect("no panic")
                .push((verdict.is_allowed(), shadow));
        });
    let server = Server::start(gate, None).await;
    let mut last = None;
    for _ in 0..3 {
        last = Some(ask(server.address, "GET /", &[]).await);
    }
    let last = last.expect("three");
    assert_eq!((last.status, last.field("retry-after")), (429, Some("39")));
    let seen = seen.lock().expect("no panic").clone();
    let shadow = String::from("watched");
    assert_eq!(
        seen,
        [
            (true, String::new()),
            (true, shadow.clone()),
            (false, shadow)
        ]
    );
}

#[tokio::test]
async fn a_layer_behind_another_tells_of_its_rules_too() {
    let outer = gate([per_minute("outer", 5, everybody())]);
    let inner = gate([per_minute("inner", 1, everybody())]);
    let server = Server::start(outer, Some(inner)).await;
    let both = |answer: &Answer| answer.fields("ratelimit").join(", ");
    let answer = ask(server.address, "GET /", &[]).await;
    assert_eq!(both(&answer), r#""inner";r=0;t=60, "outer";r=4;t=12"#);
    let answer = ask(server.address, "GET /", &[]).await;
    assert_eq!(answer.status, 429);
    assert_eq!(both(&answer), r#""inner";r=0;t=60, "outer";r=3;t=12"#);
    assert_eq!(answer.field("retry-after"), Some("60"));
}

#[tokio::test]
async fn two_gates_can_share_a_store() {
    let shared = Arc::new(memory());
    let gate = || Gate::new(Arc::clone(&shared), [per_minute("all", 1, everybody())]);
    let one = Server::start(gate().expect("few"), None).await;
    let two = Server::start(gate().expect("few"), None).await;
    assert_eq!(ask(one.address, "GET /", &[]).await.status, 200);
    assert_eq!(ask(two.address, "GET /", &[]).await.status, 429);
}
