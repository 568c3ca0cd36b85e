"""https://plaid.com/docs/api/webhooks/webhook-verification/

Plaid's libraries fetch the key and leave the rest to a JWT library, so PyJWT is the judge of the token. The digest
and the age are checked here as the page says.
"""

import hashlib
import hmac
import json
import time

import jwt

PROVIDER = "plaid"
PACKAGE = "PyJWT"
DIFFERING = {}


def accepts(delivery):
    token = delivery.headers["plaid-verification"]
    jwk = jwt.PyJWK(json.loads(delivery.secret))
    claims = jwt.decode(token, jwk, algorithms=["ES256"], options={"require": ["iat", "request_body_sha256"]})
    digest = hashlib.sha256(delivery.body).hexdigest()
    is_ours = jwt.get_unverified_header(token)["kid"] == jwk.key_id
    return is_ours and claims["iat"] >= time.time() - 300 and hmac.compare_digest(claims["request_body_sha256"], digest)
