//! What is wrong with the configuration is said at once, all of it, and nothing is started.

use std::path::Path;

use webhook_verify::Provider;

use crate::support::delivery::{secret, variable};
use crate::support::process::{API_KEY, Setup};
use crate::support::wait::until;

const STRONG: &str = "0123456789abcdef0123456789abcdef";

/// Runs a server that must refuse to start, and returns what it says.
#[track_caller]
fn refused(setup: &Setup) -> String {
    let output = setup.run();
    assert_eq!(output.status.code(), Some(78), "{output:?}");
    assert!(output.stdout.is_empty(), "nothing was started: {output:?}");
    String::from_utf8(output.stderr).expect("text")
}

/// Whether a problem is told: the variable, then what is wrong and what to do, in the lines below it.
#[track_caller]
fn tells(said: &str, variable: &str, words: &[&str]) {
    let start = said.find(&format!("\n  {variable}: "));
    let start = start.unwrap_or_else(|| panic!("{variable} is not named in:\n{said}"));
    let problem: String = said[start..]
        .trim_start()
        .lines()
        .take(2)
        .collect::<Vec<_>>()
        .join("\n");
    for word in words {
        assert!(problem.contains(word), "{word:?} is not in:\n{problem}");
    }
}

/// A configuration that production accepts.
fn production(data: &Path) -> Setup {
    Setup::new()
        .with("ENVIRONMENT", "production")
        .with("STORE", "file")
        .with("DATA_DIR", data.to_str().expect("a plain path"))
        .with(&variable(Provider::Stripe), secret(Provider::Stripe))
}

#[test]
fn production_accepts_what_is_strong_and_complete() {
    let data = tempfile::tempdir().expect("a folder");
    let server = production(data.path())
        .with("PUBLIC_URL", "https://hooks.example.com")
        .start();
    assert_eq!(server.get("/health").status, 200);
}

#[test]
fn production_refuses_what_development_forgives() {
    let data = tempfile::tempdir().expect("a folder");
    let base = production(data.path());
    for (setup, variable, words) in [
        (
            base.clone().without("ADMIN_API_KEY"),
            "ADMIN_API_KEY",
            &["missing", "openssl rand"][..],
        ),
        (
            base.clone().with("ADMIN_API_KEY", "short"),
            "ADMIN_API_KEY",
            &["32"],
        ),
        (
            base.clone().with("STORE", "memory"),
            "STORE",
            &["memory", "STORE=file"],
        ),
        (
            base.clone().with("PUBLIC_URL", "http://hooks.example.com"),
            "PUBLIC_URL",
            &["http://", "https://"],
        ),
        (
            base.clone().with("WEBHOOK_SECRET_STRIPE", "too-short"),
            "WEBHOOK_SECRET_STRIPE",
            &["\"1\"", "16 bytes"],
        ),
        (
            base.clone()
                .with("WEBHOOK_SECRET_STRIPE", &format!("{STRONG},too-short")),
            "WEBHOOK_SECRET_STRIPE",
            &["\"2\"", "16 bytes"],
        ),
        // What counts is the key, not the text that it is written in.
        (
            base.clone()
                .with("WEBHOOK_SECRET_SVIX", "whsec_c2hvcnQga2V5IQ=="),
            "WEBHOOK_SECRET_SVIX",
            &["16 bytes"],
        ),
        (
            base.clone()
                .with("FORWARD_URL", "https://example.com")
                .with("FORWARD_SECRET", "whsec_c2hvcnQ="),
            "FORWARD_SECRET",
            &["16 bytes"],
        ),
        (
            base.without("WEBHOOK_SECRET_STRIPE"),
            "WEBHOOK_SECRET_<PROVIDER>",
            &["WEBHOOK_SECRET_GITHUB"],
        ),
    ] {
        let said = refused(&setup);
        tells(&said, variable, words);
        assert!(said.contains("has 1 problem;"), "{said}");
        assert!(
            !said.contains("too-short") && !said.contains(STRONG),
            "a secret is told: {said}"
        );
        let forgiven = setup.with("ENVIRONMENT", "development").start();
        assert_eq!(forgiven.get("/health/live").status, 200);
    }
}

