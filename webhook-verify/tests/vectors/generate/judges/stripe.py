"""https://docs.stripe.com/webhooks/signature"""

import stripe

from reasons import LENIENT_TIME, PAST_ONLY, SECOND_LINE, TEXT_COMPARED, TEXT_WANTED

PROVIDER = "stripe"
PACKAGE = "stripe"
DIFFERING = {
    TEXT_WANTED: ["body-not-utf8"],
    TEXT_COMPARED: ["upper-case-hex"],
    PAST_ONLY: ["an-hour-ahead", "ten-years-ahead"],
    SECOND_LINE: ["repeated-header-that-differs"],
    "The library drops what follows a second `=`; a signature has one spelling.": ["text-after-signature"],
    LENIENT_TIME: [
        "timestamp-plus-sign-signed-as-number",
        "timestamp-leading-zero-signed-as-number",
        "timestamp-underscores-signed-as-number",
    ],
}


def accepts(delivery):
    return stripe.WebhookSignature.verify_header(
        delivery.body, delivery.headers.get("stripe-signature"), delivery.secret, stripe.Webhook.DEFAULT_TOLERANCE
    )
