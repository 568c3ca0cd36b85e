"""https://upstash.com/docs/qstash/howto/signature"""

from qstash import Receiver

PROVIDER = "qstash"
PACKAGE = "qstash"
DIFFERING = {}


def accepts(delivery):
    receiver = Receiver(current_signing_key=delivery.secret, next_signing_key=delivery.secret)
    receiver.verify(signature=delivery.headers["upstash-signature"], body=delivery.text, url=delivery.url)
