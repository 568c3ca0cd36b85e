//! The doctor as its users meet it: a program with files, a report and an exit status.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

/// GitHub's own example: the secret is `It's a Secret to Everybody`.
const HEADERS: &str = "POST /webhooks/github HTTP/1.1\r\n\
    Host: example.com:8080\r\n\
    X-Hub-Signature-256: \
    sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17\r\n\r\n";
const BODY: &str = "Hello, World!";
const SECRET: &str = "It's a Secret to Everybody";

/// A delivery of GitHub's, in files, and what the doctor is asked about it.
struct Case {
    folder: TempDir,
    arguments: Vec<String>,
}

impl Case {
    fn new() -> Self {
        let case = Self {
            folder: tempfile::tempdir().expect("a folder"),
            arguments: ["--provider", "github"].map(String::from).into(),
        };
        case.file("headers", HEADERS).file("body", BODY)
    }

    /// Names a file in an argument of the same name.
    fn file(mut self, argument: &str, content: &str) -> Self {
        let path = self.folder.path().join(argument);
        let is_new = !path.exists();
        fs::write(&path, content).expect("a file");
        if is_new {
            self.arguments.push(format!("--{argument}"));
            self.arguments.push(path.display().to_string());
        }
        self
    }

    fn with(mut self, argument: &str, value: &str) -> Self {
        self.arguments.extend([argument.into(), value.into()]);
        self
    }

    /// The exit status, and what is written to standard output and to standard error.
    fn run(&self) -> (Option<i32>, String, String) {
        let Output {
            status,
            stdout,
            stderr,
        } = Command::new(executable())
            .env_clear()
            .args(&self.arguments)
            .output()
            .expect("it runs");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        (status.code(), text(stdout), text(stderr))
    }
}

/// Examples lie beside the tests: `target/<profile>/deps/<test>` and `target/<profile>/examples/..`.
fn executable() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let profile = test.ancestors().nth(2);
    let folder = profile.expect("a test lies in target/<profile>/deps");
    let doctor = folder.join("examples").join("webhook_doctor");
    assert!(
        doctor.exists(),
        "there is no {doctor:?}; `cargo test -p examples` without a target selection builds it",
    );
    doctor
}

#[test]
fn a_genuine_delivery_is_accepted() {
    let (status, report, complaint) = Case::new().with("--secret", SECRET).run();
    assert_eq!(report, "accepted: the signature is right\n");
    assert_eq!((status, complaint.as_str()), (Some(0), ""));
}

#[test]
fn a_line_break_in_the_file_of_the_secret_is_found() {
    let case = Case::new().file("secret-file", &[SECRET, "\n"].concat());
    let (status, report, _) = case.run();
    assert_eq!(status, Some(1));
    assert!(
        report.contains("secret \"1\" ends with a line break"),
        "{report}"
    );
    assert!(!report.contains(SECRET), "{report}");
}

#[test]
fn a_stale_delivery_is_said_to_be_genuine() {
    let headers = "stripe-signature: t=1700000000,\
        v1=4f1cd7feda9826e746b7d482c4badebb657398df1099e1046364f6196a230150";
    let body = "{\n  \"id\": \"evt_test_webhook\",\n  \"object\": \"event\"\n}";
    let mut case = Case::new().file("headers", headers).file("body", body);
    case.arguments[1] = "stripe".into();
    let case = case.with("--secret", "whsec_test_secret");
    let (status, report, _) = case.with("--now", "1700000412").run();
    assert_eq!(status, Some(1));
    assert!(report.starts_with("refused, but genuine"), "{report}");
    assert!(report.contains("it was sent 412s ago"), "{report}");
}

#[test]
fn an_address_without_tls_is_found() {
    let headers = "x-square-hmacsha256-signature: W3FlCNk5IA3ZQ2LHTWoajvzfaDu/OwY2tNHIHC3IUOA=";
    let body = r#"{"data":{"type":"webhooks","id":"fake_id"}}"#;
    let case = |url: &str| {
        let mut case = Case::new().file("headers", headers).file("body", body);
        case.arguments[1] = "square".into();
        case.with("--secret", "signature-key").with("--url", url)
    };
    let (status, _, _) = case("https://webhook.site/webhooks").run();
    assert_eq!(status, Some(0));
    let (status, report, _) = case("http://webhook.site/webhooks").run();
    assert_eq!(status, Some(1));
    assert!(report.starts_with("refused, but genuine"), "{report}");
    assert!(report.contains("with `http` for `https`"), "{report}");
}

#[test]
fn what_is_no_header_is_pointed_at() {
    let headers = [HEADERS.trim_end(), "\n> no header\n"].concat();
    let case = Case::new()
        .file("headers", &headers)
        .with("--secret", SECRET);
    let (status, report, complaint) = case.run();
    assert_eq!((status, report.as_str()), (Some(1), ""));
    assert_eq!(
        complaint,
        "--headers: line 4 is not a header, `Name: value`\n"
    );
}

#[test]
fn a_command_line_without_a_secret_is_refused() {
    let (status, _, complaint) = Case::new().run();
    assert_eq!(status, Some(2));
    assert!(complaint.contains("--secret"), "{complaint}");
}
