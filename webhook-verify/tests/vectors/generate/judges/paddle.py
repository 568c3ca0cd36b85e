"""https://developer.paddle.com/webhooks/about/signature-verification"""

from types import SimpleNamespace

from paddle_billing.Notifications import Secret, Verifier

from reasons import NOT_TEXT

PROVIDER = "paddle"
PACKAGE = "paddle-python-sdk"
DIFFERING = {
    **NOT_TEXT,
    "The library lets a delivery be five seconds off, which one that is sent again may well be.": [
        "as old as may be",
        "as far ahead as may be",
    ],
}


def accepts(delivery):
    headers = {"Paddle-Signature": delivery.headers.get("paddle-signature")}
    return Verifier().verify(SimpleNamespace(headers=headers, body=delivery.body), Secret(delivery.secret))
