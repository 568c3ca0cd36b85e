"""https://polar.sh/docs/integrate/webhooks/delivery"""

from polar.v2026_10.webhooks import PolarWebhookVerificationError, validate_event

from reasons import NOT_TEXT, WIDER_FUTURE

PROVIDER = "polar"
PACKAGE = "polar-sdk"
DIFFERING = {**NOT_TEXT, WIDER_FUTURE: ["a second too far ahead"]}


def accepts(delivery):
    validate_event(delivery.text, delivery.headers, delivery.secret)


def verified(error):
    return not isinstance(error, (PolarWebhookVerificationError, UnicodeDecodeError))
