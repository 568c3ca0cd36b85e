"""https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures"""

from Adyen.util import is_valid_hmac_payload

PROVIDER = "adyen-platform"
PACKAGE = "Adyen"
DIFFERING = {}


def accepts(delivery):
    return is_valid_hmac_payload(delivery.headers["hmacsignature"], delivery.secret, delivery.body)
