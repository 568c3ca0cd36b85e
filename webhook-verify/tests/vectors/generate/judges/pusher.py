"""https://pusher.com/docs/channels/server_api/webhooks/"""

from pusher import Pusher

PROVIDER = "pusher"
PACKAGE = "pusher"
DIFFERING = {}


def accepts(delivery):
    key = delivery.headers["x-pusher-key"]
    pusher = Pusher(app_id="1", key=key, secret=delivery.secret, cluster="eu")
    return pusher.validate_webhook(key, delivery.headers["x-pusher-signature"], delivery.text) is not None
