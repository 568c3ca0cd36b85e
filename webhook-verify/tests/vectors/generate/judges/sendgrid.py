"""https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features"""

from sendgrid.helpers.eventwebhook import EventWebhook

from reasons import NO_WINDOW, NOT_TEXT, SECOND_LINE

PROVIDER = "sendgrid"
PACKAGE = "sendgrid"
DIFFERING = {
    **NOT_TEXT,
    NO_WINDOW: ["a year old", "ten years ahead"],
    SECOND_LINE: ["two signature headers that differ"],
}


def accepts(delivery):
    signature, timestamp = (
        delivery.headers[f"x-twilio-email-event-webhook-{name}"] for name in ("signature", "timestamp")
    )
    return EventWebhook(delivery.secret).verify_signature(delivery.text, signature, timestamp)
