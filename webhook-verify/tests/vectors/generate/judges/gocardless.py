"""https://developer.gocardless.com/getting-started/staying-up-to-date-with-webhooks/"""

from gocardless_pro import webhooks
from gocardless_pro.errors import InvalidSignatureError

PROVIDER = "gocardless"
PACKAGE = "gocardless_pro"
DIFFERING = {}


def accepts(delivery):
    webhooks.parse(delivery.body, delivery.secret, delivery.headers.get("webhook-signature", ""))


def verified(error):
    return not isinstance(error, InvalidSignatureError)
