"""https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation"""

from hubspot.utils.signature import Signature

from reasons import AHEAD, NOT_TEXT, PAST_ONLY

PROVIDER = "hubspot"
PACKAGE = "hubspot-api-client"
DIFFERING = {
    **NOT_TEXT,
    PAST_ONLY: AHEAD,
    "The library refuses at five minutes, and we beyond them.": ["as old as may be"],
}


def accepts(delivery):
    return Signature.is_valid(
        signature=delivery.headers["x-hubspot-signature-v3"],
        client_secret=delivery.secret,
        request_body=delivery.text,
        http_uri=delivery.url,
        http_method=delivery.method,
        signature_version="v3",
        timestamp=delivery.headers.get("x-hubspot-request-timestamp"),
    )
