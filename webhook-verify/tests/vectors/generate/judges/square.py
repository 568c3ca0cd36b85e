"""https://developer.squareup.com/docs/webhooks/step3validate"""

from square.utils.webhooks_helper import verify_signature

from reasons import EMPTY_REFUSED, NOT_TEXT

PROVIDER = "square"
PACKAGE = "squareup"
DIFFERING = {**NOT_TEXT, EMPTY_REFUSED: ["an empty body"]}


def accepts(delivery):
    return verify_signature(
        request_body=delivery.text,
        signature_header=delivery.headers["x-square-hmacsha256-signature"],
        signature_key=delivery.secret,
        notification_url=delivery.url,
    )
