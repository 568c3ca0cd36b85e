"""https://developer.paypal.com/braintree/docs/guides/webhooks/parse/python"""

from urllib.parse import parse_qs

import braintree

PROVIDER = "braintree"
PACKAGE = "braintree"
DIFFERING = {}


def accepts(delivery):
    form = {name: values[0] for name, values in parse_qs(delivery.text, keep_blank_values=True).items()}
    gateway = braintree.BraintreeGateway(
        braintree.Configuration(
            environment=braintree.Environment.Sandbox,
            merchant_id="integration_merchant_id",
            public_key=delivery.receiver["public_key"],
            private_key=delivery.secret,
        )
    )
    gateway.webhook_notification.parse(form.get("bt_signature"), form.get("bt_payload"))
