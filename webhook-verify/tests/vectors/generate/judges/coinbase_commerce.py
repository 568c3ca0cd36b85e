"""https://docs.cdp.coinbase.com/commerce/webhooks"""

from coinbase_commerce.webhook import WebhookSignature

from reasons import NOT_TEXT

PROVIDER = "coinbase-commerce"
PACKAGE = "coinbase-commerce"
DIFFERING = NOT_TEXT


def accepts(delivery):
    WebhookSignature.verify_sig_header(delivery.text, delivery.headers["x-cc-webhook-signature"], delivery.secret)
