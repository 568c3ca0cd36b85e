"""https://resend.com/docs/webhooks/verify-webhooks-requests"""

import resend

from reasons import ANY_LABEL, EMPTY_REFUSED, NOT_TEXT, WIDER_FUTURE

PROVIDER = "resend"
PACKAGE = "resend"
DIFFERING = {
    **NOT_TEXT,
    WIDER_FUTURE: ["a second too far ahead"],
    EMPTY_REFUSED: ["an empty body"],
    ANY_LABEL: ["a signature under another label"],
}


def accepts(delivery):
    headers = {name: delivery.headers.get(f"svix-{name}") for name in ("id", "timestamp", "signature")}
    resend.Webhooks.verify({"payload": delivery.text, "headers": headers, "webhook_secret": delivery.secret})
