//! Signatures of which each has a twin.

use webhook_verify::{Fingerprint, Provider, Rejection, Secret, UnixTime, Verifier};

// Published with SendGrid's own libraries.
const KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS\
                   3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";
const BODY: &[u8] = b"[{\"email\":\"hello@world.com\",\"event\":\"dropped\",\"reason\":\"Bounced Address\",\
    \"sg_event_id\":\"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA\",\
    \"sg_message_id\":\"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0\",\
    \"smtp-id\":\"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>\",\"timestamp\":1600112492}]\r\n";
const NOW: UnixTime = UnixTime::from_secs(1_600_112_502);
const SIGNATURE: &str = "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPI\
                         qHh89M15TluLtEZtM=";
/// Made from it without the private key, by taking `s` from the order of the curve.
const TWIN: &str = "MEQCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiA352jxkzMFHWEakvZHkFpGvMu+Ix+Pzzgc\
                    JOUKQR6+fg==";

fn judge(signature: &str, body: &[u8]) -> Result<Fingerprint, Rejection> {
    let verifier = Verifier::new(Provider::SendGrid, Secret::new(KEY)).expect("a key");
    let headers = [
        ("X-Twilio-Email-Event-Webhook-Signature", signature),
        ("X-Twilio-Email-Event-Webhook-Timestamp", "1600112502"),
    ];
    let delivery = verifier.verify_at(&headers, body, NOW)?;
    Ok(delivery.fingerprint())
}

#[test]
fn a_delivery_with_the_twin_of_its_signature_is_the_same_delivery() {
    let fingerprint = judge(SIGNATURE, BODY).expect("genuine");
    assert_eq!(judge(TWIN, BODY), Ok(fingerprint));
}

#[test]
fn a_signature_in_the_upper_half_is_accepted() {
    assert!(judge(SIGNATURE, BODY).is_ok());
    assert_eq!(
        judge(SIGNATURE, &BODY[..BODY.len() - 2]),
        Err(Rejection::Mismatch)
    );
}

// GHSA-9wx7-jrvc-28mm: starkbank-ecdsa, which SendGrid's libraries depended on.
#[test]
fn zeros_are_no_signature_for_everything() {
    let unusable = || {
        Err(Rejection::NoUsableSignature {
            header: "x-twilio-email-event-webhook-signature".into(),
        })
    };
    for zeros in ["MAYCAQACAQA=", "MAYCAQACAQE=", "MAYCAQECAQA="] {
        assert_eq!(judge(zeros, BODY), unusable(), "{zeros}");
    }
}
