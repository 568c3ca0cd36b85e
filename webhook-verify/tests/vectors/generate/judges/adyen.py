"""https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures"""

import json

from Adyen.util import is_valid_hmac_notification

PROVIDER = "adyen"
PACKAGE = "Adyen"
DIFFERING = {
    "The library joins the fields without asking whether one of them contains the separator.": [
        "the front of a reference moved to the account",
        "the end of a reference moved to the value",
        "an account with the separator in it",
    ],
    "The library is asked for each item by itself; Adyen sends one, and one is all that can be vouched for.": [
        "two items, each with its signature",
        "one item twice",
    ],
    "The library is handed the last of two members with one name; readers differ in which they take.": [
        "two pspReferences, the last of them right",
        "two signatures, the last of them right",
        "two lists of items, the last of them right",
    ],
    "The library signs a boolean as Python writes it, with a capital letter.": [
        "a value and a success of other types",
    ],
}


def accepts(delivery):
    items = json.loads(delivery.body)["notificationItems"]
    return bool(items) and all(
        is_valid_hmac_notification(item["NotificationRequestItem"], delivery.secret) for item in items
    )
