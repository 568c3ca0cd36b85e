"""https://developer.box.com/guides/webhooks/v2/signatures-v2/"""

from box_sdk_gen import WebhooksManager

from reasons import NOT_TEXT

PROVIDER = "box"
PACKAGE = "box-sdk-gen"
DIFFERING = {
    **NOT_TEXT,
    "The library refuses a sender's clock that is ahead by anything; clocks differ, so a minute is let through.": [
        "as far ahead as may be"
    ],
}


def accepts(delivery):
    return WebhooksManager.validate_message(
        delivery.text, delivery.headers, delivery.secret, secondary_key=delivery.secret
    )
