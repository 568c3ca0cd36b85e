"""https://workos.com/docs/events/data-syncing/webhooks"""

from workos.webhooks._verification import verify_header

from reasons import ANY_LABEL, NOT_TEXT, WIDER_FUTURE

PROVIDER = "workos"
PACKAGE = "workos"
DIFFERING = {
    **NOT_TEXT,
    WIDER_FUTURE: ["a second too far ahead"],
    "The library splits the header at a comma and a space; the space is nobody's to insist on.": [
        "no space between time and signature"
    ],
    ANY_LABEL: ["a signature under another label"],
}


def accepts(delivery):
    verify_header(
        event_body=delivery.body, event_signature=delivery.headers["workos-signature"], secret=delivery.secret
    )