#[test]
fn every_problem_is_told_at_once() {
    let said = refused(
        &Setup::new()
            .with("ENVIRONMENT", "staging")
            .with("LISTEN_ADDR", "localhost")
            .with("PUBLIC_URL", "hooks.example.com")
            .with("STORE", "postgres")
            .with("DATA_DIR", "/dev/null/data")
            .with("WEBHOOK_SECRET_SVIX", "not base64")
            .with("FORWARD_URL", "ftp://example.com")
            .with("MAX_BODY_BYTES", "1MB")
            .with("HEADER_TIMEOUT", "10")
            .with("JOB_MAX_ATTEMPTS", "0")
            .with("RUST_LOG", "info,server=loud")
            .with("LOG_FORMAT", "xml"),
    );
    assert!(said.contains("has 12 problems;"), "{said}");
    tells(
        &said,
        "ENVIRONMENT",
        &["\"staging\"", "development or production"],
    );
    tells(&said, "LISTEN_ADDR", &["\"localhost\"", "127.0.0.1:8080"]);
    tells(
        &said,
        "PUBLIC_URL",
        &["not an absolute", "https://host/path"],
    );
    tells(&said, "STORE", &["\"postgres\"", "file or redis"]);
    tells(
        &said,
        "DATA_DIR",
        &["/dev/null/data", "may create and write"],
    );
    tells(&said, "WEBHOOK_SECRET_SVIX", &["\"1\"", "not Base64"]);
    tells(&said, "FORWARD_URL", &["not an absolute"]);
    tells(
        &said,
        "MAX_BODY_BYTES",
        &["\"1MB\" is not a whole number", "from 1 to"],
    );
    tells(
        &said,
        "HEADER_TIMEOUT",
        &["\"10\"", "not a number and a unit"],
    );
    tells(
        &said,
        "JOB_MAX_ATTEMPTS",
        &["is 0, out of range", "from 1 to 100"],
    );
    tells(&said, "RUST_LOG", &["not a filter"]);
    tells(&said, "LOG_FORMAT", &["json or text"]);
}

#[test]
fn a_store_in_redis_needs_a_url_that_can_be_used() {
    let redis = Setup::new().with("STORE", "redis");
    tells(
        &refused(&redis),
        "REDIS_URL",
        &["missing", "STORE=redis", "redis://host:6379"],
    );
    for (url, words) in [
        ("127.0.0.1:6379", &["not a URL of Redis", "rediss://"][..]),
        ("reddis://:opensesame@127.0.0.1", &["not a URL of Redis"]),
        ("redis://:opensesame@127.0.0.1:port", &["cannot be used"]),
        ("redis-sentinel://:opensesame@127.0.0.1", &["sentinel"]),
    ] {
        let said = refused(&redis.clone().with("REDIS_URL", url));
        tells(&said, "REDIS_URL", words);
        assert!(said.contains("has 1 problem;"), "{said}");
        assert!(!said.contains("opensesame"), "a secret is told: {said}");
    }
    let said = refused(
        &redis
            .with("REDIS_URL", "redis://127.0.0.1")
            .with("REDIS_PREFIX", "{web} hooks")
            .with("REDIS_DURABILITY", "1"),
    );
    tells(&said, "REDIS_PREFIX", &["without braces"]);
    tells(&said, "REDIS_DURABILITY", &["\"1\"", "from 2 to 9"]);
}

/// Else jobs of a production would be kept in a file that goes with its container.
#[test]
fn a_redis_that_is_named_and_not_used_is_a_question() {
    let named = Setup::new()
        .without("STORE")
        .with("REDIS_URL", "redis://127.0.0.1");
    tells(&refused(&named), "STORE", &["REDIS_URL", "STORE=redis"]);
    let meant = named.with("STORE", "memory").start();
    assert_eq!(meant.get("/health/live").status, 200);
}

#[test]
fn misspelt_variables_are_found() {
    for (wrong, right) in [
        ("WEBHOOK_SECRET_STRIP", "WEBHOOK_SECRET_STRIPE"),
        ("WEBHOOK_SECRETS_GITHUB", "WEBHOOK_SECRET_GITHUB"),
        ("LISTEN_ADR", "LISTEN_ADDR"),
        ("MAX_BODY_BYTE", "MAX_BODY_BYTES"),
        ("STORES", "STORE"),
        ("STOER", "STORE"),
        ("RUST_LGO", "RUST_LOG"),
        ("WEBHOOK_ACCPET_WAEK", "WEBHOOK_ACCEPT_WEAK"),
        ("ADMIN_APIKEY", "ADMIN_API_KEY"),
        ("HEADERS_TIMEOUT", "HEADER_TIMEOUT"),
    ] {
        let said = refused(&Setup::new().with(wrong, "1"));
        tells(
            &said,
            wrong,
            &["not a variable", &format!("did you mean {right}?")],
        );
    }
    for unknown in [
        "WEBHOOK_SECRET_NOBODY",
        "FORWARD_PROXY",
        "ADMIN_API_KEYRING_FILE",
    ] {
        tells(
            &refused(&Setup::new().with(unknown, "1")),
            unknown,
            &["not a variable", "docs/server.md"],
        );
    }
    let foreign = Setup::new()
        .with("PATH", "/bin")
        .with("HOME", "/")
        .with("STORAGE_CLASS", "x")
        .start();
    assert_eq!(foreign.get("/health/live").status, 200);
}

