"""https://replicate.com/docs/topics/webhooks/verify-webhook"""

from replicate.webhook import Webhooks, WebhookSigningSecret

from reasons import ANY_LABEL, EMPTY_REFUSED, NOT_TEXT, WIDER_FUTURE

PROVIDER = "replicate"
PACKAGE = "replicate"
DIFFERING = {
    **NOT_TEXT,
    WIDER_FUTURE: ["a second too far ahead"],
    EMPTY_REFUSED: ["an empty body"],
    ANY_LABEL: ["a signature under another label"],
}


def accepts(delivery):
    secret = WebhookSigningSecret(key=delivery.secret)
    Webhooks.validate(headers=delivery.headers, body=delivery.text, secret=secret, tolerance=300)
