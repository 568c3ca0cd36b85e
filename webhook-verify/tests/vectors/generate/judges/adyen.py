"""https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures"""

import json

from Adyen.util import is_valid_hmac_notification

PROVIDER = "adyen"
PACKAGE = "Adyen"
DIFFERING = {}


def accepts(delivery):
    items = json.loads(delivery.body)["notificationItems"]
    return bool(items) and all(
        is_valid_hmac_notification(item["NotificationRequestItem"], delivery.secret) for item in items
    )
