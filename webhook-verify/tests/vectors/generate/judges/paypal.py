"""https://developer.paypal.com/api/rest/webhooks/rest/

The library fetches the certificate and trusts the authorities it brings along; here it is given both. It verifies
with a function that pyOpenSSL has dropped since, without which it refuses everything: the function is put back.
"""

import contextlib
import io

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from OpenSSL import crypto
from paypalrestsdk.notifications import WebhookEvent

from reasons import NOT_TEXT

PROVIDER = "paypal"
PACKAGE = "paypalrestsdk"
DIFFERING = {
    **NOT_TEXT,
    "The library fetches from wherever it is told; only PayPal's own host is to be asked.": [
        "a certificate from another host",
        "a certificate from a host that ends the same",
        "a certificate over http",
    ],
}

HASHES = {"sha256": hashes.SHA256(), "sha256WithRSAEncryption": hashes.SHA256(), "sha1WithRSAEncryption": hashes.SHA1()}


def verify(certificate, signature, data, digest):
    certificate.to_cryptography().public_key().verify(signature, data, PKCS1v15(), HASHES[digest])


def accepts(delivery):
    headers = {name.removeprefix("paypal-").replace("-", "_"): value for name, value in delivery.headers.items()}
    store = crypto.X509Store()
    store.add_cert(crypto.load_certificate(crypto.FILETYPE_PEM, delivery.receiver["root"].encode()))
    WebhookEvent._get_cert = staticmethod(
        lambda _: crypto.load_certificate(crypto.FILETYPE_PEM, delivery.secret.encode())
    )
    WebhookEvent._get_certificate_store = classmethod(lambda _: store)
    crypto.verify = verify
    # It prints why it refuses.
    with contextlib.redirect_stdout(io.StringIO()):
        return WebhookEvent.verify(
            headers["transmission_id"],
            headers["transmission_time"],
            delivery.receiver["webhook_id"],
            delivery.text,
            headers["cert_url"],
            headers["transmission_sig"],
            headers["auth_algo"],
        )