#[test]
fn a_variable_that_is_set_but_empty_is_not_a_default() {
    for variable in [
        "WEBHOOK_SECRET_GITHUB",
        "ADMIN_API_KEY",
        "LISTEN_ADDR",
        "STORE",
        "DRAIN_TIMEOUT",
    ] {
        tells(
            &refused(&Setup::new().with(variable, "")),
            variable,
            &["set but empty", "unset it"],
        );
    }
}

#[test]
fn what_was_pasted_wrongly_is_named_and_not_repeated() {
    for (variable, value, words) in [
        (
            "WEBHOOK_SECRET_STRIPE",
            " whsec_padded",
            &["white space"][..],
        ),
        ("WEBHOOK_SECRET_STRIPE", "whsec_newline\n", &["line break"]),
        (
            "WEBHOOK_SECRET_STRIPE",
            "whsec_one,whsec_one",
            &["the same"],
        ),
        ("WEBHOOK_SECRET_STRIPE", "whsec_one,", &["\"2\"", "empty"]),
        (
            "WEBHOOK_SECRET_SVIX",
            "v1,whsec_pasted",
            &["\"1\"", "version `v1,`"],
        ),
        (
            "WEBHOOK_SECRET_STANDARD_WEBHOOKS",
            "whpk_pasted",
            &["public key"],
        ),
        (
            "WEBHOOK_SECRET_INNGEST",
            "signkey-prod-pasted",
            &["hexadecimal"],
        ),
        ("ADMIN_API_KEY", "pasted key", &["characters"]),
        (
            "FORWARD_URL",
            "https://user:pasted@example.com/",
            &["credentials"],
        ),
    ] {
        let said = refused(&Setup::new().with(variable, value));
        tells(&said, variable, words);
        assert!(
            !said.contains("pasted") && !said.contains("padded"),
            "{said}"
        );
    }
}

#[test]
fn settings_that_contradict_each_other_are_refused() {
    let said =
        refused(&Setup::new().with("FORWARD_SECRET", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"));
    tells(&said, "FORWARD_SECRET", &["nothing to sign", "FORWARD_URL"]);
    let said = refused(&Setup::new().with("MAX_BODY_MEMORY_BYTES", "1000"));
    tells(&said, "MAX_BODY_MEMORY_BYTES", &["MAX_BODY_BYTES"]);
}

#[test]
fn development_says_how_to_configure_a_provider() {
    let server = Setup::new().start();
    let warning = server.line("a warning", |line| line["level"] == "WARN");
    let warning = warning["message"].as_str().expect("a text");
    assert!(
        warning.contains("WEBHOOK_SECRET_STANDARD_WEBHOOKS"),
        "{warning}"
    );
}

#[test]
fn development_makes_up_a_key_and_shows_it_once_beside_the_log() {
    let server = Setup::new().without("ADMIN_API_KEY").start();
    let said = until("the key", || {
        Some(server.complaints()).filter(|said| !said.is_empty())
    });
    let (_, key) = said.rsplit_once(' ').expect("a sentence");
    assert_eq!(key.len(), 64, "{said}");
    assert_eq!(server.api_with(key, "/api/jobs").status, 200);
    assert_eq!(server.api("/api/jobs").status, 401);
    assert!(!server.log().contains(key));
}

#[test]
fn an_address_in_use_is_a_failure_that_names_it() {
    let first = Setup::new().start();
    let address = first.address.to_string();
    let output = Setup::new().with("LISTEN_ADDR", &address).run();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(
        said.contains("LISTEN_ADDR") && said.contains(&address),
        "{said}"
    );
    assert!(!said.contains(API_KEY));
}
