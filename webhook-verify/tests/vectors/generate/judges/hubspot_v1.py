"""https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation"""

from hubspot.utils.signature import Signature

from reasons import NOT_TEXT

PROVIDER = "hubspot-v1"
PACKAGE = "hubspot-api-client"
DIFFERING = NOT_TEXT


def accepts(delivery):
    return Signature.is_valid(
        signature=delivery.headers["x-hubspot-signature"],
        client_secret=delivery.secret,
        request_body=delivery.text,
        http_uri=delivery.url,
        http_method=delivery.method,
        signature_version="v1",
    )
