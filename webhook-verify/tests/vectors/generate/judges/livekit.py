"""https://docs.livekit.io/intro/basics/rooms-participants-tracks/webhooks-events/"""

from google.protobuf.json_format import ParseError
from livekit.api import TokenVerifier, WebhookReceiver

PROVIDER = "livekit"
PACKAGE = "livekit-api"
DIFFERING = {}


def accepts(delivery):
    receiver = WebhookReceiver(TokenVerifier(delivery.receiver["api_key"], delivery.secret))
    receiver.receive(delivery.text, delivery.headers["authorization"])


def verified(error):
    return isinstance(error, ParseError)
