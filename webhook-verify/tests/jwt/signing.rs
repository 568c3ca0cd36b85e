//! Tokens of one's own, for test requests.

use webhook_verify::{Misconfigured, Provider, Secret, Setup, Signer, UnixTime, Unsignable};

use crate::{BODY, NOW, SECRET, livekit, qstash, verifier};

fn sign(setup: Setup, id: Option<&str>) -> Result<Vec<(String, String)>, Unsignable> {
    let signer = Signer::new(setup, Secret::new(SECRET)).expect("usable");
    let headers = signer.sign(id, UnixTime::from_secs(NOW), BODY)?;
    let owned = headers
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ok(owned.collect())
}

#[test]
fn what_is_signed_is_accepted_until_it_ends() {
    let fusionauth = || Setup::from(Provider::FusionAuth);
    for (setup, end) in [
        (livekit(), Some(360)),
        (qstash(), Some(360)),
        (fusionauth(), None),
    ] {
        let headers = sign(setup.clone(), None).expect("signable");
        let verifier = verifier(setup);
        let is_accepted = |secs| {
            let now = UnixTime::from_secs(NOW + secs);
            verifier.verify_at(&headers, BODY, now).is_ok()
        };
        assert!(is_accepted(0) && is_accepted(359));
        assert_eq!(is_accepted(360), end.is_none());
        assert_eq!(headers.len(), 1);
    }
}

#[test]
fn an_id_stands_in_its_claim() {
    let headers = sign(qstash(), Some("jwt_7")).expect("signable");
    let verifier = verifier(qstash());
    let now = UnixTime::from_secs(NOW);
    let verified = verifier.verify_at(&headers, BODY, now).expect("genuine");
    assert_eq!(
        verified.event_id().map(|id| id.to_string()).as_deref(),
        Some("jwt_7")
    );
    assert_eq!(verified.sent_at(), Some(now));

    assert_eq!(sign(qstash(), Some("a b")), Err(Unsignable::MalformedId));
    assert_eq!(sign(livekit(), Some("EV_1")), Err(Unsignable::NoIdHeader));
}

#[test]
fn what_the_setup_has_to_say_is_asked_for() {
    let build = |setup: Setup| Signer::new(setup, Secret::new(SECRET)).map(drop);
    assert_eq!(
        build(Provider::LiveKit.into()),
        Err(Misconfigured::NoIssuer {
            scheme: "livekit".into()
        })
    );
    assert_eq!(
        build(Provider::QStash.into()),
        Err(Misconfigured::NoPublicUrl {
            scheme: "qstash".into()
        })
    );
}

#[test]
fn a_secret_that_is_not_valid_signs_nothing() {
    let later = Secret::new(SECRET).valid_from(UnixTime::from_secs(NOW + 1));
    let signer = Signer::new(livekit(), later).expect("usable");
    let signed = signer.sign(None, UnixTime::from_secs(NOW), BODY);
    assert_eq!(signed.unwrap_err(), Unsignable::NoValidSecret);
}
